// Compiled into AVX2, AVX512 and Portable, through links; `Vector` and the tuning come from there.

/// e to the power of x, for x ≤ 0 as softmax has it; at most 2 units in the last place off.
///
/// Cody–Waite: x = n ln 2 + r, |r| ≤ ln 2 / 2, with ln 2 in two parts, then a polynomial of degree 6 in r (the coefficients of
/// Cephes' expf) times 2ⁿ. Below −87 the result is 0 (denormal numbers are not made), above 88 that of 88.
@inline(__always)
func exponential(_ x: Vector) -> Vector {
  let clamped = smaller(larger(x, Vector(repeating: -87)), Vector(repeating: 88))
  // Adding 1.5 · 2²³ rounds to a whole number, which is then in the low bits.
  let rounder = Vector(repeating: 12_582_912)
  let shifted = multiplyAdd(rounder, clamped, Vector(repeating: 1.4426950408889634))
  let whole = shifted - rounder
  let high = multiplyAdd(clamped, whole, Vector(repeating: -0.693359375))
  let rest = multiplyAdd(high, whole, Vector(repeating: 2.12194440e-4))
  var sum = Vector(repeating: 1.9875691500e-4)
  sum = multiplyAdd(Vector(repeating: 1.3981999507e-3), sum, rest)
  sum = multiplyAdd(Vector(repeating: 8.3334519073e-3), sum, rest)
  sum = multiplyAdd(Vector(repeating: 4.1665795894e-2), sum, rest)
  sum = multiplyAdd(Vector(repeating: 1.6666665459e-1), sum, rest)
  sum = multiplyAdd(Vector(repeating: 0.5), sum, rest)
  var value = multiplyAdd(rest + Vector(repeating: 1), sum, rest * rest)
  multiplyByPowerOfTwo(&value, shifted)
  return select(x .< Vector(repeating: -87), Vector(), value)
}
