import GeoTypes
import TestSupport
import Testing
import Tiling

@Suite struct FittingTests {
  private func overlap(_ tile: RasterSize) -> Int { min(128, min(tile.width, tile.height) / 4) }

  @Test func fewerPixelsAreInferredWithNoOtherMultipleOf32() {
    var random = Seeded(seed: 7)
    for _ in 0..<12 {
      let size = RasterSize(width: Int.random(in: 1...6000, using: &random), height: Int.random(in: 1...6000, using: &random))
      let crop = RasterSize(width: [256, 500, 512].randomElement(using: &random) ?? 512, height: 512)
      let found = TileGrid.fitting(size, from: crop, overlap: overlap)
      let pixels = { (tile: RasterSize) in
        let grid = TileGrid(size: size, tile: tile, overlap: overlap(tile))
        return grid.count * grid.windowSize.area
      }
      #expect(found.width % 32 == 0 && found.height % 32 == 0 && found.width >= crop.width && found.height >= 512)
      #expect(found.width <= 1024 && found.height <= 1024)
      for height in stride(from: 512, through: 1024, by: 32) {
        for width in stride(from: (crop.width + 31) / 32 * 32, through: 1024, by: 32) {
          let other = RasterSize(width: width, height: height)
          #expect(pixels(found) <= pixels(other), "\(size): \(found) against \(other)")
        }
      }
      #expect(TileGrid.inferredPixels(size, tile: found, overlap: overlap(found)) == pixels(found))
    }
  }

  @Test func aMosaicOf3000TakesATile864() {
    let size = RasterSize(width: 3000, height: 3000)
    #expect(TileGrid.fitting(size, from: RasterSize(width: 512, height: 512), overlap: overlap) == RasterSize(width: 864, height: 864))
  }

  @Test func aCropBeyondTheLimitStays() {
    let crop = RasterSize(width: 2048, height: 1536)
    #expect(TileGrid.fitting(RasterSize(width: 9000, height: 9000), from: crop, overlap: overlap) == crop)
  }
}
