/// Compares the boundaries of two class maps, row by row from top to bottom.
///
/// Kept are the boundary pixels of as many rows as the tolerance reaches up and down. A boundary pixel is looked up in the other map's rows, from its own
/// outwards, by binary search for the nearest column: exact at any distance, and cheap because boundaries are thin.
public struct BoundaryScorer: Sendable {
  /// The boundary pixels of a row, by class.
  private struct Row {
    /// Where each class's columns begin; one more for the end.
    var starts: [Int]
    /// Columns, by class, rising.
    var columns: [Int32]
  }

  /// The classes of a row's pixels: `none` without class, `out` where they do not count.
  private typealias Labels = [UInt16]
  private static let none = UInt16.max - 1
  private static let out = UInt16.max

  private let rule: LabelRule
  private let width: Int
  private let reach: [Int]
  private let truthTable: [Int]
  private var counts: BoundaryCounts

  private var last: (prediction: Labels, truth: Labels)?
  private var beforeLast: (prediction: Labels, truth: Labels)?
  /// Boundary rows around the next row to be looked up; the first belongs to row `firstKept`.
  private var kept: [(prediction: Row, truth: Row)] = []
  private var firstKept = 0
  private var nextLookup = 0

  /// - Parameters:
  ///   - rule: which labels count.
  ///   - width: pixels of a row.
  ///   - tolerance: in pixels; the caller converts meters.
  public init(_ rule: LabelRule, width: Int, tolerance: BoundaryTolerance) {
    self.rule = rule
    self.width = width
    reach = tolerance.reach
    truthTable = rule.truthTable
    counts = BoundaryCounts(tolerance: tolerance, classes: Array(repeating: BoundaryCounts.Class(), count: rule.classes))
  }

  /// Takes the next row of both maps.
  public mutating func add(prediction: [UInt8], truth: [UInt8]) { add(prediction: prediction[...], truth: truth[...]) }

  /// Takes the next row of both maps.
  public mutating func add(prediction: ArraySlice<UInt8>, truth: ArraySlice<UInt8>) {
    precondition(prediction.count == width && truth.count == width, "rows of \(prediction.count), \(truth.count) for a width of \(width)")
    let next = labels(prediction, truth)
    if let last { keep(above: beforeLast, last, below: next) }
    beforeLast = last
    last = next
  }

  /// The counts of all rows. The scorer is then used up.
  public mutating func finish() -> BoundaryCounts {
    if let last { keep(above: beforeLast, last, below: nil) }
    (last, beforeLast) = (nil, nil)
    while nextLookup < firstKept + kept.count { lookUp() }
    return counts
  }

  // MARK: - Boundaries

  private func labels(_ prediction: ArraySlice<UInt8>, _ truth: ArraySlice<UInt8>) -> (prediction: Labels, truth: Labels) {
    let classes = rule.classes
    let table = truthTable
    var predicted = Labels(repeating: Self.out, count: width)
    var labeled = predicted
    for (index, (p, t)) in zip(prediction, truth).enumerated() {
      let label = table[Int(t)]
      guard label <= classes else { continue }
      labeled[index] = label < classes ? UInt16(label) : Self.none
      predicted[index] = Int(p) < classes ? UInt16(p) : p == 255 ? Self.out : Self.none
    }
    return (predicted, labeled)
  }

  private mutating func keep(
    above: (prediction: Labels, truth: Labels)?, _ row: (prediction: Labels, truth: Labels), below: (prediction: Labels, truth: Labels)?
  ) {
    kept.append(
      (boundary(above?.prediction, row.prediction, below?.prediction), boundary(above?.truth, row.truth, below?.truth)))
    // A row can be looked up when the lowest row within reach is known.
    while nextLookup + reach.count - 1 < firstKept + kept.count { lookUp() }
  }

  private func boundary(_ above: Labels?, _ row: Labels, _ below: Labels?) -> Row {
    let classes = rule.classes
    var pixels: [(label: UInt16, column: Int32)] = []
    var starts = [Int](repeating: 0, count: classes + 1)
    for column in 0..<width {
      let label = row[column]
      guard label < classes else { continue }
      func differs(_ neighbor: UInt16) -> Bool { neighbor != label && neighbor != Self.out }
      let isBoundary =
        (column > 0 && differs(row[column - 1])) || (column + 1 < width && differs(row[column + 1]))
        || (above.map { differs($0[column]) } ?? false) || (below.map { differs($0[column]) } ?? false)
      guard isBoundary else { continue }
      pixels.append((label, Int32(column)))
      starts[Int(label) + 1] += 1
    }
    for index in 0..<classes { starts[index + 1] += starts[index] }
    var next = starts
    var columns = [Int32](repeating: 0, count: pixels.count)
    for (label, column) in pixels {
      columns[next[Int(label)]] = column
      next[Int(label)] += 1
    }
    return Row(starts: starts, columns: columns)
  }

  // MARK: - Matching

  /// Looks up the boundary pixels of the next row, and lets go of rows that are no longer within reach.
  private mutating func lookUp() {
    let row = nextLookup - firstKept
    for index in 0..<rule.classes {
      let (predicted, predictedMatched) = matches(kept[row].prediction, index, at: row, in: \.truth)
      let (labeled, labeledMatched) = matches(kept[row].truth, index, at: row, in: \.prediction)
      counts.classes[index].predicted += predicted
      counts.classes[index].predictedMatched += predictedMatched
      counts.classes[index].labeled += labeled
      counts.classes[index].labeledMatched += labeledMatched
    }
    nextLookup += 1
    let unneeded = nextLookup - (reach.count - 1) - firstKept
    if unneeded > 0 {
      kept.removeFirst(unneeded)
      firstKept += unneeded
    }
  }

  private func matches(
    _ pixels: Row, _ index: Int, at row: Int, in other: KeyPath<(prediction: Row, truth: Row), Row>
  ) -> (all: UInt64, matched: UInt64) {
    let columns = pixels.columns[pixels.starts[index]..<pixels.starts[index + 1]]
    guard !columns.isEmpty else { return (0, 0) }
    var candidates: [(columns: ArraySlice<Int32>, reach: Int)] = []
    for (distance, reach) in reach.enumerated() {
      for neighbor in distance == 0 ? [row] : [row - distance, row + distance] where kept.indices.contains(neighbor) {
        let other = kept[neighbor][keyPath: other]
        let found = other.columns[other.starts[index]..<other.starts[index + 1]]
        if !found.isEmpty { candidates.append((found, reach)) }
      }
    }
    var matched: UInt64 = 0
    for column in columns where candidates.contains(where: { Self.holds($0.columns, near: Int(column), within: $0.reach) }) { matched += 1 }
    return (UInt64(columns.count), matched)
  }

  /// Whether rising columns hold one within a distance.
  private static func holds(_ columns: ArraySlice<Int32>, near column: Int, within distance: Int) -> Bool {
    var low = columns.startIndex
    var high = columns.endIndex
    while low < high {
      let middle = (low + high) / 2
      if Int(columns[middle]) < column - distance { low = middle + 1 } else { high = middle }
    }
    return low < columns.endIndex && Int(columns[low]) <= column + distance
  }
}
