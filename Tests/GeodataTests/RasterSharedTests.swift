import Foundation
import GeoTypes
import Geodata
import Testing

/// Real and hostile files, compared with the committed table georeferencing.tsv: file, outcome, lines pasted, reason.
@Suite(.enabled(if: sharedData != nil, "needs ../shared/data")) struct RasterSharedTests {
  struct Row: Equatable, CustomStringConvertible {
    var file: String
    /// done, or the error's code.
    var outcome: String
    /// What the refusals proposed and was taken over.
    var pasted: String
    /// The refusal's reason, or what was odd.
    var reason: String

    var description: String { "\(file)\t\(outcome)\t\(pasted)\t\(reason)" }
  }

  @Test func everyFileHasTheOutcomeOfTheTable() throws {
    let folder = try #require(sharedData)
    var rows: [Row] = []
    for part in ["georeferencing", "orthophotos/single"] {
      let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(part)").sorted()
      for name in names where [".tif", ".png"].contains(where: name.hasSuffix) {
        rows.append(outcome(of: "\(folder)/\(part)/\(name)", name: "\(part)/\(name)"))
      }
    }
    let table = rows.map { "\($0)\n" }.joined()
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("georeferencing.tsv")
    if ProcessInfo.processInfo.environment["ORTHOWEAVE_RECORD"] != nil {
      try ("file\toutcome\tpasted\treason\n" + table).write(to: url, atomically: false, encoding: .utf8)
    }
    let expected = try String(contentsOf: url, encoding: .utf8).split(separator: "\n").dropFirst().map(String.init)
    #expect(rows.map(\.description) == expected)
  }

  private func outcome(of path: String, name: String) -> Row {
    var options = RasterSourceOptions()
    var pasted: [String] = []
    var row = Row(file: name, outcome: "done", pasted: "", reason: "")
    for _ in 0..<2 {
      do {
        let source = try RasterSource(path: path, options: options)
        let valid = try readAll(source)
        row.reason = ([valid ? nil : "no valid pixel"].compactMap { $0 } + source.warnings).joined(separator: "; ")
        row.outcome = "done"
        break
      } catch let error as GeodataError {
        row.outcome = error.code.rawValue
        row.reason = error.reason.replacingOccurrences(of: (path as NSString).deletingLastPathComponent + "/", with: "")
        guard !error.lines.isEmpty else { break }
        pasted = error.lines
        for line in error.lines { paste(line, into: &options) }
      } catch {
        row.outcome = "trap"
      }
    }
    row.pasted = pasted.joined(separator: "; ")
    return row
  }

  /// Reads in strips, as a run does; strips without pixels are passed over. Whether any pixel is valid.
  private func readAll(_ source: RasterSource) throws -> Bool {
    var any = false
    for row in stride(from: 0, to: source.size.height, by: 1024) {
      let window = Window(column: 0, row: row, width: source.size.width, height: min(1024, source.size.height - row))
      guard try source.validCoverage(window) != .none else { continue }
      if try source.read(window).hasValidPixel { any = true }
    }
    return any
  }

  @Test func theFoldersStayAsTheyAre() throws {
    let folder = try #require(sharedData) + "/georeferencing"
    func listing() throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { name in
        let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/" + name)
        return "\(name) \(attributes[.size] ?? "") \(attributes[.modificationDate] ?? "")"
      }
    }
    let before = try listing()
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasSuffix(".tif") {
      _ = try? RasterSource(path: folder + "/" + name)
    }
    #expect(try listing() == before)
  }

  @Test func southUpFlippedIsTheOriginal() throws {
    let folder = try #require(sharedData) + "/orthophotos/single"
    let up = try RasterSource(path: folder + "/OSBS_029.tif")
    let down = try RasterSource(path: folder + "/derived_southup.tif")
    let first = try up.read(Window(up.size)).numbers
    let second = try down.read(Window(down.size)).numbers
    let row = up.size.width * 3
    for y in 0..<up.size.height {
      let other = up.size.height - 1 - y
      if first[(y * row)..<((y + 1) * row)].elementsEqual(second[(other * row)..<((other + 1) * row)]) { continue }
      // Nodata 255 is set in one of the two only.
      let flags = try up.read(Window(column: 0, row: y, width: up.size.width, height: 1)).flags
      for x in 0..<up.size.width where flags[x] == 1 {
        #expect(first[y * row + 3 * x] == second[other * row + 3 * x])
      }
    }
    #expect(!down.geotransform.isNorthUp && down.geotransform.c5 > 0)
  }

  @Test func maskAlphaAndNodataHoldTheSharesOfTheReadme() throws {
    let folder = try #require(sharedData) + "/orthophotos/single"
    for (name, percent) in [("alpha", 11.3), ("mask", 3.1), ("nodata", 2.66)] {
      let source = try RasterSource(path: "\(folder)/hro_colorado_\(name).tif")
      let flags = try source.read(Window(source.size)).flags
      let share = 100 * Double(flags.count { $0 == 0 }) / Double(flags.count)
      #expect(abs(share - percent) < 0.06, "\(name): \(share)")
    }
  }

  @Test func warpedViewsDoNotDependOnTheWindow() throws {
    let folder = try #require(sharedData) + "/georeferencing"
    let options = RasterSourceOptions(bands: .numbers([1, 1, 1]))
    let whole = try RasterSource(path: folder + "/cog_gcps_ovr.tif", options: options)
    let all = try whole.read(Window(whole.size))
    let (allNumbers, allFlags) = (all.numbers, all.flags)
    let again = try RasterSource(path: folder + "/cog_gcps_ovr.tif", options: options)
    for (column, row, width, height) in [(1300, 900, 117, 171), (100, 200, 301, 7), (511, 127, 2, 2), (700, 3, 1, 900)] {
      let window = Window(column: column, row: row, width: width, height: height)
      let part = try again.read(window)
      let (numbers, flags) = (part.numbers, part.flags)
      for y in 0..<height {
        let from = (row + y) * whole.size.width + column
        #expect(numbers[(y * width * 3)..<((y + 1) * width * 3)].elementsEqual(allNumbers[(from * 3)..<((from + width) * 3)]))
        #expect(flags[(y * width)..<((y + 1) * width)].elementsEqual(allFlags[from..<(from + width)]))
      }
    }
  }

  @Test func crsWithoutACodeAndLocalOnesAreCarried() throws {
    let folder = try #require(sharedData)
    func crs(_ name: String, bands: RasterSourceOptions.Bands = .numbers([1, 1, 1])) throws -> CoordinateSystem? {
      try RasterSource(
        path: "\(folder)/\(name)", options: RasterSourceOptions(bands: bands, scale: .shared(.init(min: 0, max: 10)))
      ).crs
    }
    let lambert = try crs("orthophotos/single/image_colormap.tif", bands: .auto)
    #expect(lambert?.authority == nil && lambert?.isProjected == true && lambert?.wkt.contains("Lambert_Azimuthal") == true)
    #expect(try crs("georeferencing/imagine_localcs_citation.tif")?.isOnEarth == false)
    #expect(try crs("georeferencing/epsg26711_3855_geotiff1_1.tif")?.authority == "EPSG:26711")
    #expect(try crs("georeferencing/epsg4979_geotiff1_1.tif")?.authority == "EPSG:4326")
    #expect(try crs("georeferencing/gtiff_towgs84_override.tif")?.name == "DHDN / 3-degree Gauss-Kruger zone 3")
    #expect(try crs("georeferencing/epsg_2853_with_us_feet.tif")?.isProjected == true)
    #expect(try crs("georeferencing/WGS_1984_Web_Mercator_Auxiliary_Sphere.tif")?.name == "WGS 84 / Pseudo-Mercator")
  }

  @Test func pointsAndWritersErrorsAreHandledOnceByGDAL() throws {
    let folder = try #require(sharedData) + "/georeferencing"
    let options = RasterSourceOptions(bands: .numbers([1, 1, 1]))
    #expect(
      try RasterSource(path: folder + "/byte_point.tif", options: options).geotransform == Geotransform(440_690, 60, 0, 3_751_350, 0, -60))
    #expect(try RasterSource(path: folder + "/negative_scaley.tif", options: options).geotransform.isNorthUp)
    let rotated = try RasterSource(path: folder + "/geomatrix.tif", options: options)
    #expect(rotated.geotransform == Geotransform(1_841_001.75, 1.5, -5, 1_144_003.25, -5, -1.5))
  }

  @Test func aJPEGNamedTifOpensByContentWithItsPlaceBeside() throws {
    let folder = try #require(sharedData) + "/orthophotos/banepa/as-found"
    let source = try RasterSource(path: folder + "/OAM-386690-220241-19.tif")
    #expect(source.isPlaced && source.crs != nil)
    #expect(source.files.contains { $0.hasSuffix(".aux.xml") })
    let wrapped = try RasterSource(path: folder + "/../train/OAM-386690-220241-19.tif")
    #expect(try source.read(Window(source.size)).numbers == wrapped.read(Window(wrapped.size)).numbers)
  }

  @Test func chipsInDegreesFitOneGridAndSoDoesTheVRT() throws {
    let folder = try #require(sharedData) + "/orthophotos/banepa"
    let paths = try FileManager.default.contentsOfDirectory(atPath: folder + "/train").filter { $0.hasSuffix(".tif") }
      .map { "\(folder)/train/\($0)" }
    let mosaic = try MosaicSource(name: "train", paths: paths)
    #expect(mosaic.size == RasterSize(width: 3072, height: 4096))
    #expect(mosaic.sheets.count == 48)
    let vrt = try RasterSource(path: folder + "/train-mosaic-3857.vrt", options: RasterSourceOptions(allowVRT: true))
    #expect(vrt.size == mosaic.size && vrt.crs?.authority == "EPSG:3857")
    #expect(vrt.files.count == 49)
    for window in [
      Window(column: 400, row: 900, width: 700, height: 300), Window(column: 2900, row: 3900, width: 172, height: 196),
    ] {
      #expect(try mosaic.read(window).numbers == vrt.read(window).numbers)
    }
    #expect(throws: GeodataError.self) { try RasterSource(path: folder + "/train-mosaic-3857.vrt") }
  }
}

/// Takes a line of `input` over as a user would.
private func paste(_ line: String, into options: inout RasterSourceOptions) {
  let numbers = line.split { !"-.0123456789".contains($0) }.compactMap { Double($0) }
  if line.hasPrefix("bands:") { options.bands = .numbers(numbers.map { Int($0) }) }
  if line.hasPrefix("nodata:") { options.nodata = numbers.first }
  if line.hasPrefix("scale:"), numbers.count == 2 { options.scale = .shared(.init(min: numbers[0], max: numbers[1])) }
}
