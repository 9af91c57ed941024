/// A rectangle of finished output, in pixels of the source.
public struct SegmentWindow: Sendable, Hashable, Comparable {
  public var row: Int
  public var column: Int
  public var height: Int
  public var width: Int

  public init(row: Int, column: Int, height: Int, width: Int) {
    self.row = row
    self.column = column
    self.height = height
    self.width = width
  }

  public var rows: Range<Int> { row..<row + height }
  public var columns: Range<Int> { column..<column + width }

  /// `r000000-004096_c000000-008192.seg`: half-open ranges of rows and columns.
  public var fileName: String {
    "r\(Self.padded(row))-\(Self.padded(row + height))_c\(Self.padded(column))-\(Self.padded(column + width)).seg"
  }

  /// The window in a segment's file name; nil for any other name.
  init?(fileName: String) {
    guard fileName.hasPrefix("r"), fileName.hasSuffix(".seg") else { return nil }
    let parts = fileName.dropFirst().dropLast(4).split(separator: "_", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].hasPrefix("c") else { return nil }
    guard let rows = Self.range(parts[0]), let columns = Self.range(parts[1].dropFirst()) else { return nil }
    self.init(row: rows.lowerBound, column: columns.lowerBound, height: rows.count, width: columns.count)
    guard self.fileName == fileName else { return nil }
  }

  private static func padded(_ value: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
  }

  private static func range(_ text: Substring) -> Range<Int>? {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, ends.allSatisfy({ $0.count <= 12 && $0.allSatisfy { ("0"..."9").contains($0) } }) else { return nil }
    guard let start = Int(ends[0]), let end = Int(ends[1]), start < end else { return nil }
    return start..<end
  }

  public static func < (first: SegmentWindow, second: SegmentWindow) -> Bool {
    (first.row, first.column, first.height, first.width) < (second.row, second.column, second.height, second.width)
  }
}

/// The fixed grid of a source's segments: a pure function of raster size and tile size, so that panels and shards, whatever the memory and
/// the number of machines, are whole columns and rows of the same segments.
///
/// A segment is two tiles or 1024 pixels high and eight tiles or 4096 pixels wide, whichever is more; what a kill costs at most is one of
/// them per shard. The last row and column are cut at the raster's edge.
public struct SegmentGrid: Sendable, Equatable {
  public let height: Int
  public let width: Int
  public let segmentHeight: Int
  public let segmentWidth: Int

  /// All in pixels and at least 1; a tile larger than the raster counts as the raster.
  public init(height: Int, width: Int, tileHeight: Int, tileWidth: Int) {
    precondition(height > 0 && width > 0 && tileHeight > 0 && tileWidth > 0, "sizes \(height)×\(width), tile \(tileHeight)×\(tileWidth)")
    self.height = height
    self.width = width
    segmentHeight = Self.length(of: height, tile: tileHeight, tiles: 2, pixels: 1024)
    segmentWidth = Self.length(of: width, tile: tileWidth, tiles: 8, pixels: 4096)
  }

  /// Whole tiles, at least so many and so many pixels, but not longer than the raster.
  private static func length(of raster: Int, tile: Int, tiles: Int, pixels: Int) -> Int {
    let tile = min(tile, raster)
    let count = max(tiles, (pixels + tile - 1) / tile)
    return raster / tile < count ? raster : min(raster, count * tile)
  }

  /// Number of rows of segments.
  public var rows: Int { (height + segmentHeight - 1) / segmentHeight }
  /// Number of columns of segments.
  public var columns: Int { (width + segmentWidth - 1) / segmentWidth }
  public var count: Int { rows * columns }

  /// The segment in a row and column of the grid.
  public subscript(row: Int, column: Int) -> SegmentWindow {
    precondition((0..<rows).contains(row) && (0..<columns).contains(column), "segment \(row), \(column) of \(rows)×\(columns)")
    let top = row * segmentHeight
    let left = column * segmentWidth
    return SegmentWindow(row: top, column: left, height: min(segmentHeight, height - top), width: min(segmentWidth, width - left))
  }

  /// All segments, row by row.
  public var windows: [SegmentWindow] {
    (0..<rows).flatMap { row in (0..<columns).map { self[row, $0] } }
  }

  /// Pixel columns of columns of segments.
  public func pixelColumns(_ columns: Range<Int>) -> Range<Int> {
    min(width, columns.lowerBound * segmentWidth)..<min(width, columns.upperBound * segmentWidth)
  }

  /// The rows of segments of shard `index` (from 0) of `count`: contiguous, disjoint, together all; empty where there are fewer rows.
  public func strip(_ index: Int, of count: Int) -> Range<Int> {
    precondition(count > 0 && (0..<count).contains(index), "shard \(index) of \(count)")
    return rows * index / count..<rows * (index + 1) / count
  }

  /// Columns of segments in panels of at most `pixels` width, as even as can be; at least one column each.
  public func panels(ofAtMost pixels: Int) -> [Range<Int>] {
    let perPanel = max(1, pixels / segmentWidth)
    let count = (columns + perPanel - 1) / perPanel
    return (0..<count).map { columns * $0 / count..<columns * ($0 + 1) / count }
  }
}
