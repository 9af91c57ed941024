public import KernelTypes

/// Where an output row or column takes its values from, by PyTorch's rule for bilinear interpolation.
///
/// Without `alignCorners` the source is (i + 1/2) · in / out − 1/2, not below 0; with it i · (in − 1) / (out − 1). The last pixel is
/// repeated. All in float32, as PyTorch does it, so that no pixel moves.
private struct ResizeAxis {
  private let scale: Float
  private let alignCorners: Bool
  private let last: Int

  @inline(__always)
  init(input: Int, output: Int, alignCorners: Bool) {
    self.alignCorners = alignCorners
    last = input - 1
    scale = alignCorners ? (output > 1 ? Float(input - 1) / Float(output - 1) : 0) : Float(input) / Float(output)
  }

  /// The lower neighbour, the upper one, and the weight of the upper one.
  @inline(__always)
  func place(_ index: Int) -> (low: Int, high: Int, weight: Float) {
    let position = alignCorners ? scale * Float(index) : max(0, scale * (Float(index) + 0.5) - 0.5)
    let low = min(Int(position), last)
    return (low, min(low + 1, last), min(max(position - Float(low), 0), 1))
  }
}

/// Bilinear interpolation to the output's size.
@inline(never)
public func resizeBilinear(_ input: ImageView, into output: ImageView, alignCorners: Bool, adding: Bool) {
  let rows = ResizeAxis(input: input.height, output: output.height, alignCorners: alignCorners)
  let columns = ResizeAxis(input: input.width, output: output.width, alignCorners: alignCorners)
  for y in 0..<output.height {
    let row = rows.place(y)
    for x in 0..<output.width {
      let column = columns.place(x)
      let corners = Corners(input, row, column)
      let target = output.pixel(y, x)
      var channel = 0
      while channel < input.channels {
        let count = input.channels - channel
        var value = corners.value(channel, count)
        if adding { value += loadUpTo(count, target + channel) }
        storeUpTo(count, value, target + channel)
        channel += lanes
      }
    }
  }
}

/// The four pixels around a place, and their weights.
private struct Corners {
  let upperLeft: Floats
  let upperRight: Floats
  let lowerLeft: Floats
  let lowerRight: Floats
  let left: Float
  let right: Float
  let upper: Float
  let lower: Float

  @inline(__always)
  init(_ image: ImageView, _ row: (low: Int, high: Int, weight: Float), _ column: (low: Int, high: Int, weight: Float)) {
    upperLeft = image.pixel(row.low, column.low)
    upperRight = image.pixel(row.low, column.high)
    lowerLeft = image.pixel(row.high, column.low)
    lowerRight = image.pixel(row.high, column.high)
    right = column.weight
    left = 1 - column.weight
    lower = row.weight
    upper = 1 - row.weight
  }

  @inline(__always)
  func value(_ channel: Int, _ count: Int) -> Vector {
    let above = loadUpTo(count, upperLeft + channel) * left + loadUpTo(count, upperRight + channel) * right
    let below = loadUpTo(count, lowerLeft + channel) * left + loadUpTo(count, lowerRight + channel) * right
    return above * upper + below * lower
  }
}

/// Rows of class and confidence straight from small logits, interpolated to the full size a pixel at a time.
///
/// - Parameters:
///   - rows: rows of the full size.
///   - classes: [rows, width]: the first class with the largest logit.
///   - confidence: [rows, width]: that class's softmax; not written where nil.
@inline(never)
public func resizeAndDecide(
  _ logits: ImageView, height: Int, width: Int, rows: Range<Int>, alignCorners: Bool, classes: UnsafeMutablePointer<UInt8>,
  confidence: UnsafeMutablePointer<Float>?
) {
  let rowAxis = ResizeAxis(input: logits.height, output: height, alignCorners: alignCorners)
  let columnAxis = ResizeAxis(input: logits.width, output: width, alignCorners: alignCorners)
  let channels = logits.channels
  withUnsafeTemporaryAllocation(of: Float.self, capacity: roundedUp(channels, 16)) { buffer in
    guard let values = buffer.baseAddress else { return }
    var index = 0
    for y in rows {
      let row = rowAxis.place(y)
      for x in 0..<width {
        let corners = Corners(logits, row, columnAxis.place(x))
        var best = -Float.infinity
        var channel = 0
        while channel < channels {
          let count = channels - channel
          let value = corners.value(channel, count)
          store(value, values + channel)
          channel += lanes
        }
        var winner = 0
        for candidate in 0..<channels where values[candidate] > best {
          best = values[candidate]
          winner = candidate
        }
        classes[index] = UInt8(truncatingIfNeeded: winner)
        if let confidence {
          let shift = Vector(repeating: best)
          var total: Float = 0
          channel = 0
          while channel < channels {
            let value = exponential(load(values + channel) - shift)
            if channels - channel >= lanes {
              total += sumOfLanes(value)
            } else {
              for lane in 0..<(channels - channel) { total += value[lane] }
            }
            channel += lanes
          }
          confidence[index] = 1 / total
        }
        index += 1
      }
    }
  }
}
