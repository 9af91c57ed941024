/// How often each value occurs in the bands of a raster of bytes, and what follows from that.
public struct ByteStatistics: Sendable {
  public struct Summary: Sendable {
    /// Of the valid pixels.
    public var minimum: Int
    public var maximum: Int
    public var mean: Double
    public var deviation: Double
    /// 0…100.
    public var validPercent: Double

    /// As GDAL's metadata has them.
    var items: [(name: String, value: String)] {
      [
        ("MINIMUM", "\(minimum)"), ("MAXIMUM", "\(maximum)"), ("MEAN", Self.text(mean)), ("STDDEV", Self.text(deviation)),
        ("VALID_PERCENT", Self.text((validPercent * 100).rounded() / 100)),
      ]
    }

    /// Ten digits at most: more would depend on the order of sums.
    private static func text(_ value: Double) -> String { "\((value * 1e8).rounded() / 1e8)" }
  }

  private let bands: Int
  private let nodata: Int
  /// `[band][value]`.
  private var counts: [Int]

  init(bands: Int, nodata: UInt8) {
    self.bands = bands
    self.nodata = Int(nodata)
    counts = [Int](repeating: 0, count: bands * 256)
  }

  /// - Parameter values: `[pixel][band]`.
  mutating func add(_ values: [UInt8]) {
    let bands = bands
    counts.withUnsafeMutableBufferPointer { counts in
      values.withUnsafeBufferPointer { values in
        var band = 0
        for value in values {
          counts[band * 256 + Int(value)] += 1
          band += 1
          if band == bands { band = 0 }
        }
      }
    }
  }

  func count(_ value: Int, band: Int) -> Int { value < 256 ? counts[band * 256 + value] : 0 }

  /// `nil` where no pixel is valid.
  func summary(band: Int) -> Summary? {
    let own = counts[band * 256..<(band + 1) * 256]
    var (valid, all, sum, squares) = (0, 0, 0.0, 0.0)
    var (minimum, maximum) = (256, -1)
    for (value, count) in zip(0..., own) where count > 0 {
      all += count
      if value == nodata { continue }
      valid += count
      sum += Double(value) * Double(count)
      minimum = min(minimum, value)
      maximum = max(maximum, value)
    }
    guard valid > 0 else { return nil }
    let mean = sum / Double(valid)
    for (value, count) in zip(0..., own) where count > 0 && value != nodata {
      squares += (Double(value) - mean) * (Double(value) - mean) * Double(count)
    }
    return Summary(
      minimum: minimum, maximum: maximum, mean: mean, deviation: (squares / Double(valid)).squareRoot(),
      validPercent: 100 * Double(valid) / Double(all))
  }
}
