package import KernelTypes

/// Any convolution: patches of a block of output pixels are gathered and multiplied.
package struct DirectConvolution: ConvolutionKernel {
  package let outputs: Int
  package let inputs: Int
  package let shape: KernelShape
  private let table: KernelTable
  private let weights: PackedMemory
  private let bias: PackedMemory

  /// - Parameter weights: [outputs, inputs, shape.height, shape.width].
  /// - Parameter bias: by output channel.
  /// - Parameter outputs: channels of the output.
  /// - Parameter inputs: channels of the input.
  /// - Parameter shape: of the kernel, with stride, padding and dilation.
  /// - Parameter kernelSet: whose hot loops run.
  package init(weights: [Double], bias: [Double], outputs: Int, inputs: Int, shape: KernelShape, kernelSet: KernelSet) {
    let taps = shape.taps
    precondition(weights.count == outputs * inputs * taps, "\(weights.count) weights for \(outputs) × \(inputs) × \(taps)")
    self.outputs = outputs
    self.inputs = inputs
    self.shape = shape
    let table = kernelSet.table
    self.table = table
    // Gathered patches have the channels innermost.
    var ordered = [Double](repeating: 0, count: weights.count)
    for output in 0..<outputs {
      for input in 0..<inputs {
        for tap in 0..<taps { ordered[(output * taps + tap) * inputs + input] = weights[(output * inputs + input) * taps + tap] }
      }
    }
    self.weights = PackedMemory(count: table.packedFloats(taps * inputs, outputs)) { packed in
      ordered.withUnsafeBufferPointer {
        if let base = $0.baseAddress { table.packWeights(base, outputs, taps * inputs, taps * inputs, 1, packed) }
      }
    }
    self.bias = table.packedBias(bias, outputs: outputs)
  }

  package var weightBytes: Int { weights.bytes + bias.bytes }

  package func scratchFloats(height: Int, width: Int) -> Int {
    table.patchScratchFloats(shape.outputHeight(height) * shape.outputWidth(width), inputs, outputs, shape)
  }

  package func run(_ input: ImageView, into output: ImageView, epilogue: Epilogue, scratch: UnsafeMutablePointer<Float>) {
    precondition(
      input.channels == inputs && output.channels == outputs && output.height == shape.outputHeight(input.height)
        && output.width == shape.outputWidth(input.width),
      "a convolution of \(inputs) inputs and \(outputs) outputs was given \(input.channels) and \(output.channels)")
    table.convolvePatches(
      PatchCall(
        input: input, weights: weights.floats, bias: bias.floats, output: output, shape: shape, epilogue: epilogue, scratch: scratch))
  }
}
