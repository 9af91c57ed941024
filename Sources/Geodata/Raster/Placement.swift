import Foundation
import GeoTypes

/// Where a raster lies, and what was odd in finding it out.
struct Placement {
  /// The raster to read pixels from: the file itself, or a warped view of it.
  var dataset: RasterDataset
  var geotransform: Geotransform
  var crs: CoordinateSystem?
  var isPlaced: Bool
  var isWarped: Bool
  /// How well the control points fit, where they place it.
  var fit: ControlPointFit?
  /// The heights of `input.dem`, where they place it.
  var heights: HeightUse?
  /// The picture's own geometry, where it is placed by its tags.
  var frame: PlacedFrame?
  var warnings: [String]
  /// Where the crs was found; see `RasterReading`.
  var crsFrom: String?
  /// What of the file or the pipeline is not used, a sentence each; in `warnings`, too.
  var ignored: [String] = []
  /// Files that the place comes from and GDAL does not list.
  var files: [String] = []

  /// Finds the place of a raster: geotransform; else its tags, where the pipeline has frames; else control points, else rational polynomials,
  /// else none.
  ///
  /// - Parameters:
  ///   - hasPalette: values are indexes, which a warped view must not mix.
  ///   - extraNodata: the pipeline's nodata value, which a warped view must not mix in either.
  ///   - ignoresAlpha: whether a band tagged as alpha is a band like others.
  /// - Throws: `damaged` where tags that are there cannot be read; `unsupported` where the heights that the pipeline names do not place it.
  init(
    of file: RasterDataset, hasPalette: Bool, extraNodata: Double?, ignoresAlpha: Bool, options: RasterSourceOptions
  ) throws(GeodataError) {
    dataset = file
    isWarped = false
    warnings = []
    if let found = try file.geotransform() {
      if found.tellsPixelsApart(in: file.size) {
        geotransform = found
        crs = nil
        isPlaced = true
        warnings += try Placement.rivals(of: file, geotransform: found)
        try settleCRS(try file.crs(), of: file, options: options)
        if options.frames != nil { warnings.append("input.frames is not used, as it is georeferenced by itself") }
        return
      }
      warnings.append("its geotransform does not tell its pixels apart and is not used")
    }
    geotransform = .pixels
    crs = nil
    isPlaced = false
    if let frames = options.frames {
      try useFrame(of: file, hasPalette: hasPalette, extraNodata: extraNodata, ignoresAlpha: ignoresAlpha, frames, options)
      return
    }
    if try usesControlPoints(of: file, hasPalette: hasPalette, extraNodata: extraNodata, ignoresAlpha: ignoresAlpha, options: options) {
      return
    }
    // Asked all the same: a crs that cannot be read is damage.
    _ = try file.crs()
    warnings.append("it is not georeferenced: its layers are in pixel coordinates, without a crs")
    noteUnplaced(file, options: options)
  }

  /// Reads the ground that a picture shows.
  private mutating func useFrame(
    of file: RasterDataset, hasPalette: Bool, extraNodata: Double?, ignoresAlpha: Bool, _ frames: FrameOptions,
    _ options: RasterSourceOptions
  ) throws(GeodataError) {
    let found = try PlacedFrame(of: file, options: frames, crs: options.crs, findings: options.findings)
    frame = found
    warnings += found.warnings
    files += found.files
    guard !frames.readsPicture else { return }
    dataset = try file.view(found, nodata: extraNodata, ignoresAlpha: ignoresAlpha, nearest: hasPalette)
    geotransform = found.geotransform
    crs = found.crs
    crsFrom = options.crs == nil ? "UTM zone of its middle" : "input.crs"
    (isPlaced, isWarped) = (true, true)
  }

  /// Tries the warped views; leaves `self` as it is where none works.
  private mutating func usesControlPoints(
    of file: RasterDataset, hasPalette: Bool, extraNodata: Double?, ignoresAlpha: Bool, options: RasterSourceOptions
  ) throws(GeodataError) -> Bool {
    let nodata = file.describe(band: 1).nodata == nil ? extraNodata : nil
    var methods: [(what: String, arguments: [String], dem: String?)] = []
    let points = file.controlPointCount
    guard options.controlPoints != .thinPlate || points <= RasterLimits.splinePoints else {
      throw GeodataError(
        .tooLarge, file: file.path,
        reason:
          "it has \(points) ground control points; a thin plate spline through more than \(RasterLimits.splinePoints) takes too much memory",
        remedy: "set input.gcp: polynomial, or warp it with gdalwarp")
    }
    if points > 0 {
      methods.append(("\(points) ground control point\(points == 1 ? "" : "s")", options.controlPoints == .thinPlate ? ["-tps"] : [], nil))
    }
    if !file.metadata(domain: "RPC").isEmpty {
      // GDAL would take height 0, which shifts what lies in the mountains.
      let height = file.metadata("HEIGHT_OFF", domain: "RPC").flatMap { $0.split(separator: " ").first }.flatMap { Double($0) } ?? 0
      if let dem = options.dem {
        try HeightModel.check(dem)
        methods.append(
          ("rational polynomials (RPC) and the heights of \(Placement.name(of: dem))", ["-rpc", "-to", "RPC_DEM=\(dem)"], dem))
      } else {
        methods.append(
          ("rational polynomials (RPC) at their mean height of \(height) m", ["-rpc", "-to", "RPC_HEIGHT=\(height)"], nil))
      }
    }
    for (what, arguments, dem) in methods {
      do throws(GeodataError) {
        let use = try dem.map { (dem) throws(GeodataError) in try heights(of: dem, for: file) }
        let view = try file.warped(
          method: arguments + (ignoresAlpha ? ["-nosrcalpha"] : []) + (nodata.map { ["-srcnodata", "\($0)"] } ?? []), nearest: hasPalette)
        // A polynomial far off its points can blow a view up to any size.
        guard view.size.area <= 16 * file.size.area + 1_000_000, let found = try view.geotransform(),
          found.tellsPixelsApart(in: view.size)
        else {
          guard dem == nil else { throw Placement.unplaced(file, "its \(what) give it no valid place") }
          warnings.append("its \(what) give it no valid place and are not used")
          continue
        }
        heights = use
        dataset = view
        geotransform = found
        isPlaced = true
        isWarped = true
        try settleCRS(try view.crs(), of: file, options: options)
        let usesPoints = arguments.isEmpty || arguments == ["-tps"]
        if usesPoints {
          fit = ControlPointFit(
            file.controlPoints(thinPlate: options.controlPoints == .thinPlate),
            method: options.controlPoints == .thinPlate ? "thin plate spline" : "polynomial",
            view: found, size: view.size, crs: crs)
        }
        warnings.append("placed by its \(what)\(fit.map { ", \($0.sentence)" } ?? ""): read through a warped view, north up")
        if let fit, fit.maxPixels > 1, options.controlPoints != .thinPlate {
          warnings.append(
            "its control points do not fit a polynomial to a pixel: set input.gcp: tps to go through all of them, or check the points")
        }
        return true
      } catch {
        // The heights are the user's own word: without them it would lie elsewhere.
        guard dem == nil else { throw error.remedy.isEmpty ? Placement.unplaced(file, error.reason) : error }
        warnings.append("its \(what) cannot be used: \(error.reason)")
      }
    }
    return false
  }

