internal import CVectors
internal import KernelTypes

/// 6 × 16 sums over the tile's inputs, all of them in registers.
@inline(never)
func multiply(_ tile: borrowing TileCall) {
  var row0 = begin(tile, 0)
  var row1 = begin(tile, 1)
  var row2 = begin(tile, 2)
  var row3 = begin(tile, 3)
  var row4 = begin(tile, 4)
  var row5 = begin(tile, 5)
  let stride = tile.inputStride
  var pixel0 = tile.input
  var pixel3 = tile.input + 3 * stride
  var weights = tile.weights
  var weightsAhead = tile.weightsAhead
  // The next tile's rows are asked for on the way, one after the other: a cache line holds the pixels of 16 steps.
  var ahead = tile.input + 6 * stride
  let steps = (tile.inputs + 5) / 6
  var remaining = tile.inputs
  while remaining > 0 {
    var line = ahead
    for _ in 0..<min(steps, remaining) {
      vector_prefetch(line)
      line += 16
      vector_prefetch(weightsAhead)
      weightsAhead += tile.weightsAheadStep
      let left = load(weights)
      let right = load(weights + lanes)
      add(&row0, pixel0[0], left, right)
      add(&row1, pixel0[stride], left, right)
      add(&row2, pixel0[2 * stride], left, right)
      add(&row3, pixel3[0], left, right)
      add(&row4, pixel3[stride], left, right)
      add(&row5, pixel3[2 * stride], left, right)
      pixel0 += 1
      pixel3 += 1
      weights += 2 * lanes
    }
    ahead += stride
    remaining -= steps
  }
  end(tile, 0, row0)
  end(tile, 1, row1)
  end(tile, 2, row2)
  end(tile, 3, row3)
  end(tile, 4, row4)
  end(tile, 5, row5)
}
