/// An image of [height, width, channels] floats somewhere in memory, or a part of one: where it begins and how to walk it.
///
/// A view can be a rectangle, a range of channels, every n-th pixel, or a set of rows for a product (each pixel is a row). It does
/// not own its memory.
public struct ImageView {
  public var base: UnsafeMutablePointer<Float>
  public var height: Int
  public var width: Int
  public var channels: Int
  /// Floats from a row to the next.
  public var rowStride: Int
  /// Floats from a pixel to the next.
  public var pixelStride: Int

  @inlinable @inline(__always)
  public init(
    base: UnsafeMutablePointer<Float>, height: Int, width: Int, channels: Int, rowStride: Int, pixelStride: Int
  ) {
    self.base = base
    self.height = height
    self.width = width
    self.channels = channels
    self.rowStride = rowStride
    self.pixelStride = pixelStride
  }

  /// Rows that follow each other without a gap; `pixelStride` is `channels` where it is left out.
  @inlinable @inline(__always)
  public init(base: UnsafeMutablePointer<Float>, height: Int, width: Int, channels: Int, pixelStride: Int? = nil) {
    let stride = pixelStride ?? channels
    self.init(base: base, height: height, width: width, channels: channels, rowStride: width * stride, pixelStride: stride)
  }

  /// A matrix of `rows` × `columns` floats as an image of one line.
  @inlinable @inline(__always)
  public init(base: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int) {
    self.init(base: base, height: 1, width: rows, channels: columns, rowStride: rows * stride, pixelStride: stride)
  }

  @inlinable @inline(__always)
  public var pixels: Int { height * width }

  /// Whether pixel i lies at `base + i * pixelStride`, in row order.
  @inlinable @inline(__always)
  public var isEvenlySpaced: Bool { height == 1 || rowStride == width * pixelStride }

  /// The first channel of a pixel.
  @inlinable @inline(__always)
  public func pixel(_ row: Int, _ column: Int) -> UnsafeMutablePointer<Float> {
    base + (row * rowStride + column * pixelStride)
  }

  /// Every `stride`-th row and column, from the first.
  @inlinable @inline(__always)
  public func strided(_ stride: Int) -> ImageView {
    ImageView(
      base: base, height: (height + stride - 1) / stride, width: (width + stride - 1) / stride, channels: channels,
      rowStride: rowStride * stride, pixelStride: pixelStride * stride)
  }
}
