import KernelTypes

/// The atrous pyramid of torchvision and segmentation_models_pytorch: as mmsegmentation's, but the mean's branch comes last, a 1×1
/// convolution brings the branches together, and nothing is between a separable branch's two convolutions.
struct ProjectedPyramidStructure: Sendable {
  var branches: [AtrousPyramidStructure.Branch]
  var pool: ConvolutionSource
  /// Inputs: the branches in their order, then the mean's.
  var projection: ConvolutionSource

  /// - Parameters:
  ///   - name: of the tensors, as in `classifier.0`.
  ///   - dilations: of the 3×3 branches.
  init(_ catalog: inout TensorCatalog, name: String, inputs: Int, dilations: [Int]) throws(NetworkError) {
    let first = try catalog.sequence(name + ".convs.0", inputs: inputs, kernel: 1)
    branches = [AtrousPyramidStructure.Branch(convolution: first, dilation: 1)]
    for (index, dilation) in dilations.enumerated() {
      let branch = "\(name).convs.\(index + 1)"
      if catalog.contains(branch + ".0.0.weight") {
        let (depthwise, pointwise) = try catalog.bareSeparable(branch, inputs: inputs, outputs: first.outputs)
        branches.append(AtrousPyramidStructure.Branch(depthwise: depthwise, convolution: pointwise, dilation: dilation))
      } else {
        let convolution = try catalog.sequence(branch, inputs: inputs, outputs: first.outputs, kernel: 3)
        branches.append(AtrousPyramidStructure.Branch(convolution: convolution, dilation: dilation))
      }
    }
    let last = "\(name).convs.\(dilations.count + 1)"
    pool = try catalog.convolution(last + ".1", norm: last + ".2", inputs: inputs, outputs: first.outputs, kernel: 1)
    projection = try catalog.sequence(name + ".project", inputs: first.outputs * (branches.count + 1), kernel: 1)
  }
}

extension TensorCatalog {
  /// segmentation_models_pytorch's separable convolution, `NAME.0.0` and `NAME.0.1`, with the batch norm `NAME.1` after both.
  mutating func bareSeparable(
    _ name: String, inputs: Int, outputs: Int? = nil
  ) throws(NetworkError) -> (depthwise: ConvolutionSource, pointwise: ConvolutionSource) {
    let depthwise = try convolution(name + ".0.0", inputs: 1, outputs: inputs, kernel: 3)
    return (depthwise, try convolution(name + ".0.1", norm: name + ".1", inputs: inputs, outputs: outputs, kernel: 1))
  }
}

/// The pyramid with packed weights, its projection included.
struct ProjectedPyramid: Sendable {
  private let branches: [AtrousBranch]
  private let pool: PackedConvolution
  /// The projection's share of the mean's branch, and of the others.
  private let projection: (pooled: PackedConvolution, others: PackedConvolution)

  init(_ structure: ProjectedPyramidStructure, _ catalog: TensorCatalog, packing: WeightPacking) throws(NetworkError) {
    var branches: [AtrousBranch] = []
    for branch in structure.branches { branches.append(try AtrousBranch(branch, catalog, packing: packing)) }
    self.branches = branches
    pool = packing.convolution(try structure.pool.read(catalog))
    let whole = try structure.projection.read(catalog)
    let others = whole.inputs - structure.pool.outputs
    projection = (
      packing.convolution(whole.inputs(others..<whole.inputs, withBias: false)),
      packing.convolution(whole.inputs(0..<others, withBias: true))
    )
  }

  var weightBytes: Int {
    branches.reduce(pool.weightBytes + projection.pooled.weightBytes + projection.others.weightBytes) { $0 + $1.weightBytes }
  }

  /// Records the pyramid's operations and returns the projection's map, as large as the input.
  func record(_ x: FeatureMap, in program: inout ProgramBuilder) -> FeatureMap {
    let channels = pool.outputs
    let side = program.map(height: x.height, width: x.width, channels: branches.count * channels)
    for (index, branch) in branches.enumerated() {
      var y = x
      if let depthwise = branch.depthwise {
        y = program.convolve(depthwise, x, name: "aspp.\(index).depthwise", activation: .none)
      }
      let part = side.channels((index * channels)..<((index + 1) * channels))
      program.convolve(branch.convolution, y, name: "aspp.\(index)", activation: .relu, into: part)
      program.note("aspp_\(index)", part)
    }
    let mean = program.pyramidPool(x, scales: [1], name: "aspp.pool")
    let pooled = program.convolve(pool, mean, name: "aspp.pool.conv", activation: .relu)
    program.note("aspp_\(branches.count)", pooled.repeated(height: x.height, width: x.width))
    // The same at every pixel.
    let share = program.convolve(projection.pooled, pooled, name: "aspp.pool.project", activation: .none)
    let y = program.convolve(
      projection.others, side, name: "aspp.project", activation: .relu, residual: share.repeated(height: x.height, width: x.width))
    program.note("aspp_project", y)
    return y
  }
}
