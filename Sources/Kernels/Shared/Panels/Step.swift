// Compiled into AVX2 and AVX512 with the folder; BFloat16 has a `Step.swift` of its own.

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
