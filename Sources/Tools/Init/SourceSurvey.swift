import Foundation
import GeoTypes
import Geodata
import PipelineFile
import Runs

/// What the rasters of a folder are, for a first pipeline: found by opening them, without reading more than a few pixels.
struct SourceSurvey {
  /// What is worth knowing, a line each; the first says how many there are, and of which crs.
  var findings: [String] = []
  /// What bands that are not bytes need; `nil` where none do.
  private(set) var scale: Pipeline.Scale?
  /// What all rasters have where they look as if they had nodata, and do not declare it; `nil` where none have, or different ones.
  private(set) var nodata: Double?
  /// What all rasters need whose bands cannot be chosen by themselves; `nil` where none do, or they need different ones.
  private(set) var bands: Pipeline.Bands?
  /// Whether they are neighbors without gaps, that one mosaic does without seams.
  private(set) var isMosaic = false
  /// Sizes of what would be inferred at a time: of each raster, or of the mosaic.
  private(set) var regions: [RasterSize] = []
  /// The sides of their pixels on the ground in meters, of those that are on the earth.
  private(set) var groundSides: [Double] = []

  /// More are not opened: a first pipeline should not take minutes.
  private static let most = 1000
  /// Names in a line.
  private static let shownNames = 5

  /// - Parameters:
  ///   - folder: names of files are shown from there.
  ///   - channels: bands that the network takes.
  init(_ found: FoundSources, folder: String, channels: Int) {
    self.folder = folder
    options.channels = channels
    // A run would not follow links that lead out of the folder either.
    options.folders = found.sources.first?.folders
    let paths = found.sources.map { $0.files[0] }
    for path in paths.prefix(Self.most) { open(path) }
    openWithSettings()
    let types = Self.groups(rasters.map { ($0.type, shown($0.path)) })
    let systems = Self.groups(rasters.map { ($0.crs, shown($0.path)) })
    findings.append("\(counted(paths.count, "raster")); \(Self.listing(systems))")
    if paths.count > Self.most { findings.append("the first \(Self.most) of them were looked at") }
    if systems.count > 1 { findings.append("layers keep the crs of their source; one merged layer (output.merge) needs vectors.crs") }
    if types.count > 1 { findings.append("values: \(Self.listing(types)); input.scale is for those that are not Byte") }
    findings += settings
    findings += refused.map { "\($0.path) cannot be read: \($0.reason)" }.shortened(to: Self.shownNames)
    findings += found.refused.map(\.error.description).shortened(to: Self.shownNames)
    findings += found.notes.shortened(to: Self.shownNames)
    findings += remarks.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
      .map { "\($0.value.count > 1 ? "\($0.value.count) of them" : $0.value[0]): \($0.key)" }.shortened(to: 8)
    regions = rasters.map(\.size)
    groundSides = rasters.compactMap(\.groundSide)
    judgeNeighbors(isWhole: paths.count <= Self.most)
  }

  // MARK: - Opening

  private struct Raster {
    var path: String
    var size: RasterSize
    var crs: String
    var type: String
    var groundSide: Double?
    var isPlaced: Bool
  }

  private let folder: String
  private var options = RasterSourceOptions()
  private var rasters: [Raster] = []
  private var refused: [(path: String, reason: String)] = []
  /// Those that open with settings of their own.
  private var needing: [(path: String, lines: [String])] = []
  /// What was found out about these settings.
  private var settings: [String] = []
  /// By what they say: the files that they are about.
  private var remarks: [String: [String]] = [:]

  private mutating func open(_ path: String) {
    do {
      let raster = try RasterSource(path: path, options: options)
      let ground = raster.groundPixel.map { ($0.x * $0.y).squareRoot() }
      rasters.append(
        Raster(
          path: path, size: raster.size, crs: raster.crs?.description ?? "no crs", type: raster.dataType, groundSide: ground,
          isPlaced: raster.isPlaced))
      for remark in raster.warnings { remarks[remark, default: []].append(shown(path)) }
    } catch {
      if error.lines.isEmpty {
        refused.append((shown(path), error.reason))
      } else {
        needing.append((path, error.lines))
      }
    }
  }

