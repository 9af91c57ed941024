package import KernelTypes

/// A convolution with packed weights, bias folded in. Immutable: any number of workers may run it at once.
package protocol ConvolutionKernel: Sendable {
  var outputs: Int { get }
  var inputs: Int { get }
  var shape: KernelShape { get }
  /// Products in an output's sum, those with padding included.
  var terms: Int { get }
  var weightBytes: Int { get }

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
}

/// The dilation from which products with padding are left out one by one. On the maps of 64×64 of a 512×512 tile, Winograd's phases are
/// then 3×3 pixels or fewer, and most of their 4×4 tiles is waste.
private let sparseDilation = 24

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
  if isWinograd && shape.dilation >= sparseDilation {
    return SparseConvolution(
      weights: weights, bias: bias, outputs: outputs, inputs: inputs, dilation: shape.dilation, kernelSet: kernelSet)
  }
  if isWinograd && allowsWinograd && inputs >= 8 {
    return WinogradConvolution(
      weights: weights, bias: bias, outputs: outputs, inputs: inputs, dilation: shape.dilation, kernelSet: kernelSet)
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
