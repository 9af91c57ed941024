import Checkpoints

/// OCRNet as mmsegmentation builds it: coarse logits of an FCNHead, and pixels that look at the regions that these make.
enum OCRNet: NetworkFamily {
  static let architecture = NetworkDescription.Architecture.ocrnet
  static let prefixes = NetworkPrefixes.mmsegmentation

  static func isRecognized(in catalog: TensorCatalog) -> Bool {
    catalog.contains("decode_head.1.object_context_block.value_project.conv.weight")
  }

  static func plan(_ catalog: inout TensorCatalog, _ options: NetworkOptions) throws(NetworkError) -> NetworkPlan {
    var assumed: [String] = []
    let (backboneTable, heads) = try NetworkStructure.tables(catalog, type: "CascadeEncoderDecoder")
    let backbone = try MMSegmentationBackbone(&catalog, configuration: backboneTable, assumed: &assumed)
    guard heads == nil || heads?.list?.count == 2 else {
      throw NetworkError(
        .unsupported, file: catalog.file, reason: "its configuration's decode_head is not a list of two heads",
        remedy: "give the configuration as the training dumped it in model.config")
    }
    var coarse = try ConfigurationTable(heads?.list?[0], name: "decode_head[0]", file: catalog.file)
    var table = try ConfigurationTable(heads?.list?[1], name: "decode_head[1]", file: catalog.file)
    // On a ResNet the coarse head takes the third stage, on an HRNet both take all branches.
    let coarseInput = try coarse.isPresent ? backbone.input(&coarse) : backbone.coarseInput(&coarse)
    let input = try backbone.input(&table)
    catalog.epsilon = try table.batchNormEpsilon()
    let coarseEpsilon = try coarse.batchNormEpsilon()
    guard coarseEpsilon == catalog.epsilon else {
      throw coarse.refusal("norm_cfg", .real(coarseEpsilon), expected: "one eps for both heads")
    }
    let alignCorners = try NetworkStructure.alignCorners(&table, options, &assumed)
    let coarseCorners = try coarse.bool("align_corners", default: false)
    guard coarseCorners == alignCorners || !coarse.isPresent || options.alignCorners != nil else {
      throw coarse.refusal("align_corners", .bool(coarseCorners), expected: "one align_corners for both heads")
    }
    let head = try ObjectContextStructure(&catalog, coarseInputs: coarseInput.channels, inputs: input.channels)
    if coarse.isPresent {
      try coarse.checkConvolutions(head.coarse)
      try coarse.require("dilation", expected: "1") { $0.integer == 1 }
      try coarse.readHead(type: "FCNHead", inputTransform: coarseInput.transform, outputs: head.coarse.classifier.outputs)
      try coarse.finish()
    }
    if table.isPresent {
      try table.readHead(type: "OCRHead", inputTransform: input.transform, outputs: head.classifier.outputs)
      try table.require("scale", expected: "1") { $0.integer == 1 || $0.real == 1 }
      table.ignore("ocr_channels")
      try table.finish()
    }
    let description = NetworkDescription(
      architecture: architecture, backbone: backbone.facts, headChannels: head.pixels.outputs, innerChannels: head.query[1].outputs,
      outputs: head.classifier.outputs, alignCorners: alignCorners, catalog: catalog, assumed: assumed)
    return NetworkPlan(description: description) { (catalog, packing) throws(NetworkError) in
      let context = try ObjectContextHead(head, catalog, packing: packing)
      return EncoderDecoder(
        backbone: try backbone.packed(catalog, packing: packing),
        head: input.joins ? JoiningHead(head: context, alignCorners: alignCorners) : context,
        maps: input.joins ? input.maps : coarseInput.maps + input.maps)
    }
  }
}

extension MMSegmentationBackbone {
  /// What the coarse head takes where no configuration says it.
  fileprivate func coarseInput(_ table: inout ConfigurationTable) throws(NetworkError) -> Input {
    guard case .residual(let structure) = self else { return try input(&table) }
    return Input(maps: [3], channels: structure.widths[2], joins: false)
  }
}
