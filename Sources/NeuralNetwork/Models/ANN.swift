import Checkpoints

/// ANN as mmsegmentation builds it: a dilated ResNet and an asymmetric non-local head on its last two stages.
struct ANN: NetworkModel, NetworkFamily {
  static let architecture = NetworkDescription.Architecture.ann
  static let prefixes = NetworkPrefixes.mmsegmentation

  static func isRecognized(in catalog: TensorCatalog) -> Bool {
    catalog.contains("decode_head.fusion.stages.0.value_project.weight")
      || catalog.contains("decode_head.context.stages.0.value_project.weight")
  }

  private let backbone: ResidualBackbone
  private let head: AsymmetricHead
  /// The stages that the head takes: the finer one, of which keys and values are made, and the coarser one.
  private let stages: [Int]

  static func plan(_ catalog: inout TensorCatalog, _ options: NetworkOptions) throws(NetworkError) -> NetworkPlan {
    var assumed: [String] = []
    let (backboneTable, headTable) = try NetworkStructure.tables(catalog)
    let backbone = try ResidualStructure(&catalog, configuration: backboneTable, assumed: &assumed)
    var table = try ConfigurationTable(headTable, name: "decode_head", file: catalog.file)
    let stages = try table.stages(default: [2, 3], expected: "two stages, as in [2, 3]")
    try table.require("key_pool_scales", expected: "\(AsymmetricHead.scales)") { $0.integers == AsymmetricHead.scales }
    try table.require("query_scales", expected: "[1]") { $0.integers == [1] }
    catalog.epsilon = try table.batchNormEpsilon()
    let head = try AsymmetricStructure(&catalog, low: backbone.widths[stages[0]], high: backbone.widths[stages[1]], stages: stages)
    let alignCorners = try NetworkStructure.alignCorners(&table, options, &assumed)
    if table.isPresent {
      try table.readHead(type: "ANNHead", inputTransform: "multiple_select", outputs: head.classifier.outputs)
      table.ignore("project_channels")
      try table.finish()
    } else {
      assumed.append("key_pool_scales \(AsymmetricHead.scales)")
    }
    let description = NetworkDescription(
      architecture: .ann, backbone: backbone.facts, headChannels: head.channels, innerChannels: head.innerChannels,
      outputs: head.classifier.outputs, alignCorners: alignCorners, catalog: catalog, assumed: assumed)
    return NetworkPlan(description: description) { (catalog, packing) throws(NetworkError) in
      try ANN(backbone, head, catalog, packing: packing)
    }
  }

  init(_ backbone: ResidualStructure, _ head: AsymmetricStructure, _ catalog: TensorCatalog, packing: WeightPacking) throws(NetworkError) {
    self.backbone = try ResidualBackbone(backbone, catalog, packing: packing)
    self.head = try AsymmetricHead(head, catalog, packing: packing)
    stages = head.stages
  }

  let divisor = 1
  var weightBytes: Int { backbone.weightBytes + head.weightBytes }

  func record(_ pixels: FeatureMap, in program: inout ProgramBuilder) -> FeatureMap {
    let features = backbone.record(pixels, in: &program, stemNote: "stem")
    return head.lay(low: features[stages[0] + 1], high: features[stages[1] + 1], in: &program)
  }
}
