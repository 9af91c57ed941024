// Compiled into AVX2 and Portable, through links.
internal import CVectors

/// The vector that the loops of these kernel sets are written with: 8 floats.
typealias Vector = SIMD8<Float>

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

/// Writes the first `count` lanes; nothing behind them is written.
@inline(__always)
func storeFirst(_ count: Int, _ value: Vector, _ address: UnsafeMutablePointer<Float>) {
  var value = value
  vector8_store_first(address, &value, Int64(count))
}

/// The sum of all lanes.
@inline(__always)
func sumOfLanes(_ value: Vector) -> Float {
  var value = value
  return vector8_sum(&value)
}

/// The largest lane.
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
