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

/// The decoder with packed weights.
struct PyramidPoolingDecoder: DecodeHead {
  private let branches: PooledBranches
  private let fusion: PackedConvolution
  private let classifier: PackedConvolution

  init(_ structure: PyramidPoolingDecoderStructure, _ catalog: TensorCatalog, packing: WeightPacking) throws(NetworkError) {
    let whole = try structure.fusion.read(catalog)
    branches = try PooledBranches(structure.branches, in: whole, from: 0, catalog, packing: packing)
    let pooled = structure.branches.reduce(0) { $0 + $1.outputs }
    fusion = packing.convolution(whole.inputs(pooled..<whole.inputs, withBias: true))
    classifier = packing.convolution(try structure.classifier.read(catalog), padding: 1, staysExact: true)
  }

  var weightBytes: Int { branches.weightBytes + fusion.weightBytes + classifier.weightBytes }

  func record(_ features: [FeatureMap], in program: inout ProgramBuilder) -> FeatureMap {
    let share = branches.record(features[0], scales: PyramidPoolingDecoderStructure.scales, alignCorners: true, in: &program)
    let y = program.convolve(fusion, features[0], name: "psp.bottleneck", activation: .relu, residual: share)
    program.note("psp_bottleneck", y)
    return program.convolve(classifier, y, name: "segmentation_head", activation: .none)
  }
}
