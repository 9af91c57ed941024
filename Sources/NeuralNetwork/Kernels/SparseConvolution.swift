package import KernelTypes

/// A 3×3 convolution of stride 1 with padding equal to a large dilation: a product for each tap, over the pixels that the tap sees
/// inside the image. What falls on padding is not computed: on maps of 64×64, 44 % of the products at dilation 24 and 61 % at 36.
package struct SparseConvolution: ConvolutionKernel {
  package let outputs: Int
  package let inputs: Int
  package let shape: KernelShape
  /// By row and column of the kernel; the middle one holds the bias.
  private let taps: [PackedProduct]
  private let image: ImageOperations

  /// - Parameter weights: [outputs, inputs, 3, 3].
  /// - Parameter bias: by output channel.
  /// - Parameter outputs: channels of the output.
  /// - Parameter inputs: channels of the input.
  /// - Parameter dilation: the distance of the kernel's taps, in pixels.
  /// - Parameter kernelSet: whose hot loops run.
  package init(weights: [Double], bias: [Double], outputs: Int, inputs: Int, dilation: Int, kernelSet: KernelSet) {
    precondition(weights.count == outputs * inputs * 9, "\(weights.count) weights for \(outputs) × \(inputs) × 9")
    self.outputs = outputs
    self.inputs = inputs
    shape = KernelShape(height: 3, width: 3, padding: dilation, dilation: dilation)
    image = ImageOperations(kernelSet: kernelSet)
    let none = [Double](repeating: 0, count: outputs)
    taps = (0..<9).map { tap in
      PackedProduct(
        weights: (0..<(outputs * inputs)).map { weights[$0 * 9 + tap] }, bias: tap == 4 ? bias : none, outputs: outputs, inputs: inputs,
        kernelSet: kernelSet)
    }
  }

  package var weightBytes: Int { taps.reduce(0) { $0 + $1.weightBytes } }

  package func scratchFloats(height: Int, width: Int) -> Int { taps[4].scratchFloats(height: height, width: width) }

  package func run(_ input: ImageView, into output: ImageView, epilogue: Epilogue, scratch: UnsafeMutablePointer<Float>) {
    precondition(
      input.channels == inputs && output.channels == outputs && input.height == output.height && input.width == output.width,
      "a convolution of \(inputs) inputs and \(outputs) outputs was given \(input.channels) and \(output.channels)")
    precondition(epilogue.residual == nil && epilogue.activeOutputs == nil, "a sparse convolution has a plain epilogue")
    // The middle tap sees every pixel and comes first; the others add to its sums.
    taps[4].run(input, into: output, epilogue: Epilogue(), scratch: scratch)
    for tap in 0..<9 where tap != 4 {
      let rows = places(tap / 3, input.height)
      let columns = places(tap % 3, input.width)
      guard rows.count > 0, columns.count > 0 else { continue }
      let part = output.rectangle(row: rows.output, column: columns.output, height: rows.count, width: columns.count)
      taps[tap].run(
        input.rectangle(row: rows.input, column: columns.input, height: rows.count, width: columns.count), into: part,
        epilogue: Epilogue(residual: part), scratch: scratch)
    }
    if epilogue.activation != .none { image.activate(output, epilogue.activation) }
  }

  /// Multiply-adds of matrices for an image of this size.
  func products(height: Int, width: Int) -> Int {
    Self.products(height, dilation: shape.dilation) * Self.products(width, dilation: shape.dilation)
  }

  /// Pixels that the three taps of a line see along an axis.
  static func products(_ size: Int, dilation: Int) -> Int { size + 2 * max(0, size - dilation) }

  /// The rows (or columns) at which a line of the kernel sees the image, and those that it sees.
  private func places(_ line: Int, _ size: Int) -> (input: Int, output: Int, count: Int) {
    let shift = (line - 1) * shape.dilation
    return (max(0, shift), max(0, -shift), max(0, size - abs(shift)))
  }
}

extension ImageView {
  /// A rectangle of the image.
  fileprivate func rectangle(row: Int, column: Int, height: Int, width: Int) -> ImageView {
    ImageView(
      base: pixel(row, column), height: height, width: width, channels: channels, rowStride: rowStride, pixelStride: pixelStride)
  }
}
