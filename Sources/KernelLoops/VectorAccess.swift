internal import KernelTypes

typealias Floats = UnsafeMutablePointer<Float>

/// Floats in a vector.
@inline(__always)
var lanes: Int { Vector.scalarCount }

@inline(__always)
func load(_ address: UnsafePointer<Float>) -> Vector { UnsafeRawPointer(address).loadUnaligned(as: Vector.self) }

@inline(__always)
func load(_ address: Floats) -> Vector { UnsafeRawPointer(address).loadUnaligned(as: Vector.self) }

@inline(__always)
func store(_ value: Vector, _ address: Floats) { UnsafeMutableRawPointer(address).storeBytes(of: value, as: Vector.self) }

@inline(__always)
func loadUpTo(_ count: Int, _ address: Floats) -> Vector { count >= lanes ? load(address) : loadFirst(count, address) }

@inline(__always)
func storeUpTo(_ count: Int, _ value: Vector, _ address: Floats) {
  if count >= lanes { store(value, address) } else { storeFirst(count, value, address) }
}

/// The sum of all lanes. (Not the library's: a generic function that is not inlined may be shared by all modules, and the linker might
/// give another set's processors this set's instructions.)
@inline(__always)
func sumOfLanes(_ value: Vector) -> Float {
  let half = value.lowHalf + value.highHalf
  let quarter = half.lowHalf + half.highHalf
  var sum: Float = 0
  for lane in 0..<(lanes / 4) { sum += quarter[lane] }
  return sum
}

/// The largest lane.
@inline(__always)
func largestLane(_ value: Vector) -> Float {
  var best = value[0]
  for lane in 1..<lanes where value[lane] > best { best = value[lane] }
  return best
}

@inline(__always)
func roundedUp(_ count: Int, _ unit: Int) -> Int { (count + unit - 1) / unit * unit }

/// Floats from a row to the next in scratch matrices: whole vectors of every kernel set, and one more, so that rows of a
/// power of two do not fall into the same few sets of the first cache.
@inline(__always)
func scratchStride(_ columns: Int) -> Int { roundedUp(columns, 16) + 16 }

/// The slope of each lane's activation where the vector begins at output `first`.
@inline(__always)
func slopes(_ epilogue: Epilogue, outputs: Int, first: Int) -> Vector {
  let active = epilogue.activeOutputs ?? outputs
  let slope = epilogue.activation.slope
  if first + lanes <= active { return Vector(repeating: slope) }
  var value = Vector(repeating: 1)
  if first >= active { return value }
  for lane in 0..<(active - first) { value[lane] = slope }
  return value
}
