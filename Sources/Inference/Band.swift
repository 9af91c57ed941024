import GeoTypes
import Tiling

/// A range of columns of a pass: sums its tiles up and decides its rows. Touched by one thread at a time.
final class Band {
  let columns: Range<Int>
  /// The turns of the tiles that it needs, ascending.
  let turns: [Int]
  /// The rows that are wanted, merged and ascending.
  private let rows: [Range<Int>]
  private let weights: FrontierWeights
  private let pass: SourcePass
  private var frontier: Frontier?
  /// The values of the only tile there is, which need not be added to anything.
  private var sole: TileValues?
  private var decider: RowDecider?
  private var gridRow = -1

  /// The index in `turns` of the next tile. Guarded by the crew's lock, as is `isBusy`.
  var next = 0
  /// Whether a worker has it.
  var isBusy = false

  init(_ pass: SourcePass, columns: Range<Int>, windows: [Window], turns: [Int], weights: FrontierWeights) {
    self.pass = pass
    self.columns = columns
    self.turns = turns
    self.weights = weights
    var merged: [Range<Int>] = []
    for rows in windows.map({ $0.row..<$0.maxRow }).sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = merged.last, rows.lowerBound <= last.upperBound {
        merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, rows.upperBound)
      } else {
        merged.append(rows)
      }
    }
    rows = merged
  }

  /// One past the last wanted row that becomes final with a grid row; 0 where there is none.
  func lastRow(ofGridRow row: Int) -> Int {
    let final = pass.grid.rows[row]..<pass.grid.finalRow(after: row)
    return rows.map { $0.clamped(to: final) }.filter { !$0.isEmpty }.last?.upperBound ?? 0
  }

  /// Adds the next tile.
  ///
  /// - Parameter values: `nil` for a tile without a valid pixel.
  func add(row: Int, column: Int, values: TileValues?) {
    if values != nil, weights.isSole {
      sole = values
      return
    }
    let frontier = self.frontier ?? Frontier(weights, columns: columns)
    self.frontier = frontier
    if row != gridRow {
      // Rows above this grid row are final; those of grid rows that nobody needs are not asked for.
      frontier.skipRows(upTo: pass.grid.rows[row])
      gridRow = row
    }
    values?.values.withUnsafeBufferPointer { frontier.add(row: row, column: column, values: $0) }
  }

  /// Decides the rows that are final once all tiles of a grid row were added.
  ///
  /// - Parameter mask: 1 for each pixel of the pass's columns that gets a class, from the grid row's first row on; `nil` where all do.
  func finish(row: Int, mask: [UInt8]?, _ body: (DecidedRow) throws -> Void) rethrows {
    guard frontier != nil || sole != nil else { return }
    var decider =
      self.decider
      ?? RowDecider(
        decision: pass.decision, merge: pass.merge, channels: weights.channels, columns: columns,
        wantsProbabilities: pass.wantsProbabilities)
    // So that its buffers are its own.
    self.decider = nil
    let top = pass.grid.rows[row]
    let end = pass.grid.finalRow(after: row)
    let start = columns.lowerBound - pass.columns.lowerBound
    for wanted in rows {
      let part = wanted.clamped(to: top..<end)
      guard !part.isEmpty else { continue }
      frontier?.skipRows(upTo: part.lowerBound)
      for row in part {
        let first = (row - top) * pass.columns.count + start
        let rowMask = mask.map { $0[first..<first + columns.count] }
        if let rowMask, !rowMask.contains(1) {
          frontier?.skipRows(upTo: row + 1)
          try body(decider.invalidRow(row))
          continue
        }
        try sole?.values.withUnsafeBufferPointer { values in
          let window = pass.grid.window(row: 0, column: 0)
          let first = ((row - window.row) * window.width + columns.lowerBound - window.column) * weights.channels
          let own = UnsafeBufferPointer(rebasing: values[first..<first + columns.count * weights.channels])
          try body(decider.row(row, values: own, mask: rowMask))
        }
        try frontier?.takeRows(upTo: row + 1) { row, values in try body(decider.row(row, values: values, mask: rowMask)) }
      }
    }
    frontier?.skipRows(upTo: end)
    (self.decider, sole) = (decider, nil)
  }

  /// Frees what is no longer needed.
  func close() { (frontier, decider, sole) = (nil, nil, nil) }
}
