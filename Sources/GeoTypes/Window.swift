/// A rectangle of pixels: columns `column ..< maxColumn`, rows `row ..< maxRow`, in pixels of the raster it belongs to.
public struct Window: Hashable, Sendable, Codable {
  public var column: Int
  public var row: Int
  public var width: Int
  public var height: Int

  public init(column: Int, row: Int, width: Int, height: Int) {
    self.column = column
    self.row = row
    self.width = width
    self.height = height
  }

  /// The window that covers a raster of the given size.
  public init(_ size: RasterSize) {
    self.init(column: 0, row: 0, width: size.width, height: size.height)
  }

  public var size: RasterSize { RasterSize(width: width, height: height) }

  /// One past the last column.
  public var maxColumn: Int { column + width }

  /// One past the last row.
  public var maxRow: Int { row + height }

  /// The number of pixels.
  public var area: Int { width * height }

  public var isEmpty: Bool { width <= 0 || height <= 0 }

  /// The pixels that both windows hold; empty (width and height 0) where they are apart.
  public func intersection(_ other: Window) -> Window {
    let left = max(column, other.column)
    let top = max(row, other.row)
    let right = min(maxColumn, other.maxColumn)
    let bottom = min(maxRow, other.maxRow)
    guard left < right, top < bottom else { return Window(column: left, row: top, width: 0, height: 0) }
    return Window(column: left, row: top, width: right - left, height: bottom - top)
  }

  /// Whether the windows have a pixel in common.
  public func intersects(_ other: Window) -> Bool { !intersection(other).isEmpty }

  /// Whether every pixel of `other` lies in this window. An empty window lies in every window.
  public func contains(_ other: Window) -> Bool {
    other.isEmpty
      || (column <= other.column && row <= other.row && other.maxColumn <= maxColumn && other.maxRow <= maxRow)
  }
}
