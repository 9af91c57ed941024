import Checkpoints

/// ANN as mmsegmentation builds it: a dilated ResNet and an asymmetric non-local head on its last two stages.
struct ANN: NetworkModel {
  private let backbone: ResidualBackbone
  private let head: AsymmetricHead
  /// The stages that the head takes: the finer one, of which keys and values are made, and the coarser one.
  private let stages: [Int]

  static func structure(
    _ catalog: inout TensorCatalog, _ options: NetworkOptions
  ) throws(NetworkError) -> (ResidualStructure, NetworkStructure.Head, NetworkDescription) {
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
      architecture: .ann, backbone: backbone, headChannels: head.channels, innerChannels: head.innerChannels,
      outputs: head.classifier.outputs, alignCorners: alignCorners, blockSize: nil,
      threshold: catalog.checkpoint.metadata.threshold, parameters: catalog.parameters, assumed: assumed)
    return (backbone, .asymmetric(head), description)
  }

  init(_ backbone: ResidualStructure, _ head: AsymmetricStructure, _ catalog: TensorCatalog, packing: WeightPacking) throws(NetworkError) {
    self.backbone = try ResidualBackbone(backbone, catalog, packing: packing)
    self.head = try AsymmetricHead(head, catalog, packing: packing)
    stages = head.stages
  }

  var weightBytes: Int { backbone.weightBytes + head.weightBytes }

  func lay(_ pixels: FeatureMap, in program: inout ProgramBuilder) -> FeatureMap {
    let features = backbone.lay(pixels, in: &program, stemNote: "stem")
    return head.lay(low: features[stages[0]], high: features[stages[1]], in: &program)
  }
}
