import GeoTypes
import Geodata

extension MultiPolygonBuffer {
  /// Makes shells run counter-clockwise and holes clockwise, with y upwards.
  mutating func orient() {
    for polygon in polygonEnds.indices {
      let rings = self.polygon(polygon)
      for index in rings {
        let area = shoelace(ring(index))
        if (index == rings.lowerBound) != (area > 0) { reverseRing(index) }
      }
    }
  }

  private func shoelace(_ range: Range<Int>) -> Double {
    guard let first = range.first, let last = range.last else { return 0 }
    let origin = points[first]
    var previous = points[last]
    var sum = 0.0
    for point in points[range] {
      sum += (previous.x - origin.x) * (point.y - origin.y) - (point.x - origin.x) * (previous.y - origin.y)
      previous = point
    }
    return sum
  }

  /// The same geometry within one turn of longitude: what passes 180° comes in again at −180°, in parts of its own.
  ///
  /// - Parameter turn: 360 in the crs's unit.
  /// - Returns: `nil` where nothing passes 180°.
  func splitAtDateline(turn: Double) -> MultiPolygonBuffer? {
    let half = turn / 2
    guard let bounds, bounds.minX < -half || bounds.maxX > half else { return nil }
    let first = ((bounds.minX + half) / turn).rounded(.down)
    let last = ((bounds.maxX + half) / turn).rounded(.up) - 1
    guard last - first < 4 else { return nil }
    let cut = withPoints(atLongitudes: (Int(first)...max(Int(first), Int(last) + 1)).map { Double($0) * turn - half })
    var result = MultiPolygonBuffer()
    var number = first
    while number <= last {
      let west = number * turn - half
      let frame = Bounds(minX: west, minY: bounds.minY - 1, maxX: west + turn, maxY: bounds.maxY + 1)
      guard var part = cut.clipped(to: frame) else { return nil }
      part.orient()
      for index in part.points.indices { part.points[index].x -= number * turn }
      for polygon in part.polygons { result.append(polygon) }
      number += 1
    }
    return result.isEmpty ? nil : result
  }

  /// The same geometry with a vertex wherever an edge crosses one of the meridians: computed from the edge's ends in a fixed order,
  /// so that neighbors get the same one.
  private func withPoints(atLongitudes meridians: [Double]) -> MultiPolygonBuffer {
    var result = MultiPolygonBuffer()
    for polygon in polygonEnds.indices {
      for index in self.polygon(polygon) {
        let range = ring(index)
        for position in range {
          let start = points[position]
          let end = points[position + 1 == range.upperBound ? range.lowerBound : position + 1]
          result.points.append(start)
          let (west, east) = start.x < end.x ? (start, end) : (end, start)
          let crossings = meridians.filter { west.x < $0 && $0 < east.x }
            .map { Point(x: $0, y: west.y + (east.y - west.y) * (($0 - west.x) / (east.x - west.x))) }
          result.points.append(contentsOf: start.x < end.x ? crossings : crossings.reversed())
        }
        result.endRing()
      }
      result.endPolygon()
    }
    return result
  }
}
