import GeoTypes

/// The pixels of a raster that are near nodata and connected with its edge, over corners too: the collar of a picture that was
/// compressed with loss, where nodata has become "about nodata".
///
/// Held as runs along the rows, 8 bytes each; a collar is a few runs a row, whatever the raster's size.
struct EdgeCollar: Sendable {
  /// A run of pixels of a row, its end excluded.
  struct Run: Sendable {
    var start: Int32
    var end: Int32
  }

  /// Where each row's runs begin; one more entry than rows.
  private let rows: [Int]
  private let runs: [Run]

  /// Runs held at once; beyond it a collar is refused.
  static let most = 8_000_000

  var isEmpty: Bool { runs.isEmpty }
  var runCount: Int { runs.count }

  fileprivate init(rows: [Int], runs: [Run]) {
    self.rows = rows
    self.runs = runs
  }

  /// Calls back with every run of a row that meets the columns, cut to them.
  func forEachRun(row: Int, columns: Range<Int>, _ body: (Range<Int>) -> Void) {
    var (low, high) = (rows[row], rows[row + 1])
    let last = high
    // The first run that ends behind the first column.
    while low < high {
      let middle = (low + high) / 2
      if Int(runs[middle].end) <= columns.lowerBound { low = middle + 1 } else { high = middle }
    }
    while low < last, Int(runs[low].start) < columns.upperBound {
      let part = Range(uncheckedBounds: (Int(runs[low].start), Int(runs[low].end))).clamped(to: columns)
      if !part.isEmpty { body(part) }
      low += 1
    }
  }
}

/// Finds the collar in one pass over a raster's rows: connected components of runs, of which those are forgotten that end inside.
struct EdgeCollarFinder {
  private struct Entry {
    var run: EdgeCollar.Run
    var label: UInt32
  }

  private let size: RasterSize
  private var entries: [Entry] = []
  /// Where each row's entries begin.
  private var rows: [Int] = [0]
  private var sets = DisjointSets()
  /// Whether a root's component touches the raster's edge.
  private var touches: [Bool] = []
  private var nextCleaning = 1_000_000

  init(size: RasterSize) { self.size = size }

  /// Takes the next row: above 0 where a pixel is near nodata.
  ///
  /// - Returns: whether the runs still fit the limit.
  mutating func add(_ near: UnsafeBufferPointer<UInt8>) -> Bool {
    let row = rows.count - 1
    let isOuter = row == 0 || row == size.height - 1
    var above = row > 0 ? rows[row - 1] : 0
    let aboveEnd = rows[row]
    var column = 0
    while column < size.width {
      guard near[column] != 0 else {
        column += 1
        continue
      }
      let start = column
      while column < size.width, near[column] != 0 { column += 1 }
      let label = sets.add()
      touches.append(isOuter || start == 0 || column == size.width)
      // Runs of the row above that touch this one, if only with a corner.
      while above < aboveEnd, Int(entries[above].run.end) < start { above += 1 }
      var other = above
      while other < aboveEnd, Int(entries[other].run.start) <= column {
        unite(label, entries[other].label)
        other += 1
      }
      entries.append(Entry(run: EdgeCollar.Run(start: Int32(start), end: Int32(column)), label: label))
    }
    rows.append(entries.count)
    if entries.count > nextCleaning {
      forgetInner()
      nextCleaning = max(1_000_000, 2 * entries.count)
    }
    return entries.count <= EdgeCollar.most
  }

  /// The collar, once all rows were added.
  mutating func finish() -> EdgeCollar {
    let touches = touches
    keep { touches[Int($0)] }
    return EdgeCollar(rows: rows, runs: entries.map(\.run))
  }

  private mutating func unite(_ first: UInt32, _ second: UInt32) {
    let isOuter = touches[Int(sets.find(first))] || touches[Int(sets.find(second))]
    touches[Int(sets.unite(first, second))] = isOuter
  }

  /// Forgets components that neither touch the edge nor can grow any more.
  private mutating func forgetInner() {
    var isOpen = [Bool](repeating: false, count: sets.count)
    for index in rows[rows.count - 2]..<entries.count { isOpen[Int(sets.find(entries[index].label))] = true }
    let touches = touches
    keep { touches[Int($0)] || isOpen[Int($0)] }
  }

  /// Keeps the entries whose root is wanted, and numbers the labels again.
  private mutating func keep(_ isWanted: (UInt32) -> Bool) {
    var labels: [UInt32: UInt32] = [:]
    var newTouches: [Bool] = []
    var kept = 0
    var newRows = [0]
    for row in 0..<(rows.count - 1) {
      for index in rows[row]..<rows[row + 1] {
        let root = sets.find(entries[index].label)
        guard isWanted(root) else { continue }
        let label = labels[root] ?? UInt32(newTouches.count)
        if labels.updateValue(label, forKey: root) == nil { newTouches.append(touches[Int(root)]) }
        entries[kept] = Entry(run: entries[index].run, label: label)
        kept += 1
      }
      newRows.append(kept)
    }
    entries.removeLast(entries.count - kept)
    rows = newRows
    touches = newTouches
    sets = DisjointSets(count: newTouches.count)
  }
}
