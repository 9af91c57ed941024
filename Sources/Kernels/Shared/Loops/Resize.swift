// Compiled into AVX2, AVX512 and Portable, through links; `Vector` and the tuning come from there.

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

  /// The lower neighbor, the upper one, and the weight of the upper one.
  @inline(__always)
  func place(_ index: Int) -> (low: Int, high: Int, weight: Float) {
    let position = alignCorners ? scale * Float(index) : max(0, scale * (Float(index) + 0.5) - 0.5)
    let low = min(Int(position), last)
    return (low, min(low + 1, last), min(max(position - Float(low), 0), 1))
  }
}

/// Where each output column takes its values from.
private struct ColumnPlaces {
  let low: UnsafeMutablePointer<Int32>
  let high: UnsafeMutablePointer<Int32>
  let weight: Floats

  /// - Parameter unit: floats from an input column to the next.
  @inline(__always)
  init(_ memory: Floats, width: Int, unit: Int, axis: ResizeAxis) {
    low = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: Int32.self)
    high = low + width
    weight = memory + 2 * width
    for x in 0..<width {
      let place = axis.place(x)
      low[x] = Int32(truncatingIfNeeded: place.low * unit)
      high[x] = Int32(truncatingIfNeeded: place.high * unit)
      weight[x] = place.weight
    }
  }

  @inline(__always)
  static func floats(width: Int) -> Int { 3 * width }
}

/// A line between two lines of the input, packed.
@inline(__always)
private func blendRows(_ input: ImageView, _ row: (low: Int, high: Int, weight: Float), into line: Floats) {
  let channels = input.channels
  for column in 0..<input.width {
    let above = input.pixel(row.low, column)
    let below = input.pixel(row.high, column)
    var channel = 0
    while channel < channels {
      let count = channels - channel
      let value = loadUpTo(count, above + channel) * (1 - row.weight) + loadUpTo(count, below + channel) * row.weight
      storeUpTo(count, value, line + (column * channels + channel))
      channel += lanes
    }
  }
}

/// Bilinear interpolation to the output's size: first between lines, then between columns.
@inline(never)
public func resizeBilinear(_ input: ImageView, into output: ImageView, alignCorners: Bool, adding: Bool) {
  let rows = ResizeAxis(input: input.height, output: output.height, alignCorners: alignCorners)
  let columns = ResizeAxis(input: input.width, output: output.width, alignCorners: alignCorners)
  let channels = input.channels
  if channels > 64 {
    resizeWide(input, into: output, rows, columns, adding: adding)
    return
  }
  let line = roundedUp(input.width * channels, 16) + 64
  withUnsafeTemporaryAllocation(of: Float.self, capacity: line + ColumnPlaces.floats(width: output.width)) { memory in
    guard let base = memory.baseAddress else { return }
    base.update(repeating: 0, count: line)
    let places = ColumnPlaces(base + line, width: output.width, unit: channels, axis: columns)
    // Where pixels are packed, a whole vector may be written: what it spoils of the next pixel is written after it.
    let isPacked = output.pixelStride == channels && !adding
    for y in 0..<output.height {
      blendRows(input, rows.place(y), into: base)
      for x in 0..<output.width {
        let left = base + Int(places.low[x])
        let right = base + Int(places.high[x])
        let weight = places.weight[x]
        let target = output.pixel(y, x)
        let room = (output.width - x) * channels
        var channel = 0
        while channel < channels {
          let count = channels - channel
          var value = load(left + channel) * (1 - weight) + load(right + channel) * weight
          if isPacked && room - channel >= lanes {
            store(value, target + channel)
          } else {
            if adding { value += loadUpTo(count, target + channel) }
            storeUpTo(count, value, target + channel)
          }
          channel += lanes
        }
      }
    }
  }
}

/// The same for many channels, without a line aside.
@inline(__always)
private func resizeWide(_ input: ImageView, into output: ImageView, _ rows: ResizeAxis, _ columns: ResizeAxis, adding: Bool) {
  for y in 0..<output.height {
    let row = rows.place(y)
    for x in 0..<output.width {
      let column = columns.place(x)
      let upperLeft = input.pixel(row.low, column.low)
      let upperRight = input.pixel(row.low, column.high)
      let lowerLeft = input.pixel(row.high, column.low)
      let lowerRight = input.pixel(row.high, column.high)
      let target = output.pixel(y, x)
      var channel = 0
      while channel < input.channels {
        let count = input.channels - channel
        let left = loadUpTo(count, upperLeft + channel) * (1 - row.weight) + loadUpTo(count, lowerLeft + channel) * row.weight
        let right = loadUpTo(count, upperRight + channel) * (1 - row.weight) + loadUpTo(count, lowerRight + channel) * row.weight
        var value = left * (1 - column.weight) + right * column.weight
        if adding { value += loadUpTo(count, target + channel) }
        storeUpTo(count, value, target + channel)
        channel += lanes
      }
    }
  }
}

/// Nearest neighbor by PyTorch's rule: the source of an output row or column i is ⌊i · in / out⌋, in float32.
@inline(never)
public func resizeNearest(_ input: ImageView, into output: ImageView, adding: Bool) {
  let rowScale = Float(input.height) / Float(output.height)
  let columnScale = Float(input.width) / Float(output.width)
  for y in 0..<output.height {
    let row = min(Int(Float(y) * rowScale), input.height - 1)
    for x in 0..<output.width {
      let source = input.pixel(row, min(Int(Float(x) * columnScale), input.width - 1))
      let target = output.pixel(y, x)
      var channel = 0
      while channel < output.channels {
        let count = output.channels - channel
        var value = loadUpTo(count, source + channel)
        if adding { value += loadUpTo(count, target + channel) }
        storeUpTo(count, value, target + channel)
        channel += lanes
      }
    }
  }
}
