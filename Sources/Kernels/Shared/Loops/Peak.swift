// Compiled into AVX2, AVX512 and Portable, through links; `Vector` and the tuning come from there.

/// Multiply-adds in registers only: how fast the processor's arithmetic is at best.
///
/// - Returns: the operations done (2 per multiply-add and lane), and a number that depends on all of them.
@inline(never)
public func multiplyAddsInRegisters(rounds: Int) -> (operations: Double, result: Float) {
  let factor = Vector(repeating: 0.999)
  let term = Vector(repeating: 0.001)
  var sums = (Vector(), Vector(), Vector(), Vector(), Vector(), Vector(), Vector(), Vector(), Vector(), Vector())
  for _ in 0..<rounds {
    sums.0 = multiplyAdd(term, sums.0, factor)
    sums.1 = multiplyAdd(term, sums.1, factor)
    sums.2 = multiplyAdd(term, sums.2, factor)
    sums.3 = multiplyAdd(term, sums.3, factor)
    sums.4 = multiplyAdd(term, sums.4, factor)
    sums.5 = multiplyAdd(term, sums.5, factor)
    sums.6 = multiplyAdd(term, sums.6, factor)
    sums.7 = multiplyAdd(term, sums.7, factor)
    sums.8 = multiplyAdd(term, sums.8, factor)
    sums.9 = multiplyAdd(term, sums.9, factor)
  }
  let total = sums.0 + sums.1 + sums.2 + sums.3 + sums.4 + sums.5 + sums.6 + sums.7 + sums.8 + sums.9
  return (Double(rounds) * Double(20 * lanes), sumOfLanes(total))
}
