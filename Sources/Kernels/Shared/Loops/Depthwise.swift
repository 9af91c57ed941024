// Compiled into AVX2, AVX512 and Portable, through links; `Vector` and the tuning come from there.

public import KernelTypes

/// A 3×3 convolution of each channel by itself, of stride 1, with padding equal to dilation.
///
/// The sum of a pixel goes over the kernel's rows and columns in order; places outside the image are left out.
@inline(never)
public func convolveDepthwise(_ call: DepthwiseCall) {
  let input = call.input
  let output = call.output
  let dilation = call.dilation
  // Columns whose three places are all inside, if there are any.
  let first = min(dilation, input.width)
  let end = max(first, input.width - dilation)
  for y in 0..<output.height {
    let top = y >= dilation ? 0 : 1
    let bottom = y + dilation < input.height ? 3 : 2
    var channel = 0
    while channel < output.channels {
      let count = output.channels - channel
      let slope = slopes(call.epilogue, outputs: output.channels, first: channel)
      convolveEdge(call, y, 0..<first, top..<bottom, channel, count, slope)
      if top == 0 && bottom == 3 && count >= lanes {
        convolveInterior(call, y, first, end, channel, slope)
      } else {
        convolveEdge(call, y, first..<end, top..<bottom, channel, count, slope)
      }
      convolveEdge(call, y, end..<input.width, top..<bottom, channel, count, slope)
      channel += lanes
    }
  }
}

/// Pixels of a row that see nine places inside the image, one vector of channels.
@inline(__always)
private func convolveInterior(_ call: DepthwiseCall, _ y: Int, _ first: Int, _ end: Int, _ channel: Int, _ slope: Vector) {
  let stride = call.weightStride
  let weights = call.weights + channel
  let bias = load(call.bias + channel)
  let (w0, w1, w2) = (load(weights), load(weights + stride), load(weights + 2 * stride))
  let (w3, w4, w5) = (load(weights + 3 * stride), load(weights + 4 * stride), load(weights + 5 * stride))
  let (w6, w7, w8) = (load(weights + 6 * stride), load(weights + 7 * stride), load(weights + 8 * stride))
  let step = call.input.pixelStride
  let reach = call.dilation * step
  let down = call.dilation * call.input.rowStride
  var source = call.input.pixel(y, first) + channel
  var target = call.output.pixel(y, first) + channel
  for _ in first..<end {
    let above = source - down
    let below = source + down
    var sum = multiplyAdd(bias, load(above - reach), w0)
    sum = multiplyAdd(sum, load(above), w1)
    sum = multiplyAdd(sum, load(above + reach), w2)
    sum = multiplyAdd(sum, load(source - reach), w3)
    sum = multiplyAdd(sum, load(source), w4)
    sum = multiplyAdd(sum, load(source + reach), w5)
    sum = multiplyAdd(sum, load(below - reach), w6)
    sum = multiplyAdd(sum, load(below), w7)
    sum = multiplyAdd(sum, load(below + reach), w8)
    store(activated(sum, slope), target)
    source += step
    target += call.output.pixelStride
  }
}

/// Pixels of a row of which some places are outside the image, or whose channels do not fill a vector.
@inline(__always)
private func convolveEdge(
  _ call: DepthwiseCall, _ y: Int, _ columns: Range<Int>, _ rows: Range<Int>, _ channel: Int, _ count: Int, _ slope: Vector
) {
  let dilation = call.dilation
  for x in columns {
    let left = x >= dilation ? 0 : 1
    let right = x + dilation < call.input.width ? 3 : 2
    var sum = load(call.bias + channel)
    for i in rows {
      for j in left..<right {
        let place = call.input.pixel(y + (i - 1) * dilation, x + (j - 1) * dilation) + channel
        sum = multiplyAdd(sum, loadUpTo(count, place), load(call.weights + ((i * 3 + j) * call.weightStride + channel)))
      }
    }
    storeUpTo(count, activated(sum, slope), call.output.pixel(y, x) + channel)
  }
}
