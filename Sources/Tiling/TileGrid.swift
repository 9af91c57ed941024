public import GeoTypes

/// All tile windows of a source, row by row, by mmsegmentation's window rule (`slide_inference`): windows lie at multiples
/// of the tile stride, the last one of a row or column is moved back inside, and a source smaller than a tile is one
/// smaller window.
public struct TileGrid: Hashable, Sendable {
  /// The source's size.
  public let size: RasterSize
  /// The nominal tile; windows are smaller only where the source is.
  public let tile: RasterSize
  /// Pixels that neighboring tiles share at least, along each axis: (columns, rows).
  public let overlap: RasterSize
  /// First columns of the windows of a row, ascending.
  public let columns: [Int]
  /// First rows of the windows of a column, ascending.
  public let rows: [Int]

  /// - Parameters:
  ///   - size: at least 1×1.
  ///   - tile: at least 1×1.
  ///   - overlap: pixels along each axis, 0 ..< the tile's side. Where a tile's side is not larger, it is cut to side - 1.
  public init(size: RasterSize, tile: RasterSize, overlap: Int) {
    precondition(size.width > 0 && size.height > 0 && tile.width > 0 && tile.height > 0 && overlap >= 0)
    self.size = size
    self.tile = tile
    self.overlap = RasterSize(width: min(overlap, tile.width - 1), height: min(overlap, tile.height - 1))
    columns = Self.starts(length: size.width, tile: tile.width, stride: tile.width - self.overlap.width)
    rows = Self.starts(length: size.height, tile: tile.height, stride: tile.height - self.overlap.height)
  }

  /// The number of tiles.
  public var count: Int { columns.count * rows.count }

  /// Width and height that windows have: the tile's, or the source's where it is smaller.
  public var windowSize: RasterSize {
    RasterSize(width: min(tile.width, size.width), height: min(tile.height, size.height))
  }

  /// The window of the tile in the given row and column of the grid.
  public func window(row: Int, column: Int) -> Window {
    let size = windowSize
    return Window(column: columns[column], row: rows[row], width: size.width, height: size.height)
  }

  /// The row up to which rows are final once all tiles of a grid row, and of those above it, were added.
  public func finalRow(after row: Int) -> Int { row + 1 < rows.count ? rows[row + 1] : size.height }

  /// Grid rows and grid columns of the tiles that cover a pixel of the window; empty ranges for an empty window.
  public func tiles(covering window: Window) -> (rows: Range<Int>, columns: Range<Int>) {
    let window = window.intersection(Window(size))
    guard !window.isEmpty else { return (0..<0, 0..<0) }
    return (
      Self.indices(of: rows, length: windowSize.height, touching: window.row..<window.maxRow),
      Self.indices(of: columns, length: windowSize.width, touching: window.column..<window.maxColumn)
    )
  }

  /// Pixels that the network sees for each pixel of the source: what the overlap costs on this source.
  public var cost: Double {
    Double(count) * Double(windowSize.area) / Double(size.area)
  }

  private static func starts(length: Int, tile: Int, stride: Int) -> [Int] {
    let count = (max(length - tile, 0) + stride - 1) / stride + 1
    return (0..<count).map { max(min($0 * stride + tile, length) - tile, 0) }
  }

  /// The indices i whose `starts[i] ..< starts[i] + length` meets the range; starts ascend.
  private static func indices(of starts: [Int], length: Int, touching range: Range<Int>) -> Range<Int> {
    let first = firstIndex(in: starts) { $0 + length > range.lowerBound }
    let end = firstIndex(in: starts) { $0 >= range.upperBound }
    return first..<max(first, end)
  }

  /// The first index at which a condition holds that holds for all later ones, too; the end where there is none.
  private static func firstIndex(in starts: [Int], where holds: (Int) -> Bool) -> Int {
    var (low, high) = (0, starts.count)
    while low < high {
      let middle = (low + high) / 2
      if holds(starts[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
