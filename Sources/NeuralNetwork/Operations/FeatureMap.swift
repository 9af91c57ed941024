/// A map of [height, width, channels] floats inside one of a program's buffers: where it begins and how to walk it.
///
/// A map can be a part of a wider or larger one (a range of channels, a rectangle): concatenation and padding are done
/// by writing into such parts, not by copying.
struct FeatureMap: Equatable, Sendable {
  /// Number of the buffer in its program.
  var buffer: Int
  /// Floats from the buffer's begin to the first value.
  var offset: Int
  var height: Int
  var width: Int
  var channels: Int
  /// Floats from a row to the next.
  var rowStride: Int
  /// Floats from a pixel to the next.
  var pixelStride: Int

  var pixels: Int { height * width }

  /// The channels of a range, at the same pixels.
  func channels(_ range: Range<Int>) -> FeatureMap {
    precondition(range.lowerBound >= 0 && range.upperBound <= channels, "channels \(range) of \(channels)")
    var part = self
    part.offset += range.lowerBound
    part.channels = range.count
    return part
  }

  /// A rectangle of the map.
  func rectangle(row: Int, column: Int, height: Int, width: Int) -> FeatureMap {
    precondition(row >= 0 && column >= 0 && row + height <= self.height && column + width <= self.width, "rectangle outside its map")
    var part = self
    part.offset += row * rowStride + column * pixelStride
    part.height = height
    part.width = width
    return part
  }

  /// A map of one line as rows of a width.
  func folded(height: Int, width: Int) -> FeatureMap {
    precondition(self.height == 1 && self.width == height * width, "\(sizeText) as \(height)×\(width)")
    var folded = self
    folded.height = height
    folded.width = width
    folded.rowStride = width * pixelStride
    return folded
  }

  /// Every second row and column, from the first or second.
  func everySecond(row: Int, column: Int) -> FeatureMap {
    var part = self
    part.offset += row * rowStride + column * pixelStride
    part.height = (height - row + 1) / 2
    part.width = (width - column + 1) / 2
    part.rowStride = 2 * rowStride
    part.pixelStride = 2 * pixelStride
    return part
  }

  /// One pixel as a map in which it is everywhere; only to be read.
  func repeated(height: Int, width: Int) -> FeatureMap {
    precondition(pixels == 1, "\(sizeText) is more than a pixel")
    var repeated = self
    repeated.height = height
    repeated.width = width
    repeated.rowStride = 0
    repeated.pixelStride = 0
    return repeated
  }

  /// Floats from one pixel to the next in a map of so many channels: whole vectors, and not a large power of two,
  /// whose pixels would fall into the same few sets of the first cache.
  static func pixelStride(channels: Int) -> Int {
    let vectors = (channels + 15) / 16 * 16
    return vectors >= 128 && vectors % 64 == 0 ? vectors + 16 : vectors
  }
}

extension FeatureMap {
  /// For messages and profiles, as in `64×64×512`.
  var sizeText: String { "\(height)×\(width)×\(channels)" }
}
