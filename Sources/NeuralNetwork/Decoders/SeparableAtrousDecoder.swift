import KernelTypes

/// segmentation_models_pytorch's DeepLabV3+ decoder: a separable atrous pyramid, a separable convolution, enlarged to 1/4 of the input's
/// size, the encoder's map of that size beside it, another separable convolution.
struct SeparableAtrousDecoderStructure: Sendable {
  var pyramid: ProjectedPyramidStructure
  var first: (depthwise: ConvolutionSource, pointwise: ConvolutionSource)
  var detail: ConvolutionSource
  var second: (depthwise: ConvolutionSource, pointwise: ConvolutionSource)
  var classifier: ConvolutionSource

  init(_ catalog: inout TensorCatalog, inputs: Int, detail: Int, dilations: [Int]) throws(NetworkError) {
    pyramid = try ProjectedPyramidStructure(&catalog, name: "decoder.aspp.0", inputs: inputs, dilations: dilations)
    let channels = pyramid.projection.outputs
    let depthwise = try catalog.convolution("decoder.aspp.1.0", inputs: 1, outputs: channels, kernel: 3)
    first = (depthwise, try catalog.convolution("decoder.aspp.1.1", norm: "decoder.aspp.2", inputs: channels, kernel: 1))
    self.detail = try catalog.sequence("decoder.block1", inputs: detail, kernel: 1)
    second = try catalog.bareSeparable("decoder.block2", inputs: first.pointwise.outputs + self.detail.outputs)
    classifier = try catalog.segmentationHead(inputs: second.pointwise.outputs, kernel: 1)
  }
}

/// The decoder with packed weights.
struct SeparableAtrousDecoder: DecodeHead {
  private let pyramid: ProjectedPyramid
  private let first: (depthwise: PackedConvolution, pointwise: PackedConvolution)
  private let detail: PackedConvolution
  private let second: (depthwise: PackedConvolution, pointwise: PackedConvolution)
  private let classifier: PackedConvolution

  init(_ structure: SeparableAtrousDecoderStructure, _ catalog: TensorCatalog, packing: WeightPacking) throws(NetworkError) {
    func packed(
      _ source: (depthwise: ConvolutionSource, pointwise: ConvolutionSource)
    ) throws(NetworkError) -> (depthwise: PackedConvolution, pointwise: PackedConvolution) {
      (packing.depthwise(try source.depthwise.read(catalog)), packing.convolution(try source.pointwise.read(catalog)))
    }
    pyramid = try ProjectedPyramid(structure.pyramid, catalog, packing: packing)
    first = try packed(structure.first)
    detail = packing.convolution(try structure.detail.read(catalog))
    second = try packed(structure.second)
    classifier = packing.convolution(try structure.classifier.read(catalog), staysExact: true)
  }

  var weightBytes: Int {
    [first.depthwise, first.pointwise, detail, second.depthwise, second.pointwise, classifier].reduce(pyramid.weightBytes) {
      $0 + $1.weightBytes
    }
  }

  /// - Parameter features: the map for the pyramid, then the one at 1/4.
  func record(_ features: [FeatureMap], in program: inout ProgramBuilder) -> FeatureMap {
    let projected = pyramid.record(features[0], in: &program)
    let inner = program.convolve(first.depthwise, projected, name: "aspp.sep.depthwise", activation: .none)
    let coarse = program.convolve(first.pointwise, inner, name: "aspp.sep", activation: .relu)
    program.note("aspp_out", coarse)
    let fine = features[1]
    let both = program.map(height: fine.height, width: fine.width, channels: coarse.channels + detail.outputs)
    let enlarged = both.channels(0..<coarse.channels)
    program.resize(coarse, into: enlarged, alignCorners: true, name: "up")
    program.note("up", enlarged)
    let high = both.channels(coarse.channels..<both.channels)
    program.convolve(detail, fine, name: "block1", activation: .relu, into: high)
    program.note("high", high)
    let refined = program.convolve(second.depthwise, both, name: "block2.depthwise", activation: .none)
    let x = program.convolve(second.pointwise, refined, name: "block2", activation: .relu)
    program.note("decoder", x)
    return program.convolve(classifier, x, name: "segmentation_head", activation: .none)
  }
}
