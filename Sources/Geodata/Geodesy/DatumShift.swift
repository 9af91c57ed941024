import CPROJ
import Foundation
public import GeoTypes
import Synchronization

/// How well positions come from one crs to another at some place: what PROJ says of the transformation that it chooses there, and whether a better one
/// lacks a file.
public struct DatumShift: Sendable, Hashable {
  /// Meters; `nil` where PROJ does not know it.
  public let accuracy: Double?
  /// Whether PROJ knows no transformation between the datums, and takes one for the other.
  public let isBallpark: Bool
  /// A more accurate transformation, whose grids are not installed.
  public let better: Better?

  /// Whether positions keep their longitudes and latitudes: PROJ takes the datums as equal, as far as the accuracy says.
  public private(set) var isIdentity = false

  /// Whether both datums are fitted to the whole earth. Where PROJ knows nothing between such, they are as equal as those that it states to be.
  private let areOfSatellites: Bool

  /// A transformation that cannot be used.
  public struct Better: Sendable, Hashable {
    /// Meters.
    public let accuracy: Double
    /// File names.
    public let grids: [String]
  }

  /// A shift that is stated to be more accurate is as good as datums are: WGS 84 itself is known to a few meters only, and what is called equal to it
  /// (ETRS89, NAD83, GDA2020) is stated with 1 to 4 m.
  private static let usual = 4.0

  /// - Parameter place: longitude and latitude in degrees.
  /// - Returns: `nil` where PROJ finds no transformation at all.
  init?(from source: CoordinateSystem, to target: CoordinateSystem, at place: Point) {
    let all = DatumOperation.all(from: source, to: target)
    let here = all.filter { $0.covers(place) }
    let usable = here.filter(\.isUsable)
    guard let first = usable.first ?? all.first(where: \.isUsable) else { return nil }
    // As GDAL chooses for each position: the most accurate, and of equal ones the first.
    let chosen = usable.dropFirst().reduce(first) { best, next in
      guard let accuracy = next.accuracy else { return best }
      return accuracy < best.accuracy ?? .infinity ? next : best
    }
    accuracy = chosen.accuracy
    isBallpark = chosen.isBallpark
    areOfSatellites = source.isOfSatellites && target.isOfSatellites
    // Areas are rectangles: Canada's reaches far into the United States, and the smallest one is most likely the place's own.
    better = here.filter { !$0.isUsable && !$0.missingGrids.isEmpty && $0.accuracy ?? .infinity < chosen.accuracy ?? .infinity }
      .min { ($0.extent, $0.accuracy ?? .infinity) < ($1.extent, $1.accuracy ?? .infinity) }
      .flatMap { operation in operation.accuracy.map { Better(accuracy: $0, grids: operation.missingGrids) } }
  }

  /// How well the middle of a raster comes from its crs to another; `nil` where both are the same, and where there is no transformation.
  public init?(
    from source: CoordinateSystem, to target: CoordinateSystem, geotransform: Geotransform, size: RasterSize
  ) {
    guard source != target, source.isOnEarth, target.isOnEarth else { return nil }
    let place = geotransform.apply(column: Double(size.width) / 2, row: Double(size.height) / 2)
    guard let edges = try? EdgeMeasure(source) else { return nil }
    var points = [place]
    guard (try? edges.toGeographic(&points)) != nil else { return nil }
    let middle = Point(x: points[0].x * 180 / .pi + source.primeMeridian, y: points[0].y * 180 / .pi)
    self.init(from: source, to: target, at: middle)
    isIdentity = Self.keeps(middle, place, from: source, to: target)
  }

  /// Whether a position has the same longitude and latitude in both crs, to a centimeter.
  private static func keeps(_ degrees: Point, _ place: Point, from source: CoordinateSystem, to target: CoordinateSystem) -> Bool {
    guard let transformation = try? CoordinateTransformation(from: source, to: target), let moved = try? transformation.apply(place),
      let edges = try? EdgeMeasure(target)
    else { return false }
    var points = [moved]
    guard (try? edges.toGeographic(&points)) != nil else { return false }
    let east = (points[0].x * 180 / .pi + target.primeMeridian - degrees.x).remainder(dividingBy: 360)
    return max(abs(east), abs(points[0].y * 180 / .pi - degrees.y)) < 1e-7
  }

  /// What to say where positions may be off by more than a pixel; `nil` where they are as good as they can be.
  ///
  /// - Parameters:
  ///   - what: which positions, such as "its longitudes and latitudes".
  ///   - source: the crs that they come from.
  ///   - target: the crs that they are in.
  ///   - pixel: the side of a pixel, in meters.
  public func warning(_ what: String, from source: CoordinateSystem, to target: CoordinateSystem, pixel: Double) -> String? {
    let accuracy = isBallpark && areOfSatellites ? self.accuracy ?? Self.usual : self.accuracy
    if isBallpark, !areOfSatellites, better == nil {
      // Datums differ by up to about a kilometer.
      guard pixel < 1000 else { return nil }
      return
        "PROJ knows no transformation from the datum of \(source) to that of \(target) where it lies: the two are taken as the same, so that \(what) "
        + "may be off by many meters (its pixels measure \(Self.meters(pixel)))"
    }
    if let accuracy, accuracy <= pixel { return nil }
    let better = better.flatMap { isWorthwhile($0, pixel, than: accuracy) ? $0 : nil }
    guard better != nil || accuracy ?? 0 > Self.usual else { return nil }
    let stated = accuracy.map { "to \(Self.meters($0)) only" } ?? "to an unknown degree"
    var text = "\(what) are accurate \(stated) by the transformation from \(source) to \(target), its pixels measure \(Self.meters(pixel))"
    if let better {
      let isOne = better.grids.count == 1
      text +=
        ": PROJ's grid\(isOne ? "" : "s") \(better.grids.joined(separator: " and ")), by which they would be accurate to "
        + "\(Self.meters(better.accuracy)), \(isOne ? "is" : "are") not installed; install \(isOne ? "it" : "them") with projsync"
    }
    return text
  }

