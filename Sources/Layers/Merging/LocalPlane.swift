import Foundation
import GeoTypes
import Geodata

/// East and north in meters around a place on WGS 84: for things that lie near each other.
struct LocalPlane {
  /// Longitude and latitude in degrees.
  let origin: Point
  /// Meters in a degree.
  private let east: Double
  private let north: Double

  /// - Parameter ellipsoid: that of the longitudes and latitudes.
  init(around origin: Point, on ellipsoid: Ellipsoid) {
    self.origin = origin
    let latitude = origin.y * .pi / 180
    (east, north) = (ellipsoid.parallelRadius(latitude) * .pi / 180, ellipsoid.meridianRadius(latitude) * .pi / 180)
  }

  /// Meters from the origin, x to the east and y to the north.
  func meters(_ place: Point) -> Point {
    Point(x: (place.x - origin.x).remainder(dividingBy: 360) * east, y: (place.y - origin.y) * north)
  }

  /// The place of a position in meters from the origin.
  func place(_ meters: Point) -> Point { Point(x: origin.x + meters.x / east, y: origin.y + meters.y / north) }
}

extension MultiPolygonBuffer {
  /// The same polygons with each point moved.
  func mapped(_ move: (Point) throws -> Point) rethrows -> MultiPolygonBuffer {
    var result = self
    for index in points.indices { result.points[index] = try move(points[index]) }
    return result
  }

  /// Area and center of mass in the plane, shells and holes by their direction; `nil` without an area.
  var planeCenter: (area: Double, center: Point)? {
    guard let origin = points.first else { return nil }
    var (area, x, y) = (0.0, 0.0, 0.0)
    for index in 0..<ringCount {
      let range = ring(index)
      guard var previous = points[range].last else { continue }
      for point in points[range] {
        let (ax, ay) = (previous.x - origin.x, previous.y - origin.y)
        let (bx, by) = (point.x - origin.x, point.y - origin.y)
        let cross = ax * by - bx * ay
        area += cross / 2
        x += (ax + bx) * cross / 6
        y += (ay + by) * cross / 6
        previous = point
      }
    }
    guard area > 0 else { return nil }
    return (area, Point(x: origin.x + x / area, y: origin.y + y / area))
  }
}
