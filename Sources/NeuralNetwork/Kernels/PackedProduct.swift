package import KernelTypes

/// A 1×1 convolution: rows of pixels times packed weights, with bias, residual and activation in the store.
package struct PackedProduct: ConvolutionKernel {
  package let outputs: Int
  package let inputs: Int
  package let shape: KernelShape
  private let table: KernelTable
  private let weights: PackedMemory
  private let bias: PackedMemory

  /// - Parameters:
  ///   - weights: [outputs, inputs].
  ///   - bias: by output channel.
  ///   - outputs: channels of the output.
  ///   - inputs: channels of the input.
  ///   - stride: every so many rows and columns of the input are read.
  ///   - kernelSet: whose hot loops run.
  ///   - precision: of the products.
  package init(
    weights: [Double], bias: [Double], outputs: Int, inputs: Int, stride: Int = 1, kernelSet: KernelSet,
    precision: ArithmeticPrecision = .float32
  ) {
    precondition(weights.count == outputs * inputs, "\(weights.count) weights for \(outputs) × \(inputs)")
    self.outputs = outputs
    self.inputs = inputs
    shape = KernelShape(height: 1, width: 1, stride: stride)
    let table = KernelTable.forProducts(kernelSet, precision)
    self.table = table
    self.weights = PackedMemory(count: table.packedFloats(inputs, outputs)) { packed in
      weights.withUnsafeBufferPointer { if let base = $0.baseAddress { table.packWeights(base, outputs, inputs, inputs, 1, packed) } }
    }
    self.bias = table.packedBias(bias, outputs: outputs)
  }

  package var weightBytes: Int { weights.bytes + bias.bytes }

  package func scratchFloats(height: Int, width: Int) -> Int {
    table.productScratchFloats(shape.outputHeight(height) * shape.outputWidth(width), inputs, outputs)
  }

  package func run(_ input: ImageView, into output: ImageView, epilogue: Epilogue, scratch: UnsafeMutablePointer<Float>) {
    let input = shape.stride == 1 ? input : input.strided(shape.stride)
    precondition(
      input.channels == inputs && output.channels == outputs && input.height == output.height && input.width == output.width,
      "a product of \(inputs) inputs and \(outputs) outputs was given \(input.channels) and \(output.channels)")
    table.product(
      ProductCall(
        input: input, weights: weights.floats, bias: bias.floats, output: output, epilogue: epilogue, scratch: scratch))
  }
}
