import GeoTypes
import RunState
import Testing
import Tiling

@testable import Runs

@Suite struct OccupancyTests {
  private let grid = TileGrid(size: RasterSize(width: 100_000, height: 80_000), tile: RasterSize(width: 512, height: 512), overlap: 128)

  private func occupancy(_ windows: [Window], _ region: Window) -> (Occupancy, SegmentGrid) {
    let segments = SegmentGrid(height: region.height, width: region.width, tileHeight: 512, tileWidth: 512)
    return (Occupancy(windows, region: region, grid: grid, segments: segments), segments)
  }

  @Test func aWholeRasterHasNoEmptySegment() {
    let region = Window(column: 0, row: 0, width: 100_000, height: 80_000)
    let (whole, _) = occupancy([region], region)
    let all = grid.tiles(covering: region)
    #expect(whole.emptySegments.isEmpty && whole.tiles == all.rows.count * all.columns.count && whole.pixels == region.area)
  }

  @Test func betweenFarSheetsAlmostNothingIsLeft() {
    let region = Window(column: 0, row: 0, width: 100_000, height: 80_000)
    let sheets = [Window(column: 0, row: 0, width: 100, height: 160), Window(column: 99_900, row: 79_840, width: 100, height: 160)]
    let (two, segments) = occupancy(sheets, region)
    // The second sheet lies across the border of two segments.
    #expect(two.emptySegments.count == segments.count - 3 && two.tiles <= 16 && two.pixels == 32_000)
    for sheet in sheets {
      #expect(
        two.emptySegments.allSatisfy {
          Window(column: $0.column, row: $0.row, width: $0.width, height: $0.height).intersection(sheet).isEmpty
        })
    }
  }

  @Test func aPartOfAMosaicCountsItsOwnSheets() {
    let region = Window(column: 50_000, row: 40_000, width: 9000, height: 5000)
    let (part, segments) = occupancy(
      [Window(column: 0, row: 0, width: 50_001, height: 40_001), Window(column: 90_000, row: 0, width: 9, height: 9)], region)
    // One pixel of one sheet.
    #expect(part.pixels == 1 && part.emptySegments.count == segments.count - 1 && !part.emptySegments.contains(segments[0, 0]))
  }
}
