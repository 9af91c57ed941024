/// The plain loops that define what the network engine's kernels compute: in double, without a thought for speed.
public enum NaiveKernels {
  /// A result and, for each value, the sum of the magnitudes that went into it: rounding errors are proportional to that.
  public struct Sums {
    public var values: [Double]
    public var magnitudes: [Double]
  }

  /// - Parameters:
  ///   - input: [height, width, inputs].
  ///   - weights: [outputs, inputs, kernelHeight, kernelWidth].
  /// - Returns: [outputHeight, outputWidth, outputs].
  public static func convolution(
    _ input: [Float], height: Int, width: Int, inputs: Int, weights: [Double], bias: [Double], outputs: Int, kernelHeight: Int,
    kernelWidth: Int, stride: Int, padding: Int, dilation: Int
  ) -> Sums {
    let outputHeight = (height + 2 * padding - dilation * (kernelHeight - 1) - 1) / stride + 1
    let outputWidth = (width + 2 * padding - dilation * (kernelWidth - 1) - 1) / stride + 1
    var sums = Sums(values: [], magnitudes: [])
    for y in 0..<outputHeight {
      for x in 0..<outputWidth {
        for output in 0..<outputs {
          var value = bias[output]
          var magnitude = abs(bias[output])
          for i in 0..<kernelHeight {
            for j in 0..<kernelWidth {
              let row = y * stride - padding + i * dilation
              let column = x * stride - padding + j * dilation
              guard row >= 0, row < height, column >= 0, column < width else { continue }
              for channel in 0..<inputs {
                let weight = weights[((output * inputs + channel) * kernelHeight + i) * kernelWidth + j]
                let term = weight * Double(input[(row * width + column) * inputs + channel])
                value += term
                magnitude += abs(term)
              }
            }
          }
          sums.values.append(value)
          sums.magnitudes.append(magnitude)
        }
      }
    }
    return sums
  }

  /// [rows, inner] · [inner, columns].
  public static func product(_ a: [Double], _ b: [Double], rows: Int, inner: Int, columns: Int) -> [Double] {
    var result = [Double](repeating: 0, count: rows * columns)
    for row in 0..<rows {
      for k in 0..<inner {
        for column in 0..<columns { result[row * columns + column] += a[row * inner + k] * b[k * columns + column] }
      }
    }
    return result
  }

  public static func transposed(_ a: [Double], rows: Int, columns: Int) -> [Double] {
    (0..<(rows * columns)).map { a[$0 % rows * columns + $0 / rows] }
  }

  /// Softmax over rows of `columns`.
  public static func softmax(_ values: [Double], columns: Int) -> [Double] {
    var result: [Double] = []
    for row in 0..<(values.count / columns) {
      let line = values[(row * columns)..<((row + 1) * columns)]
      let largest = line.max() ?? 0
      let powers = line.map { exponential($0 - largest) }
      let total = powers.reduce(0, +)
      result += powers.map { $0 / total }
    }
    return result
  }

  /// e to the power of x ≤ 0: its series at x / 2¹², squared twelve times.
  static func exponential(_ x: Double) -> Double {
    let small = x / 4096
    var power = 1 + small * (1 + small / 2 * (1 + small / 3 * (1 + small / 4 * (1 + small / 5 * (1 + small / 6)))))
    for _ in 0..<12 { power *= power }
    return power
  }

  public static func maxPool(_ input: [Float], height: Int, width: Int, channels: Int, size: Int, stride: Int, padding: Int) -> [Float] {
    let outputHeight = (height + 2 * padding - size) / stride + 1
    let outputWidth = (width + 2 * padding - size) / stride + 1
    var result: [Float] = []
    for y in 0..<outputHeight {
      for x in 0..<outputWidth {
        for channel in 0..<channels {
          var best = -Float.infinity
          for row in (y * stride - padding)..<(y * stride - padding + size) where row >= 0 && row < height {
            for column in (x * stride - padding)..<(x * stride - padding + size) where column >= 0 && column < width {
              best = max(best, input[(row * width + column) * channels + channel])
            }
          }
          result.append(best)
        }
      }
    }
    return result
  }

