/// DeepLabV3+ as mmsegmentation builds it: a dilated ResNet, a separable atrous pyramid, and the first stage for detail.
enum DeepLabV3Plus: NetworkFamily {
  static let architecture = NetworkDescription.Architecture.deeplabv3plus
  static let prefixes = NetworkPrefixes.mmsegmentation

  static func isRecognized(in catalog: TensorCatalog) -> Bool {
    catalog.contains("decode_head.sep_bottleneck.0.depthwise_conv.conv.weight")
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
    let head = try SeparableAtrousStructure(
      &catalog, inputs: backbone.widths[stage], detail: backbone.widths[0], dilations: dilations, alignCorners: alignCorners)
    if table.isPresent {
      try table.readHead(type: "DepthwiseSeparableASPPHead", inputTransform: nil, outputs: head.classifier.outputs)
      table.ignore("c1_in_channels", "c1_channels")
      try table.finish()
    }
    let description = NetworkDescription(
      architecture: architecture, backbone: backbone.facts, headChannels: head.pyramid.bottleneck.outputs,
      outputs: head.classifier.outputs, alignCorners: alignCorners, catalog: catalog, assumed: assumed)
    return NetworkPlan(description: description) { (catalog, packing) throws(NetworkError) in
      EncoderDecoder(
        backbone: try ResidualBackbone(backbone, catalog, packing: packing),
        head: try SeparableAtrousHead(head, catalog, packing: packing), maps: [stage + 1, 1])
    }
  }
}
