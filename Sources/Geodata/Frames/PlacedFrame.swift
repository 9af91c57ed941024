import Foundation
public import Frames
public import GeoTypes

/// A picture with its place: the frame, and the north-up grid on the ground that it is brought to.
public struct PlacedFrame: Sendable {
  public let frame: Frame
  public let footprint: Footprint
  public let sigma: FrameSigma
  public let time: FrameTime?
  public let maker: String?
  /// Of the grid on the ground.
  public let crs: CoordinateSystem
  public let geotransform: Geotransform
  public let size: RasterSize
  /// What was assumed or left out, a sentence each.
  let warnings: [String]
  let notes: [String]
  /// Files that the place comes from.
  let files: [String]
  /// From the grid's crs to longitudes and latitudes on WGS 84.
  let toGeographic: CoordinateTransformation
  /// Where the grid appears in the picture.
  package let lattice: GroundLattice

  /// Places a picture, by its row in the table or by its tags.
  ///
  /// - Parameter crs: of the ground; `nil` for the UTM zone of its middle.
  /// - Throws: `unsupported` with the tag that is missing, or where no part of the picture shows ground.
  init(of file: RasterDataset, options: FrameOptions, crs wanted: CoordinateSystem?, findings: RasterFindings) throws(GeodataError) {
    let (description, table) = try Self.describe(file, options, findings)
    var warnings = description.warnings
    let undulation = try Geoid.height(longitude: description.longitude, latitude: description.latitude)
    let position = Position(
      longitude: description.longitude, latitude: description.latitude,
      height: description.height + (description.reference == .geoid ? undulation : 0))
    var files = [table].compactMap(\.self)
    let ground: Ground
    switch options.terrain {
    case .level(let height): ground = .level(height + undulation)
    case .model(let path):
      files.append(path)
      let above = max(10, position.height - undulation + 500)
      let reach = min(50_000, above / tan(max(1, options.settings.leastDip) * .pi / 180))
      ground = .surface(
        try TerrainModel(path: path, center: Point(x: position.longitude, y: position.latitude), reach: reach, shift: undulation))
    }
    guard position.height > (ground.height(longitude: position.longitude, latitude: position.latitude) ?? ground.heights.lowerBound) else {
      throw GeodataError(
        .unsupported, file: file.path, reason: "its altitude is not above the ground, so it cannot be placed",
        remedy: "set input.frames.ground or input.frames.vertical")
    }
    let frame = Frame(
      camera: description.camera, position: position, rotation: description.rotation, ground: ground,
      minimumDip: options.settings.leastDip)
    let isByPixel = options.settings.leastDip > options.settings.minimumDip
    let limit = isByPixel ? "input.frames.maximumPixel" : "input.frames.minimumDip"
    guard let footprint = frame.footprint() else {
      throw GeodataError(
        .unsupported, file: file.path,
        reason: "no part of it shows the ground: it looks at or above the horizon, or less below it than \(Self.degrees(frame.leastDip))",
        remedy: isByPixel ? "raise \(limit), or remove it" : "lower \(limit), or remove it")
    }
    if footprint.isClipped {
      warnings.append("what lies above the horizon, or less below it than \(Self.degrees(frame.leastDip)) is left out (\(limit))")
    }
    if footprint.leavesTerrain { warnings.append("what lies beyond the heights of input.frames.ground is left out") }
    let crs = if let wanted { wanted } else { try Self.universalTransverseMercator(footprint.middle) }
    let grid = try Self.grid(frame, footprint, crs, file.path)
    warnings += grid.warnings
    if let stated = description.statedMiddle, let warning = Self.compare(frame, stated, description.sigma) { warnings.append(warning) }
    self.frame = frame
    self.footprint = footprint
    self.crs = crs
    self.warnings = warnings
    self.files = files
    geotransform = grid.geotransform
    size = grid.size
    sigma = description.sigma
    time = description.time
    maker = description.maker
    notes = description.notes
    let toGeographic = try CoordinateTransformation(from: crs, to: try CoordinateSystem("EPSG:4326"))
    self.toGeographic = toGeographic
    lattice = GroundLattice(frame, geotransform: grid.geotransform, size: grid.size) { places in
      var places = places
      let known = toGeographic.applyEach(to: &places)
      return zip(places, known).map { $1 ? $0 : nil }
    }
  }

  /// How the picture was taken, and the table that says so; no table for its tags.
  private static func describe(
    _ file: RasterDataset, _ options: FrameOptions, _ findings: RasterFindings
  ) throws(GeodataError) -> (FrameDescription, table: String?) {
    do throws(FrameRefusal) {
      func table(_ path: String) throws(FrameRefusal) -> SensorTable {
        try findings.table(RasterFindings.Key(path: path)) { () throws(FrameRefusal) in try read(path, options.columns) }
      }
      if let path = options.table {
        return (try table(path).description(of: file.path, size: file.size, settings: options.settings), path)
      }
      if options.looksBeside, let path = try tableBeside(file.path), try table(path).hasRow(for: file.path) {
        return (try table(path).description(of: file.path, size: file.size, settings: options.settings), path)
      }
      return (try FrameDescription(file.frameTags, settings: options.settings), nil)
    } catch {
      throw GeodataError(.unsupported, file: file.path, reason: error.reason, remedy: error.remedy)
    }
  }

  /// The table in a picture's folder; `nil` where there is none. Whoever fills the folder is not trusted: a link could lead anywhere, a pipe
  /// would never end.
  private static func tableBeside(_ path: String) throws(FrameRefusal) -> String? {
    guard !ArchivePath.isVirtual(path) else { return nil }
    let name = FrameOptions.tableBeside
    let beside = (path as NSString).deletingLastPathComponent + "/" + name
    var status = stat()
    guard lstat(beside, &status) == 0 else { return nil }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= 256_000_000 else {
      throw FrameRefusal("\(name) beside it is not a plain file of at most 256 MB", remedy: "name the table in input.frames.metadata")
    }
    return beside
  }

