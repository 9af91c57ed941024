import Checkpoints

extension ResidualStructure {
  /// Reads mmsegmentation's ResNet off its tensors and the configuration's `backbone`.
  ///
  /// - Parameter assumed: gets what the file leaves open, as sentences.
  init(_ catalog: inout TensorCatalog, configuration: ConfigValue?, assumed: inout [String]) throws(NetworkError) {
    var table = try ConfigurationTable(configuration, name: "backbone", file: catalog.file)
    var layout = Layout.dilated
    if table.isPresent { layout = try Self.layout(&table) }
    catalog.epsilon = try table.batchNormEpsilon()
    try self.init(&catalog, prefix: "backbone.", layout: layout)
    guard table.isPresent else {
      assumed.append("backbone strides \(layout.strides), dilations \(layout.dilations) with contract_dilation (D8)")
      if isBottleneck { assumed.append("backbone style pytorch") }
      assumed.append("batch norm eps 1e-05")
      return
    }
    try check(&table, layout)
    try table.finish()
  }

  /// Where strides and dilations are, with the defaults of mmsegmentation's class, which are not those of its published networks.
  private static func layout(_ table: inout ConfigurationTable) throws(NetworkError) -> Layout {
    try table.require("type", expected: "ResNet or ResNetV1c") { ["ResNet", "ResNetV1c"].contains($0.typeName) }
    try table.require("num_stages", expected: "4") { $0.integer == 4 }
    try table.require("out_indices", expected: "[0, 1, 2, 3]") { $0.integers == [0, 1, 2, 3] }
    var layout = Layout(
      strides: try table.integers("strides", default: [1, 2, 2, 2], count: 4, in: 1...8),
      dilations: try table.integers("dilations", default: [1, 1, 1, 1], count: 4, in: 1...64))
    layout.contractsDilation = try table.bool("contract_dilation", default: false)
    layout.multiGrid = try table.read("multi_grid", default: nil, expected: "a dilation for each block of the last stage") { value in
      if value == ConfigValue.none { return .some(nil) }
      return value.integers.flatMap { $0.allSatisfy { 1...64 ~= $0 } ? $0 : nil }
    }
    layout.stridesFirst = try table.read("style", default: false, expected: "pytorch or caffe") { value in
      ["pytorch": false, "caffe": true][value.text ?? ""]
    }
    return layout
  }

  /// Compares the rest with the tensors, and refuses what is not computed.
  private func check(_ table: inout ConfigurationTable, _ layout: Layout) throws(NetworkError) {
    if let grid = layout.multiGrid, grid.count != stages[3].count {
      throw table.refusal(
        "multi_grid", .list(grid.map(ConfigValue.integer)), expected: "\(stages[3].count) dilations, one for each block of layer4")
    }
    try table.require("depth", expected: "\(depth), of which its tensors are") { $0.integer == depth }
    let isDeep = if case .deep = stem { true } else { false }
    let deepStem = table.value("deep_stem")
    if let type = table.value("type")?.typeName, (type == "ResNetV1c" || deepStem?.bool == true) != isDeep {
      throw table.refusal("type", .text(type), expected: "\(isDeep ? "ResNetV1c" : "ResNet"), of which its tensors are")
    }
    try table.require("avg_down", expected: "False") { $0.bool == false }
    try table.requirePlainConvolutions()
    for key in ["dcn", "plugins"] { try table.require(key, expected: "None") { $0 == ConfigValue.none || $0.list?.isEmpty == true } }
    // Without dcn, where it would be does not matter.
    table.ignore(
      "in_channels", "stem_channels", "base_channels", "frozen_stages", "norm_eval", "stage_with_dcn", "with_cp", "zero_init_residual",
      "pretrained", "init_cfg")
  }
}