  /// Finds out whether there are heights where a source lies.
  ///
  /// - Throws: `unsupported` where there are none at all.
  private mutating func heights(of dem: String, for file: RasterDataset) throws(GeodataError) -> HeightUse {
    let use = HeightUse(file: Placement.name(of: dem), shareWithout: try file.shareWithoutHeight(of: dem))
    guard use.shareWithout < 1 else { throw Placement.unplaced(file, "\(use.file) (input.dem) has no height where it lies") }
    if use.shareWithout > 0 {
      let percent = max(1, Int((use.shareWithout * 100).rounded()))
      warnings.append("\(use.file) (input.dem) has no height for about \(percent) % of it: those pixels are not valid")
    }
    return use
  }

  private static func unplaced(_ file: RasterDataset, _ reason: String) -> GeodataError {
    GeodataError(.unsupported, file: file.path, reason: reason, remedy: "give heights that cover it in input.dem, or leave input.dem out")
  }

  /// Warnings about other sources of the place that say otherwise: GDAL's order holds (.aux.xml, tags, .tab, world file).
  private static func rivals(of file: RasterDataset, geotransform: Geotransform) throws(GeodataError) -> [String] {
    var warnings: [String] = []
    let used = Set(file.files)
    if file.driver == "GTiff", used.contains(file.path + ".aux.xml"),
      let tags = try file.reopened(openOptions: ["GEOREF_SOURCES=INTERNAL"]).geotransform(),
      differs(tags, geotransform, size: file.size)
    {
      warnings.append("its tags place it elsewhere than \(name(of: file.path)).aux.xml, which was taken as GDAL does")
    }
    for world in worldFiles(of: file.path) where !used.contains(world) {
      guard let other = readWorldFile(world, of: file), differs(other, geotransform, size: file.size) else { continue }
      warnings.append("the world file \(name(of: world)) places it elsewhere: the file's own georeferencing was taken")
    }
    try file.requireNothingElsewhere()
    return warnings
  }

  private static func name(of path: String) -> String { (path as NSString).lastPathComponent }

  /// Whether a corner lies more than a hundredth of a pixel apart.
  private static func differs(_ first: Geotransform, _ second: Geotransform, size: RasterSize) -> Bool {
    let tolerance = 0.01 * min(second.pixelSize.width, second.pixelSize.height)
    for (column, row) in [(0, 0), (size.width, 0), (0, size.height), (size.width, size.height)] {
      let one = first.apply(column: Double(column), row: Double(row))
      let other = second.apply(column: Double(column), row: Double(row))
      if abs(one.x - other.x) > tolerance || abs(one.y - other.y) > tolerance { return true }
    }
    return false
  }

  /// World files that exist beside a raster: .tfw for .tif, .tifw, .wld.
  private static func worldFiles(of path: String) -> [String] {
    let stem = (path as NSString).deletingPathExtension
    let ending = (path as NSString).pathExtension
    var endings = ["wld"]
    if let first = ending.first, let last = ending.last { endings = ["\(first)\(last)w", "\(ending)w", "wld"] }
    return endings.map { "\(stem).\($0)" }.filter { FileManager.default.fileExists(atPath: $0) }
  }

  /// Six numbers, one a line; the position is that of the first pixel's center.
  private static func readWorldFile(_ path: String, of file: RasterDataset) -> Geotransform? {
    guard let bytes = file.bytes(beside: path, atMost: 4095), let text = String(data: bytes, encoding: .utf8) else { return nil }
    let numbers = text.split(whereSeparator: \.isWhitespace).compactMap { Double($0.replacing(",", with: ".")) }
    guard numbers.count >= 6 else { return nil }
    let (a, d, b, e, x, y) = (numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5])
    return Geotransform(x - (a + b) / 2, a, b, y - (d + e) / 2, d, e)
  }
}
