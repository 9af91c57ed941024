package import KernelTypes

/// A 3×3 convolution of stride 1 with padding equal to dilation, by Winograd's algorithm. F(4×4, 3×3) has 36 multiplications where the
/// direct algorithm has 144, and its weights take four times the space; `WinogradTiling` says which other tiles there are.
package struct WinogradConvolution: ConvolutionKernel {
  package let outputs: Int
  package let inputs: Int
  package let shape: KernelShape
  package let largestTile: Int
  private let table: KernelTable
  private let weights: PackedMemory
  private let bias: PackedMemory

  /// - Parameter weights: [outputs, inputs, 3, 3].
  /// - Parameter bias: by output channel.
  /// - Parameter outputs: channels of the output.
  /// - Parameter inputs: channels of the input.
  /// - Parameter dilation: the distance of the kernel's taps, in pixels.
  /// - Parameter largestTile: that weights are packed for, 1 to 6; other than `WinogradTiling.usualTile`, smaller tiles are used as well.
  /// - Parameter kernelSet: whose hot loops run.
  package init(
    weights: [Double], bias: [Double], outputs: Int, inputs: Int, dilation: Int = 1, largestTile: Int = WinogradTiling.usualTile,
    kernelSet: KernelSet
  ) {
    precondition((1...6).contains(largestTile), "a tile of \(largestTile)")
    precondition(weights.count == outputs * inputs * 9, "\(weights.count) weights for \(outputs) × \(inputs) × 9")
    self.outputs = outputs
    self.inputs = inputs
    shape = KernelShape(height: 3, width: 3, padding: dilation, dilation: dilation)
    self.largestTile = largestTile
    let table = kernelSet.table
    self.table = table
    let points = (largestTile + 2) * (largestTile + 2)
    self.weights = PackedMemory(count: points * table.winogradWeightStride(inputs, outputs)) { packed in
      weights.withUnsafeBufferPointer {
        if let base = $0.baseAddress { table.packWinogradWeights(base, outputs, inputs, largestTile, packed) }
      }
    }
    self.bias = table.packedBias(bias, outputs: outputs)
  }

  package var weightBytes: Int { weights.bytes + bias.bytes }

  package func winogradTile(height: Int, width: Int) -> Int? {
    max(tile(height), tile(width))
  }

  /// Multiply-adds of matrices for an image of this size.
  func products(height: Int, width: Int) -> Int {
    WinogradTiling.products(height, dilation: shape.dilation, tile: tile(height))
      * WinogradTiling.products(width, dilation: shape.dilation, tile: tile(width))
  }

  private func tile(_ size: Int) -> Int { WinogradTiling.tile(size, dilation: shape.dilation, largest: largestTile) }

  package func scratchFloats(height: Int, width: Int) -> Int {
    table.winogradScratchFloats(height, width, inputs, outputs, shape.dilation, largestTile)
  }

  package func run(_ input: ImageView, into output: ImageView, epilogue: Epilogue, scratch: UnsafeMutablePointer<Float>) {
    precondition(
      input.channels == inputs && output.channels == outputs && input.height == output.height && input.width == output.width,
      "a convolution of \(inputs) inputs and \(outputs) outputs was given \(input.channels) and \(output.channels)")
    table.winograd(
      WinogradCall(
        input: input, weights: weights.floats, weightStride: table.winogradWeightStride(inputs, outputs), largestTile: largestTile,
        bias: bias.floats, output: output, dilation: shape.dilation, epilogue: epilogue, scratch: scratch))
  }
}
