import Foundation
import GeoTypes
import Geodata

/// The ground around a pole, in longitudes and latitudes: from the raster's outline, which goes once around the earth, to the pole.
struct PolarFootprint {
  /// Closed, counter-clockwise, from -180 to 180 and along the pole (RFC 7946, section 5.3).
  let ring: [Point]
  /// The latitude of the outline that is farthest from the pole.
  let farthest: Double
  /// 90 or -90.
  let pole: Double

  /// Parts of a side: enough for sides that pass near the pole.
  private static let parts = 64

  /// `nil` where no pole lies in the raster, or both do, and where its outline does not go around the earth.
  init?(size: RasterSize, geotransform: Geotransform, crs: CoordinateSystem) {
    guard let inverse = geotransform.inverse, let back = try? CoordinateTransformation(fromGeographicOf: crs),
      let there = WorldPosition.transformation(from: crs)
    else { return nil }
    let (width, height) = (Double(size.width), Double(size.height))
    let degree = .pi / 180 / crs.radiansPerUnit
    let poles = [90.0, -90].filter { latitude in
      guard let place = (try? back.apply(Point(x: 0, y: latitude * degree))).map(inverse.apply) else { return false }
      return place.x >= 0 && place.x <= width && place.y >= 0 && place.y <= height
    }
    guard poles.count == 1, let pole = poles.first else { return nil }
    let sides = [(0.0, 0.0, 1.0, 0.0), (1, 0, 0, 1), (1, 1, -1, 0), (0, 1, 0, -1)]
    var points = sides.flatMap { side in
      (0..<Self.parts).map { part in
        let t = Double(part) / Double(Self.parts)
        return geotransform.apply(Point(x: (side.0 + t * side.2) * width, y: (side.1 + t * side.3) * height))
      }
    }
    guard (try? there.apply(to: &points)) != nil, points.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else { return nil }
    // Continuous, and back to the first point.
    points.append(points[0])
    for index in 1..<points.count {
      points[index].x -= ((points[index].x - points[index - 1].x) / 360).rounded() * 360
      guard abs(points[index].x - points[index - 1].x) < 120 else { return nil }
    }
    let turn = points[points.count - 1].x - points[0].x
    guard abs(abs(turn) - 360) < 1e-6 else { return nil }
    points.removeLast()
    if turn < 0 { points.reverse() }
    // From -180 on; where the outline passes 180°, both ends have the latitude between its neighbors.
    let base = ((points[0].x + 180) / 360).rounded(.down) * 360
    let start = points.firstIndex { $0.x - base >= 180 } ?? points.count
    let after = points[start...].map { Point(x: $0.x - base - 360, y: $0.y) }
    let line = after + points[..<start].map { Point(x: $0.x - base, y: $0.y) }
    guard let first = line.first, let last = line.last else { return nil }
    let gap = first.x + 360 - last.x
    let share = gap > 0 ? (180 - last.x) / gap : 0
    let edge = last.y + share * (first.y - last.y)
    let outline = [Point(x: -180, y: edge)] + line.filter { $0.x > -180 && $0.x < 180 } + [Point(x: 180, y: edge)]
    let corners = [Point(x: 180, y: pole), Point(x: -180, y: pole)]
    let open = pole > 0 ? outline + corners : outline.reversed() + corners.reversed()
    ring = open + [open[0]]
    self.pole = pole
    let latitudes = outline.map(\.y)
    farthest = (pole > 0 ? latitudes.min() : latitudes.max()) ?? pole
  }
}
