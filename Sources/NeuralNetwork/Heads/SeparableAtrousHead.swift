import KernelTypes

/// mmsegmentation's DepthwiseSeparableASPPHead (DeepLabV3+; Chen et al., 2018): an atrous pyramid, enlarged to the first stage's size, with
/// that stage beside it.
struct SeparableAtrousStructure: Sendable {
  var pyramid: AtrousPyramidStructure
  /// Of the first stage.
  var detail: ConvolutionSource
  var refinements: [(depthwise: ConvolutionSource, pointwise: ConvolutionSource)]
  var classifier: ConvolutionSource
  var alignCorners: Bool

  /// - Parameters:
  ///   - inputs: channels of the map that the pyramid sees.
  ///   - detail: channels of the first stage.
  init(_ catalog: inout TensorCatalog, inputs: Int, detail: Int, dilations: [Int], alignCorners: Bool) throws(NetworkError) {
    let head = "decode_head."
    self.alignCorners = alignCorners
    pyramid = try AtrousPyramidStructure(&catalog, inputs: inputs, dilations: dilations)
    self.detail = try catalog.unit(head + "c1_bottleneck", inputs: detail, kernel: 1)
    let first = try catalog.separable(head + "sep_bottleneck.0", inputs: pyramid.bottleneck.outputs + self.detail.outputs)
    let second = try catalog.separable(head + "sep_bottleneck.1", inputs: first.pointwise.outputs)
    refinements = [first, second]
    classifier = try catalog.convolution(head + "conv_seg", bias: true, inputs: second.pointwise.outputs, kernel: 1)
  }
}

/// The head with packed weights.
struct SeparableAtrousHead: DecodeHead {
  private let pyramid: AtrousPyramid
  private let detail: PackedConvolution
  private let refinements: [(depthwise: PackedConvolution, pointwise: PackedConvolution)]
  private let classifier: PackedConvolution
  private let alignCorners: Bool

  init(_ structure: SeparableAtrousStructure, _ catalog: TensorCatalog, packing: WeightPacking) throws(NetworkError) {
    alignCorners = structure.alignCorners
    pyramid = try AtrousPyramid(structure.pyramid, catalog, packing: packing)
    detail = packing.convolution(try structure.detail.read(catalog))
    var refinements: [(depthwise: PackedConvolution, pointwise: PackedConvolution)] = []
    for source in structure.refinements {
      refinements.append((packing.depthwise(try source.depthwise.read(catalog)), packing.convolution(try source.pointwise.read(catalog))))
    }
    self.refinements = refinements
    classifier = packing.convolution(try structure.classifier.read(catalog), staysExact: true)
  }

  var weightBytes: Int {
    refinements.reduce(pyramid.weightBytes + detail.weightBytes + classifier.weightBytes) {
      $0 + $1.depthwise.weightBytes + $1.pointwise.weightBytes
    }
  }

  /// - Parameter features: the map for the pyramid, then the first stage's.
  func record(_ features: [FeatureMap], in program: inout ProgramBuilder) -> FeatureMap {
    let fine = features[1]
    let coarse = pyramid.record(features[0], in: &program)
    var x = program.map(height: fine.height, width: fine.width, channels: coarse.channels + detail.outputs)
    program.resize(coarse, into: x.channels(0..<coarse.channels), alignCorners: alignCorners, name: "aspp.enlarge")
    let part = x.channels(coarse.channels..<x.channels)
    program.convolve(detail, fine, name: "c1", activation: .relu, into: part)
    program.note("c1", part)
    for (index, refinement) in refinements.enumerated() {
      let inner = program.convolve(refinement.depthwise, x, name: "sep.\(index).depthwise", activation: .relu)
      program.note("sep_\(index)_depthwise", inner)
      x = program.convolve(refinement.pointwise, inner, name: "sep.\(index)", activation: .relu)
      program.note("sep_\(index)", x)
    }
    return program.convolve(classifier, x, name: "conv_seg", activation: .none)
  }
}