  /// Whether a transformation would improve positions by what matters. Between datums that PROJ takes as equal (NAD83 and WGS 84) the grids of one of
  /// them leave about as much unknown as there was, unless they come to a pixel.
  private func isWorthwhile(_ better: Better, _ pixel: Double, than accuracy: Double?) -> Bool {
    guard isIdentity, let accuracy, accuracy <= Self.usual else { return true }
    return better.accuracy <= pixel && accuracy - better.accuracy >= pixel
  }

  private static func meters(_ value: Double) -> String { String(format: "%.3g m", value) }
}

extension CoordinateSystem {
  /// Whether its ellipsoid is GRS 80 or that of WGS 84, which are fitted to the whole earth: datums on these are realizations of the ITRF (CGCS2000, GDM2000),
  /// or within a meter or two of it. The few local datums on GRS 80, such as GGRS87, are those that PROJ has transformations for.
  fileprivate var isOfSatellites: Bool { abs(semiMajorAxis - 6_378_137) < 0.01 && abs(inverseFlattening - 298.2572) < 0.0001 }
}

/// A transformation between two crs that PROJ knows.
struct DatumOperation: Sendable, Hashable {
  /// Meters; `nil` where it is not known.
  var accuracy: Double?
  var isBallpark: Bool
  var isUsable: Bool
  var missingGrids: [String]
  /// Degrees, west to north; `nil` for everywhere.
  var area: [Double]?

  func covers(_ place: Point) -> Bool {
    guard let area else { return true }
    guard place.y >= area[1], place.y <= area[3] else { return false }
    let longitude = place.x.remainder(dividingBy: 360)
    return area[0] <= area[2] ? longitude >= area[0] && longitude <= area[2] : longitude >= area[0] || longitude <= area[2]
  }

  /// Square degrees.
  var extent: Double {
    guard let area else { return 360 * 180 }
    return (area[2] - area[0] + (area[2] < area[0] ? 360 : 0)) * (area[3] - area[1])
  }

  private struct Pair: Hashable {
    var source: String
    var target: String
  }

  private static let known = Mutex<[Pair: [DatumOperation]]>([:])

  /// All that PROJ knows for two crs, in its order, those without their grids included; empty where it cannot tell.
  ///
  /// - Complexity: PROJ's database is asked once for a pair.
  static func all(from source: CoordinateSystem, to target: CoordinateSystem) -> [DatumOperation] {
    let pair = Pair(source: source.wkt, target: target.wkt)
    if let found = known.withLock({ $0[pair] }) { return found }
    let found = lookUp(source.wkt, target.wkt)
    known.withLock {
      if $0.count >= 200 { $0 = [:] }
      $0[pair] = found
    }
    return found
  }

  private static func lookUp(_ source: String, _ target: String) -> [DatumOperation] {
    guard let context = proj_context_create() else { return [] }
    defer { proj_context_destroy(context) }
    proj_log_level(context, PJ_LOG_NONE)
    // As for GDAL's own: grids are files here.
    proj_context_set_enable_network(context, 0)
    guard let first = proj_create(context, source) else { return [] }
    defer { proj_destroy(first) }
    guard let second = proj_create(context, target) else { return [] }
    defer { proj_destroy(second) }
    guard let factory = proj_create_operation_factory_context(context, nil) else { return [] }
    defer { proj_operation_factory_context_destroy(factory) }
    proj_operation_factory_context_set_spatial_criterion(context, factory, PROJ_SPATIAL_CRITERION_PARTIAL_INTERSECTION)
    proj_operation_factory_context_set_grid_availability_use(context, factory, PROJ_GRID_AVAILABILITY_IGNORED)
    guard let list = proj_create_operations(context, first, second, factory) else { return [] }
    defer { proj_list_destroy(list) }
    return (0..<proj_list_get_count(list)).compactMap { index in
      guard let operation = proj_list_get(context, list, index) else { return nil }
      defer { proj_destroy(operation) }
      return DatumOperation(context, operation)
    }
  }

  private init(_ context: OpaquePointer, _ operation: OpaquePointer) {
    let stated = proj_coordoperation_get_accuracy(context, operation)
    accuracy = stated.isFinite && stated >= 0 ? stated : nil
    isBallpark = proj_coordoperation_has_ballpark_transformation(context, operation) != 0
    isUsable = proj_coordoperation_is_instantiable(context, operation) != 0
    missingGrids = (0..<proj_coordoperation_get_grid_used_count(context, operation)).compactMap { index in
      var name: UnsafePointer<CChar>?
      var isThere: Int32 = 0
      guard proj_coordoperation_get_grid_used(context, operation, index, &name, nil, nil, nil, nil, nil, &isThere) != 0, isThere == 0,
        let name
      else { return nil }
      return String(cString: name)
    }
    var (west, south, east, north) = (0.0, 0.0, 0.0, 0.0)
    let isKnown = proj_get_area_of_use(context, operation, &west, &south, &east, &north, nil) != 0
    area = isKnown && abs(west) <= 360 && abs(south) <= 90 ? [west, south, east, north] : nil
  }
}