  public static func adaptiveAveragePool(
    _ input: [Float], height: Int, width: Int, channels: Int, outputHeight: Int, outputWidth: Int
  ) -> [Double] {
    var result: [Double] = []
    for y in 0..<outputHeight {
      for x in 0..<outputWidth {
        let top = y * height / outputHeight
        let bottom = ((y + 1) * height + outputHeight - 1) / outputHeight
        let left = x * width / outputWidth
        let right = ((x + 1) * width + outputWidth - 1) / outputWidth
        for channel in 0..<channels {
          var total = 0.0
          for row in top..<bottom {
            for column in left..<right { total += Double(input[(row * width + column) * channels + channel]) }
          }
          result.append(total / Double((bottom - top) * (right - left)))
        }
      }
    }
    return result
  }

  /// PyTorch's rule for bilinear interpolation.
  public static func resizeBilinear(
    _ input: [Float], height: Int, width: Int, channels: Int, outputHeight: Int, outputWidth: Int, alignCorners: Bool
  ) -> [Double] {
    func place(_ index: Int, _ size: Int, _ outputSize: Int) -> (Int, Int, Double) {
      let position =
        alignCorners
        ? (outputSize > 1 ? Double(index) * Double(size - 1) / Double(outputSize - 1) : 0)
        : max(0, (Double(index) + 0.5) * Double(size) / Double(outputSize) - 0.5)
      let low = min(Int(position), size - 1)
      return (low, min(low + 1, size - 1), position - Double(low))
    }
    var result: [Double] = []
    for y in 0..<outputHeight {
      let (top, bottom, lower) = place(y, height, outputHeight)
      for x in 0..<outputWidth {
        let (left, right, righter) = place(x, width, outputWidth)
        for channel in 0..<channels {
          func value(_ row: Int, _ column: Int) -> Double { Double(input[(row * width + column) * channels + channel]) }
          let above = value(top, left) * (1 - righter) + value(top, right) * righter
          let below = value(bottom, left) * (1 - righter) + value(bottom, right) * righter
          result.append(above * (1 - lower) + below * lower)
        }
      }
    }
    return result
  }

  /// A 3×3 convolution of each channel by itself, stride 1, padding equal to dilation.
  ///
  /// - Parameters:
  ///   - input: [height, width, channels].
  ///   - weights: [channels, 1, 3, 3].
  public static func depthwise(
    _ input: [Float], height: Int, width: Int, channels: Int, weights: [Double], bias: [Double], dilation: Int
  ) -> Sums {
    var sums = Sums(values: [], magnitudes: [])
    for pixel in 0..<(height * width) {
      for channel in 0..<channels {
        var value = bias[channel]
        var magnitude = abs(value)
        for tap in 0..<9 {
          let row = pixel / width + (tap / 3 - 1) * dilation
          let column = pixel % width + (tap % 3 - 1) * dilation
          guard row >= 0, row < height, column >= 0, column < width else { continue }
          let term = weights[channel * 9 + tap] * Double(input[(row * width + column) * channels + channel])
          value += term
          magnitude += abs(term)
        }
        sums.values.append(value)
        sums.magnitudes.append(magnitude)
      }
    }
    return sums
  }

  /// PyTorch's nearest neighbor: the source of i is ⌊i · in / out⌋.
  public static func resizeNearest(
    _ input: [Float], height: Int, width: Int, channels: Int, outputHeight: Int, outputWidth: Int
  ) -> [Float] {
    (0..<(outputHeight * outputWidth)).flatMap { pixel in
      let row = pixel / outputWidth * height / outputHeight
      let column = pixel % outputWidth * width / outputWidth
      return (0..<channels).map { input[(row * width + column) * channels + $0] }
    }
  }

  /// Group normalization over [height · width, channels].
  public static func normalizeGroups(
    _ input: [Float], channels: Int, groups: Int, scale: [Float], shift: [Float], epsilon: Double
  ) -> [Double] {
    let members = channels / groups
    var result = input.map(Double.init)
    for group in 0..<groups {
      let places = input.indices.filter { $0 % channels / members == group }
      let mean = places.reduce(0) { $0 + Double(input[$1]) } / Double(places.count)
      let variance = places.reduce(0) { $0 + (Double(input[$1]) - mean) * (Double(input[$1]) - mean) } / Double(places.count)
      for place in places {
        let normalized = (Double(input[place]) - mean) / (variance + epsilon).squareRoot()
        result[place] = normalized * Double(scale[place % channels]) + Double(shift[place % channels])
      }
    }
    return result
  }
}
