import Checkpoints

/// The parts of a network as its checkpoint tells them, checked against each other before weights are read.
struct NetworkStructure {
  /// What tells networks apart: a family each, which no other recognizes.
  static let families: [any NetworkFamily.Type] = [
    ISANet.self, ANN.self, FANet.self, PSPNet.self, FCN.self, DeepLabV3.self, DeepLabV3Plus.self, OCRNet.self, UNet.self,
    NestedUNet.self, FeaturePyramidNetwork.self, LinkNet.self, SMPPSPNet.self, SMPDeepLabV3.self, SMPDeepLabV3Plus.self,
    TorchvisionFCN.self, TorchvisionDeepLabV3.self,
  ]

  let catalog: TensorCatalog
  let description: NetworkDescription
  let make: (TensorCatalog, WeightPacking) throws(NetworkError) -> any NetworkModel

  init(_ checkpoint: Checkpoint, file: String, options: NetworkOptions) throws(NetworkError) {
    var catalog = TensorCatalog(checkpoint, file: file)
    let family = try Self.family(of: catalog, named: options.architecture)
    let plan = try family.plan(&catalog, options)
    try catalog.checkLeftOver(below: family.prefixes, except: family.isIdle)
    guard (1...255).contains(plan.description.outputs) else {
      throw NetworkError(
        .unsupported, file: file, reason: "has \(plan.description.outputs) outputs; class maps hold at most 255 classes",
        remedy: "give a network of 1 to 255 outputs")
    }
    self.catalog = catalog
    description = plan.description
    make = plan.make
  }

  /// The family that the caller names, or that the tensors' names belong to.
  private static func family(
    of catalog: TensorCatalog, named architecture: NetworkDescription.Architecture?
  ) throws(NetworkError) -> any NetworkFamily.Type {
    if let architecture, let family = families.first(where: { $0.architecture == architecture }) { return family }
    if let family = families.first(where: { $0.isRecognized(in: catalog) }) { return family }
    let type = catalog.checkpoint.metadata.headType.map { " (its configuration says \($0))" } ?? ""
    let decoders = ["decode_head.", "decoder.", "classifier.", "segmentation_head."]
    let first = catalog.checkpoint.names.first { name in decoders.contains(where: name.hasPrefix) }
    throw NetworkError(
      .unknownArchitecture, file: catalog.file,
      reason: first.map { "its decoder is of no network that is computed here\(type); the first tensor is \($0)" }
        ?? "holds no decoder of a network that is computed here\(type)",
      remedy: "see docs/models.md for the networks")
  }

  /// The configuration's tables of an encoder and decoder of mmsegmentation, each nil where the checkpoint has none.
  ///
  /// - Throws: `unsupported` where the network has further parts.
  static func tables(
    _ catalog: TensorCatalog, type: String = "EncoderDecoder"
  ) throws(NetworkError) -> (backbone: ConfigValue?, head: ConfigValue?) {
    var table = try ConfigurationTable(catalog.checkpoint.metadata.network, name: "model", file: catalog.file)
    try table.require("type", expected: type) { $0.typeName == type }
    try table.require("neck", expected: "None") { $0 == ConfigValue.none }
    if type == "CascadeEncoderDecoder" { try table.require("num_stages", expected: "2") { $0.integer == 2 } }
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
