package import GeoTypes
package import Geodata

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

  /// First index and weight of the second, for each output position: half-pixel centers, clamped at both ends.
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
