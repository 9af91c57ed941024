import KernelTypes

/// mmsegmentation's PSPHead (PSPNet; Zhao et al., 2017): means over the cells of a pyramid, enlarged, beside the map itself.
struct PyramidPoolingStructure: Sendable {
  /// Rows and columns of each pooled map.
  var scales: [Int]
  /// A 1×1 convolution for each pooled map.
  var branches: [ConvolutionSource]
  /// Inputs: the map, then the branches.
  var bottleneck: ConvolutionSource
  var classifier: ConvolutionSource
  /// Of all enlargements in the head.
  var alignCorners: Bool

  init(_ catalog: inout TensorCatalog, inputs: Int, scales: [Int], alignCorners: Bool) throws(NetworkError) {
    let head = "decode_head."
    self.scales = scales
    self.alignCorners = alignCorners
    branches = []
    for index in scales.indices { branches.append(try catalog.unit("\(head)psp_modules.\(index).1", inputs: inputs, kernel: 1)) }
    bottleneck = try catalog.unit(head + "bottleneck", inputs: branches.reduce(inputs) { $0 + $1.outputs }, kernel: 3)
    classifier = try catalog.convolution(head + "conv_seg", bias: true, inputs: bottleneck.outputs, kernel: 1)
  }
}

/// The head with packed weights.
struct PyramidPoolingHead: DecodeHead {
  private let scales: [Int]
  private let branches: PooledBranches
  private let bottleneck: PackedConvolution
  private let classifier: PackedConvolution
  private let alignCorners: Bool

  init(_ structure: PyramidPoolingStructure, _ catalog: TensorCatalog, packing: WeightPacking) throws(NetworkError) {
    scales = structure.scales
    alignCorners = structure.alignCorners
    let whole = try structure.bottleneck.read(catalog)
    let own = structure.bottleneck.inputs - structure.branches.reduce(0) { $0 + $1.outputs }
    bottleneck = packing.convolution(whole.inputs(0..<own, withBias: true), padding: 1)
    branches = try PooledBranches(structure.branches, in: whole, from: own, catalog, packing: packing)
    classifier = packing.convolution(try structure.classifier.read(catalog), staysExact: true)
  }

  var weightBytes: Int { branches.weightBytes + bottleneck.weightBytes + classifier.weightBytes }

  func record(_ features: [FeatureMap], in program: inout ProgramBuilder) -> FeatureMap {
    let share = branches.record(features[0], scales: scales, alignCorners: alignCorners, in: &program)
    let y = program.convolve(bottleneck, features[0], name: "psp.bottleneck", activation: .relu, residual: share)
    program.note("psp_bottleneck", y)
    return program.convolve(classifier, y, name: "conv_seg", activation: .none)
  }
}
