// Compiled into AVX2, AVX512 and Portable, through links; `Vector` and the tuning come from there.

internal import KernelTypes

/// Output pixels whose patches are gathered together: about 256 KB of them, so that they stay in the second cache.
@inline(__always)
func patchBlock(pixels: Int, columns: Int) -> Int {
  min(pixels, max(56, roundedUp(65536 / scratchStride(columns), 14)))
}

/// Floats of scratch memory that `convolveGathered` needs.
@inline(__always)
func gatheredScratchFloats(outputPixels: Int, inputs: Int, outputs: Int, shape: KernelShape) -> Int {
  let columns = shape.taps * inputs
  let block = patchBlock(pixels: outputPixels, columns: columns)
  return block * scratchStride(columns) + productScratchFloats(rows: block, inputs: columns, outputs: outputs)
}

/// Gathers the patches of a block of output pixels, multiplies them, and continues with the next block.
///
/// - Parameter firstColumn: of the whole output, where `call.output` is a part of it.
@inline(never)
func convolveGathered(_ call: PatchCall, firstColumn: Int = 0) {
  let columns = call.shape.taps * call.input.channels
  let stride = scratchStride(columns)
  let output = call.output
  let block = patchBlock(pixels: output.pixels, columns: columns)
  let productScratch = call.scratch + block * stride
  // Blocks are parts of one line where lines are wide, else whole lines.
  let lines = max(1, block / max(1, output.width))
  let span = min(output.width, block)
  var row = 0
  while row < output.height {
    let height = min(lines, output.height - row)
    var column = 0
    while column < output.width {
      let width = min(span, output.width - column)
      var patch = call.scratch
      for y in row..<(row + height) {
        for x in column..<(column + width) {
          gather(call, y, firstColumn + x, into: patch)
          patch += stride
        }
      }
      var epilogue = call.epilogue
      epilogue.residual = epilogue.residual.map { part($0, row, column, height, width) }
      product(
        ProductCall(
          input: ImageView(
            base: call.scratch, height: height, width: width, channels: columns, rowStride: width * stride, pixelStride: stride),
          weights: call.weights, bias: call.bias, output: part(output, row, column, height, width), epilogue: epilogue,
          scratch: productScratch))
      column += width
    }
    row += height
  }
}

/// A rectangle of an image.
@inline(__always)
func part(_ image: ImageView, _ row: Int, _ column: Int, _ height: Int, _ width: Int) -> ImageView {
  ImageView(
    base: image.pixel(row, column), height: height, width: width, channels: image.channels, rowStride: image.rowStride,
    pixelStride: image.pixelStride)
}

/// Copies what the kernel sees at one output pixel; zeros outside the image.
@inline(__always)
private func gather(_ call: PatchCall, _ y: Int, _ x: Int, into patch: Floats) {
  let input = call.input
  let shape = call.shape
  let channels = input.channels
  var target = patch
  for i in 0..<shape.height {
    let row = y * shape.stride - shape.padding + i * shape.dilation
    let first = x * shape.stride - shape.padding
    if row < 0 || row >= input.height {
      copyZeros(shape.width * channels, to: target)
      target += shape.width * channels
    } else if input.pixelStride == channels && shape.dilation == 1 && first >= 0 && first + shape.width <= input.width {
      copyFloats(input.pixel(row, first), shape.width * channels, to: target)
      target += shape.width * channels
    } else {
      for j in 0..<shape.width {
        let column = first + j * shape.dilation
        if column < 0 || column >= input.width {
          copyZeros(channels, to: target)
        } else {
          copyFloats(input.pixel(row, column), channels, to: target)
        }
        target += channels
      }
    }
  }
}

@inline(__always)
private func copyFloats(_ source: Floats, _ count: Int, to target: Floats) {
  var index = 0
  while index + lanes <= count {
    store(load(source + index), target + index)
    index += lanes
  }
  while index < count {
    target[index] = source[index]
    index += 1
  }
}

@inline(__always)
private func copyZeros(_ count: Int, to target: Floats) {
  for index in 0..<count { target[index] = 0 }
}
