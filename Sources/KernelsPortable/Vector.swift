internal import CVectors

/// The vector that this kernel set's loops are written with.
typealias Vector = SIMD8<Float>

/// a + b · c, rounded twice: a fused form would be a library call on processors without it.
@inline(__always)
func multiplyAdd(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector { a + b * c }

@inline(__always)
func larger(_ a: Vector, _ b: Vector) -> Vector { vector8_larger(a, b) }

@inline(__always)
func smaller(_ a: Vector, _ b: Vector) -> Vector { vector8_smaller(a, b) }

/// Negative lanes times their slope; the others as they are.
@inline(__always)
func activated(_ value: Vector, _ slope: Vector) -> Vector { vector8_activated(value, slope) }

/// 2 to the power of n, where `shifted` is n + 1.5 · 2²³; zero where `x` is below `least`.
@inline(__always)
func powerOfTwo(_ shifted: Vector, unless x: Vector, isBelow least: Float) -> Vector { vector8_power_of_two(shifted, x, least) }

/// The first `count` lanes from memory, zeros in the others: nothing behind them is read.
@inline(__always)
func loadFirst(_ count: Int, _ address: UnsafeMutablePointer<Float>) -> Vector { vector8_load_first(address, Int64(count)) }

@inline(__always)
func storeFirst(_ count: Int, _ value: Vector, _ address: UnsafeMutablePointer<Float>) {
  vector8_store_first(address, value, Int64(count))
}

/// Columns that lie side by side in packed weights: all of them, as OpenBLAS wants them.
@inline(__always)
func panelWidth(_ columns: Int) -> Int { (columns + 15) / 16 * 16 }
