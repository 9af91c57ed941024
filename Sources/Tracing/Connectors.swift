/// A line that a regular outline added: from where an arc's node was to where it is.
struct Connector {
  var from: Vertex
  var to: Vertex
}

/// Connectors by the 64 × 64 pixels in which they begin.
struct ConnectorIndex {
  private var tiles: [Int64: [Connector]] = [:]

  mutating func insert(_ connector: Connector, x: Int32, y: Int32) {
    tiles[Int64(y >> 6) << 32 + Int64(x >> 6), default: []].append(connector)
  }

  /// The connectors in and around a rectangle of pixels.
  func near(minX: Int, minY: Int, maxX: Int, maxY: Int) -> [Connector] {
    guard !tiles.isEmpty else { return [] }
    var found: [Connector] = []
    for row in minY >> 6 - 1...maxY >> 6 + 1 {
      for column in minX >> 6 - 1...maxX >> 6 + 1 { found += tiles[Int64(row) << 32 + Int64(column)] ?? [] }
    }
    return found
  }
}
