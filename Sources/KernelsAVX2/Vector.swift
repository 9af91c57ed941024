internal import CVectors

/// The vector that this kernel set's loops are written with.
typealias Vector = SIMD8<Float>

/// a + b · c, rounded once.
@inline(__always)
func multiplyAdd(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector { a.addingProduct(b, c) }

/// Multiplies with 2 to the power of n, where `shifted` is n + 1.5 · 2²³.
@inline(__always)
func multiplyByPowerOfTwo(_ value: inout Vector, _ shifted: Vector) {
  var shifted = shifted
  vector8_multiply_by_power_of_two(&value, &shifted)
}

/// The first `count` lanes from memory, zeros in the others: nothing behind them is read.
@inline(__always)
func loadFirst(_ count: Int, _ address: UnsafeMutablePointer<Float>) -> Vector {
  var value = Vector()
  vector8_load_first(address, Int64(count), &value)
  return value
}

@inline(__always)
func storeFirst(_ count: Int, _ value: Vector, _ address: UnsafeMutablePointer<Float>) {
  var value = value
  vector8_store_first(address, &value, Int64(count))
}

@inline(__always)
func sumOfLanes(_ value: Vector) -> Float {
  var value = value
  return vector8_sum(&value)
}

@inline(__always)
func largestLane(_ value: Vector) -> Float {
  var value = value
  return vector8_largest(&value)
}

/// Reads a vector at `offset` of as many rows as it has lanes, and writes lines of columns, `stride` floats apart.
@inline(__always)
func transposeBlock(
  _ rows: UnsafePointer<UnsafePointer<Float>>, _ offset: Int, into target: UnsafeMutablePointer<Float>, _ stride: Int, scale: Float
) {
  vector8_transpose(rows, Int64(offset), target, Int64(stride), scale)
}

/// Columns that lie side by side in packed weights.
@inline(__always)
func panelWidth(_ columns: Int) -> Int { 16 }

/// Rows of a tile: 6 × 2 accumulators leave 4 of 16 registers for weights and pixels.
@inline(__always)
var tileRows: Int { 6 }

/// Rows of a short tile: two of them make a line of an attention block.
@inline(__always)
var shortRows: Int { 4 }

/// Rows that are multiplied with one slice of all weights before the next slice.
@inline(__always)
var blockRows: Int { 192 }

/// Steps of a slice: a panel of them and a tile's rows share the first cache, and the chains of additions stay short.
@inline(__always)
var sliceSteps: Int { 256 }

/// Inputs that a step of a sum takes.
@inline(__always)
var inputsPerStep: Int { 1 }

/// Whether pixels are multiplied where they lie.
@inline(__always)
var readsInPlace: Bool { true }

/// One step of a sum.
@inline(__always)
func multiplyStep(_ sum: Vector, _ pixel: Vector, _ weights: Vector) -> Vector { multiplyAdd(sum, pixel, weights) }

/// Copies inputs of a row that is not read in place.
@inline(__always)
func copyInputs(_ source: Floats, _ count: Int, to target: Floats) { copy(source, count, to: target) }

/// Tiles of a Winograd convolution that are transformed and multiplied together. Measured on an AMD EPYC (Zen 5, 1 MB of second
/// cache a core).
@inline(__always)
func winogradBlockTiles(inputs: Int, outputs: Int) -> Int {
  // Few channels: 36 blocks of both spectra stay in the second cache. Many: the transformed weights stream once a block.
  inputs * outputs <= 64 * 64 ? 30 : 114
}
