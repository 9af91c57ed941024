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

  /// Refuses what the configuration asks for and the program does not compute; without a configuration there is nothing to check.
  static func checkBackbone(_ catalog: TensorCatalog, _ backbone: ResidualStructure) throws(NetworkError) {
    let metadata = catalog.checkpoint.metadata
    func refuse(_ what: String) -> NetworkError {
      NetworkError(
        .unsupported, file: catalog.file, reason: "its configuration asks for \(what)",
        remedy: "give a network with mmsegmentation's dilated ResNet (D8), style pytorch, batch norm")
    }
    if let type = metadata.backboneType, !["ResNet", "ResNetV1c"].contains(type) { throw refuse("a backbone of type \(type)") }
    if let strides = metadata.strides, strides != [1, 2, 1, 1] { throw refuse("strides \(strides) (expected [1, 2, 1, 1])") }
    if let dilations = metadata.dilations, dilations != [1, 1, 2, 4] { throw refuse("dilations \(dilations) (expected [1, 1, 2, 4])") }
    if metadata.avgDown == true { throw refuse("an average pool in the shortcuts (avg_down=True)") }
    if let indices = metadata.outIndices, indices != [0, 1, 2, 3] { throw refuse("out_indices \(indices) (expected [0, 1, 2, 3])") }
    if metadata.contractDilation == false { throw refuse("dilations that are not contracted (contract_dilation=False)") }
    if let style = metadata.style, style != "pytorch", backbone.isBottleneck { throw refuse("style \(style)") }
  }
}

/// Packed weights of a whole network, and how it is taken down for an input size.
protocol NetworkModel: Sendable {
  var weightBytes: Int { get }
  /// Takes down everything up to the logits before they are enlarged; gives these.
  func lay(_ pixels: FeatureMap, in program: inout ProgramBuilder) -> FeatureMap
}