  private static func read(_ path: String, _ columns: [String: String]) throws(FrameRefusal) -> SensorTable {
    let name = (path as NSString).lastPathComponent
    guard let data = FileManager.default.contents(atPath: path) else { throw FrameRefusal("\(name) cannot be read") }
    return try SensorTable(String(decoding: data, as: UTF8.self), name: name, columns: columns)
  }

  static func degrees(_ radians: Double) -> String { String(format: "%.3g°", radians * 180 / .pi) }

  /// Where the table says that the middle of the picture lies, as a check.
  private static func compare(_ frame: Frame, _ stated: Point, _ sigma: FrameSigma) -> String? {
    let middle = Point(x: Double(frame.camera.size.width) / 2, y: Double(frame.camera.size.height) / 2)
    guard let place = frame.place(of: middle), let error = frame.positionError(at: middle, sigma) else { return nil }
    let east = (place.longitude - stated.x).remainder(dividingBy: 360) * 111_320 * cos(place.latitude * .pi / 180)
    let north = (place.latitude - stated.y) * 111_320
    let distance = (east * east + north * north).squareRoot()
    guard distance > max(50, 3 * error.major) else { return nil }
    return "its middle lies \(Int(distance.rounded())) m from the Frame Center of its row"
  }

  // MARK: - Grid

  static func universalTransverseMercator(_ place: Position) throws(GeodataError) -> CoordinateSystem {
    // Beyond the zones lie the polar ones.
    if place.latitude > 84 { return try CoordinateSystem("EPSG:32661") }
    if place.latitude < -80 { return try CoordinateSystem("EPSG:32761") }
    let zone = Int(((place.longitude + 180) / 6).rounded(.down))
    let number = (zone % 60 + 60) % 60 + 1
    return try CoordinateSystem("EPSG:\((place.latitude < 0 ? 32700 : 32600) + number)")
  }

  private struct Grid {
    var geotransform: Geotransform
    var size: RasterSize
    var warnings: [String] = []
  }

  /// A grid around the footprint, of pixels as large as those in the picture's middle.
  private static func grid(
    _ frame: Frame, _ footprint: Footprint, _ crs: CoordinateSystem, _ path: String
  ) throws(GeodataError) -> Grid {
    guard crs.isProjected, crs.isOnEarth else {
      throw GeodataError(
        .unsupported, file: path, reason: "the ground of a frame cannot have the crs \(crs), which is not a projection",
        remedy: "set input.crs to a projected one, or leave it out")
    }
    guard let pixel = frame.pixelSize(at: footprint.middlePixel), pixel.width > 0, pixel.height > 0 else {
      throw GeodataError(.unsupported, file: path, reason: "its pixels have no size on the ground, so it cannot be placed")
    }
    var points = footprint.outline.map { Point(x: $0.longitude, y: $0.latitude) }
    try CoordinateTransformation(from: try CoordinateSystem("EPSG:4326"), to: crs).apply(to: &points)
    guard let bounds = Bounds(of: points) else { throw GeodataError(.unsupported, file: path, reason: "its footprint cannot be placed") }
    var warnings: [String] = []
    var side = (pixel.width * pixel.height).squareRoot() / crs.metersPerUnit
    // Far off nadir, pixels in the middle are much smaller than those far away.
    let (width, height) = (bounds.maxX - bounds.minX, bounds.maxY - bounds.minY)
    let most = 16 * Double(frame.camera.size.area) + 1_000_000
    let coarsest = (width * height / most).squareRoot()
    if side < coarsest {
      warnings.append(
        "its ground is read with pixels of \(String(format: "%.3g", coarsest * crs.metersPerUnit)) m, coarser than those in its middle, "
          + "as its far part is long: set input.frames.maximumPixel to leave that out")
      side = coarsest
    }
    // Three digits are enough, and a whole number of pixels from the crs's origin makes frames comparable.
    let scale = pow(10, 2 - (log10(side)).rounded(.down))
    side = (side * scale).rounded(.up) / scale
    let (left, top) = (((bounds.minX / side).rounded(.down) - 1) * side, ((bounds.maxY / side).rounded(.up) + 1) * side)
    let size = RasterSize(
      width: Int(((bounds.maxX - left) / side).rounded(.up)) + 1, height: Int(((top - bounds.minY) / side).rounded(.up)) + 1)
    guard size.width <= RasterLimits.side, size.height <= RasterLimits.side else {
      throw GeodataError(
        .tooLarge, file: path, reason: "its ground would have \(size.width) × \(size.height) pixels",
        remedy: "set input.frames.maximumPixel")
    }
    return Grid(geotransform: Geotransform(left, side, 0, top, 0, -side), size: size, warnings: warnings)
  }

  // MARK: - Use

  /// One standard error of a place, along its worst axis, in meters; `nil` where the picture does not show it.
  ///
  /// - Parameter place: in the crs of the grid.
  public func positionError(at place: Point) -> Double? {
    guard let geographic = try? toGeographic.apply(place),
      let pixel = frame.pixel(longitude: geographic.x, latitude: geographic.y)
    else { return nil }
    return frame.positionError(at: pixel, sigma)?.major
  }

  /// The outline of the ground that the picture shows: longitudes and latitudes on WGS 84 in degrees, continuous across 180°.
  public var outline: [Point] {
    let first = footprint.outline.first?.longitude ?? 0
    return footprint.outline.map { place in
      Point(x: place.longitude - ((place.longitude - first) / 360).rounded() * 360, y: place.latitude)
    }
  }
}
