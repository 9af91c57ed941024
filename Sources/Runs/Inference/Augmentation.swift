package import GeoTypes
package import Geodata

/// Test-time augmentation of a tile: the scales and mirrors under which the network sees it.
package struct Augmentation: Sendable, Hashable {
  package enum Flip: String, Sendable, Hashable {
    case none, horizontal, d4
  }

  package var scales: [Double]
  package var flip: Flip

  package static let none = Augmentation(scales: [1], flip: .none)

  /// Whether the network sees a tile once, as it is; then logits are blended, otherwise mean probabilities.
  package var isNone: Bool { scales == [1] && flip == .none }

  /// How often the network sees each tile.
  package var views: Int { scales.count * turns.count }

  package var turns: [Turn] {
    switch flip {
    case .none: [.identity]
    case .horizontal: [.identity, .mirrored]
    case .d4: Turn.all
    }
  }

  /// Size of a scaled tile, by mmcv's rule for `scale_factor` with the aspect ratio kept.
  package static func scaled(_ size: RasterSize, by scale: Double) -> RasterSize {
    guard scale != 1 else { return size }
    let target = (
      width: Int(Double(size.width) * scale + 0.5), height: Int(Double(size.height) * scale + 0.5)
    )
    let factor = min(
      Double(max(target.width, target.height)) / Double(max(size.width, size.height)),
      Double(min(target.width, target.height)) / Double(min(size.width, size.height)))
    return RasterSize(
      width: max(1, Int(Double(size.width) * factor + 0.5)), height: max(1, Int(Double(size.height) * factor + 0.5)))
  }
}

