import Checkpoints

/// ISANet as mmsegmentation builds it: a dilated ResNet and an interlaced sparse self-attention head on its last stage.
struct ISANet: NetworkModel {
  private let backbone: ResidualBackbone
  private let head: InterlacedHead
  /// The stage that the head takes.
  private let stage: Int

  static func structure(
    _ catalog: inout TensorCatalog, _ options: NetworkOptions
  ) throws(NetworkError) -> (ResidualStructure, NetworkStructure.Head, NetworkDescription) {
    var assumed: [String] = []
    let (backboneTable, headTable) = try NetworkStructure.tables(catalog)
    let backbone = try ResidualStructure(&catalog, configuration: backboneTable, assumed: &assumed)
    var table = try ConfigurationTable(headTable, name: "decode_head", file: catalog.file)
    let stage = try table.stages(default: [3], expected: "a stage, as in 3")[0]
    let block = try table.read("down_factor", default: [8, 8], expected: "two sizes of 1 to 1024, as in (8, 8)") { value in
      value.extent.flatMap { $0.allSatisfy { $0 <= 1024 } ? $0 : nil }
    }
    catalog.epsilon = try table.batchNormEpsilon()
    let head = try InterlacedStructure(
      &catalog, inputs: backbone.widths[stage], blockHeight: block[0], blockWidth: block[1], stage: stage)
    let alignCorners = try NetworkStructure.alignCorners(&table, options, &assumed)
    if table.isPresent {
      try table.readHead(type: "ISAHead", inputTransform: nil, outputs: head.classifier.outputs)
      table.ignore("isa_channels")
      try table.finish()
    } else {
      assumed.append("down_factor \(block)")
    }
    let description = NetworkDescription(
      architecture: .isanet, backbone: backbone, headChannels: head.channels, innerChannels: head.innerChannels,
      outputs: head.classifier.outputs, alignCorners: alignCorners, blockSize: block,
      threshold: catalog.checkpoint.metadata.threshold, parameters: catalog.parameters, assumed: assumed)
    return (backbone, .interlaced(head), description)
  }

  init(_ backbone: ResidualStructure, _ head: InterlacedStructure, _ catalog: TensorCatalog, packing: WeightPacking) throws(NetworkError) {
    self.backbone = try ResidualBackbone(backbone, catalog, packing: packing)
    self.head = try InterlacedHead(head, catalog, packing: packing)
    stage = head.stage
  }

  var weightBytes: Int { backbone.weightBytes + head.weightBytes }

  func lay(_ pixels: FeatureMap, in program: inout ProgramBuilder) -> FeatureMap {
    let features = backbone.lay(pixels, in: &program, stemNote: "stem")
    return head.lay(features[stage], in: &program)
  }
}
