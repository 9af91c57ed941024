package import GeoTypes
package import RunState
package import Tiling

/// Which segments and tiles of a source can hold a valid pixel: between the sheets of a mosaic lies much that need not be gone through.
package struct Occupancy: Sendable {
  /// Segments without any valid pixel, in pixels of the region.
  package let emptySegments: Set<SegmentWindow>
  /// Tiles of the grid that may hold a valid pixel; those on a panel's edge count once.
  package let tiles: Int
  /// Pixels of the region that may be valid, at most.
  package let pixels: Int

  /// - Parameters:
  ///   - windows: outside of which no pixel is valid, in pixels of the source.
  ///   - region: the part that is written.
  package init(_ windows: [Window], region: Window, grid: TileGrid, segments: SegmentGrid) {
    let parts = windows.map { $0.intersection(region) }.filter { !$0.isEmpty }
    let all = grid.tiles(covering: region)
    guard !parts.contains(region) else {
      (emptySegments, tiles, pixels) = ([], all.rows.count * all.columns.count, region.area)
      return
    }
    var held: Set<SegmentWindow> = []
    var touched: Set<SIMD2<Int32>> = []
    for part in parts {
      let rows = (part.row - region.row) / segments.segmentHeight...(part.maxRow - 1 - region.row) / segments.segmentHeight
      let columns = (part.column - region.column) / segments.segmentWidth...(part.maxColumn - 1 - region.column) / segments.segmentWidth
      for row in rows { for column in columns { held.insert(segments[row, column]) } }
      let covering = grid.tiles(covering: part)
      for row in covering.rows { for column in covering.columns { touched.insert(SIMD2(Int32(row), Int32(column))) } }
    }
    emptySegments = held.count == segments.count ? [] : Set(segments.windows).subtracting(held)
    tiles = touched.count
    pixels = min(region.area, parts.reduce(0) { $0 + $1.area })
  }
}
