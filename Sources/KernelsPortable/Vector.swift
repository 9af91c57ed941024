/// The vector that this kernel set's loops are written with.
typealias Vector = SIMD8<Float>

/// a + b · c, rounded twice: a fused form would be a library call on processors without it.
@inline(__always)
func multiplyAdd(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector { a + b * c }

/// Columns that lie side by side in packed weights: all of them, as OpenBLAS wants them.
@inline(__always)
func panelWidth(_ columns: Int) -> Int { (columns + 15) / 16 * 16 }
