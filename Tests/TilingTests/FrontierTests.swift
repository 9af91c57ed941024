import Foundation
import GeoTypes
import Testing
import Tiling

/// Every size from one pixel to three tiles, ragged and not square.
private let sizes: [RasterSize] = {
  var sizes: [RasterSize] = []
  for width in [1, 2, 5, 7, 8, 9, 13, 16, 17, 23] {
    for height in [1, 3, 6, 7, 11, 19] { sizes.append(RasterSize(width: width, height: height)) }
  }
  return sizes
}()

@Suite struct FrontierTests {
  private let tile = RasterSize(width: 8, height: 6)

  /// A value that depends on the tile and the pixel, so that any mix-up shows.
  private func value(_ row: Int, _ column: Int, _ y: Int, _ x: Int, _ channel: Int) -> Float {
    Float(sin(Double(row * 31 + column * 17 + y * 7 + x * 3 + channel * 5)) * 4)
  }

  private func tileValues(_ grid: TileGrid, _ row: Int, _ column: Int, channels: Int) -> [Float] {
    let window = grid.window(row: row, column: column)
    var values: [Float] = []
    for y in 0..<window.height {
      for x in 0..<window.width {
        for channel in 0..<channels { values.append(value(row, column, y, x, channel)) }
      }
    }
    return values
  }

  private func blended(_ grid: TileGrid, _ blend: Blend, columns: Range<Int>? = nil, channels: Int, constant: Float? = nil) -> [Float] {
    let columns = columns ?? 0..<grid.size.width
    let frontier = Frontier(FrontierWeights(grid: grid, blend: blend, channels: channels), columns: columns)
    var output: [Float] = []
    for row in grid.rows.indices {
      for column in grid.columns.indices {
        var values = tileValues(grid, row, column, channels: channels)
        if let constant { values = values.map { _ in constant } }
        values.withUnsafeBufferPointer { frontier.add(row: row, column: column, values: $0) }
      }
      frontier.takeRows(upTo: grid.finalRow(after: row)) { number, values in
        #expect(number * columns.count * channels == output.count)
        output.append(contentsOf: values)
      }
    }
    #expect(output.count == columns.count * grid.size.height * channels)
    return output
  }

  /// The definition: whole accumulators, weights from the formulas, double precision.
  private func naive(_ grid: TileGrid, _ blend: Blend, channels: Int) -> [Double] {
    let size = grid.size
    var sums = [Double](repeating: 0, count: size.area * channels)
    var weights = [Double](repeating: 0, count: size.area)
    func ramp(_ distance: Int, _ overlap: Int) -> Double {
      distance < overlap ? 0.5 - 0.5 * cos(.pi * (Double(distance) + 0.5) / Double(overlap)) : 1
    }
    for y in 0..<size.height {
      for x in 0..<size.width {
        var nearest: (row: Int, column: Int)?
        var least = Int.max
        for row in grid.rows.indices {
          for column in grid.columns.indices {
            let window = grid.window(row: row, column: column)
            guard window.contains(Window(column: x, row: y, width: 1, height: 1)) else { continue }
            let dx = 2 * x + 1 - 2 * window.column - window.width
            let dy = 2 * y + 1 - 2 * window.row - window.height
            if dx * dx + dy * dy < least {
              least = dx * dx + dy * dy
              nearest = (row, column)
            }
          }
        }
        for row in grid.rows.indices {
          for column in grid.columns.indices {
            let window = grid.window(row: row, column: column)
            guard window.contains(Window(column: x, row: y, width: 1, height: 1)) else { continue }
            let (dx, dy) = (x - window.column, y - window.row)
            var weight = 1.0
            switch blend {
            case .mean: break
            case .center: weight = nearest?.row == row && nearest?.column == column ? 1 : 0
            case .cosine:
              if window.column > 0 { weight *= ramp(dx, grid.overlap.width) }
              if window.maxColumn < size.width { weight *= ramp(window.width - 1 - dx, grid.overlap.width) }
              if window.row > 0 { weight *= ramp(dy, grid.overlap.height) }
              if window.maxRow < size.height { weight *= ramp(window.height - 1 - dy, grid.overlap.height) }
            }
            weights[y * size.width + x] += weight
            for channel in 0..<channels {
              sums[(y * size.width + x) * channels + channel] += weight * Double(value(row, column, dy, dx, channel))
            }
          }
        }
      }
    }
    return sums.enumerated().map { $0.element / weights[$0.offset / channels] }
  }

  @Test(arguments: Blend.allCases)
  func everySizeEqualsTheNaiveBlend(blend: Blend) {
    for size in sizes {
      for overlap in [0, 2, 5] {
        let grid = TileGrid(size: size, tile: tile, overlap: overlap)
        let expected = naive(grid, blend, channels: 3)
        let found = blended(grid, blend, channels: 3)
        // Float32 sums of at most a dozen terms of size 4.
        let worst = zip(found, expected).map { abs(Double($0) - $1) }.max() ?? 0
        #expect(worst < 1e-5, "size \(size), overlap \(overlap), blend \(blend)")
      }
    }
  }

  @Test(arguments: Blend.allCases)
  func constantLogitsStayConstantOnEveryPixelCornersIncluded(blend: Blend) {
    for size in sizes {
      for overlap in 0..<6 {
        let grid = TileGrid(size: size, tile: tile, overlap: overlap)
        let found = blended(grid, blend, channels: 2, constant: 3.7)
        #expect(found.allSatisfy { abs($0 / 3.7 - 1) <= 1e-6 }, "size \(size), overlap \(overlap), blend \(blend)")
      }
    }
  }

  @Test(arguments: Blend.allCases)
  func panelsGiveTheSameBitsAsTheFullWidth(blend: Blend) {
    let grid = TileGrid(size: RasterSize(width: 29, height: 17), tile: tile, overlap: 3)
    let whole = blended(grid, blend, channels: 2)
    for panels in [[0..<10, 10..<29], [0..<1, 1..<8, 8..<29]] {
      for panel in panels {
        let part = blended(grid, blend, columns: panel, channels: 2)
        for row in 0..<17 {
          for column in panel {
            for channel in 0..<2 {
              #expect(
                part[(row * panel.count + column - panel.lowerBound) * 2 + channel].bitPattern
                  == whole[(row * 29 + column) * 2 + channel].bitPattern)
            }
          }
        }
      }
    }
  }

  @Test func rowsTakenAfterSkippingAreTheSameBits() {
    let grid = TileGrid(size: RasterSize(width: 12, height: 40), tile: tile, overlap: 2)
    let whole = blended(grid, .cosine, channels: 1)
    let wanted = Window(column: 0, row: 21, width: 12, height: 7)
    let frontier = Frontier(FrontierWeights(grid: grid, blend: .cosine, channels: 1), columns: 0..<12)
    let covering = grid.tiles(covering: wanted)
    frontier.skipRows(upTo: wanted.row)
    var output: [Float] = []
    for row in covering.rows {
      for column in covering.columns {
        tileValues(grid, row, column, channels: 1).withUnsafeBufferPointer { frontier.add(row: row, column: column, values: $0) }
      }
      frontier.takeRows(upTo: min(wanted.maxRow, grid.finalRow(after: row))) { output.append(contentsOf: $1) }
    }
    #expect(output == Array(whole[21 * 12..<28 * 12]))
  }
}
