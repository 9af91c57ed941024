import Foundation
import Inference
import NeuralNetwork

/// What a core does and could do, measured in a few tenths of a second.
struct KernelSpeed {
  /// Operations per second of a product 4096 × 256 × 256.
  let product: Double
  /// Operations per second with multiply-adds in registers only.
  let possible: Double

  init(set: KernelSet) {
    possible = Self.best { set.multiplyAddsInRegisters(rounds: 2_000_000) }
    let (rows, outputs, inputs) = (4096, 256, 256)
    let work = ProductTrial(rows: rows, outputs: outputs, inputs: inputs, set: set)
    product = Self.best {
      work.run()
      return 2 * Double(rows * outputs * inputs)
    }
  }

  /// The best of several rounds: other programs only make it slower.
  private static func best(_ body: () -> Double) -> Double {
    var best = 0.0
    for _ in 0..<7 {
      let start = ContinuousClock.now
      let operations = body()
      best = max(best, operations / max(start.secondsAgo, 1e-9))
    }
    return best
  }
}
