package import GeoTypes
import Tiling

/// Two crops of a source, half a tile stride apart: the same grid of tiles falls differently on the same ground.
package struct SeamLayout: Equatable {
  /// In pixels of the source.
  package let first: Window
  package let second: Window
  /// What is compared, in pixels of the source: what both hold, less the rim where one of them ends and sees nothing beyond.
  package let compared: Window
  /// The lines where tiles of either grid begin, end or change half way, relative to `compared`.
  package let columnSeams: [Int]
  package let rowSeams: [Int]
  /// Pixels on each side of a line that count as near.
  package let distance: Int

  /// - Parameters:
  ///   - region: the part of the source to work on.
  ///   - tile: nominal.
  ///   - overlap: below the tile's sides.
  /// - Returns: `nil` where nothing remains to be compared, because the region is too small.
  package init?(region: Window, tile: RasterSize, overlap: Int) {
    let shift = RasterSize(width: (tile.width - overlap) / 2, height: (tile.height - overlap) / 2)
    guard shift.width > 0, shift.height > 0 else { return nil }
    // A side along which one tile is enough has no seams, and is not shifted.
    let across = region.width - shift.width > tile.width
    let down = region.height - shift.height > tile.height
    guard across || down else { return nil }
    let (dx, dy) = (across ? shift.width : 0, down ? shift.height : 0)
    first = Window(column: region.column, row: region.row, width: region.width - dx, height: region.height - dy)
    second = Window(column: region.column + dx, row: region.row + dy, width: first.width, height: first.height)
    let (rimX, rimY) = (across ? overlap : 0, down ? overlap : 0)
    let common = first.intersection(second)
    let compared = Window(
      column: common.column + rimX, row: common.row + rimY, width: common.width - 2 * rimX, height: common.height - 2 * rimY)
    guard !compared.isEmpty else { return nil }
    self.compared = compared
    let grid = TileGrid(size: first.size, tile: tile, overlap: overlap)
    columnSeams = Self.seams(
      grid.columns, length: grid.windowSize.width, offsets: [first.column - compared.column, second.column - compared.column])
    rowSeams = Self.seams(grid.rows, length: grid.windowSize.height, offsets: [first.row - compared.row, second.row - compared.row])
    distance = max(2, overlap / 16)
  }

  /// Where each tile but the first begins and each but the last ends, and the middle between.
  private static func seams(_ starts: [Int], length: Int, offsets: [Int]) -> [Int] {
    var lines: Set<Int> = []
    for (before, after) in zip(starts, starts.dropFirst()) {
      let end = before + length
      for offset in offsets { lines.formUnion([after + offset, end + offset, (after + end) / 2 + offset]) }
    }
    return lines.sorted()
  }
}
