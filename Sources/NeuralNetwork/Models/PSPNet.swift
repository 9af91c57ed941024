import Checkpoints

/// PSPNet as mmsegmentation builds it: a dilated ResNet and means over a pyramid of cells.
enum PSPNet: NetworkFamily {
  static let architecture = NetworkDescription.Architecture.pspnet
  static let prefixes = NetworkPrefixes.mmsegmentation

  /// UPerNet has such modules, too, beside lateral convolutions.
  static func isRecognized(in catalog: TensorCatalog) -> Bool {
    catalog.contains("decode_head.psp_modules.0.1.conv.weight") && !catalog.contains("decode_head.lateral_convs.0.conv.weight")
  }

  static func plan(_ catalog: inout TensorCatalog, _ options: NetworkOptions) throws(NetworkError) -> NetworkPlan {
    var assumed: [String] = []
    let (backboneTable, headTable) = try NetworkStructure.tables(catalog)
    let backbone = try ResidualStructure(&catalog, configuration: backboneTable, assumed: &assumed)
    var table = try ConfigurationTable(headTable, name: "decode_head", file: catalog.file)
    let stage = try table.stages(default: [3], expected: "a stage, as in 3")[0]
    let scales = try table.read("pool_scales", default: [1, 2, 3, 6], expected: "1 to 8 sizes of 1 to 32, as in (1, 2, 3, 6)") {
      $0.integers.flatMap { 1...8 ~= $0.count && $0.allSatisfy { 1...32 ~= $0 } ? $0 : nil }
    }
    catalog.epsilon = try table.batchNormEpsilon()
    let alignCorners = try NetworkStructure.alignCorners(&table, options, &assumed)
    let head = try PyramidPoolingStructure(&catalog, inputs: backbone.widths[stage], scales: scales, alignCorners: alignCorners)
    if table.isPresent {
      try table.readHead(type: "PSPHead", inputTransform: nil, outputs: head.classifier.outputs)
      try table.finish()
    } else {
      assumed.append("pool_scales \(scales)")
    }
    let description = NetworkDescription(
      architecture: architecture, backbone: backbone.facts, headChannels: head.bottleneck.outputs, outputs: head.classifier.outputs,
      alignCorners: alignCorners, catalog: catalog, assumed: assumed)
    return NetworkPlan(description: description) { (catalog, packing) throws(NetworkError) in
      EncoderDecoder(
        backbone: try ResidualBackbone(backbone, catalog, packing: packing),
        head: try PyramidPoolingHead(head, catalog, packing: packing), maps: [stage + 1])
    }
  }
}
