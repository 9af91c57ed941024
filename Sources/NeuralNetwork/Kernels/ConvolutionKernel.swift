package import KernelTypes

/// A convolution with packed weights, bias folded in. Immutable: any number of workers may run it at once.
package protocol ConvolutionKernel: Sendable {
  var outputs: Int { get }
  var inputs: Int { get }
  var shape: KernelShape { get }
  /// Products in an output's sum, those with padding included.
  var terms: Int { get }
  var weightBytes: Int { get }

  /// The larger side of the tiles of Winograd's algorithm for an input of this size; nil where another algorithm runs.
  func winogradTile(height: Int, width: Int) -> Int?

  /// Floats of scratch memory (aligned to 64 bytes) that `run` needs for an input of this size.
  func scratchFloats(height: Int, width: Int) -> Int

  /// - Parameters:
  ///   - input: [height, width, inputs].
  ///   - output: [shape.outputHeight(height), shape.outputWidth(width), outputs]; must not overlap the input.
  ///   - epilogue: what becomes of the sums.
  ///   - scratch: memory for what lies between.
  func run(_ input: ImageView, into output: ImageView, epilogue: Epilogue, scratch: UnsafeMutablePointer<Float>)
}

extension ConvolutionKernel {
  package var terms: Int { inputs * shape.taps }
  package func winogradTile(height: Int, width: Int) -> Int? { nil }
}

/// A convolution by the kernel that serves its shape.
///
/// - Parameters:
///   - weights: [outputs, inputs, shape.height, shape.width], as PyTorch orders them.
///   - bias: one for each output.
///   - outputs: channels of the output.
///   - inputs: channels of the input.
///   - shape: of the kernel, with stride, padding and dilation.
///   - kernelSet: whose hot loops run.
///   - precision: of 1×1 convolutions without padding; the others are float32.
///   - allowsWinograd: false for exactness studies.
package func convolutionKernel(
  weights: [Double], bias: [Double], outputs: Int, inputs: Int, shape: KernelShape, kernelSet: KernelSet,
  precision: ArithmeticPrecision = .float32, allowsWinograd: Bool = true
) -> any ConvolutionKernel {
  if shape.taps == 1 && shape.padding == 0 {
    return PackedProduct(
      weights: weights, bias: bias, outputs: outputs, inputs: inputs, stride: shape.stride, kernelSet: kernelSet, precision: precision)
  }
  let isWinograd = shape.height == 3 && shape.width == 3 && shape.stride == 1 && shape.padding == shape.dilation
  if isWinograd {
    let dilation = shape.dilation
    func winograd(_ largestTile: Int) -> WinogradConvolution {
      WinogradConvolution(
        weights: weights, bias: bias, outputs: outputs, inputs: inputs, dilation: dilation, largestTile: largestTile, kernelSet: kernelSet)
    }
    func sparse() -> SparseConvolution {
      SparseConvolution(weights: weights, bias: bias, outputs: outputs, inputs: inputs, dilation: dilation, kernelSet: kernelSet)
    }
    let permitsWinograd = allowsWinograd && inputs >= 8
    switch DilationRule(dilation: dilation) {
    case .tiles(let largest): if permitsWinograd { return winograd(largest) }
    case .tilesOrTaps(let largest):
      return permitsWinograd ? DilatedConvolution(winograd: winograd(largest), sparse: sparse()) : sparse()
    case .taps: return sparse()
    }
  }
  return DirectConvolution(weights: weights, bias: bias, outputs: outputs, inputs: inputs, shape: shape, kernelSet: kernelSet)
}

extension KernelTable {
  /// A bias, rounded to float32, zeros up to whole panels.
  func packedBias(_ bias: [Double], outputs: Int) -> PackedMemory {
    precondition(bias.count == outputs, "\(bias.count) biases for \(outputs) outputs")
    return PackedMemory(count: packedFloats(1, outputs) + 16) { values in
      for (index, value) in bias.enumerated() { values[index] = Float(value) }
    }
  }
}
