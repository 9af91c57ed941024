import GeoTypes

/// A spatial index made in one go: an R-tree in the form of SQLite's R*Tree module, its nodes packed full by sort-tile-recursive
/// (Leutenegger, Lopez and Edgington, 1997).
///
/// Putting half a million boxes into SQLite's tree one by one takes longer than writing their polygons.
struct PackedTree {
  /// A box and what it belongs to: a feature's number, or a node's.
  struct Entry {
    var id: Int64
    /// Left, right, lower and upper: never smaller than the true box.
    var box: SIMD4<Float>
  }

  struct Node {
    var number: Int64
    /// `nil` for the root, whose number is 1.
    var parent: Int64?
    /// 0 for a leaf.
    var level: Int
    var entries: [Entry]
  }

  private(set) var entries: [Entry] = []

  /// Memory: 32 bytes for each.
  mutating func add(id: Int, bounds: Bounds) {
    entries.append(
      Entry(
        id: Int64(id),
        box: SIMD4(
          Self.below(bounds.minX), Self.above(bounds.maxX), Self.below(bounds.minY), Self.above(bounds.maxY))))
  }

  mutating func removeAll() { entries = [] }

  /// The tree's nodes, children before parents, the root last.
  ///
  /// - Parameter capacity: the most entries of a node.
  func nodes(capacity: Int) -> [Node] {
    var result: [Node] = []
    var current = entries
    var level = 0
    var next: Int64 = 2
    while current.count > capacity {
      Self.sort(&current, capacity)
      var parents: [Entry] = []
      var start = 0
      while start < current.count {
        let group = Array(current[start..<min(start + capacity, current.count)])
        result.append(Node(number: next, parent: nil, level: level, entries: group))
        parents.append(Entry(id: next, box: Self.around(group)))
        next += 1
        start += capacity
      }
      current = parents
      level += 1
    }
    result.append(Node(number: 1, parent: nil, level: level, entries: current))
    var parentOf = [Int64](repeating: 0, count: Int(next))
    for node in result where node.level > 0 { for entry in node.entries { parentOf[Int(entry.id)] = node.number } }
    for index in result.indices where result[index].number != 1 { result[index].parent = parentOf[Int(result[index].number)] }
    return result
  }

  /// A node as SQLite keeps it: depth (of the root), number of entries, then number and box of each, all big-endian.
  static func bytes(of node: Node, size: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size)
    func append<Value: FixedWidthInteger>(_ value: Value) { withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) } }
    append(UInt16(node.number == 1 ? node.level : 0))
    append(UInt16(node.entries.count))
    for entry in node.entries {
      append(entry.id)
      for index in 0..<4 { append(entry.box[index].bitPattern) }
    }
    bytes.append(contentsOf: repeatElement(0, count: max(0, size - bytes.count)))
    return bytes
  }

  /// Strips from left to right, each from below to above, so that runs of `capacity` entries are compact.
  private static func sort(_ entries: inout [Entry], _ capacity: Int) {
    entries.sort { ($0.box.x + $0.box.y, $0.id) < ($1.box.x + $1.box.y, $1.id) }
    let groups = (entries.count + capacity - 1) / capacity
    let strips = Int(Double(groups).squareRoot().rounded(.up))
    let length = (groups + strips - 1) / strips * capacity
    var start = 0
    while start < entries.count {
      let end = min(start + length, entries.count)
      entries[start..<end].sort { ($0.box.z + $0.box.w, $0.id) < ($1.box.z + $1.box.w, $1.id) }
      start = end
    }
  }

  private static func around(_ entries: [Entry]) -> SIMD4<Float> {
    var box = entries.first?.box ?? .zero
    for entry in entries {
      box.x = min(box.x, entry.box.x)
      box.y = max(box.y, entry.box.y)
      box.z = min(box.z, entry.box.z)
      box.w = max(box.w, entry.box.w)
    }
    return box
  }

  private static func below(_ value: Double) -> Float {
    let float = Float(value)
    return Double(float) > value ? float.nextDown : float
  }

  private static func above(_ value: Double) -> Float {
    let float = Float(value)
    return Double(float) < value ? float.nextUp : float
  }
}