  /// Opens what needs settings with those that suit all of them.
  private mutating func openWithSettings() {
    let ranges = needing.flatMap { $0.lines.filter { $0.hasPrefix("scale:") } }.map(Self.numbers)
    if let low = ranges.compactMap(\.first).min(), let high = ranges.compactMap(\.last).max() {
      scale = .all(.init(min: low, max: high))
      options.scale = .shared(.init(min: low, max: high))
      settings.append(
        "\(counted(ranges.count, "raster")) of values that are not bytes: scale is from 2 to 98 % of what is in them; look at a preview")
    }
    let values = Set(needing.flatMap { $0.lines.filter { $0.hasPrefix("nodata:") } })
    // A value of nodata holds for all.
    let isOfAll = rasters.isEmpty && values.count == 1 && needing.allSatisfy { $0.lines.contains { $0.hasPrefix("nodata:") } }
    if isOfAll, let value = values.first.flatMap({ Double($0.dropFirst("nodata:".count).trimmingCharacters(in: .whitespaces)) }) {
      nodata = value
      options.nodata = value
      settings.append("pixels look like nodata that the files do not declare: check nodata")
    }
    let choices = Set(needing.flatMap { $0.lines.filter { $0.hasPrefix("bands:") } }.map { Self.numbers($0).map { Int($0) } })
    // A choice of bands holds for all.
    if choices.count == 1, let choice = choices.first, needing.allSatisfy({ $0.lines.contains { $0.hasPrefix("bands:") } }), rasters.isEmpty
    {
      bands = .numbers(choice)
      options.bands = .numbers(choice)
      settings.append("bands do not say which is red, green and blue: check bands")
    }
    let again = needing
    needing = []
    for source in again { open(source.path) }
    for (path, lines) in needing { refused.append((shown(path), "it needs settings that others do not: \(lines.joined(separator: ", "))")) }
  }

  /// The numbers in a line of a pipeline, such as "scale: {min: 0, max: 2900}".
  private static func numbers(_ line: String) -> [Double] { line.split { !"0123456789.-".contains($0) }.compactMap { Double($0) } }

  // MARK: - Neighbors

  private mutating func judgeNeighbors(isWhole: Bool) {
    guard isWhole, refused.isEmpty, rasters.count > 1, rasters.allSatisfy(\.isPlaced), Set(rasters.map(\.crs)).count == 1 else { return }
    let mosaic: MosaicSource
    do { mosaic = try MosaicSource(name: folder, paths: rasters.map(\.path), options: options) } catch {
      findings.append("they are not the sheets of one mosaic: \(error.reason)")
      return
    }
    let neighbors = Neighbors(mosaic.sheets.map(\.window))
    func name(_ index: Int) -> String { shown(mosaic.sheets[index].path) }
    if let (one, other) = neighbors.samePlace {
      findings.append("\(name(one)) and \(name(other)) show the same place, so that they are not taken for the sheets of one mosaic")
    } else if neighbors.groups.count == 1 {
      isMosaic = true
      regions = [mosaic.size]
      findings.append(
        "they are neighbors without gaps: mosaic: true does them as one picture of \(mosaic.size.width) × \(mosaic.size.height) pixels")
    } else if neighbors.groups.count < rasters.count {
      let alone = neighbors.groups.filter { $0.count == 1 }.map { name($0[0]) }
      let names = alone.isEmpty ? "" : "; without neighbors: \(Self.some(alone))"
      findings.append(
        "\(neighbors.groups.count) groups of neighbors with gaps between them\(names); mosaic: true would do each group without seams")
    }
  }

  // MARK: - Words

  private func shown(_ path: String) -> String { path.hasPrefix(folder + "/") ? String(path.dropFirst(folder.count + 1)) : path }

  /// The names of each kind, the commonest kind first.
  private static func groups(_ kinds: [(kind: String, name: String)]) -> [(kind: String, names: [String])] {
    Dictionary(grouping: kinds, by: \.kind).map { ($0.key, $0.value.map(\.name)) }
      .sorted { ($1.names.count, $0.kind) < ($0.names.count, $1.kind) }
  }

  /// "EPSG:32633", or "EPSG:32633 (10), EPSG:25833 (2: a.tif, b.tif)".
  private static func listing(_ groups: [(kind: String, names: [String])]) -> String {
    guard groups.count > 1 else { return groups.first?.kind ?? "none of them can be read" }
    return groups.enumerated().map { index, group in
      "\(group.kind) (\(group.names.count)\(index == 0 ? "" : ": " + some(group.names)))"
    }.joined(separator: ", ")
  }

  private static func some(_ names: [String]) -> String {
    names.prefix(shownNames).joined(separator: ", ") + (names.count > shownNames ? ", …" : "")
  }
}

extension [String] {
  /// The first lines, and how many more there are.
  fileprivate func shortened(to count: Int) -> [String] {
    self.count <= count ? self : prefix(count) + ["\(self.count - count) more like these"]
  }
}
