public import GeoTypes

extension TileGrid {
  /// The longest side that `fitting` takes, where the smallest tile is not longer.
  public static let longestFittingSide = 1024

  /// The tile for which a network sees the fewest pixels of a source: sides that are multiples of 32, from those of `smallest`, rounded up, to
  /// 1024. A function of the sizes alone; of several tiles, the one with the fewest pixels, then the lower one.
  ///
  /// - Parameter source: its size, in pixels.
  /// - Parameter smallest: side of a tile, in pixels.
  /// - Parameter overlap: pixels that neighbors share, for a tile; at most half of its sides here.
  public static func fitting(_ source: RasterSize, from smallest: RasterSize, overlap: (RasterSize) -> Int) -> RasterSize {
    func sides(_ least: Int) -> [Int] {
      let first = max(32, (least + 31) / 32 * 32)
      return Array(stride(from: first, through: max(first, longestFittingSide), by: 32))
    }
    var best: (pixels: Int, tile: RasterSize)?
    for height in sides(smallest.height) {
      for width in sides(smallest.width) {
        let tile = RasterSize(width: width, height: height)
        let shared = overlap(tile)
        guard 2 * shared <= min(height, width) else { continue }
        let pixels = inferredPixels(source, tile: tile, overlap: shared)
        if best.map({ (pixels, tile.area) < ($0.pixels, $0.tile.area) }) ?? true { best = (pixels, tile) }
      }
    }
    return best?.tile ?? smallest
  }

  /// Pixels that the network sees of a source.
  ///
  /// - Parameter source: its size, in pixels.
  /// - Parameter tile: its size, in pixels.
  /// - Parameter overlap: below the tile's sides.
  public static func inferredPixels(_ source: RasterSize, tile: RasterSize, overlap: Int) -> Int {
    func axis(_ length: Int, _ side: Int) -> Int {
      let stride = side - min(overlap, side - 1)
      return ((max(length - side, 0) + stride - 1) / stride + 1) * min(side, length)
    }
    return axis(source.width, tile.width) * axis(source.height, tile.height)
  }
}
