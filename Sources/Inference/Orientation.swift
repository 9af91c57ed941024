package import GeoTypes

/// One of the eight orientations of a rectangle: four quarter turns, each mirrored or not.
package struct Orientation: Sendable, Hashable {
  /// Rows and columns are exchanged first,
  package var isTransposed: Bool
  /// then each row is mirrored,
  package var isMirrored: Bool
  /// then the order of the rows is reversed.
  package var isUpsideDown: Bool

  package static let identity = Orientation(isTransposed: false, isMirrored: false, isUpsideDown: false)
  package static let mirrored = Orientation(isTransposed: false, isMirrored: true, isUpsideDown: false)
  package static let all: [Orientation] = [false, true].flatMap { transposed in
    [false, true].flatMap { upsideDown in
      [false, true].map { Orientation(isTransposed: transposed, isMirrored: $0, isUpsideDown: upsideDown) }
    }
  }

  /// The size of a turned raster.
  package func turned(_ size: RasterSize) -> RasterSize {
    isTransposed ? RasterSize(width: size.height, height: size.width) : size
  }

  /// Moves pixels: `output` pixel (y, x) of the turned raster comes from the pixel of `input` that this orientation takes there.
  ///
  /// - Parameters:
  ///   - size: that of the untouched raster.
  ///   - inverse: reads the turned raster and writes the untouched one.
  package func apply(
    _ input: UnsafeBufferPointer<Float>, size: RasterSize, channels: Int, into output: UnsafeMutableBufferPointer<Float>,
    inverse: Bool = false
  ) {
    let turnedSize = turned(size)
    precondition(input.count == size.area * channels && output.count == input.count)
    for y in 0..<turnedSize.height {
      let row = isUpsideDown ? turnedSize.height - 1 - y : y
      for x in 0..<turnedSize.width {
        let column = isMirrored ? turnedSize.width - 1 - x : x
        let (sourceRow, sourceColumn) = isTransposed ? (column, row) : (row, column)
        let plain = (sourceRow * size.width + sourceColumn) * channels
        let turned = (y * turnedSize.width + x) * channels
        let (from, to) = inverse ? (turned, plain) : (plain, turned)
        for channel in 0..<channels { output[to + channel] = input[from + channel] }
      }
    }
  }
}
