package import KernelTypes

/// A 3×3 convolution of stride 1 with padding equal to dilation, by Winograd's F(4×4, 3×3): 36 multiplications
/// where the direct algorithm has 144. Weights take four times the space.
package struct WinogradConvolution: ConvolutionKernel {
  package let outputs: Int
  package let inputs: Int
  package let shape: KernelShape
  private let table: KernelTable
  private let weights: PackedMemory
  private let bias: PackedMemory

  /// - Parameter weights: [outputs, inputs, 3, 3].
  /// - Parameter bias: by output channel.
  /// - Parameter outputs: channels of the output.
  /// - Parameter inputs: channels of the input.
  /// - Parameter dilation: the distance of the kernel's taps, in pixels.
  /// - Parameter kernelSet: whose hot loops run.
  package init(weights: [Double], bias: [Double], outputs: Int, inputs: Int, dilation: Int = 1, kernelSet: KernelSet) {
    precondition(weights.count == outputs * inputs * 9, "\(weights.count) weights for \(outputs) × \(inputs) × 9")
    self.outputs = outputs
    self.inputs = inputs
    shape = KernelShape(height: 3, width: 3, padding: dilation, dilation: dilation)
    let table = kernelSet.table
    self.table = table
    self.weights = PackedMemory(count: 36 * table.winogradWeightStride(inputs, outputs)) { packed in
      weights.withUnsafeBufferPointer { if let base = $0.baseAddress { table.packWinogradWeights(base, outputs, inputs, packed) } }
    }
    self.bias = table.packedBias(bias, outputs: outputs)
  }

  package var weightBytes: Int { weights.bytes + bias.bytes }

  package func scratchFloats(height: Int, width: Int) -> Int {
    table.winogradScratchFloats(height, width, inputs, outputs, shape.dilation)
  }

  package func run(_ input: ImageView, into output: ImageView, epilogue: Epilogue, scratch: UnsafeMutablePointer<Float>) {
    precondition(
      input.channels == inputs && output.channels == outputs && input.height == output.height && input.width == output.width,
      "a convolution of \(inputs) inputs and \(outputs) outputs was given \(input.channels) and \(output.channels)")
    table.winograd(
      WinogradCall(
        input: input, weights: weights.floats, weightStride: table.winogradWeightStride(inputs, outputs), bias: bias.floats,
        output: output, dilation: shape.dilation, epilogue: epilogue, scratch: scratch))
  }
}
