import Checkpoints

/// ISANet as mmsegmentation builds it: a dilated ResNet and an interlaced sparse self-attention head on its last stage.
struct ISANet: NetworkModel {
  private let backbone: ResidualBackbone
  private let head: InterlacedHead

  static func structure(
    _ catalog: inout TensorCatalog, _ options: NetworkOptions
  ) throws(NetworkError) -> (ResidualStructure, NetworkStructure.Head, NetworkDescription) {
    let backbone = try ResidualStructure(&catalog, prefix: "backbone.", layout: .dilated)
    try NetworkStructure.checkBackbone(catalog, backbone)
    let metadata = catalog.checkpoint.metadata
    if let indices = metadata.inIndex, indices != [3], indices != [-1] {
      throw NetworkError(.unsupported, file: catalog.file, reason: "its decode head takes stages \(indices)", remedy: "expected in_index 3")
    }
    let block = metadata.downFactor ?? [8, 8]
    guard block.count == 2, block.allSatisfy({ (1...1024).contains($0) }) else {
      throw NetworkError(
        .unsupported, file: catalog.file, reason: "its configuration has down_factor \(block)", remedy: "expected two sizes, as in (8, 8)")
    }
    let head = try InterlacedStructure(&catalog, inputs: backbone.widths[3], blockHeight: block[0], blockWidth: block[1])
    let description = NetworkDescription(
      architecture: .isanet, backbone: backbone, headChannels: head.channels, innerChannels: head.innerChannels,
      outputs: head.classifier.outputs, alignCorners: options.alignCorners ?? metadata.alignCorners ?? false, blockSize: block,
      threshold: metadata.threshold, parameters: catalog.parameters)
    return (backbone, .interlaced(head), description)
  }

  init(_ backbone: ResidualStructure, _ head: InterlacedStructure, _ catalog: TensorCatalog, packing: WeightPacking) throws(NetworkError) {
    self.backbone = try ResidualBackbone(backbone, catalog, packing: packing)
    self.head = try InterlacedHead(head, catalog, packing: packing)
  }

  var weightBytes: Int { backbone.weightBytes + head.weightBytes }

  func lay(_ pixels: FeatureMap, in program: inout ProgramBuilder) -> FeatureMap {
    let features = backbone.lay(pixels, in: &program, stemNote: "stem")
    return head.lay(features[3], in: &program)
  }
}