/// One of the eight turns and mirrors of a rectangle.
package struct Turn: Sendable, Hashable {
  /// Rows and columns are exchanged first,
  package var isTransposed: Bool
  /// then each row is mirrored,
  package var isMirrored: Bool
  /// then the order of the rows is reversed.
  package var isUpsideDown: Bool

  package static let identity = Turn(isTransposed: false, isMirrored: false, isUpsideDown: false)
  package static let mirrored = Turn(isTransposed: false, isMirrored: true, isUpsideDown: false)
  package static let all: [Turn] = [false, true].flatMap { transposed in
    [false, true].flatMap { upsideDown in
      [false, true].map { Turn(isTransposed: transposed, isMirrored: $0, isUpsideDown: upsideDown) }
    }
  }

  /// The size of a turned raster.
  package func turned(_ size: RasterSize) -> RasterSize {
    isTransposed ? RasterSize(width: size.height, height: size.width) : size
  }

  /// Moves pixels: `output` pixel (y, x) of the turned raster comes from the pixel of `input` that this turn takes there.
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

extension PixelBlock {
  /// The tile resized as OpenCV's `resize` (bilinear, no antialiasing) does it: 8-bit values in its fixed-point arithmetic,
  /// others in float32. A pixel of the result is valid where its nearest pixel is.
  package func resized(to target: RasterSize) -> PixelBlock {
    let size = window.size
    guard target != size else { return self }
    let xs = axis(from: size.width, to: target.width)
    let ys = axis(from: size.height, to: target.height)
    // OpenCV clamps columns in the coefficients, rows only in the addresses: its rounding at the first and last row differs.
    let unclampedYs = axis(from: size.height, to: target.height, clamps: false)
    let resizedValues: Values =
      switch values {
      case .bytes(let bytes):
        if size.width == 2 * target.width, size.height == 2 * target.height {
          .bytes(halved(bytes, size: size, target: target))
        } else {
          .bytes(fixedPoint(bytes, size: size, xs: xs, ys: unclampedYs))
        }
      case .floats(let floats): .floats(floatingPoint(floats, size: size, xs: xs, ys: ys))
      }
    let resizedValid = valid.map { valid in
      (0..<target.height).flatMap { y in
        let row = min(size.height - 1, (2 * y + 1) * size.height / (2 * target.height))
        return (0..<target.width).map { x in
          valid[row * size.width + min(size.width - 1, (2 * x + 1) * size.width / (2 * target.width))]
        }
      }
    }
    return PixelBlock(
      window: Window(column: 0, row: 0, width: target.width, height: target.height), bands: bands, values: resizedValues,
      valid: resizedValid)
  }

  /// First index and weight of the second, for each output position: half-pixel centres, clamped at both ends.
  private func axis(from length: Int, to target: Int, clamps: Bool = true) -> [(index: Int, fraction: Float)] {
    let scale = Double(length) / Double(target)
    return (0..<target).map { position in
      let exact = Float((Double(position) + 0.5) * scale - 0.5)
      var index = Int(exact.rounded(.down))
      var fraction = exact - Float(index)
      if clamps, index < 0 { (index, fraction) = (0, 0) }
      if clamps, index >= length - 1 { (index, fraction) = (length - 1, 0) }
      return (index, fraction)
    }
  }

  /// OpenCV takes exact halving for area averaging, also when it is asked for bilinear.
  private func halved(_ bytes: [UInt8], size: RasterSize, target: RasterSize) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(target.area * bands)
    for y in 0..<target.height {
      for x in 0..<target.width {
        for band in 0..<bands {
          let first = ((2 * y) * size.width + 2 * x) * bands + band
          let second = first + size.width * bands
          let sum = Int(bytes[first]) + Int(bytes[first + bands]) + Int(bytes[second]) + Int(bytes[second + bands])
          result.append(UInt8((sum + 2) >> 2))
        }
      }
    }
    return result
  }

  private func fixedPoint(
    _ bytes: [UInt8], size: RasterSize, xs: [(index: Int, fraction: Float)], ys: [(index: Int, fraction: Float)]
  ) -> [UInt8] {
    func coefficients(_ fraction: Float) -> (Int, Int) {
      (Int(((1 - fraction) * 2048).rounded(.toNearestOrEven)), Int((fraction * 2048).rounded(.toNearestOrEven)))
    }
    let columns = xs.map { (first: $0.index, second: min($0.index + 1, size.width - 1), weights: coefficients($0.fraction)) }
    /// A source row, enlarged along x, scaled by 2048.
    func horizontal(_ row: Int) -> [Int] {
      var result: [Int] = []
      result.reserveCapacity(columns.count * bands)
      for column in columns {
        for band in 0..<bands {
          let first = Int(bytes[(row * size.width + column.first) * bands + band])
          let second = Int(bytes[(row * size.width + column.second) * bands + band])
          result.append(first * column.weights.0 + second * column.weights.1)
        }
      }
      return result
    }
    var result: [UInt8] = []
    result.reserveCapacity(xs.count * ys.count * bands)
    var rows: [Int: [Int]] = [:]
    for y in ys {
      let (first, second) = (max(y.index, 0), max(0, min(y.index + 1, size.height - 1)))
      rows = rows.filter { $0.key >= first }
      let upper = rows[first] ?? horizontal(first)
      let lower = second == first ? upper : rows[second] ?? horizontal(second)
      (rows[first], rows[second]) = (upper, lower)
      let (a, b) = coefficients(y.fraction)
      for index in upper.indices {
        let value = (((a * (upper[index] >> 4)) >> 16) + ((b * (lower[index] >> 4)) >> 16) + 2) >> 2
        result.append(UInt8(clamping: value))
      }
    }
    return result
  }

  private func floatingPoint(
    _ floats: [Float], size: RasterSize, xs: [(index: Int, fraction: Float)], ys: [(index: Int, fraction: Float)]
  ) -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(xs.count * ys.count * bands)
    for y in ys {
      let lower = min(y.index + 1, size.height - 1)
      for x in xs {
        let right = min(x.index + 1, size.width - 1)
        for band in 0..<bands {
          func at(_ row: Int, _ column: Int) -> Float { floats[(row * size.width + column) * bands + band] }
          let top = at(y.index, x.index) * (1 - x.fraction) + at(y.index, right) * x.fraction
          let bottom = at(lower, x.index) * (1 - x.fraction) + at(lower, right) * x.fraction
          result.append(top * (1 - y.fraction) + bottom * y.fraction)
        }
      }
    }
    return result
  }
}
