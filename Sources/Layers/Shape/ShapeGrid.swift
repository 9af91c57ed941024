import GeoTypes

/// The square cells of a grid that polygons touch, and how deep within the polygons the middle of each lies.
///
/// The cells are an eighth as wide as the polygons on average (twice the area by the perimeter), and wider where they would be too many: a gap or a
/// neck that is narrower than a cell is closed. Bounded by `limit`, whatever the polygons are, but for 48 bytes an edge.
struct ShapeGrid {
  /// About so many cells at most.
  static let limit = 65_536

  /// An edge of a ring.
  struct Edge {
    var from: Point
    var to: Point

    /// Its point that is nearest to another one.
    func foot(of point: Point) -> Point {
      let (x, y) = (to.x - from.x, to.y - from.y)
      let square = x * x + y * y
      let share = square > 0 ? max(0, min(1, ((point.x - from.x) * x + (point.y - from.y) * y) / square)) : 0
      return Point(x: from.x + share * x, y: from.y + share * y)
    }

    /// The distance of a point to it.
    func distance(to point: Point) -> Double { point.distance(to: foot(of: point)) }
  }

  /// The side of a cell, in the polygons' unit.
  let side: Double
  let edges: [Edge]
  /// The middle of each cell: row by row, each from its least to its greatest x.
  let middles: [Point]
  /// The distance of each middle to the outline; 0 of those that lie outside.
  let depths: [Double]
  /// The edge that is nearest to each middle.
  private let nearest: [Int32]
  private let around: [Int32]

  /// Column and row of a neighbor, counter-clockwise from the next column.
  private static let directions: [(column: Int, row: Int)] = [(1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1)]

  /// `nil` for polygons without an area.
  init?(_ polygons: [Polygon]) {
    var edges: [Edge] = []
    var (area, perimeter) = (0.0, 0.0)
    for polygon in polygons {
      area += polygon.area
      for ring in [polygon.shell] + polygon.holes {
        guard var last = ring.points.last else { continue }
        for point in ring.points {
          edges.append(Edge(from: last, to: point))
          perimeter += last.distance(to: point)
          last = point
        }
      }
    }
    guard area > 0, perimeter.isFinite, let bounds = Bounds(of: edges.lazy.map(\.from)), edges.count < Int32.max else { return nil }
    let limit = Double(Self.limit)
    let side = max(area / (4 * perimeter), (2 * area / limit).squareRoot(), 2 * perimeter / limit)
    // Parts that lie too far apart for a grid are no one shape.
    guard side.isNormal, (bounds.maxX - bounds.minX) / side < 1e9, (bounds.maxY - bounds.minY) / side < 1e9 else { return nil }
    guard let cover = CellCover(edges, side: side, origin: Point(x: bounds.minX, y: bounds.minY), limit: 4 * Self.limit) else { return nil }
    self.side = side
    self.edges = edges
    middles = cover.keys.map { key in
      Point(x: bounds.minX + (Double(CellCover.column(key)) + 0.5) * side, y: bounds.minY + (Double(CellCover.row(key)) + 0.5) * side)
    }
    around = Self.neighbors(cover.keys)
    let field = DepthField(middles, edges: edges, seeds: cover.touches, around: around)
    nearest = field.nearest
    depths = zip(field.distances, cover.isInside).map { $1 ? $0 : 0 }
  }

  /// The next cell in each of the eight directions; `nil` where the polygons do not touch it.
  func neighbor(_ cell: Int, _ direction: Int) -> Int? {
    let found = around[8 * cell + direction]
    return found < 0 ? nil : Int(found)
  }

  /// The distance of a point in or beside a cell to the outline: exact where the edge that is nearest to it is that of one of the cells around.
  func depth(of point: Point, near cell: Int) -> Double {
    var depth = edges[Int(nearest[cell])].distance(to: point)
    for direction in 0..<8 {
      if let other = neighbor(cell, direction) { depth = min(depth, edges[Int(nearest[other])].distance(to: point)) }
    }
    return depth
  }

  /// A point of a cell that the middle between two sides goes through or beside, moved there: away from the nearest edge, until one on the other
  /// side is as near. By no more than a cell; where there is no other side, it stays.
  func centered(_ point: Point, in cell: Int) -> Point {
    let feet = ([cell] + (0..<8).compactMap { neighbor(cell, $0) }).map { edges[Int(nearest[$0])].foot(of: point) }
    guard let own = feet.min(by: { $0.distance(to: point) < $1.distance(to: point) }) else { return point }
    let depth = own.distance(to: point)
    let other = feet.lazy.filter { (own.x - point.x) * ($0.x - point.x) + (own.y - point.y) * ($0.y - point.y) < 0 }
      .map { $0.distance(to: point) }.min()
    guard let other, depth > 0 else { return point }
    let shift = min((other - depth) / 2, side) / depth
    return Point(x: point.x + shift * (point.x - own.x), y: point.y + shift * (point.y - own.y))
  }

  /// How far the outline is from a point in a direction; `nil` where it is not met.
  func reach(from point: Point, along direction: Point) -> Double? {
    var best: Double?
    for edge in edges {
      let (x, y) = (edge.to.x - edge.from.x, edge.to.y - edge.from.y)
      let (left, up) = (edge.from.x - point.x, edge.from.y - point.y)
      let cross = direction.x * y - direction.y * x
      guard cross != 0 else { continue }
      let (way, share) = ((left * y - up * x) / cross, (left * direction.y - up * direction.x) / cross)
      if way >= 0, share >= 0, share <= 1 { best = min(best ?? way, way) }
    }
    return best
  }

  /// Eight of each cell, −1 for none.
  private static func neighbors(_ keys: [Int]) -> [Int32] {
    var around = [Int32](repeating: -1, count: 8 * keys.count)
    for (direction, step) in directions.enumerated() {
      // Both run through the cells in the same order.
      var other = 0
      for (index, key) in keys.enumerated() {
        let wanted = key + CellCover.key(column: step.column, row: step.row)
        while other < keys.count, keys[other] < wanted { other += 1 }
        if other < keys.count, keys[other] == wanted { around[8 * index + direction] = Int32(other) }
      }
    }
    return around
  }
}

extension Point {
  /// The distance in the plane.
  func distance(to other: Point) -> Double { ((other.x - x) * (other.x - x) + (other.y - y) * (other.y - y)).squareRoot() }
}
