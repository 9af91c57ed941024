// Compiled into AVX2, AVX512 and Portable, through links; `Vector` and the tuning come from there.

public import KernelTypes

/// The largest value under a square window, channel by channel; places outside the image never win.
@inline(never)
public func maxPool(_ input: ImageView, into output: ImageView, size: Int, stride: Int, padding: Int) {
  for y in 0..<output.height {
    let top = max(0, y * stride - padding)
    let bottom = min(input.height, y * stride - padding + size)
    for x in 0..<output.width {
      let left = max(0, x * stride - padding)
      let right = min(input.width, x * stride - padding + size)
      let target = output.pixel(y, x)
      var channel = 0
      while channel < input.channels {
        let count = input.channels - channel
        var best = Vector(repeating: -Float.infinity)
        for row in top..<max(top, bottom) {
          for column in left..<max(left, right) { best = larger(best, loadUpTo(count, input.pixel(row, column) + channel)) }
        }
        storeUpTo(count, best, target + channel)
        channel += lanes
      }
    }
  }
}

/// PyTorch's adaptive average pooling: cell i of n covers ⌊i · size / n⌋ up to ⌈(i + 1) · size / n⌉, so that cells can overlap.
@inline(never)
public func adaptiveAveragePool(_ input: ImageView, into output: ImageView) {
  for y in 0..<output.height {
    let rows = (y * input.height / output.height)..<(((y + 1) * input.height + output.height - 1) / output.height)
    for x in 0..<output.width {
      let columns = (x * input.width / output.width)..<(((x + 1) * input.width + output.width - 1) / output.width)
      average(input, rows, columns, cells: rows.count * columns.count, into: output.pixel(y, x))
    }
  }
}

/// Lines are summed one by one, so that a large cell's rounding error grows with its width and height, not with its area.
@inline(__always)
private func average(_ input: ImageView, _ rows: Range<Int>, _ columns: Range<Int>, cells: Int, into target: Floats) {
  let factor = Vector(repeating: 1 / Float(max(1, cells)))
  var channel = 0
  while channel < input.channels {
    let count = input.channels - channel
    var total = Vector()
    for row in rows {
      var line = Vector()
      for column in columns { line += loadUpTo(count, input.pixel(row, column) + channel) }
      total += line
    }
    storeUpTo(count, total * factor, target + channel)
    channel += lanes
  }
}
