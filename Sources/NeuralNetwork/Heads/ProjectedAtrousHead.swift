import KernelTypes

/// DeepLabV3's head as torchvision and segmentation_models_pytorch build it: an atrous pyramid, a 3×3 convolution, a classifier.
struct ProjectedAtrousStructure: Sendable {
  var pyramid: ProjectedPyramidStructure
  var convolution: ConvolutionSource
  var classifier: ConvolutionSource

  /// The names of the parts, which differ between libraries and their versions.
  struct Names: Sendable {
    var pyramid: String
    var convolution: String
    var norm: String
    var classifier: String

    static let torchvision = Names(
      pyramid: "classifier.0", convolution: "classifier.1", norm: "classifier.2", classifier: "classifier.4")
    static let smp = Names(
      pyramid: "decoder.aspp", convolution: "decoder.conv", norm: "decoder.bn", classifier: "segmentation_head.0")
    /// Before its version 0.4.
    static let oldSMP = Names(pyramid: "decoder.0", convolution: "decoder.1", norm: "decoder.2", classifier: "segmentation_head.0")
  }

  init(_ catalog: inout TensorCatalog, names: Names, inputs: Int, dilations: [Int]) throws(NetworkError) {
    pyramid = try ProjectedPyramidStructure(&catalog, name: names.pyramid, inputs: inputs, dilations: dilations)
    convolution = try catalog.convolution(names.convolution, norm: names.norm, inputs: pyramid.projection.outputs, kernel: 3)
    classifier = try catalog.convolution(names.classifier, bias: true, inputs: convolution.outputs, kernel: 1)
  }
}

/// The head with packed weights.
struct ProjectedAtrousHead: DecodeHead {
  private let pyramid: ProjectedPyramid
  private let convolution: PackedConvolution
  private let classifier: PackedConvolution

  init(_ structure: ProjectedAtrousStructure, _ catalog: TensorCatalog, packing: WeightPacking) throws(NetworkError) {
    pyramid = try ProjectedPyramid(structure.pyramid, catalog, packing: packing)
    convolution = packing.convolution(try structure.convolution.read(catalog), padding: 1)
    classifier = packing.convolution(try structure.classifier.read(catalog), staysExact: true)
  }

  var weightBytes: Int { pyramid.weightBytes + convolution.weightBytes + classifier.weightBytes }

  func record(_ features: [FeatureMap], in program: inout ProgramBuilder) -> FeatureMap {
    let x = program.convolve(
      convolution, pyramid.record(features[0], in: &program), name: "head", activation: .relu)
    // Called so by torchvision's reference and by segmentation_models_pytorch's.
    program.note("head", x)
    program.note("decoder", x)
    return program.convolve(classifier, x, name: "classifier", activation: .none)
  }
}
