// Compiled into AVX2, AVX512 and BFloat16, through links.

/// a + b · c, rounded once.
@inline(__always)
func multiplyAdd(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector { a.addingProduct(b, c) }
