import KernelTypes

/// mmsegmentation's ASPPHead (DeepLabV3; Chen et al., 2017): an atrous pyramid and a classifier.
struct AtrousStructure: Sendable {
  var pyramid: AtrousPyramidStructure
  var classifier: ConvolutionSource

  init(_ catalog: inout TensorCatalog, inputs: Int, dilations: [Int]) throws(NetworkError) {
    pyramid = try AtrousPyramidStructure(&catalog, inputs: inputs, dilations: dilations)
    classifier = try catalog.convolution("decode_head.conv_seg", bias: true, inputs: pyramid.bottleneck.outputs, kernel: 1)
  }
}

/// The head with packed weights.
struct AtrousHead: DecodeHead {
  private let pyramid: AtrousPyramid
  private let classifier: PackedConvolution

  init(_ structure: AtrousStructure, _ catalog: TensorCatalog, packing: WeightPacking) throws(NetworkError) {
    pyramid = try AtrousPyramid(structure.pyramid, catalog, packing: packing)
    classifier = packing.convolution(try structure.classifier.read(catalog), staysExact: true)
  }

  var weightBytes: Int { pyramid.weightBytes + classifier.weightBytes }

  func record(_ features: [FeatureMap], in program: inout ProgramBuilder) -> FeatureMap {
    program.convolve(classifier, pyramid.record(features[0], in: &program), name: "conv_seg", activation: .none)
  }
}
