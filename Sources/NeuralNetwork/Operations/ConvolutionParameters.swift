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

  /// Two 1×1 convolutions without an activation between them as one: this one after `first`.
  func after(_ first: ConvolutionParameters) -> ConvolutionParameters {
    precondition(kernel == 1 && first.kernel == 1 && first.outputs == inputs, "only 1×1 convolutions that follow each other")
    var product = [Double](repeating: 0, count: outputs * first.inputs)
    cblas_dgemm(
      CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(outputs), Int32(first.inputs), Int32(inputs), 1, weights, Int32(inputs),
      first.weights, Int32(first.inputs), 0, &product, Int32(first.inputs))
    var sums = bias
    for o in 0..<outputs {
      for i in 0..<inputs { sums[o] += weights[o * inputs + i] * first.bias[i] }
    }
    return ConvolutionParameters(outputs: outputs, inputs: first.inputs, kernel: 1, weights: product, bias: sums)
  }
}
