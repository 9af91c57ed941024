import Foundation
import GeoTypes
import Geodata

/// The line along the middle of a strand, from one end to the other, with its length, the strand's width along it, and its direction.
///
/// The ends are the two places that lie farthest apart by ways within the polygons: of a ring the line is one half, of a fork it has the two longest arms. Near
/// each end the middle leads into a corner or a dent; that part, as far as a circle in the strand covers it, is left out, and the line continues straight
/// to the outline. What such circles at both ends cover altogether, or what is not clearly longer than twice its width at its widest, is not a strand and
/// has no medial line.
struct MedialLine: Sendable {
  /// From end to end.
  let points: [Point]
  /// In the polygons' unit.
  let length: Double
  /// Twice the mean distance between the line and the outline, in the same unit.
  let width: Double
  /// The direction of the line's principal axis in degrees from y by x, from 0 up to 180; `nil` where it has none, as a closed curve.
  let azimuth: Double?

  /// How far the circle of an end reaches, in radii. The corner of a rectangle lies at 1.41 radii from where its middle forks; behind that, the line
  /// is straight again.
  private static let endReach = 2.0

  /// How many times as long as at its widest a strand is at least: the middle of a triangle with equal sides is twice as long as that.
  private static let leastRatio = 2.2

  /// - Parameter polygons: in a plane, x to the east and y to the north.
  init?(_ polygons: [Polygon]) {
    guard let grid = ShapeGrid(polygons) else { return nil }
    let cells = grid.middleWay()
    let points = Self.smoothed(cells.map { grid.centered(grid.centered(grid.middles[$0], in: $0), in: $0) })
    let depths = zip(points, cells).map { grid.depth(of: $0, near: $1) }
    // The way from the first point to each.
    var ways = [0.0]
    for index in points.indices.dropFirst() { ways.append(ways[index - 1] + points[index - 1].distance(to: points[index])) }
    let whole = ways[ways.count - 1]
    let first = points.indices.last { ways[$0] <= Self.endReach * depths[$0] } ?? 0
    let last = points.indices.first { whole - ways[$0] <= Self.endReach * depths[$0] } ?? points.count - 1
    guard first < last, ways[first] < ways[last] else { return nil }

    let middle = Array(points[first...last])
    let (start, end) = (
      Self.end(of: middle, before: points[0], depth: depths[first], in: grid),
      Self.end(of: middle.reversed(), before: points[points.count - 1], depth: depths[last], in: grid)
    )
    self.points = [start] + middle + [end]
    length = zip(self.points, self.points.dropFirst()).reduce(0) { $0 + $1.0.distance(to: $1.1) }
    guard length > Self.leastRatio * 2 * (depths[first...last].max() ?? 0) else { return nil }
    var sum = 0.0
    for index in first..<last { sum += (ways[index + 1] - ways[index]) * (depths[index] + depths[index + 1]) }
    width = sum / (ways[last] - ways[first])
    azimuth = Self.principalAzimuth(of: self.points)
  }

  /// The medial line of an outline on the ground, in meters.
  ///
  /// - Parameters:
  ///   - outline: in degrees of longitude and latitude.
  ///   - ellipsoid: that of the longitudes and latitudes.
  init?(_ outline: MultiPolygonBuffer, on ellipsoid: Ellipsoid) {
    guard let origin = outline.points.first else { return nil }
    self.init(outline.mapped(LocalPlane(around: origin, on: ellipsoid).meters).polygons)
  }

  /// Steps from cell to cell as a smooth line with the same ends: four times the mean of each point and of its neighbors, weighted by 2, 1 and 1.
  private static func smoothed(_ points: [Point]) -> [Point] {
    var points = points
    for _ in 0..<4 {
      let before = points
      for index in points.indices.dropFirst().dropLast() {
        points[index] = Point(
          x: (before[index - 1].x + 2 * before[index].x + before[index + 1].x) / 4,
          y: (before[index - 1].y + 2 * before[index].y + before[index + 1].y) / 4)
      }
    }
    return points
  }

  /// Where the outline is met straight on from the first point of a line; not farther than the way to the tip did reach, in cells.
  private static func end(of line: [Point], before tip: Point, depth: Double, in grid: ShapeGrid) -> Point {
    let first = line[0]
    let inner = line.first { $0.distance(to: first) >= depth } ?? line[line.count - 1]
    let distance = inner.distance(to: first)
    guard distance > 0 else { return first }
    let direction = Point(x: (first.x - inner.x) / distance, y: (first.y - inner.y) / distance)
    let farthest = (tip.x - first.x) * direction.x + (tip.y - first.y) * direction.y + grid.side
    let reach = max(0, min(grid.reach(from: first, along: direction) ?? 0, farthest))
    return Point(x: first.x + reach * direction.x, y: first.y + reach * direction.y)
  }

  /// By the second moments of the line, exact for its straight pieces.
  private static func principalAzimuth(of points: [Point]) -> Double? {
    var (length, x, y, xx, xy, yy) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for (from, to) in zip(points, points.dropFirst()) {
      // From the first point: what is near the origin of a plane may be far from this line.
      let (a, b) = (Point(x: from.x - points[0].x, y: from.y - points[0].y), Point(x: to.x - points[0].x, y: to.y - points[0].y))
      let piece = from.distance(to: to)
      length += piece
      x += piece * (a.x + b.x) / 2
      y += piece * (a.y + b.y) / 2
      xx += piece * (a.x * a.x + a.x * b.x + b.x * b.x) / 3
      xy += piece * (2 * a.x * a.y + a.x * b.y + b.x * a.y + 2 * b.x * b.y) / 6
      yy += piece * (a.y * a.y + a.y * b.y + b.y * b.y) / 3
    }
    guard length > 0 else { return nil }
    xx -= x * x / length
    xy -= x * y / length
    yy -= y * y / length
    // Both moments are nearly the same where a line has no direction.
    let spread = ((xx - yy) * (xx - yy) + 4 * xy * xy).squareRoot()
    guard spread > 0.05 * (xx + yy) else { return nil }
    // The axis from x by y is half of atan2(2 xy, xx − yy).
    let degrees = 90 - atan2(2 * xy, xx - yy) * 90 / .pi
    return degrees >= 180 ? degrees - 180 : degrees
  }
}
