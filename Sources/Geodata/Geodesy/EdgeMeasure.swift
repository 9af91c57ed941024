import Foundation
import GeoTypes

/// Measures a ring by taking every edge to longitudes and latitudes: −∮ Z(φ) dλ, where Z is the area from the equator.
///
/// Long edges are cut into pieces of 2 km; a piece is followed through its middle (a parabola), by three nodes of Gauss and Legendre.
/// Within some ten kilometers of a pole, where longitudes turn fast, it is good to 1e-4 only.
struct EdgeMeasure: Sendable {
  let ellipsoid: Ellipsoid
  /// About how many meters a unit of the crs is (a degree: 111 km); only to cut edges.
  let metersPerUnit: Double
  private let transformation: CoordinateTransformation?
  private let radiansPerUnit: Double
  private let maximumPiece = 2000.0

  init(_ crs: CoordinateSystem) throws(GeodataError) {
    ellipsoid = Ellipsoid(of: crs)
    radiansPerUnit = crs.radiansPerUnit
    metersPerUnit = crs.isGeographic ? ellipsoid.semiMajorAxis * crs.radiansPerUnit : crs.metersPerUnit
    transformation = crs.isGeographic ? nil : try CoordinateTransformation(toGeographicOf: crs)
  }

  /// From the crs to longitude and latitude in radians, in place.
  func toGeographic(_ points: inout [Point]) throws(GeodataError) {
    try transformation?.apply(to: &points)
    for index in points.indices {
      points[index] = Point(x: points[index].x * radiansPerUnit, y: points[index].y * radiansPerUnit)
    }
  }

  func measure(_ ring: some RandomAccessCollection<Point>) throws(GeodataError) -> RingMeasure {
    guard var previous = ring.last else { return RingMeasure(signedArea: 0, length: 0) }
    // Start, middle, start, middle, …, and the start again.
    var places: [Point] = []
    places.reserveCapacity(2 * ring.count + 1)
    for point in ring {
      let (dx, dy) = (point.x - previous.x, point.y - previous.y)
      let pieces = max(1, ((dx * dx + dy * dy).squareRoot() * metersPerUnit / maximumPiece).rounded(.up))
      guard pieces < 1e7 else {
        throw GeodataError(.tooLarge, file: "", reason: "an edge is longer than the circumference of the earth")
      }
      for half in 0..<2 * Int(pieces) {
        let t = Double(half) / (2 * pieces)
        places.append(Point(x: previous.x + t * dx, y: previous.y + t * dy))
      }
      previous = point
    }
    guard let start = places.first else { return RingMeasure(signedArea: 0, length: 0) }
    places.append(start)
    try toGeographic(&places)
    if transformation != nil { unwrap(&places) }
    return integrate(places)
  }

  /// Makes longitudes continuous: a projection answers within −180…180.
  private func unwrap(_ places: inout [Point]) {
    for index in places.indices.dropFirst() {
      let turn = ((places[index].x - places[index - 1].x) / (2 * .pi)).rounded()
      places[index].x -= turn * 2 * .pi
    }
  }

  private func integrate(_ places: [Point]) -> RingMeasure {
    // Gauss and Legendre on 0…1, three nodes.
    let nodes: [(t: Double, weight: Double)] = [(0.112701665379258312, 5.0 / 18), (0.5, 8.0 / 18), (0.887298334620741688, 5.0 / 18)]
    var (integral, length) = (0.0, 0.0)
    for index in stride(from: 0, to: places.count - 1, by: 2) {
      let (first, middle, last) = (places[index], places[index + 1], places[index + 2])
      for (t, weight) in nodes {
        // Lagrange's polynomials through t = 0, 1/2, 1, and their slopes.
        let (l0, l1, l2) = ((1 - t) * (1 - 2 * t), 4 * t * (1 - t), t * (2 * t - 1))
        let (d0, d1, d2) = (4 * t - 3, 4 - 8 * t, 4 * t - 1)
        let latitude = l0 * first.y + l1 * middle.y + l2 * last.y
        let longitudeSlope = d0 * first.x + d1 * middle.x + d2 * last.x
        let latitudeSlope = d0 * first.y + d1 * middle.y + d2 * last.y
        integral += weight * ellipsoid.zone(toLatitude: latitude) * longitudeSlope
        let (east, north) = (ellipsoid.parallelRadius(latitude) * longitudeSlope, ellipsoid.meridianRadius(latitude) * latitudeSlope)
        length += weight * (east * east + north * north).squareRoot()
      }
    }
    // A ring around a pole comes back a whole turn away: what it encloses reaches to the pole, not to the equator.
    let turn = (places.last?.x ?? 0) - (places.first?.x ?? 0)
    var area = -integral
    if abs(turn) > .pi {
      let pole = places.reduce(0) { $0 + $1.y } >= 0 ? Double.pi / 2 : -Double.pi / 2
      area += ellipsoid.zone(toLatitude: pole) * turn
    }
    return RingMeasure(signedArea: area, length: length)
  }
}
