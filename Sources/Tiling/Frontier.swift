import GeoTypes

/// The rows that still wait for tiles below them: weighted sums of tile values, for a range of columns (a panel).
///
/// Tiles are added in grid order, row by row; once a grid row is complete, the rows above the next grid row are final and
/// are taken out. Memory: columns × tile height × channels × 4 bytes, whatever the source's height.
///
/// A tile without a valid pixel need not be added: it covers no pixel that anyone asks for.
public final class Frontier {
  public let grid: TileGrid
  /// The columns of the source that this frontier sums up.
  public let columns: Range<Int>
  /// Values for each pixel: classes, or 1.
  public let channels: Int

  private let weights: FrontierWeights
  private let height: Int
  /// [height][columns][channels]; row r of the source lies at r mod height.
  private var sums: [Float]
  /// Rows below this one were taken out already.
  private var firstRow: Int
  /// The sums of column weights of the held columns, each repeated for all channels.
  private let columnSums: [Float]

  /// - Parameters:
  ///   - weights: of the tiles.
  ///   - columns: a range within the grid's width.
  ///   - firstRow: rows above it will not be asked for.
  public init(_ weights: FrontierWeights, columns: Range<Int>, firstRow: Int = 0) {
    let grid = weights.grid
    precondition(columns.lowerBound >= 0 && columns.upperBound <= grid.size.width && !columns.isEmpty)
    self.grid = grid
    self.columns = columns
    self.firstRow = firstRow
    self.weights = weights
    channels = weights.channels
    height = grid.windowSize.height
    sums = [Float](repeating: 0, count: columns.count * height * weights.channels)
    columnSums = columns.flatMap { [Float](repeating: weights.weights.columnSums[$0], count: weights.channels) }
  }

  /// Bytes that a frontier of these measures holds.
  public static func bytes(grid: TileGrid, columns: Int, channels: Int) -> Int {
    columns * grid.windowSize.height * channels * MemoryLayout<Float>.stride
  }

  /// Adds a tile's values.
  ///
  /// - Parameters:
  ///   - row: the tile's row in the grid. Not lower than that of the tile before.
  ///   - column: the tile's column in the grid, ascending within a row.
  ///   - values: [window height][window width][channels].
  public func add(row: Int, column: Int, values: UnsafeBufferPointer<Float>) {
    let window = grid.window(row: row, column: column)
    precondition(values.count == window.area * channels)
    precondition(window.row + height <= firstRow + 2 * height, "tiles come in grid order")
    let left = max(window.column, columns.lowerBound)
    let right = min(window.maxColumn, columns.upperBound)
    guard left < right else { return }
    let count = (right - left) * channels
    let skipped = (left - window.column) * channels
    let target = (left - columns.lowerBound) * channels
    let rowLength = columns.count * channels
    let rowWeights = weights.weights.rows[row]
    sums.withUnsafeMutableBufferPointer { sums in
      for offset in 0..<window.height {
        let sourceRow = window.row + offset
        let rowWeight = rowWeights[offset]
        guard sourceRow >= firstRow, rowWeight != 0 else { continue }
        let output = UnsafeMutableBufferPointer(
          rebasing: sums[(sourceRow % height) * rowLength + target..<(sourceRow % height) * rowLength + target + count])
        let start = offset * window.width * channels + skipped
        let input = UnsafeBufferPointer(rebasing: values[start..<start + count])
        if let columnWeights = weights.columns[column] {
          columnWeights.withUnsafeBufferPointer { weights in
            for index in 0..<count { output[index] += (rowWeight * weights[skipped + index]) * input[index] }
          }
        } else {
          for index in 0..<count { output[index] += rowWeight * input[index] }
        }
      }
    }
  }

  /// Takes final rows out, top to bottom, and forgets them.
  ///
  /// - Parameters:
  ///   - end: one past the last row to take, as `TileGrid.finalRow(after:)` says.
  ///   - body: gets a row's number and its blended values, [columns][channels], already divided by the sum of weights.
  /// - Throws: What `body` throws.
  public func takeRows(upTo end: Int, _ body: (_ row: Int, _ values: UnsafeBufferPointer<Float>) throws -> Void) rethrows {
    let rowLength = columns.count * channels
    while firstRow < end {
      let row = firstRow
      let start = (row % height) * rowLength
      normalize(row: row, start: start)
      try sums.withUnsafeBufferPointer { sums in
        try body(row, UnsafeBufferPointer(rebasing: sums[start..<start + rowLength]))
      }
      sums.withUnsafeMutableBufferPointer { sums in
        UnsafeMutableBufferPointer(rebasing: sums[start..<start + rowLength]).update(repeating: 0)
      }
      firstRow += 1
    }
  }

  /// Forgets rows that nobody needs, so that the next tiles may lie far below.
  public func skipRows(upTo end: Int) {
    guard end > firstRow else { return }
    let rowLength = columns.count * channels
    if end - firstRow >= height {
      sums.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    } else {
      for row in firstRow..<end {
        let start = (row % height) * rowLength
        sums.withUnsafeMutableBufferPointer { sums in
          UnsafeMutableBufferPointer(rebasing: sums[start..<start + rowLength]).update(repeating: 0)
        }
      }
    }
    firstRow = end
  }

  private func normalize(row: Int, start: Int) {
    let rowSum = weights.weights.rowSums[row]
    sums.withUnsafeMutableBufferPointer { sums in
      columnSums.withUnsafeBufferPointer { columnSums in
        for index in columnSums.indices { sums[start + index] /= rowSum * columnSums[index] }
      }
    }
  }
}
