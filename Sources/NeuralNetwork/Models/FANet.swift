import Checkpoints

/// FANet as its authors build it: a ResNet with strides in all stages and fast attention on each of its four maps.
struct FANet: NetworkModel {
  private let backbone: ResidualBackbone
  private let head: FastAttentionHead

  static func structure(
    _ catalog: inout TensorCatalog, _ options: NetworkOptions
  ) throws(NetworkError) -> (ResidualStructure, NetworkStructure.Head, NetworkDescription) {
    let backbone = try ResidualStructure(&catalog, prefix: "resnet.", layout: .strided)
    let head = try FastAttentionStructure(&catalog, widths: backbone.widths)
    let description = NetworkDescription(
      architecture: .fanet, backbone: backbone, headChannels: head.classConvolution.outputs, innerChannels: head.modules[0].query.outputs,
      outputs: head.classifier.outputs, alignCorners: options.alignCorners ?? true, blockSize: nil,
      threshold: catalog.checkpoint.metadata.threshold, parameters: catalog.parameters, assumed: [])
    return (backbone, .fast(head), description)
  }

  init(_ backbone: ResidualStructure, _ head: FastAttentionStructure, _ catalog: TensorCatalog, packing: WeightPacking) throws(NetworkError)
  {
    self.backbone = try ResidualBackbone(backbone, catalog, packing: packing, activations: .leaky)
    self.head = try FastAttentionHead(head, catalog, packing: packing)
  }

  var weightBytes: Int { backbone.weightBytes + head.weightBytes }

  func lay(_ pixels: FeatureMap, in program: inout ProgramBuilder) -> FeatureMap {
    let features = backbone.lay(pixels, in: &program, stemNote: "first")
    return head.lay(features, in: &program)
  }
}
