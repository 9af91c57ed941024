import Checkpoints

/// FCN as mmsegmentation builds it: a dilated ResNet, or an HRNet with its maps side by side, and convolutions in a row.
enum FCN: NetworkFamily {
  static let architecture = NetworkDescription.Architecture.fcn
  static let prefixes = NetworkPrefixes.mmsegmentation

  /// Other heads are made of such convolutions, too, but have more.
  static func isRecognized(in catalog: TensorCatalog) -> Bool {
    let own = ["decode_head.convs.", "decode_head.conv_cat.", "decode_head.conv_seg."]
    return catalog.contains("decode_head.conv_seg.weight") && catalog.contains("decode_head.convs.0.conv.weight")
      && catalog.checkpoint.names.allSatisfy { name in !name.hasPrefix("decode_head.") || own.contains(where: name.hasPrefix) }
  }

  static func plan(_ catalog: inout TensorCatalog, _ options: NetworkOptions) throws(NetworkError) -> NetworkPlan {
    var assumed: [String] = []
    let (backboneTable, headTable) = try NetworkStructure.tables(catalog)
    let backbone = try MMSegmentationBackbone(&catalog, configuration: backboneTable, assumed: &assumed)
    var table = try ConfigurationTable(headTable, name: "decode_head", file: catalog.file)
    let input = try backbone.input(&table)
    let dilation = try table.read("dilation", default: 1, expected: "a number of 1 to 64") {
      $0.integer.flatMap { 1...64 ~= $0 ? $0 : nil }
    }
    catalog.epsilon = try table.batchNormEpsilon()
    let alignCorners = try NetworkStructure.alignCorners(&table, options, &assumed)
    let head = try ConvolutionalStructure(&catalog, name: "decode_head.", inputs: input.channels, dilation: dilation)
    if table.isPresent {
      try table.checkConvolutions(head)
      try table.readHead(type: "FCNHead", inputTransform: input.transform, outputs: head.classifier.outputs)
      try table.finish()
    } else {
      assumed.append("dilation 1 of the head's convolutions")
    }
    let description = NetworkDescription(
      architecture: architecture, backbone: backbone.facts, headChannels: head.classifier.inputs, outputs: head.classifier.outputs,
      alignCorners: alignCorners, catalog: catalog, assumed: assumed)
    return NetworkPlan(description: description) { (catalog, packing) throws(NetworkError) in
      let convolutional = try ConvolutionalHead(head, catalog, packing: packing)
      return EncoderDecoder(
        backbone: try backbone.packed(catalog, packing: packing),
        head: input.joins ? JoiningHead(head: convolutional, alignCorners: alignCorners) : convolutional, maps: input.maps)
    }
  }
}

extension ConfigurationTable {
  /// Compares what the configuration says of an FCNHead's convolutions with its tensors.
  mutating func checkConvolutions(_ head: ConvolutionalStructure) throws(NetworkError) {
    try require("num_convs", expected: "\(head.convolutions.count), as many as its tensors have") { $0.integer == head.convolutions.count }
    if let kernel = head.convolutions.first?.kernel {
      try require("kernel_size", expected: "\(kernel), as its tensors have it") { $0.integer == kernel }
    }
    try require("concat_input", expected: head.fusion == nil ? "False" : "True") { $0.bool == (head.fusion != nil) }
  }
}
