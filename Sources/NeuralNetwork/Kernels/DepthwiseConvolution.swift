package import KernelTypes

/// A 3×3 convolution of each channel by itself (groups = channels), of stride 1 with padding equal to dilation.
package struct DepthwiseConvolution: ConvolutionKernel {
  package let outputs: Int
  package let shape: KernelShape
  private let table: KernelTable
  private let weights: PackedMemory
  private let bias: PackedMemory
  private let stride: Int

  package var inputs: Int { outputs }
  package var terms: Int { shape.taps }

  /// - Parameters:
  ///   - weights: [channels, 1, 3, 3].
  ///   - bias: one for each channel.
  ///   - dilation: the distance of the kernel's taps, in pixels.
  ///   - kernelSet: whose hot loops run.
  package init(weights: [Double], bias: [Double], dilation: Int = 1, kernelSet: KernelSet) {
    let channels = bias.count
    precondition(weights.count == channels * 9, "\(weights.count) weights for \(channels) × 9")
    outputs = channels
    shape = KernelShape(height: 3, width: 3, padding: dilation, dilation: dilation)
    table = kernelSet.table
    let stride = (channels + 15) / 16 * 16
    self.stride = stride
    self.weights = PackedMemory(count: 9 * stride) { packed in
      for channel in 0..<channels {
        for tap in 0..<9 { packed[tap * stride + channel] = Float(weights[channel * 9 + tap]) }
      }
    }
    self.bias = PackedMemory(count: stride) { packed in
      for (channel, value) in bias.enumerated() { packed[channel] = Float(value) }
    }
  }

  package var weightBytes: Int { weights.bytes + bias.bytes }

  package func scratchFloats(height: Int, width: Int) -> Int { 0 }

  package func run(_ input: ImageView, into output: ImageView, epilogue: Epilogue, scratch: UnsafeMutablePointer<Float>) {
    precondition(
      input.channels == outputs && output.channels == outputs && input.height == output.height && input.width == output.width,
      "a depthwise convolution of \(outputs) channels was given \(input.channels) and \(output.channels)")
    precondition(epilogue.residual == nil, "a depthwise convolution adds no residual")
    table.convolveDepthwise(
      DepthwiseCall(
        input: input, weights: weights.floats, weightStride: stride, bias: bias.floats, output: output, dilation: shape.dilation,
        epilogue: epilogue))
  }
}
