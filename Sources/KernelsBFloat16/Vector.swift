internal import CVectors

/// The vector that this kernel set's loops are written with.
typealias Vector = SIMD16<Float>

/// a + b · c, rounded once.
@inline(__always)
func multiplyAdd(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector { a.addingProduct(b, c) }

/// The first `count` lanes from memory, zeros in the others: nothing behind them is read.
@inline(__always)
func loadFirst(_ count: Int, _ address: UnsafeMutablePointer<Float>) -> Vector {
  var value = Vector()
  vector16_load_first(address, Int64(count), &value)
  return value
}

@inline(__always)
func storeFirst(_ count: Int, _ value: Vector, _ address: UnsafeMutablePointer<Float>) {
  var value = value
  vector16_store_first(address, &value, Int64(count))
}

/// Columns that lie side by side in packed weights.
@inline(__always)
func panelWidth(_ columns: Int) -> Int { 32 }

/// Rows of a tile: 14 × 2 accumulators leave 4 of 32 registers for weights and pixels.
@inline(__always)
var tileRows: Int { 14 }

/// Rows of a short tile: a line of an attention block.
@inline(__always)
var shortRows: Int { 8 }

/// Rows that are multiplied with one slice of all weights before the next slice.
@inline(__always)
var blockRows: Int { 224 }

/// Steps of a slice: a panel of 512 × 32 floats and the block's rows share the second cache.
@inline(__always)
var sliceSteps: Int { 512 }

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
