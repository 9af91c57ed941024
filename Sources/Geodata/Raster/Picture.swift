public import GeoTypes

/// A small RGBA picture, 8 bits a channel.
public struct Picture: Sendable {
  /// The longest side that is asked for.
  public static let largestSide = 1400

  public let size: RasterSize
  /// `[height][width][red, green, blue, alpha]`; alpha is 0 where the source has no valid pixel.
  public var rgba: [UInt8]

  public init(size: RasterSize, rgba: [UInt8]) {
    precondition(rgba.count == size.area * 4, "\(rgba.count) bytes are not a picture of \(size.width) × \(size.height)")
    self.size = size
    self.rgba = rgba
  }

  /// The first three channels of a block, or its first as gray.
  init(_ block: PixelBlock) {
    let colors = block.bands >= 3 ? (0, 1, 2) : (0, 0, 0)
    let bytes =
      switch block.values {
      case .bytes(let bytes): bytes
      case .floats(let floats): floats.map { UInt8(min(255, max(0, $0.rounded()))) }
      }
    let flags = block.valid ?? []
    let (bands, area) = (block.bands, block.window.area)
    let rgba = [UInt8](unsafeUninitializedCapacity: area * 4) { rgba, count in
      count = area * 4
      bytes.withUnsafeBufferPointer { bytes in
        for pixel in 0..<area {
          let isThere = flags.isEmpty || flags[pixel] == 1
          rgba[pixel * 4] = isThere ? bytes[pixel * bands + colors.0] : 0
          rgba[pixel * 4 + 1] = isThere ? bytes[pixel * bands + colors.1] : 0
          rgba[pixel * 4 + 2] = isThere ? bytes[pixel * bands + colors.2] : 0
          rgba[pixel * 4 + 3] = isThere ? 255 : 0
        }
      }
    }
    self.init(size: block.window.size, rgba: rgba)
  }

  /// The size of a picture with the raster's proportions whose longer side is at most `side`, never enlarged.
  static func size(of raster: RasterSize, side: Int) -> RasterSize {
    let longest = max(raster.width, raster.height)
    guard longest > side else { return raster }
    return RasterSize(
      width: max(1, raster.width * side / longest), height: max(1, raster.height * side / longest))
  }
}
