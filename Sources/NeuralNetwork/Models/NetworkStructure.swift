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
    try Self.checkTask(catalog.checkpoint.metadata, outputs: plan.description.outputs, file: file)
    self.catalog = catalog
    description = plan.description
    make = plan.make
  }

  /// Words for what follows a network's head that leave the order of its outputs as it is: each pixel is of one class.
  static func activations(outputs: Int) -> [String] {
    outputs == 1 ? ["identity", "sigmoid"] : ["identity", "softmax", "softmax2d", "logsoftmax"]
  }

  /// Refuses a network that was trained to give a pixel several classes.
  private static func checkTask(_ metadata: ModelMetadata, outputs: Int, file: String) throws(NetworkError) {
    let remedy = "give a network that was trained to tell one class for each pixel"
    if metadata.task == "multilabel", outputs > 1 {
      throw NetworkError(
        .unsupported, file: file, reason: "was trained to give a pixel several classes (task multilabel), which a class map cannot hold",
        remedy: remedy)
    }
    if let activation = metadata.activation, !activations(outputs: outputs).contains(activation) {
      throw NetworkError(
        .unsupported, file: file, reason: "has the activation \(activation) after \(outputs) outputs, which is not computed here",
        remedy: remedy)
    }
  }

  /// The family that the caller names, or that the tensors' names belong to.
  private static func family(
    of catalog: TensorCatalog, named architecture: NetworkDescription.Architecture?
  ) throws(NetworkError) -> any NetworkFamily.Type {
    if let architecture, let family = families.first(where: { $0.architecture == architecture }) { return family }
    if let family = families.first(where: { $0.isRecognized(in: catalog) }) { return family }
    throw unknown(catalog)
  }

  /// Why no family recognizes the tensors, by the nearest one and the first tensor that does not fit it.
  private static func unknown(_ catalog: TensorCatalog) -> NetworkError {
    let type = catalog.checkpoint.metadata.headType.map { " (its configuration says \($0))" } ?? ""
    var nearest: (name: String, used: Int, obstacle: String)?
    for family in families {
      // The tensors alone: what a configuration asks for would be refused before the first of them.
      var trial = catalog.withoutConfiguration()
      let obstacle: String
      do throws(NetworkError) {
        _ = try family.plan(&trial, NetworkOptions())
        try trial.checkLeftOver(below: family.prefixes, except: family.isIdle)
        continue
      } catch {
        obstacle = error.reason
      }
      if trial.usedCount > nearest?.used ?? 0 { nearest = (family.architecture.rawValue, trial.usedCount, obstacle) }
    }
    let remedy = "see docs/models.md for the networks"
    guard let nearest else {
      let first = catalog.checkpoint.names.first.map { "; the first tensor is \($0)" } ?? ""
      return NetworkError(
        .unknownArchitecture, file: catalog.file, reason: "contains no network that this program can compute\(type)\(first)",
        remedy: remedy)
    }
    return NetworkError(
      .unknownArchitecture, file: catalog.file,
      reason: "is not a network that is computed here\(type); nearest network: \(nearest.name) (\(nearest.obstacle))", remedy: remedy)
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
