// Compiled into AVX2, AVX512, Portable and BFloat16, through links; `Vector` comes from there.

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

/// The lanes of `yes` where the mask is set, else those of `no`. (By masks, since the library's `replacing` and bitwise operators
/// of vectors are loops over lanes, which are not always made one instruction.)
@inline(__always)
func select(_ mask: SIMDMask<Vector.MaskStorage>, _ yes: Vector, _ no: Vector) -> Vector {
  typealias Mask = SIMDMask<Vector.MaskStorage>
  let chosen = unsafeBitCast(no, to: Mask.self).replacing(with: unsafeBitCast(yes, to: Mask.self), where: mask)
  return unsafeBitCast(chosen, to: Vector.self)
}

@inline(__always)
func larger(_ a: Vector, _ b: Vector) -> Vector { select(a .> b, a, b) }

@inline(__always)
func smaller(_ a: Vector, _ b: Vector) -> Vector { select(a .< b, a, b) }

/// Negative lanes times their slope; the others as they are.
@inline(__always)
func activated(_ value: Vector, _ slope: Vector) -> Vector { select(value .< Vector(), value * slope, value) }

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
