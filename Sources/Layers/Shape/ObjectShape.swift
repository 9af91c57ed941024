import Foundation
import GeoTypes
import Geodata

/// Length, width and direction of an object, from the smallest rectangle around it.
struct ObjectShape: Sendable, Hashable {
  /// Of the rectangle's sides, in meters; `length` is not below `width`.
  var length: Double
  var width: Double
  /// The direction of the longer side, in degrees from true north by east, from 0 up to 180.
  var azimuth: Double

  /// - Parameter points: in meters, x to the east and y to the north.
  init?(around points: [Point]) {
    let hull = ObjectShape.hull(of: points)
    guard hull.count > 2 else { return nil }
    var best: (area: Double, along: Double, across: Double, direction: Point)?
    // One side of the smallest rectangle lies on a side of the hull: Freeman and Shapira, 1975.
    for index in hull.indices {
      let (from, to) = (hull[index], hull[(index + 1) % hull.count])
      let length = ((to.x - from.x) * (to.x - from.x) + (to.y - from.y) * (to.y - from.y)).squareRoot()
      guard length > 0 else { continue }
      let side = Point(x: (to.x - from.x) / length, y: (to.y - from.y) / length)
      var (minAlong, maxAlong, maxAcross) = (Double.infinity, -Double.infinity, 0.0)
      for point in hull {
        let (x, y) = (point.x - from.x, point.y - from.y)
        let along = x * side.x + y * side.y
        (minAlong, maxAlong) = (min(minAlong, along), max(maxAlong, along))
        maxAcross = max(maxAcross, abs(y * side.x - x * side.y))
      }
      let area = (maxAlong - minAlong) * maxAcross
      if best == nil || area < best?.area ?? .infinity { best = (area, maxAlong - minAlong, maxAcross, side) }
    }
    guard let best else { return nil }
    let isAlong = best.along >= best.across
    let axis = isAlong ? best.direction : Point(x: -best.direction.y, y: best.direction.x)
    length = max(best.along, best.across)
    width = min(best.along, best.across)
    let degrees = atan2(axis.x, axis.y) * 180 / .pi
    let turned = degrees < 0 ? degrees + 180 : degrees
    azimuth = turned >= 180 ? turned - 180 : turned
  }

  /// The smallest rectangle around a region's polygons on the ground.
  ///
  /// - Parameters:
  ///   - ellipsoid: that of the longitudes and latitudes.
  ///   - place: the longitude and latitude in degrees of a position in pixels.
  init?(_ polygons: [Polygon], on ellipsoid: Ellipsoid, place: (Point) throws -> Point) rethrows {
    // An affine map and a projection keep the hull, but for what no eye sees.
    let hull = ObjectShape.hull(of: polygons.flatMap(\.shell.points))
    guard let first = hull.first else { return nil }
    let plane = LocalPlane(around: try place(first), on: ellipsoid)
    self.init(around: try hull.map { plane.meters(try place($0)) })
  }

  /// The values of `LayerFields.Extra.shape`: of a rectangle, the compactness of what has an area and a perimeter, and of a medial line.
  static func values(_ shape: ObjectShape?, _ line: MedialLine?, area: Double, perimeter: Double) -> [FieldValue] {
    func rounded(_ value: Double?, _ decimals: Int) -> FieldValue {
      value.map { .real(LayerFields.rounded($0, decimals: decimals)) } ?? .null
    }
    // An axis of 179.999° is one of 0°.
    func axis(_ degrees: Double?) -> Double? { degrees.map { LayerFields.rounded($0, decimals: 2).truncatingRemainder(dividingBy: 180) } }
    return [
      rounded(shape?.length, 3), rounded(shape?.width, 3), rounded(axis(shape?.azimuth), 2),
      rounded(area.isFinite && perimeter > 0 ? 4 * .pi * area / (perimeter * perimeter) : nil, 4), rounded(line?.length, 3),
      rounded(line?.width, 3), rounded(axis(line?.azimuth), 2),
    ]
  }

  /// The convex hull, counter-clockwise where y points up, by Andrew's monotone chain. Without points on its sides.
  static func hull(of points: [Point]) -> [Point] {
    let sorted = points.sorted { ($0.x, $0.y) < ($1.x, $1.y) }
    guard sorted.count > 2 else { return sorted }
    func half(_ points: some Sequence<Point>) -> [Point] {
      var chain: [Point] = []
      for point in points {
        while chain.count > 1 {
          let (a, b) = (chain[chain.count - 2], chain[chain.count - 1])
          guard (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x) <= 0 else { break }
          chain.removeLast()
        }
        chain.append(point)
      }
      return chain.dropLast()
    }
    return half(sorted) + half(sorted.reversed())
  }
}
