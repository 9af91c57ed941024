import GeoTypes

/// Finds points that lie strictly inside polygons.
enum PointPlacement {
  /// Whether a point lies inside, and not on a border.
  static func contains(_ polygons: [Polygon], _ point: Point) -> Bool {
    for polygon in polygons {
      var isInside = false
      for ring in [polygon.shell] + polygon.holes {
        guard var last = ring.points.last else { continue }
        for next in ring.points {
          let side = (next.x - last.x) * (point.y - last.y) - (point.x - last.x) * (next.y - last.y)
          if side == 0, min(last.x, next.x) <= point.x, point.x <= max(last.x, next.x), min(last.y, next.y) <= point.y,
            point.y <= max(last.y, next.y)
          {
            return false
          }
          if (last.y > point.y) != (next.y > point.y) {
            if last.x + (point.y - last.y) * (next.x - last.x) / (next.y - last.y) > point.x { isInside.toggle() }
          }
          last = next
        }
      }
      if isInside { return true }
    }
    return false
  }

  /// The middle of the longest line through the inside, among lines along rows between the vertices of the first polygon's shell.
  static func pointInside(_ polygons: [Polygon]) -> Point? {
    guard let polygon = polygons.first else { return nil }
    let heights = Set(polygon.shell.points.map(\.y)).sorted()
    var best: Point?
    var longest = 0.0
    // A few lines are enough: large shells have a vertex at almost every row.
    let step = max(1, heights.count / 16)
    for index in stride(from: 0, to: heights.count - 1, by: step) {
      var (low, high) = (heights[index], heights[index + 1])
      for hole in polygon.holes {
        // Above the first vertex of a hole in between, so that no line runs along one.
        for point in hole.points where point.y > low && point.y < high { high = point.y }
      }
      if high <= low { (low, high) = (heights[index], heights[index + 1]) }
      let y = (low + high) / 2
      var columns: [Double] = []
      for ring in [polygon.shell] + polygon.holes {
        guard var last = ring.points.last else { continue }
        for next in ring.points {
          if (last.y > y) != (next.y > y) { columns.append(last.x + (y - last.y) * (next.x - last.x) / (next.y - last.y)) }
          last = next
        }
      }
      columns.sort()
      for pair in stride(from: 0, to: columns.count - 1, by: 2) where columns[pair + 1] - columns[pair] > longest {
        longest = columns[pair + 1] - columns[pair]
        best = Point(x: (columns[pair] + columns[pair + 1]) / 2, y: y)
      }
    }
    return best
  }
}
