// Compiled into AVX2, AVX512 and BFloat16, through links; `Vector`, `TileSums` and the tuning come from there.

internal import CVectors
internal import KernelTypes

/// A whole tile: `tileRows` rows.
@inline(never)
func multiply(_ tile: borrowing TileCall) {
  var sums = zeroTileSums()
  let stride = tile.inputStride
  var pixel = tile.input
  var weights = tile.weights
  var weightsAhead = tile.weightsAhead
  // What will be needed is asked for on the way, row by row: the output, the residual, and the next tile's inputs, of which a cache line
  // holds those of 16 steps.
  var output = tile.output
  var residual = UnsafePointer(tile.output)
  var residualStride = tile.outputStride
  if let address = tile.residual {
    residual = address
    residualStride = tile.residualStride
  }
  var rowAhead = tile.input + tileRows * stride
  let steps = (tile.inputs + tileRows - 1) / tileRows
  var remaining = tile.inputs
  while remaining > 0 {
    prefetchRowForWriting(output)
    prefetchRow(residual)
    output += tile.outputStride
    residual += residualStride
    var ahead = rowAhead
    for _ in 0..<min(steps, remaining) {
      vector_prefetch(ahead)
      ahead += 16
      vector_prefetch(weightsAhead)
      weightsAhead += tile.weightsAheadStep
      step(&sums, pixel, stride, load(weights), load(weights + lanes))
      pixel += 1
      weights += 2 * lanes
    }
    rowAhead += stride
    remaining -= steps
  }
  end(tile, &sums)
}

/// A tile of `shortRows` rows.
@inline(never)
func multiplyShort(_ tile: borrowing TileCall) {
  var sums = zeroShortTileSums()
  var pixel = tile.input
  var weights = tile.weights
  for _ in 0..<tile.inputs {
    step(&sums, pixel, tile.inputStride, load(weights), load(weights + lanes))
    pixel += 1
    weights += 2 * lanes
  }
  end(tile, &sums)
}

/// A whole tile whose inputs lie in several pieces, as under a convolution's kernel.
///
/// - Parameters:
///   - segments: where each piece begins, relative to the tile's input and weights.
///   - length: inputs of each piece.
@inline(never)
func multiply(_ tile: borrowing TileCall, segments: UnsafePointer<TileSegment>, count: Int, length: Int) {
  var sums = zeroTileSums()
  let stride = tile.inputStride
  for index in 0..<count {
    var pixel = tile.input + segments[index].inputOffset
    var weights = tile.weights + segments[index].weightsOffset
    for _ in 0..<length {
      step(&sums, pixel, stride, load(weights), load(weights + lanes))
      pixel += 1
      weights += 2 * lanes
    }
  }
  end(tile, &sums)
}
