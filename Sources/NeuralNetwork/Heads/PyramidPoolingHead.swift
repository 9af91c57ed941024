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
///
/// A branch's activation comes before its enlargement, so the bottleneck is linear in the few pooled pixels: its nine taps are applied to
/// them, and the results are summed with the shares that the enlargement gives them. That leaves the map's own half of the bottleneck.
struct PyramidPoolingHead: DecodeHead {
  private let scales: [Int]
  private let branches: [PackedConvolution]
  /// What the bottleneck's taps make of each branch.
  private let taps: [PackedConvolution]
  private let bottleneck: PackedConvolution
  private let classifier: PackedConvolution
  private let alignCorners: Bool

  init(_ structure: PyramidPoolingStructure, _ catalog: TensorCatalog, packing: WeightPacking) throws(NetworkError) {
    scales = structure.scales
    alignCorners = structure.alignCorners
    let whole = try structure.bottleneck.read(catalog)
    var first = structure.bottleneck.inputs - structure.branches.reduce(0) { $0 + $1.outputs }
    bottleneck = packing.convolution(whole.inputs(0..<first, withBias: true), padding: 1)
    var branches: [PackedConvolution] = []
    var taps: [PackedConvolution] = []
    for branch in structure.branches {
      branches.append(packing.convolution(try branch.read(catalog)))
      taps.append(packing.convolution(whole.inputs(first..<(first + branch.outputs), withBias: false).taps()))
      first += branch.outputs
    }
    self.branches = branches
    self.taps = taps
    classifier = packing.convolution(try structure.classifier.read(catalog), staysExact: true)
  }

  var weightBytes: Int { (branches + taps).reduce(bottleneck.weightBytes + classifier.weightBytes) { $0 + $1.weightBytes } }

  func record(_ features: [FeatureMap], in program: inout ProgramBuilder) -> FeatureMap {
    let x = features[0]
    let pooled = program.pyramidPool(x, scales: scales, name: "psp.pool")
    let values = program.map(height: 1, width: pooled.width, channels: 9 * bottleneck.outputs)
    var first = 0
    for (index, scale) in scales.enumerated() {
      let cells = scale * scale
      let branch = program.convolve(
        branches[index], pooled.rectangle(row: 0, column: first, height: 1, width: cells), name: "psp.\(scale)", activation: .relu)
      program.note("psp_\(scale)", branch.folded(height: scale, width: scale))
      program.convolve(
        taps[index], branch, name: "psp.\(scale).taps", activation: .none,
        into: values.rectangle(row: 0, column: first, height: 1, width: cells))
      first += cells
    }
    let share = program.convolve(
      cells: values, scales: scales, kernel: 3, size: (x.height, x.width), alignCorners: alignCorners, name: "psp.enlarge")
    let y = program.convolve(bottleneck, x, name: "psp.bottleneck", activation: .relu, residual: share)
    program.note("psp_bottleneck", y)
    return program.convolve(classifier, y, name: "conv_seg", activation: .none)
  }
}
