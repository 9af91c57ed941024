/// Which strands pass which squares of 64 × 64 pixels. Strands that were given back stay in it until their squares are swept.
struct StrandIndex {
  private let columns: Int
  private let rows: Int
  private var tiles: [[Int32]]
  private var sweep = 0

  init(width: Int32, height: Int32) {
    columns = Int(width) >> 6 + 1
    rows = Int(height) >> 6 + 1
    tiles = Array(repeating: [], count: columns * rows)
  }

  /// Notes a strand along a line parallel to an axis, between pixel corners.
  mutating func insert(_ strand: Int32, from a: Vertex, to b: Vertex) {
    for row in Int(min(a.y, b.y)) >> 6...Int(max(a.y, b.y)) >> 6 {
      for column in Int(min(a.x, b.x)) >> 6...Int(max(a.x, b.x)) >> 6 {
        let tile = row * columns + column
        if tiles[tile].last != strand { tiles[tile].append(strand) }
      }
    }
  }

  /// Strands near a rectangle of pixels, ascending, each once; some may be far, some may not be there any more.
  func strands(minX: Int, minY: Int, maxX: Int, maxY: Int) -> [Int32] {
    var found: Set<Int32> = []
    for row in max(0, minY >> 6)...min(rows - 1, max(0, maxY >> 6)) {
      for column in max(0, minX >> 6)...min(columns - 1, max(0, maxX >> 6)) { found.formUnion(tiles[row * columns + column]) }
    }
    return found.sorted()
  }

  /// Forgets strands that are not there any more, one row of squares at a time.
  mutating func sweepOnce(_ isThere: (Int32) -> Bool) {
    for column in 0..<columns { tiles[sweep * columns + column].removeAll { !isThere($0) } }
    sweep = (sweep + 1) % rows
  }
}
