import Checkpoints

/// The parts of a network as its checkpoint tells them, checked against each other before weights are read.
struct NetworkStructure {
  enum Head: Sendable {
    case interlaced(InterlacedStructure)
    case asymmetric(AsymmetricStructure)
    case fast(FastAttentionStructure)
  }

  let catalog: TensorCatalog
  let backbone: ResidualStructure
  let head: Head
  let description: NetworkDescription

  init(_ checkpoint: Checkpoint, file: String, options: NetworkOptions) throws(NetworkError) {
    var catalog = TensorCatalog(checkpoint, file: file)
    let architecture: NetworkDescription.Architecture
    if let named = options.architecture { architecture = named } else { architecture = try Self.architecture(of: catalog) }
    switch architecture {
    case .isanet: (backbone, head, description) = try ISANet.structure(&catalog, options)
    case .ann: (backbone, head, description) = try ANN.structure(&catalog, options)
    case .fanet: (backbone, head, description) = try FANet.structure(&catalog, options)
    }
    if architecture == .fanet {
      // Every module is made with both; the coarser ones smooth nothing, the finest has nothing to enlarge. Further classifiers
      // (`clslayer_16`, `clslayer_32`) serve the training alone.
      try catalog.checkLeftOver(below: ["resnet.", "ffm_", "fam_"]) { $0.contains(".smooth.") || $0.contains(".up.") }
    } else {
      try catalog.checkLeftOver(below: ["backbone.", "neck.", "decode_head."])
    }
    guard (1...255).contains(description.outputs) else {
      throw NetworkError(
        .unsupported, file: file, reason: "has \(description.outputs) outputs; class maps hold at most 255 classes",
        remedy: "give a network of 1 to 255 outputs")
    }
    self.catalog = catalog
  }

  /// The architecture that the tensor names belong to.
  static func architecture(of catalog: TensorCatalog) throws(NetworkError) -> NetworkDescription.Architecture {
    if catalog.contains("decode_head.global_relation.value_project.weight")
      || catalog.contains("decode_head.local_relation.value_project.weight")
    {
      return .isanet
    }
    if catalog.contains("decode_head.fusion.stages.0.value_project.weight")
      || catalog.contains("decode_head.context.stages.0.value_project.weight")
    {
      return .ann
    }
    if catalog.contains("ffm_32.w_qs.conv.weight") || catalog.contains("fam_32.w_qs.conv.weight") { return .fanet }
    let heads = catalog.checkpoint.names.filter { $0.hasPrefix("decode_head.") }
    let type = catalog.checkpoint.metadata.headType.map { " (its configuration says \($0))" } ?? ""
    throw NetworkError(
      .unknownArchitecture, file: catalog.file,
      reason: heads.isEmpty
        ? "holds no decode head of ISANet or ANN and no attention modules of FANet\(type)"
        : "its decode head is not one of ISANet or ANN\(type)",
      remedy: "give a checkpoint of mmsegmentation's ISANet or ANN, or of FANet")
  }

  /// The configuration's tables of an encoder and decoder of mmsegmentation, each nil where the checkpoint has none.
  ///
  /// - Throws: `unsupported` where the network has further parts.
  static func tables(_ catalog: TensorCatalog) throws(NetworkError) -> (backbone: ConfigValue?, head: ConfigValue?) {
    var table = try ConfigurationTable(catalog.checkpoint.metadata.network, name: "model", file: catalog.file)
    try table.require("type", expected: "EncoderDecoder") { $0.typeName == "EncoderDecoder" }
    try table.require("neck", expected: "None") { $0 == ConfigValue.none }
    let tables = (table.value("backbone"), table.value("decode_head"))
    try table.finish()
    return tables
  }

  /// How the head resizes: what the caller wants, else what the configuration says, else mmsegmentation's default.
  static func alignCorners(
    _ table: inout ConfigurationTable, _ options: NetworkOptions, _ assumed: inout [String]
  ) throws(NetworkError) -> Bool {
    let own = try table.bool("align_corners", default: false)
    if !table.isPresent, options.alignCorners == nil { assumed.append("align_corners False") }
    return options.alignCorners ?? own
  }
}

/// Packed weights of a whole network, and how it is taken down for an input size.
protocol NetworkModel: Sendable {
  var weightBytes: Int { get }
  /// Takes down everything up to the logits before they are enlarged; gives these.
  func lay(_ pixels: FeatureMap, in program: inout ProgramBuilder) -> FeatureMap
}
