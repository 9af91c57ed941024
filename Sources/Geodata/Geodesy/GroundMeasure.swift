import Foundation
public import GeoTypes

/// What a ring measures: the area inside (positive where it runs counter-clockwise with y upwards) and its length.
public struct RingMeasure: Sendable, Hashable {
  public var signedArea: Double
  public var length: Double
}

/// Areas and lengths on the ground of what is drawn in a crs: on the crs's own ellipsoid, with edges straight in the crs (as a
/// GIS draws them, in degrees too). Areas are additive: neighbors and holes sum as pixels do.
///
/// Without a crs, or with one that is not on the earth, it measures the plane: units and squared units of what it is given.
public struct GroundMeasure: Sendable {
  private enum Method: Sendable {
    case plane
    case series(GroundSeries)
    case edges(EdgeMeasure)
  }

  private let method: Method

  /// Whether results are meters and square meters on the ellipsoid.
  public var isGeodesic: Bool {
    if case .plane = method { false } else { true }
  }

  /// - Parameters:
  ///   - crs: what the points that follow are given in.
  ///   - bounds: a rectangle that holds them, in that crs.
  public init(crs: CoordinateSystem?, over bounds: Bounds) throws(GeodataError) {
    guard let crs, crs.isGeodetic else {
      method = .plane
      return
    }
    let edges = try EdgeMeasure(crs)
    let series = GroundSeries(over: bounds, step: 500 / edges.metersPerUnit) { points in
      try edges.toGeographic(&points)
      return points.map { edges.ellipsoid.position(longitude: $0.x, latitude: $0.y) }
    }
    method = series.map { .series($0) } ?? .edges(edges)
  }

  /// Measures edge by edge through the projection, whatever the extent: slower, for tests of the fast way.
  package init(byEdgesOf crs: CoordinateSystem) throws(GeodataError) { method = .edges(try EdgeMeasure(crs)) }

  /// The surface of the whole ellipsoid of a crs, in m².
  public static func surface(of crs: CoordinateSystem) -> Double { 4 * .pi * Ellipsoid(of: crs).zone(toLatitude: .pi / 2) }

  package var isSeries: Bool {
    if case .series = method { true } else { false }
  }

  /// Measures a ring; the last point is joined to the first.
  ///
  /// - Throws: `GeodataError.Code.reference` where a point lies outside what the crs can describe.
  public func measure(_ points: some RandomAccessCollection<Point>) throws(GeodataError) -> RingMeasure {
    guard points.count > 1 else { return RingMeasure(signedArea: 0, length: 0) }
    switch method {
    case .plane: return Self.plane(points)
    case .series(let series): return series.measure(points)
    case .edges(let edges): return try edges.measure(points)
    }
  }

  /// The same for the slices that layers are made of; compiled for them, which the general one is not in other modules.
  public func measure(_ points: ArraySlice<Point>) throws(GeodataError) -> RingMeasure {
    guard points.count > 1 else { return RingMeasure(signedArea: 0, length: 0) }
    switch method {
    case .plane: return Self.plane(points)
    case .series(let series): return series.measure(points)
    case .edges(let edges): return try edges.measure(points)
    }
  }

  /// The area of the shell less that of its holes, and the length of all rings.
  public func measure(_ polygon: Polygon) throws(GeodataError) -> (area: Double, perimeter: Double) {
    let shell = try measure(polygon.shell.points)
    var (area, perimeter) = (abs(shell.signedArea), shell.length)
    for hole in polygon.holes {
      let measured = try measure(hole.points)
      area -= abs(measured.signedArea)
      perimeter += measured.length
    }
    return (area, perimeter)
  }

  private static func plane(_ points: some RandomAccessCollection<Point>) -> RingMeasure {
    guard let origin = points.first, var previous = points.last else { return RingMeasure(signedArea: 0, length: 0) }
    var (area, length) = (0.0, 0.0)
    for point in points {
      area += (previous.x - origin.x) * (point.y - origin.y) - (point.x - origin.x) * (previous.y - origin.y)
      let (dx, dy) = (point.x - previous.x, point.y - previous.y)
      length += (dx * dx + dy * dy).squareRoot()
      previous = point
    }
    return RingMeasure(signedArea: area / 2, length: length)
  }
}
