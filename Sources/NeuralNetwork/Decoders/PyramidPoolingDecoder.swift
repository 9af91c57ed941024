import KernelTypes

/// segmentation_models_pytorch's PSPNet decoder: means over the cells of a pyramid, enlarged, before the map itself, and a 1×1 convolution.
struct PyramidPoolingDecoderStructure: Sendable {
  /// Of the pooled maps; no tensor tells.
  static let scales = [1, 2, 3, 6]

  var branches: [ConvolutionSource]
  /// Inputs: the branches, then the map.
  var fusion: ConvolutionSource
  var classifier: ConvolutionSource

  init(_ catalog: inout TensorCatalog, inputs: Int) throws(NetworkError) {
    branches = []
    for index in Self.scales.indices {
      branches.append(try catalog.sequence("decoder.psp.blocks.\(index).pool.1", inputs: inputs, kernel: 1))
    }
    fusion = try catalog.sequence("decoder.conv", inputs: branches.reduce(inputs) { $0 + $1.outputs }, kernel: 1)
    classifier = try catalog.segmentationHead(inputs: fusion.outputs, kernel: 3)
  }
}

/// The decoder with packed weights. As in `PyramidPoolingHead`, the fusion is applied to the pooled pixels, and the results are enlarged.
struct PyramidPoolingDecoder: DecodeHead {
  private let branches: [PackedConvolution]
  /// What the fusion makes of each branch.
  private let shares: [PackedConvolution]
  private let fusion: PackedConvolution
  private let classifier: PackedConvolution

  init(_ structure: PyramidPoolingDecoderStructure, _ catalog: TensorCatalog, packing: WeightPacking) throws(NetworkError) {
    let whole = try structure.fusion.read(catalog)
    var branches: [PackedConvolution] = []
    var shares: [PackedConvolution] = []
    var first = 0
    for branch in structure.branches {
      branches.append(packing.convolution(try branch.read(catalog)))
      shares.append(packing.convolution(whole.inputs(first..<(first + branch.outputs), withBias: false)))
      first += branch.outputs
    }
    self.branches = branches
    self.shares = shares
    fusion = packing.convolution(whole.inputs(first..<whole.inputs, withBias: true))
    classifier = packing.convolution(try structure.classifier.read(catalog), padding: 1, staysExact: true)
  }

  var weightBytes: Int { (branches + shares).reduce(fusion.weightBytes + classifier.weightBytes) { $0 + $1.weightBytes } }

  func record(_ features: [FeatureMap], in program: inout ProgramBuilder) -> FeatureMap {
    let x = features[0]
    let scales = PyramidPoolingDecoderStructure.scales
    let pooled = program.pyramidPool(x, scales: scales, name: "psp.pool")
    let values = program.map(height: 1, width: pooled.width, channels: fusion.outputs)
    var first = 0
    for (index, scale) in scales.enumerated() {
      let cells = scale * scale
      let branch = program.convolve(
        branches[index], pooled.rectangle(row: 0, column: first, height: 1, width: cells), name: "psp.\(scale)", activation: .relu)
      program.note("psp_\(scale)", branch.folded(height: scale, width: scale))
      program.convolve(
        shares[index], branch, name: "psp.\(scale).share", activation: .none,
        into: values.rectangle(row: 0, column: first, height: 1, width: cells))
      first += cells
    }
    let share = program.convolve(
      cells: values, scales: scales, kernel: 1, size: (x.height, x.width), alignCorners: true, name: "psp.enlarge")
    let y = program.convolve(fusion, x, name: "psp.bottleneck", activation: .relu, residual: share)
    program.note("psp_bottleneck", y)
    return program.convolve(classifier, y, name: "segmentation_head", activation: .none)
  }
}
