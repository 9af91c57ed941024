/// Which pixel corners are vertices of a border, one bit each, in pages that are there only where a vertex is.
///
/// It answers the one question that keeps simplification safe: whether a triangle holds a vertex. Before a vertex b between a and c goes, the
/// triangle a b c must hold no other vertex. Then no other border crosses it either: a border that came in through the new edge a c would have to
/// turn inside, and none crosses a b or b c.
struct CornerMap: ~Copyable {
  private let columns: Int32
  /// The page of each 64 × 64 corners; -1 where there is none.
  private var tiles = FlatArray<Int32>()
  /// 64 words a page, one a row.
  private var words = FlatArray<UInt64>()
  private var bits = FlatArray<Int32>()
  private var freePages = FlatArray<Int32>()
  /// Vertices off the grid of pixel corners, in parts of a pixel (1 / 2^shift), by their 64 × 64 pixels.
  private var offGrid: [Int64: [Vertex]] = [:]
  private let shift: Int32

  /// For corners 0...width by 0...height.
  init(width: Int32, height: Int32, shift: Int32 = 0) {
    self.shift = shift
    columns = width >> 6 + 1
    for _ in 0..<Int(columns) * (Int(height) >> 6 + 1) { tiles.append(-1) }
  }

  @inline(__always)
  mutating func insert(_ x: Int32, _ y: Int32) {
    let tile = (y >> 6) * columns + x >> 6
    if tiles[tile] < 0 { addPage(tile) }
    let page = tiles[tile]
    let word = page << 6 + y & 63
    let bit = UInt64(1) << UInt64(x & 63)
    if words[word] & bit == 0 {
      words[word] |= bit
      bits[page] += 1
    }
  }

  mutating func remove(_ x: Int32, _ y: Int32) {
    let tile = (y >> 6) * columns + x >> 6
    let page = tiles[tile]
    guard page >= 0 else { return }
    let word = page << 6 + y & 63
    let bit = UInt64(1) << UInt64(x & 63)
    guard words[word] & bit != 0 else { return }
    words[word] &= ~bit
    bits[page] -= 1
    if bits[page] == 0 {
      tiles[tile] = -1
      freePages.append(page)
    }
  }

  private mutating func addPage(_ tile: Int32) {
    if freePages.count > 0 {
      tiles[tile] = freePages[Int32(freePages.count - 1)]
      freePages.truncate(to: freePages.count - 1)
      return
    }
    tiles[tile] = Int32(bits.count)
    bits.append(0)
    for _ in 0..<64 { words.append(0) }
  }

  mutating func insertOffGrid(_ vertex: Vertex) { offGrid[offGridTile(vertex), default: []].append(vertex) }

  mutating func removeOffGrid(_ vertex: Vertex) {
    let tile = offGridTile(vertex)
    guard let place = offGrid[tile]?.firstIndex(of: vertex) else { return }
    offGrid[tile]?.remove(at: place)
    if offGrid[tile]?.isEmpty == true { offGrid[tile] = nil }
  }

  private func offGridTile(_ vertex: Vertex) -> Int64 { Int64(vertex.y >> (shift + 6)) << 32 + Int64(vertex.x >> (shift + 6)) }

  private func isClearOffGrid(_ a: Vertex, _ b: Vertex, _ c: Vertex) -> Bool {
    func side(_ p: Vertex, _ q: Vertex, _ r: Vertex) -> Int {
      // Relative to the triangle's corner p, so that products fit.
      let (qx, qy) = (Int(q.x - p.x) << Int(shift), Int(q.y - p.y) << Int(shift))
      let (rx, ry) = (Int(r.x) - Int(p.x) << Int(shift), Int(r.y) - Int(p.y) << Int(shift))
      return (qx * ry - rx * qy).signum()
    }
    for row in min(a.y, b.y, c.y) >> 6...max(a.y, b.y, c.y) >> 6 {
      for column in min(a.x, b.x, c.x) >> 6...max(a.x, b.x, c.x) >> 6 {
        guard let vertices = offGrid[Int64(row) << 32 + Int64(column)] else { continue }
        for vertex in vertices {
          let sides = (side(a, b, vertex), side(b, c, vertex), side(c, a, vertex))
          if min(sides.0, sides.1, sides.2) >= 0 || max(sides.0, sides.1, sides.2) <= 0 { return false }
        }
      }
    }
    return true
  }

  /// Whether the closed triangle holds no vertex but its own three corners.
  func isClear(_ a: Vertex, _ b: Vertex, _ c: Vertex) -> Bool {
    if !offGrid.isEmpty, !isClearOffGrid(a, b, c) { return false }
    let top = min(a.y, b.y, c.y)
    let bottom = max(a.y, b.y, c.y)
    if top == bottom { return isClear(row: top, from: min(a.x, b.x, c.x), to: max(a.x, b.x, c.x), a, b, c) }
    for y in top...bottom {
      var from = Int32.max
      var to = Int32.min
      cut(a, b, y, &from, &to)
      cut(b, c, y, &from, &to)
      cut(c, a, y, &from, &to)
      if from <= to, !isClear(row: y, from: from, to: to, a, b, c) { return false }
    }
    return true
  }

  /// Widens an interval of columns by where an edge crosses a row: inwards to whole columns.
  @inline(__always)
  private func cut(_ p: Vertex, _ q: Vertex, _ y: Int32, _ from: inout Int32, _ to: inout Int32) {
    let (low, high) = p.y < q.y ? (p, q) : (q, p)
    guard low.y < high.y, y >= low.y, y <= high.y else { return }
    let run = Int(high.x - low.x) * Int(y - low.y)
    let rise = Int(high.y - low.y)
    // Toward minus infinity, then up where a rest remains.
    let floor = run >= 0 ? run / rise : -((-run + rise - 1) / rise)
    let ceiling = floor * rise == run ? floor : floor + 1
    from = min(from, low.x + Int32(truncatingIfNeeded: ceiling))
    to = max(to, low.x + Int32(truncatingIfNeeded: floor))
  }

  private func isClear(row y: Int32, from: Int32, to: Int32, _ a: Vertex, _ b: Vertex, _ c: Vertex) -> Bool {
    let line = (y >> 6) * columns
    var column = from >> 6
    while column <= to >> 6 {
      let page = tiles[line + column]
      if page >= 0 {
        var word = words[page << 6 + y & 63]
        let base = column << 6
        if from > base { word &= ~0 << UInt64(from - base) }
        if to < base + 63 { word &= ~0 >> UInt64(63 - (to - base)) }
        if word != 0 {
          if a.y == y, a.x >> 6 == column { word &= ~(1 << UInt64(a.x & 63)) }
          if b.y == y, b.x >> 6 == column { word &= ~(1 << UInt64(b.x & 63)) }
          if c.y == y, c.x >> 6 == column { word &= ~(1 << UInt64(c.x & 63)) }
          if word != 0 { return false }
        }
      }
      column += 1
    }
    return true
  }
}
