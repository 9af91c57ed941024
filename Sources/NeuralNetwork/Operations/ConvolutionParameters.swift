internal import COpenBLAS

/// A convolution's numbers in double precision, batch norm folded in, before they are packed for a kernel.
struct ConvolutionParameters: Sendable {
  var outputs: Int
  var inputs: Int
  /// Rows and columns of the kernel.
  var kernel: Int
  /// [outputs, inputs, kernel, kernel], as PyTorch orders them.
  var weights: [Double]
  /// One for each output; zeros where there is none.
  var bias: [Double]

  /// The convolutions of one input side by side: their outputs follow one another.
  ///
  /// - Precondition: all have the same inputs and kernel.
  static func sideBySide(_ parts: [ConvolutionParameters]) -> ConvolutionParameters {
    precondition(parts.allSatisfy { $0.inputs == parts[0].inputs && $0.kernel == parts[0].kernel }, "parts of different inputs")
    return ConvolutionParameters(
      outputs: parts.reduce(0) { $0 + $1.outputs }, inputs: parts[0].inputs, kernel: parts[0].kernel,
      weights: parts.flatMap(\.weights), bias: parts.flatMap(\.bias))
  }

  /// The sum of two convolutions of different inputs as one: its inputs are those of the first, then those of the second.
  ///
  /// - Precondition: both have the same outputs and kernel.
  static func sum(_ first: ConvolutionParameters, _ second: ConvolutionParameters) -> ConvolutionParameters {
    precondition(first.outputs == second.outputs && first.kernel == second.kernel, "a sum of different outputs")
    let taps = first.kernel * first.kernel
    var weights: [Double] = []
    weights.reserveCapacity(first.weights.count + second.weights.count)
    for o in 0..<first.outputs {
      weights += first.weights[(o * first.inputs * taps)..<((o + 1) * first.inputs * taps)]
      weights += second.weights[(o * second.inputs * taps)..<((o + 1) * second.inputs * taps)]
    }
    return ConvolutionParameters(
      outputs: first.outputs, inputs: first.inputs + second.inputs, kernel: first.kernel, weights: weights,
      bias: zip(first.bias, second.bias).map { $0 + $1 })
  }

  /// This convolution, of a range of its inputs only.
  ///
  /// - Parameter withBias: whether the bias goes with this part (it must go with just one).
  func inputs(_ range: Range<Int>, withBias: Bool) -> ConvolutionParameters {
    let taps = kernel * kernel
    var part: [Double] = []
    part.reserveCapacity(outputs * range.count * taps)
    for o in 0..<outputs {
      part += weights[((o * inputs + range.lowerBound) * taps)..<((o * inputs + range.upperBound) * taps)]
    }
    return ConvolutionParameters(
      outputs: outputs, inputs: range.count, kernel: kernel, weights: part, bias: withBias ? bias : Array(repeating: 0, count: outputs))
  }

  /// Two convolutions without an activation between them as one: this one after the 1×1 convolution `first`.
  ///
  /// - Precondition: `first` has no bias where this one's kernel is larger than 1×1: what lies outside the map is zero, not the bias.
  func after(_ first: ConvolutionParameters) -> ConvolutionParameters {
    precondition(first.kernel == 1 && first.outputs == inputs, "only convolutions that follow each other")
    precondition(kernel == 1 || first.bias.allSatisfy { $0 == 0 }, "a bias before a padded convolution")
    let taps = kernel * kernel
    let rows = multiply(tapRows(), first)
    var combined = [Double](repeating: 0, count: outputs * first.inputs * taps)
    combined.withUnsafeMutableBufferPointer { combined in
      for tap in 0..<taps {
        for o in 0..<outputs {
          for i in 0..<first.inputs { combined[(o * first.inputs + i) * taps + tap] = rows[(tap * outputs + o) * first.inputs + i] }
        }
      }
    }
    var sums = bias
    if kernel == 1 {
      for o in 0..<outputs { sums[o] += dot(first.bias, weights, from: o * inputs) }
    }
    return ConvolutionParameters(outputs: outputs, inputs: first.inputs, kernel: kernel, weights: combined, bias: sums)
  }

  /// What each tap of this convolution makes of the 1×1 convolution `first`, its bias included: a 1×1 convolution with
  /// taps × outputs outputs, tap by tap. This one's own bias is left out.
  func taps(after first: ConvolutionParameters) -> ConvolutionParameters {
    precondition(first.kernel == 1 && first.outputs == inputs, "only convolutions that follow each other")
    let rows = tapRows()
    let count = kernel * kernel * outputs
    return ConvolutionParameters(
      outputs: count, inputs: first.inputs, kernel: 1, weights: multiply(rows, first),
      bias: (0..<count).map { dot(first.bias, rows, from: $0 * inputs) })
  }

  /// What each tap of this convolution makes of its input: a 1×1 convolution with taps × outputs outputs, tap by tap, without bias.
  func taps() -> ConvolutionParameters {
    let count = kernel * kernel * outputs
    return ConvolutionParameters(
      outputs: count, inputs: inputs, kernel: 1, weights: tapRows(), bias: [Double](repeating: 0, count: count))
  }

  /// The weights as a matrix [taps × outputs, inputs].
  private func tapRows() -> [Double] {
    let taps = kernel * kernel
    guard taps > 1 else { return weights }
    return [Double](unsafeUninitializedCapacity: weights.count) { rows, filled in
      for tap in 0..<taps {
        for o in 0..<outputs {
          for i in 0..<inputs { rows[(tap * outputs + o) * inputs + i] = weights[(o * inputs + i) * taps + tap] }
        }
      }
      filled = weights.count
    }
  }

  private func multiply(_ rows: [Double], _ first: ConvolutionParameters) -> [Double] {
    KernelSet.prepareLinearAlgebra()
    let count = rows.count / inputs
    var product = [Double](repeating: 0, count: count * first.inputs)
    cblas_dgemm(
      CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(count), Int32(first.inputs), Int32(inputs), 1, rows, Int32(inputs),
      first.weights, Int32(first.inputs), 0, &product, Int32(first.inputs))
    return product
  }

  private func dot(_ vector: [Double], _ matrix: [Double], from begin: Int) -> Double {
    var sum = 0.0
    for i in vector.indices { sum += vector[i] * matrix[begin + i] }
    return sum
  }
}
