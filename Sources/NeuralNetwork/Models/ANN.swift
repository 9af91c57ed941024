import Checkpoints

/// ANN as mmsegmentation builds it: a dilated ResNet and an asymmetric non-local head on its last two stages.
struct ANN: NetworkModel {
  private let backbone: ResidualBackbone
  private let head: AsymmetricHead

  static func structure(
    _ catalog: inout TensorCatalog, _ options: NetworkOptions
  ) throws(NetworkError) -> (ResidualStructure, NetworkStructure.Head, NetworkDescription) {
    let backbone = try ResidualStructure(&catalog, prefix: "backbone.", layout: .dilated)
    try NetworkStructure.checkBackbone(catalog, backbone)
    let metadata = catalog.checkpoint.metadata
    if let scales = metadata.keyPoolScales, scales != AsymmetricHead.scales {
      throw NetworkError(
        .unsupported, file: catalog.file, reason: "its configuration has key_pool_scales \(scales)",
        remedy: "expected \(AsymmetricHead.scales)")
    }
    if let scales = metadata.queryScales, scales != [1] {
      throw NetworkError(
        .unsupported, file: catalog.file, reason: "its configuration has query_scales \(scales)", remedy: "expected [1]")
    }
    if let indices = metadata.inIndex, indices != [2, 3] {
      throw NetworkError(
        .unsupported, file: catalog.file, reason: "its decode head takes stages \(indices)", remedy: "expected in_index [2, 3]")
    }
    let head = try AsymmetricStructure(&catalog, low: backbone.widths[2], high: backbone.widths[3])
    let description = NetworkDescription(
      architecture: .ann, backbone: backbone, headChannels: head.channels, innerChannels: head.innerChannels,
      outputs: head.classifier.outputs, alignCorners: options.alignCorners ?? metadata.alignCorners ?? false, blockSize: nil,
      threshold: metadata.threshold, parameters: catalog.parameters)
    return (backbone, .asymmetric(head), description)
  }

  init(_ backbone: ResidualStructure, _ head: AsymmetricStructure, _ catalog: TensorCatalog, packing: WeightPacking) throws(NetworkError) {
    self.backbone = try ResidualBackbone(backbone, catalog, packing: packing)
    self.head = try AsymmetricHead(head, catalog, packing: packing)
  }

  var weightBytes: Int { backbone.weightBytes + head.weightBytes }

  func lay(_ pixels: FeatureMap, in program: inout ProgramBuilder) -> FeatureMap {
    let features = backbone.lay(pixels, in: &program, stemNote: "stem")
    return head.lay(low: features[2], high: features[3], in: &program)
  }
}
