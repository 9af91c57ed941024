/// One product of rows with packed columns: output[r][o] = epilogue(bias[o] + Σᵢ input[r][i] · weights[i][o]).
///
/// The order of the sum over i is fixed by the kernel set and the number of inputs alone.
public struct ProductCall {
  /// Each pixel is a row; its channels are summed over.
  public var input: ImageView
  /// Packed by the same kernel set.
  public var weights: UnsafePointer<Float>
  /// Padded with zeros to whole panels.
  public var bias: UnsafePointer<Float>
  /// As many pixels as `input`; its channels are the columns.
  public var output: ImageView
  public var epilogue: Epilogue
  /// As many floats as the kernel set's `productScratchFloats` asks for, aligned to 64 bytes.
  public var scratch: UnsafeMutablePointer<Float>

  @inlinable @inline(__always)
  public init(
    input: ImageView, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>, output: ImageView, epilogue: Epilogue,
    scratch: UnsafeMutablePointer<Float>
  ) {
    self.input = input
    self.weights = weights
    self.bias = bias
    self.output = output
    self.epilogue = epilogue
    self.scratch = scratch
  }
}

/// A 3×3 convolution of stride 1 by Winograd's algorithm; padding equals dilation.
public struct WinogradCall {
  public var input: ImageView
  /// (largestTile + 2)² packed matrices, one after the other.
  public var weights: UnsafePointer<Float>
  /// Floats from one of the matrices to the next.
  public var weightStride: Int
  /// The tile that the weights are packed for; see `WinogradTiling`.
  public var largestTile: Int
  /// Padded with zeros to whole panels.
  public var bias: UnsafePointer<Float>
  /// As large as `input`.
  public var output: ImageView
  public var dilation: Int
  public var epilogue: Epilogue
  public var scratch: UnsafeMutablePointer<Float>

  @inlinable @inline(__always)
  public init(
    input: ImageView, weights: UnsafePointer<Float>, weightStride: Int, largestTile: Int, bias: UnsafePointer<Float>,
    output: ImageView, dilation: Int, epilogue: Epilogue, scratch: UnsafeMutablePointer<Float>
  ) {
    self.input = input
    self.weights = weights
    self.weightStride = weightStride
    self.largestTile = largestTile
    self.bias = bias
    self.output = output
    self.dilation = dilation
    self.epilogue = epilogue
    self.scratch = scratch
  }
}

/// A convolution of any kernel, stride, padding and dilation as a product over gathered patches.
public struct PatchCall {
  public var input: ImageView
  /// Packed; rows in the order kernel row, kernel column, input channel.
  public var weights: UnsafePointer<Float>
  public var bias: UnsafePointer<Float>
  public var output: ImageView
  public var shape: KernelShape
  public var epilogue: Epilogue
  public var scratch: UnsafeMutablePointer<Float>

  @inlinable @inline(__always)
  public init(
    input: ImageView, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>, output: ImageView, shape: KernelShape,
    epilogue: Epilogue, scratch: UnsafeMutablePointer<Float>
  ) {
    self.input = input
    self.weights = weights
    self.bias = bias
    self.output = output
    self.shape = shape
    self.epilogue = epilogue
    self.scratch = scratch
  }
}

/// A 3×3 convolution of each channel by itself, of stride 1; padding equals dilation.
public struct DepthwiseCall {
  public var input: ImageView
  /// [9][channels], rows of the kernel first; lines are `weightStride` floats apart and padded with zeros to whole vectors.
  public var weights: UnsafePointer<Float>
  public var weightStride: Int
  /// Padded with zeros to whole vectors.
  public var bias: UnsafePointer<Float>
  /// As large as `input`; must not overlap it.
  public var output: ImageView
  public var dilation: Int
  /// Its residual is not used.
  public var epilogue: Epilogue

  @inlinable @inline(__always)
  public init(
    input: ImageView, weights: UnsafePointer<Float>, weightStride: Int, bias: UnsafePointer<Float>, output: ImageView, dilation: Int,
    epilogue: Epilogue
  ) {
    self.input = input
    self.weights = weights
    self.weightStride = weightStride
    self.bias = bias
    self.output = output
    self.dilation = dilation
    self.epilogue = epilogue
  }
}

/// A convolution's geometry, equal in both directions but for the kernel's size.
public struct KernelShape: Equatable, Sendable {
  public var height: Int
  public var width: Int
  public var stride: Int
  public var padding: Int
  public var dilation: Int

  @inlinable @inline(__always)
  public init(height: Int, width: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1) {
    self.height = height
    self.width = width
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
  }

  @inlinable @inline(__always)
  public var taps: Int { height * width }

  /// Rows of the output for so many rows of input.
  @inlinable @inline(__always)
  public func outputHeight(_ inputHeight: Int) -> Int { (inputHeight + 2 * padding - dilation * (height - 1) - 1) / stride + 1 }
  /// Columns of the output for so many columns of input.
  @inlinable @inline(__always)
  public func outputWidth(_ inputWidth: Int) -> Int { (inputWidth + 2 * padding - dilation * (width - 1) - 1) / stride + 1 }
}
