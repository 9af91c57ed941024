import GeoTypes

/// The cells of a grid that rings touch or hold, by the even-odd rule.
struct CellCover {
  /// The cells by row and column, in order.
  private(set) var keys: [Int] = []
  /// Whether the middle of each cell lies within.
  private(set) var isInside: [Bool] = []
  /// Cells by number with an edge that touches each: once for every such edge.
  private(set) var touches: [(cell: Int, edge: Int)] = []

  /// Orders by row, then by column. Both are below 2³⁰: the key of a neighbor is the sum of two keys, and is no cell's beside the grid.
  static func key(column: Int, row: Int) -> Int { row << 32 + column }
  static func column(_ key: Int) -> Int { key & 0xffff_ffff }
  static func row(_ key: Int) -> Int { key >> 32 }

  /// `nil` where more than `limit` cells lie within.
  init?(_ edges: [ShapeGrid.Edge], side: Double, origin: Point, limit: Int) {
    var touched: [(key: Int, edge: Int)] = []
    var crossings: [(row: Int, x: Double)] = []
    for (index, edge) in edges.enumerated() {
      let from = Point(x: (edge.from.x - origin.x) / side, y: (edge.from.y - origin.y) / side)
      let to = Point(x: (edge.to.x - origin.x) / side, y: (edge.to.y - origin.y) / side)
      Self.touch(from, to) { touched.append(($0, index)) }
      Self.cross(from, to) { crossings.append(($0, $1)) }
    }
    crossings.sort { ($0.row, $0.x) < ($1.row, $1.x) }
    guard let inside = Self.fill(crossings, limit: limit) else { return nil }
    touched.sort { ($0.key, $0.edge) < ($1.key, $1.edge) }
    var (next, place) = (0, 0)
    while next < touched.count || place < inside.count {
      let key = min(next < touched.count ? touched[next].key : .max, place < inside.count ? inside[place] : .max)
      isInside.append(place < inside.count && inside[place] == key)
      if place < inside.count, inside[place] == key { place += 1 }
      while next < touched.count, touched[next].key == key {
        touches.append((keys.count, touched[next].edge))
        next += 1
      }
      keys.append(key)
    }
  }

  /// The cells through which an edge goes.
  private static func touch(_ from: Point, _ to: Point, _ body: (Int) -> Void) {
    let (low, high) = from.y <= to.y ? (from, to) : (to, from)
    let rows = Int(low.y)...Int(high.y)
    for row in rows {
      // As the ends of neighboring edges are the same numbers, they are taken as they are.
      let first = row == rows.lowerBound ? low.x : crossing(low, high, Double(row))
      let last = row == rows.upperBound ? high.x : crossing(low, high, Double(row + 1))
      for column in Int(min(first, last))...Int(max(first, last)) { body(key(column: column, row: row)) }
    }
  }

  /// The rows whose middle line an edge crosses, and where.
  private static func cross(_ from: Point, _ to: Point, _ body: (Int, Double) -> Void) {
    let (low, high) = from.y <= to.y ? (from, to) : (to, from)
    let (first, end) = (Int((low.y - 0.5).rounded(.up)), Int((high.y - 0.5).rounded(.up)))
    for row in first..<max(first, end) { body(row, crossing(low, high, Double(row) + 0.5)) }
  }

  /// Where an edge that is not level meets a line that is; never beyond its ends.
  private static func crossing(_ low: Point, _ high: Point, _ y: Double) -> Double {
    let x = low.x + (y - low.y) * ((high.x - low.x) / (high.y - low.y))
    return max(min(low.x, high.x), min(max(low.x, high.x), x))
  }

  private static func fill(_ crossings: [(row: Int, x: Double)], limit: Int) -> [Int]? {
    var keys: [Int] = []
    var index = 0
    while index + 1 < crossings.count {
      // Closed rings cross each line an even number of times.
      let (first, second) = (crossings[index], crossings[index + 1])
      index += 2
      let (start, end) = (Int((first.x - 0.5).rounded(.up)), Int((second.x - 0.5).rounded(.up)))
      guard keys.count + end - start <= limit else { return nil }
      for column in start..<end { keys.append(key(column: column, row: first.row)) }
    }
    return keys
  }
}
