/// a + b · c, rounded twice: a fused form would be a library call on processors without it.
@inline(__always)
func multiplyAdd(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector { a + b * c }
