import Checkpoints

/// ISANet as mmsegmentation builds it: a dilated ResNet and an interlaced sparse self-attention head on its last stage.
struct ISANet: NetworkModel, NetworkFamily {
  static let architecture = NetworkDescription.Architecture.isanet
  static let prefixes = NetworkPrefixes.mmsegmentation

  static func isRecognized(in catalog: TensorCatalog) -> Bool {
    catalog.contains("decode_head.global_relation.value_project.weight")
      || catalog.contains("decode_head.local_relation.value_project.weight")
  }

  private let backbone: ResidualBackbone
  private let head: InterlacedHead
  /// The stage that the head takes.
  private let stage: Int

  static func plan(_ catalog: inout TensorCatalog, _ options: NetworkOptions) throws(NetworkError) -> NetworkPlan {
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
      architecture: .isanet, backbone: backbone.facts, headChannels: head.channels, innerChannels: head.innerChannels,
      outputs: head.classifier.outputs, alignCorners: alignCorners, blockSize: block, catalog: catalog, assumed: assumed)
    return NetworkPlan(description: description) { (catalog, packing) throws(NetworkError) in
      try ISANet(backbone, head, catalog, packing: packing)
    }
  }

  init(_ backbone: ResidualStructure, _ head: InterlacedStructure, _ catalog: TensorCatalog, packing: WeightPacking) throws(NetworkError) {
    self.backbone = try ResidualBackbone(backbone, catalog, packing: packing)
    self.head = try InterlacedHead(head, catalog, packing: packing)
    stage = head.stage
  }

  let divisor = 1
  var weightBytes: Int { backbone.weightBytes + head.weightBytes }

  func record(_ pixels: FeatureMap, in program: inout ProgramBuilder) -> FeatureMap {
    let features = backbone.record(pixels, in: &program, stemNote: "stem")
    return head.lay(features[stage + 1], in: &program)
  }
}
