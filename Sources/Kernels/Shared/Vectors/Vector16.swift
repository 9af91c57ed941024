// Compiled into AVX512 and BFloat16, through links.
internal import CVectors

/// The vector that the loops of these kernel sets are written with: 16 floats.
typealias Vector = SIMD16<Float>

/// Multiplies with 2 to the power of n, where `shifted` is n + 1.5 · 2²³.
@inline(__always)
func multiplyByPowerOfTwo(_ value: inout Vector, _ shifted: Vector) {
  var shifted = shifted
  vector16_multiply_by_power_of_two(&value, &shifted)
}

/// The first `count` lanes from memory, zeros in the others: nothing behind them is read.
@inline(__always)
func loadFirst(_ count: Int, _ address: UnsafeMutablePointer<Float>) -> Vector {
  var value = Vector()
  vector16_load_first(address, Int64(count), &value)
  return value
}

/// Writes the first `count` lanes; nothing behind them is written.
@inline(__always)
func storeFirst(_ count: Int, _ value: Vector, _ address: UnsafeMutablePointer<Float>) {
  var value = value
  vector16_store_first(address, &value, Int64(count))
}

/// The sum of all lanes.
@inline(__always)
func sumOfLanes(_ value: Vector) -> Float {
  var value = value
  return vector16_sum(&value)
}

/// The largest lane.
@inline(__always)
func largestLane(_ value: Vector) -> Float {
  var value = value
  return vector16_largest(&value)
}

/// Reads a vector at `offset` of as many rows as it has lanes, and writes lines of columns, `stride` floats apart.
@inline(__always)
func transposeBlock(
  _ rows: UnsafePointer<UnsafePointer<Float>>, _ offset: Int, into target: UnsafeMutablePointer<Float>, _ stride: Int, scale: Float
) {
  vector16_transpose(rows, Int64(offset), target, Int64(stride), scale)
}
