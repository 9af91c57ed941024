import Checkpoints

/// DeepLabV3 as mmsegmentation builds it: a dilated ResNet and an atrous pyramid.
enum DeepLabV3: NetworkFamily {
  static let architecture = NetworkDescription.Architecture.deeplabv3
  static let prefixes = NetworkPrefixes.mmsegmentation

  static func isRecognized(in catalog: TensorCatalog) -> Bool {
    catalog.contains("decode_head.aspp_modules.0.conv.weight") && !DeepLabV3Plus.isRecognized(in: catalog)
  }

  static func plan(_ catalog: inout TensorCatalog, _ options: NetworkOptions) throws(NetworkError) -> NetworkPlan {
    var assumed: [String] = []
    let (backboneTable, headTable) = try NetworkStructure.tables(catalog)
    let backbone = try ResidualStructure(&catalog, configuration: backboneTable, assumed: &assumed)
    var table = try ConfigurationTable(headTable, name: "decode_head", file: catalog.file)
    let stage = try table.stages(default: [3], expected: "a stage, as in 3")[0]
    let dilations = try table.atrousDilations(&assumed)
    catalog.epsilon = try table.batchNormEpsilon()
    let alignCorners = try NetworkStructure.alignCorners(&table, options, &assumed)
    let head = try AtrousStructure(&catalog, inputs: backbone.widths[stage], dilations: dilations)
    if table.isPresent {
      try table.readHead(type: "ASPPHead", inputTransform: nil, outputs: head.classifier.outputs)
      try table.finish()
    }
    let description = NetworkDescription(
      architecture: architecture, backbone: backbone.facts, headChannels: head.pyramid.bottleneck.outputs,
      outputs: head.classifier.outputs, alignCorners: alignCorners, catalog: catalog, assumed: assumed)
    return NetworkPlan(description: description) { (catalog, packing) throws(NetworkError) in
      EncoderDecoder(
        backbone: try ResidualBackbone(backbone, catalog, packing: packing), head: try AtrousHead(head, catalog, packing: packing),
        maps: [stage + 1])
    }
  }
}

extension ConfigurationTable {
  /// The dilations of an atrous pyramid. mmsegmentation's class and its published networks have different defaults.
  mutating func atrousDilations(_ assumed: inout [String]) throws(NetworkError) -> [Int] {
    guard isPresent else {
      let published = [1, 12, 24, 36]
      assumed.append("dilations \(published) of the atrous pyramid")
      return published
    }
    return try read("dilations", default: [1, 6, 12, 18], expected: "2 to 8 numbers of 1 to 128, the first of them 1") {
      $0.integers.flatMap { 2...8 ~= $0.count && $0[0] == 1 && $0.allSatisfy { 1...128 ~= $0 } ? $0 : nil }
    }
  }
}
