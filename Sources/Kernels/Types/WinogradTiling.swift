/// Into which tiles a Winograd convolution divides an image. A dilation divides the image into phases, each a small image of its own: of
/// every so many-th row and column.
///
/// Along an axis, F(n, 3) makes n outputs of n + 2 products. Long tiles need fewest products where phases are long, but a phase of 5
/// pixels is one tile of 6 or two of 4, and one of 3 is most of a tile of 4 thrown away.
public enum WinogradTiling {
  /// The tile whose transforms are spelled out; it is the fastest and most exact for phases of many pixels. Weights that are packed for it
  /// serve no other tile.
  @inlinable @inline(__always)
  public static var usualTile: Int { 4 }

  /// Tiles along an axis of `size` pixels, all phases counted.
  @inlinable @inline(__always)
  public static func tiles(_ size: Int, dilation: Int, tile: Int) -> Int {
    // Some phases are a pixel longer than the others; where there are more phases than pixels, the shorter ones are empty.
    let length = size / dilation
    let longer = size % dilation
    return longer * ((length + tile) / tile) + (dilation - longer) * ((length + tile - 1) / tile)
  }

  /// Products that an axis needs with a tile.
  @inlinable @inline(__always)
  public static func products(_ size: Int, dilation: Int, tile: Int) -> Int {
    tiles(size, dilation: dilation, tile: tile) * (tile + 2)
  }

  /// The tile, of those up to the largest, that an axis needs fewest products with; the smallest such tile, since it is the most exact.
  @inlinable @inline(__always)
  public static func tile(_ size: Int, dilation: Int, largest: Int) -> Int {
    if largest == usualTile { return usualTile }
    var best = 1
    var fewest = Int.max
    for tile in 1...largest {
      let products = products(size, dilation: dilation, tile: tile)
      if products < fewest {
        fewest = products
        best = tile
      }
    }
    return best
  }
}
