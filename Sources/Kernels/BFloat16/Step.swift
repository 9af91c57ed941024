internal import CVectors

/// Inputs that a step of a sum takes: a pair of bfloat16 has the place of a float.
@inline(__always)
var inputsPerStep: Int { 2 }

/// Whether pixels are multiplied where they lie: they are rounded to bfloat16 first.
@inline(__always)
var readsInPlace: Bool { false }

/// One step of a sum: in each lane the products of two pairs, added in float32 (`vdpbf16ps`).
@inline(__always)
func multiplyStep(_ sum: Vector, _ pixel: Vector, _ weights: Vector) -> Vector {
  var sum = sum
  var pixel = pixel
  var weights = weights
  vector16_add_bfloat16_products(&sum, &pixel, &weights)
  return sum
}

/// Rounds inputs of a row to bfloat16, to nearest even, a zero behind the last where their number is odd.
@inline(__always)
func copyInputs(_ source: Floats, _ count: Int, to target: Floats) {
  var index = 0
  while index < count {
    var low = loadUpTo(count - index, source + index)
    var high = count - index > lanes ? loadUpTo(count - index - lanes, source + (index + lanes)) : Vector()
    var pairs = Vector()
    vector16_round_to_bfloat16(&low, &high, &pairs)
    let steps = (count - index + 1) / 2
    storeUpTo(steps, pairs, target + index / 2)
    index += 2 * lanes
  }
}
