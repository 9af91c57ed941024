import KernelTypes

/// Packs convolutions for the kernel set and precision that a network runs with.
struct WeightPacking {
  let kernels: KernelSet
  let folding: Bool
  let precision: ArithmeticPrecision

  init(_ options: NetworkOptions) throws(NetworkError) {
    kernels = options.kernels ?? .best
    folding = options.folding
    guard kernels.isAvailable else {
      throw NetworkError(
        .option, file: "", reason: "this processor or build cannot run the kernel set \(kernels.rawValue)",
        remedy: "set inference.kernels to auto or \(KernelSet.best.rawValue)")
    }
    precision = options.precision
    guard precision.isAvailable else {
      throw NetworkError(
        .option, file: "", reason: "this processor or build has no \(precision.rawValue) products (AVX512_BF16)",
        remedy: "set inference.precision to float32")
    }
    guard precision == .float32 || kernels == .avx512 else {
      throw NetworkError(
        .option, file: "", reason: "\(precision.rawValue) products go with the kernel set avx512, not \(kernels.rawValue)",
        remedy: "set inference.precision to float32, or inference.kernels to auto")
    }
  }

  /// Packs a 3×3 convolution of each channel by itself.
  ///
  /// - Parameter parameters: with one input.
  func depthwise(_ parameters: ConvolutionParameters, dilation: Int = 1) -> PackedConvolution {
    PackedConvolution(
      kernel: DepthwiseConvolution(weights: parameters.weights, bias: parameters.bias, dilation: dilation, kernelSet: kernels),
      kernels: kernels)
  }

  /// Packs one convolution; kernels with one row and column need no padding, all others keep the size at stride 1.
  ///
  /// - Parameter staysExact: float32 whatever the precision: for classifiers, where it costs nothing and keeps classes.
  func convolution(
    _ parameters: ConvolutionParameters, stride: Int = 1, padding: Int = 0, dilation: Int = 1, staysExact: Bool = false
  ) -> PackedConvolution {
    let shape = KernelShape(height: parameters.kernel, width: parameters.kernel, stride: stride, padding: padding, dilation: dilation)
    return PackedConvolution(
      kernel: convolutionKernel(
        weights: parameters.weights, bias: parameters.bias, outputs: parameters.outputs, inputs: parameters.inputs, shape: shape,
        kernelSet: kernels, precision: staysExact ? .float32 : precision),
      kernels: kernels)
  }
}

/// A convolution with packed weights, and the kernel set that it is packed for.
struct PackedConvolution: Sendable {
  let kernel: any ConvolutionKernel
  let kernels: KernelSet

  var outputs: Int { kernel.outputs }
  var inputs: Int { kernel.inputs }
  var weightBytes: Int { kernel.weightBytes }
}

private struct ConvolutionStep: Step {
  let name: String
  let kernel: any ConvolutionKernel
  let input: FeatureMap
  let output: FeatureMap
  let residual: FeatureMap?
  let residualComesLast: Bool
  let activation: Activation
  let activeOutputs: Int?

  var summary: String {
    let shape = kernel.shape
    var text = "\(shape.height)×\(shape.width)"
    if shape.stride > 1 { text += " stride \(shape.stride)" }
    if shape.dilation > 1 { text += " dilation \(shape.dilation)" }
    if let tile = kernel.winogradTile(height: input.height, width: input.width) { text += " F(\(tile),3)" }
    if kernel is DepthwiseConvolution { text += " depthwise" }
    return "\(text), \(input.sizeText) → \(output.channels)"
  }
  var reads: [FeatureMap] { [input] + (residual.map { [$0] } ?? []) }
  var writes: [FeatureMap] { [output] }
  var scratchFloats: Int { kernel.scratchFloats(height: input.height, width: input.width) }
  var operations: Double { 2 * Double(output.pixels) * Double(output.channels) * Double(kernel.terms) }

  func run(_ memory: Memory) {
    kernel.run(
      memory.view(input), into: memory.view(output),
      epilogue: Epilogue(
        activation: activation, activeOutputs: activeOutputs, residual: residual.map { memory.view($0) },
        residualComesLast: residualComesLast),
      scratch: memory.scratch)
  }
}

extension ProgramBuilder {
  /// A convolution with what is fused into it; the map that it writes.
  ///
  /// - Parameters:
  ///   - activeOutputs: the activation is for the first so many outputs only; nil: for all.
  ///   - residual: a map of the output's size that is added before the activation, or after it where `residualComesLast`.
  ///   - target: where the output goes; a new map where nil.
  @discardableResult
  mutating func convolve(
    _ convolution: PackedConvolution, _ input: FeatureMap, name: String, activation: Activation, activeOutputs: Int? = nil,
    residual: FeatureMap? = nil, residualComesLast: Bool = false, into target: FeatureMap? = nil
  ) -> FeatureMap {
    let shape = convolution.kernel.shape
    let output =
      target
      ?? map(
        height: max(0, shape.outputHeight(input.height)), width: max(0, shape.outputWidth(input.width)), channels: convolution.outputs)
    append(
      ConvolutionStep(
        name: name, kernel: convolution.kernel, input: input, output: output, residual: residual, residualComesLast: residualComesLast,
        activation: activation, activeOutputs: activeOutputs))
    return output
  }
}
