import GeoTypes
import Testing
import Tiling

@Suite struct TileGridTests {
  /// mmsegmentation's rule, written as its formula: rows = max(H - ch + sh - 1, 0) // sh + 1, the last one moved back.
  private func naive(length: Int, tile: Int, stride: Int) -> [Range<Int>] {
    let count = max(length - tile + stride - 1, 0) / stride + 1
    return (0..<count).map { index in
      let end = min(index * stride + tile, length)
      return max(end - tile, 0)..<end
    }
  }

  @Test func windowsFollowTheReferenceRuleForEveryLength() {
    for tile in 1...9 {
      for overlap in 0..<tile {
        for length in 1...(3 * tile + 2) {
          let grid = TileGrid(
            size: RasterSize(width: length, height: 1), tile: RasterSize(width: tile, height: tile), overlap: overlap)
          let expected = naive(length: length, tile: tile, stride: tile - overlap)
          let found = grid.columns.indices.map {
            let window = grid.window(row: 0, column: $0)
            return window.column..<window.maxColumn
          }
          #expect(found == expected, "length \(length), tile \(tile), overlap \(overlap)")
        }
      }
    }
  }

  @Test func tilesCoveringAWindowAreThoseThatMeetIt() {
    let grid = TileGrid(size: RasterSize(width: 41, height: 23), tile: RasterSize(width: 10, height: 8), overlap: 3)
    for column in stride(from: 0, to: 41, by: 3) {
      for row in stride(from: 0, to: 23, by: 2) {
        let window = Window(column: column, row: row, width: min(5, 41 - column), height: min(4, 23 - row))
        let covering = grid.tiles(covering: window)
        for gridRow in grid.rows.indices {
          for gridColumn in grid.columns.indices {
            let meets = grid.window(row: gridRow, column: gridColumn).intersects(window)
            #expect(meets == (covering.rows.contains(gridRow) && covering.columns.contains(gridColumn)))
          }
        }
      }
    }
    #expect(grid.tiles(covering: Window(column: 50, row: 0, width: 2, height: 2)).rows.isEmpty)
  }
}
