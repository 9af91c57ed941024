import GeoTypes
import Geodata

/// The points of two outlines in the plane that lie nearest to each other.
enum ClosestPoints {
  /// How many edges share a box: boxes that lie farther apart than what was found spare their edges.
  private static let edgesInBox = 32

  private struct Run {
    var edges: [(Point, Point)]
    var bounds: Bounds
  }

  /// - Returns: a point on each; `nil` where one has none. Outlines that cross or hold each other are the caller's matter.
  static func between(_ first: MultiPolygonBuffer, _ second: MultiPolygonBuffer) -> (Point, Point)? {
    let (one, two) = (runs(first), runs(second))
    var best: (squared: Double, from: Point, to: Point)?
    for own in one {
      for other in two {
        if let best, squared(own.bounds, other.bounds) >= best.squared { continue }
        for (a, b) in own.edges {
          for (c, d) in other.edges {
            // Of two edges that do not cross, an end is nearest.
            for (point, start, end, isOwn) in [(a, c, d, true), (c, a, b, false)] {
              let foot = foot(of: point, start, end)
              let distance = squared(point, foot)
              if let best, distance >= best.squared { continue }
              best = isOwn ? (distance, point, foot) : (distance, foot, point)
            }
          }
        }
      }
    }
    return best.map { ($0.from, $0.to) }
  }

  private static func runs(_ outline: MultiPolygonBuffer) -> [Run] {
    var runs: [Run] = []
    for index in 0..<outline.ringCount {
      let ring = outline.points[outline.ring(index)]
      guard var previous = ring.last else { continue }
      var edges: [(Point, Point)] = []
      for point in ring {
        edges.append((previous, point))
        previous = point
      }
      for start in stride(from: 0, to: edges.count, by: edgesInBox) {
        let part = Array(edges[start..<min(edges.count, start + edgesInBox)])
        if let bounds = Bounds(of: part.flatMap { [$0.0, $0.1] }) { runs.append(Run(edges: part, bounds: bounds)) }
      }
    }
    return runs
  }

  private static func foot(of point: Point, _ start: Point, _ end: Point) -> Point {
    let (dx, dy) = (end.x - start.x, end.y - start.y)
    let length = dx * dx + dy * dy
    guard length > 0 else { return start }
    let share = max(0, min(1, ((point.x - start.x) * dx + (point.y - start.y) * dy) / length))
    return Point(x: start.x + share * dx, y: start.y + share * dy)
  }

  private static func squared(_ first: Point, _ second: Point) -> Double {
    (first.x - second.x) * (first.x - second.x) + (first.y - second.y) * (first.y - second.y)
  }

  private static func squared(_ first: Bounds, _ second: Bounds) -> Double {
    let x = max(0, first.minX - second.maxX, second.minX - first.maxX)
    let y = max(0, first.minY - second.maxY, second.minY - first.maxY)
    return x * x + y * y
  }
}
