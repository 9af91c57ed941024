import KernelTypes

/// mmsegmentation's atrous spatial pyramid pooling (Chen et al., 2017 and 2018): a 1×1 convolution, three of growing dilation, and the
/// mean of the map, side by side into a bottleneck.
struct AtrousPyramidStructure: Sendable {
  /// A dilated branch: one 3×3 convolution, or a depthwise one and a 1×1.
  struct Branch: Sendable {
    var depthwise: ConvolutionSource?
    var convolution: ConvolutionSource
    var dilation: Int
  }

  var pool: ConvolutionSource
  var branches: [Branch]
  /// Inputs: the mean's branch, then the others in their order.
  var bottleneck: ConvolutionSource

  /// - Parameter dilations: of the branches; the first one is 1.
  init(_ catalog: inout TensorCatalog, inputs: Int, dilations: [Int]) throws(NetworkError) {
    let head = "decode_head."
    pool = try catalog.unit(head + "image_pool.1", inputs: inputs, kernel: 1)
    branches = []
    for (index, dilation) in dilations.enumerated() {
      let name = "\(head)aspp_modules.\(index)"
      if catalog.contains(name + ".depthwise_conv.conv.weight") {
        let (depthwise, pointwise) = try catalog.separable(name, inputs: inputs, outputs: pool.outputs)
        branches.append(Branch(depthwise: depthwise, convolution: pointwise, dilation: dilation))
      } else {
        let kernel = dilation == 1 ? 1 : 3
        branches.append(
          Branch(convolution: try catalog.unit(name, inputs: inputs, outputs: pool.outputs, kernel: kernel), dilation: dilation))
      }
    }
    bottleneck = try catalog.unit(head + "bottleneck", inputs: pool.outputs * (dilations.count + 1), kernel: 3)
  }
}

extension TensorCatalog {
  /// mmcv's DepthwiseSeparableConvModule: a depthwise 3×3 and a 1×1 convolution, each with a batch norm.
  mutating func separable(
    _ name: String, inputs: Int, outputs: Int? = nil
  ) throws(NetworkError) -> (depthwise: ConvolutionSource, pointwise: ConvolutionSource) {
    let depthwise = try unit(name + ".depthwise_conv", inputs: 1, outputs: inputs, kernel: 3)
    return (depthwise, try unit(name + ".pointwise_conv", inputs: inputs, outputs: outputs, kernel: 1))
  }
}

/// A dilated branch with packed weights.
struct AtrousBranch: Sendable {
  let depthwise: PackedConvolution?
  let convolution: PackedConvolution

  init(_ structure: AtrousPyramidStructure.Branch, _ catalog: TensorCatalog, packing: WeightPacking) throws(NetworkError) {
    let parameters = try structure.convolution.read(catalog)
    let dilation = parameters.kernel == 1 ? 1 : structure.dilation
    convolution = packing.convolution(parameters, padding: parameters.kernel / 2 * dilation, dilation: dilation)
    if let source = structure.depthwise {
      depthwise = packing.depthwise(try source.read(catalog), dilation: structure.dilation)
    } else {
      depthwise = nil
    }
  }

  var weightBytes: Int { convolution.weightBytes + (depthwise?.weightBytes ?? 0) }
}

/// The pyramid with packed weights, its bottleneck included.
///
/// The mean's branch is the same at every pixel, so that its share of the bottleneck is one vector for each tap.
struct AtrousPyramid: Sendable {
  private let pool: PackedConvolution
  private let poolTaps: PackedConvolution
  private let branches: [AtrousBranch]
  private let bottleneck: PackedConvolution

  init(_ structure: AtrousPyramidStructure, _ catalog: TensorCatalog, packing: WeightPacking) throws(NetworkError) {
    pool = packing.convolution(try structure.pool.read(catalog))
    let whole = try structure.bottleneck.read(catalog)
    let pooled = structure.pool.outputs
    poolTaps = packing.convolution(whole.inputs(0..<pooled, withBias: false).taps())
    bottleneck = packing.convolution(whole.inputs(pooled..<whole.inputs, withBias: true), padding: 1)
    var branches: [AtrousBranch] = []
    for branch in structure.branches { branches.append(try AtrousBranch(branch, catalog, packing: packing)) }
    self.branches = branches
  }

  var outputs: Int { bottleneck.outputs }

  var weightBytes: Int {
    branches.reduce(pool.weightBytes + poolTaps.weightBytes + bottleneck.weightBytes) { $0 + $1.weightBytes }
  }

  /// Records the pyramid's operations and returns the bottleneck's map, as large as the input.
  func record(_ x: FeatureMap, in program: inout ProgramBuilder) -> FeatureMap {
    let mean = program.pyramidPool(x, scales: [1], name: "aspp.pool")
    let pooled = program.convolve(pool, mean, name: "aspp.pool.conv", activation: .relu)
    program.note("aspp_pool", pooled)
    let values = program.convolve(poolTaps, pooled, name: "aspp.pool.taps", activation: .none)
    let share = program.convolve(
      cells: values, scales: [1], kernel: 3, size: (x.height, x.width), alignCorners: false, name: "aspp.pool.enlarge")
    let channels = pool.outputs
    let side = program.map(height: x.height, width: x.width, channels: branches.count * channels)
    for (index, branch) in branches.enumerated() {
      var y = x
      if let depthwise = branch.depthwise {
        y = program.convolve(depthwise, x, name: "aspp.\(index).depthwise", activation: .relu)
        program.note("aspp_\(index)_depthwise", y)
      }
      let part = side.channels((index * channels)..<((index + 1) * channels))
      program.convolve(branch.convolution, y, name: "aspp.\(index)", activation: .relu, into: part)
      program.note("aspp_\(index)", part)
    }
    let y = program.convolve(bottleneck, side, name: "aspp.bottleneck", activation: .relu, residual: share)
    program.note("aspp_bottleneck", y)
    return y
  }
}
