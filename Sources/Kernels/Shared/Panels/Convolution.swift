// Compiled into AVX2 and AVX512, through links; `Vector`, `TileSums` and the tuning come from there.

public import KernelTypes

/// Floats of scratch memory that `convolvePatches` needs.
public func patchScratchFloats(outputPixels: Int, inputs: Int, outputs: Int, shape: KernelShape) -> Int {
  gatheredScratchFloats(outputPixels: outputPixels, inputs: inputs, outputs: outputs, shape: shape)
}

/// A convolution of any kernel, stride, padding and dilation.
///
/// Tiles of pixels that see no place left or right of the image are read in place, the kernel being a list of segments: its lines where
/// pixels are packed, else its taps. The others, at the sides, are gathered.
@inline(never)
public func convolvePatches(_ call: PatchCall) {
  let shape = call.shape
  let input = call.input
  let output = call.output
  // Columns whose taps are all inside.
  let first = min(output.width, (shape.padding + shape.stride - 1) / shape.stride)
  let reach = input.width - 1 + shape.padding - shape.dilation * (shape.width - 1)
  let end = reach < 0 ? 0 : min(output.width, reach / shape.stride + 1)
  // Tiles overlap at a line's end, so an output that is its own residual would be added twice.
  guard end - first >= tileRows, shape.taps <= 64, call.epilogue.residual == nil else {
    convolveGathered(call)
    return
  }
  convolveInside(call, first, end)
  convolveSides(call, 0, first)
  convolveSides(call, end, output.width)
}

/// The columns at one side, gathered.
@inline(never)
private func convolveSides(_ call: PatchCall, _ first: Int, _ end: Int) {
  if first >= end { return }
  var side = call
  side.output = part(call.output, 0, first, call.output.height, end - first)
  convolveGathered(side, firstColumn: first)
}

@inline(never)
private func convolveInside(_ call: PatchCall, _ first: Int, _ end: Int) {
  let shape = call.shape
  let input = call.input
  let output = call.output
  let inputs = input.channels
  let columns = shape.taps * inputs
  let width = panelWidth(output.channels)
  // Lines of a packed image are one segment a kernel row.
  let isPacked = input.pixelStride == inputs && shape.dilation == 1
  let length = isPacked ? shape.width * inputs : inputs
  let segmentsPerRow = isPacked ? 1 : shape.width
  let sums = call.scratch
  let slopePanel = sums + tileRows * width
  let lines = max(1, blockRows / (end - first))
  withUnsafeTemporaryAllocation(of: TileSegment.self, capacity: 64) { segments in
    guard let list = segments.baseAddress else { return }
    var tile = TileCall(
      input: input.base, inputStride: input.pixelStride * shape.stride, weights: call.weights, inputs: columns,
      weightsAhead: call.weights, weightsAheadStep: 0, output: output.base, outputStride: output.pixelStride, continues: false, ends: true,
      bias: call.bias, residual: nil, residualStride: 0, residualStage: .beforeActivation,
      isActivated: call.epilogue.activation != .none, slopes: slopePanel)
    var firstLine = 0
    while firstLine < output.height {
      let lastLine = min(firstLine + lines, output.height)
      var firstOutput = 0
      while firstOutput < output.channels {
        tile.weights = call.weights + firstOutput * columns
        tile.bias = call.bias + firstOutput
        store(slopes(call.epilogue, outputs: output.channels, first: firstOutput), slopePanel)
        store(slopes(call.epilogue, outputs: output.channels, first: firstOutput + lanes), slopePanel + lanes)
        let outputs = min(width, output.channels - firstOutput)
        for y in firstLine..<lastLine {
          let top = y * shape.stride - shape.padding
          var count = 0
          for i in 0..<shape.height where top + i * shape.dilation >= 0 && top + i * shape.dilation < input.height {
            for j in 0..<segmentsPerRow {
              list[count] = TileSegment(
                inputOffset: (top + i * shape.dilation) * input.rowStride + j * shape.dilation * input.pixelStride,
                weightsOffset: (i * segmentsPerRow + j) * length * width)
              count += 1
            }
          }
          var x = first
          while x < end {
            // The last tile covers some pixels again rather than fewer.
            x = min(x, end - tileRows)
            tile.input = UnsafePointer(input.base + (x * shape.stride - shape.padding) * input.pixelStride)
            if outputs == width {
              tile.output = output.pixel(y, x) + firstOutput
              tile.outputStride = output.pixelStride
              multiply(tile, segments: list, count: count, length: length)
            } else {
              tile.output = sums
              tile.outputStride = width
              multiply(tile, segments: list, count: count, length: length)
              for row in 0..<tileRows { copy(sums + row * width, outputs, to: output.pixel(y, x + row) + firstOutput) }
            }
            x += tileRows
          }
        }
        firstOutput += width
      }
      firstLine = lastLine
    }
  }
}
