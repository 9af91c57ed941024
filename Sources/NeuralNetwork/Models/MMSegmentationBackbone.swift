import Checkpoints

/// The backbones that mmsegmentation's heads stand on, as their tensors and configuration tell them.
enum MMSegmentationBackbone: Sendable {
  case residual(ResidualStructure)
  case highResolution(HighResolutionStructure)

  /// What a head takes of a backbone.
  struct Input: Sendable {
    /// The numbers of the maps: 0 is the stem's.
    var maps: [Int]
    /// Channels of the map, or of the maps side by side.
    var channels: Int
    /// Whether the maps are enlarged to the first one's size and put side by side.
    var joins: Bool
    /// mmsegmentation's word for that.
    var transform: String? { joins ? "resize_concat" : nil }
  }

  init(_ catalog: inout TensorCatalog, configuration: ConfigValue?, assumed: inout [String]) throws(NetworkError) {
    if HighResolutionStructure.isRecognized(in: catalog) {
      self = .highResolution(try HighResolutionStructure(&catalog, configuration: configuration, assumed: &assumed))
    } else {
      self = .residual(try ResidualStructure(&catalog, configuration: configuration, assumed: &assumed))
    }
  }

  var facts: BackboneFacts {
    switch self {
    case .residual(let structure): structure.facts
    case .highResolution(let structure): structure.facts
    }
  }

  /// What a head with this configuration takes: the last stage of a ResNet, all branches of an HRNet.
  func input(_ table: inout ConfigurationTable) throws(NetworkError) -> Input {
    switch self {
    case .residual(let structure):
      let stage = try table.stages(default: [3], expected: "a stage, as in 3")[0]
      return Input(maps: [stage + 1], channels: structure.widths[stage], joins: false)
    case .highResolution(let structure):
      let branches = try table.stages(default: [0, 1, 2, 3], expected: "all branches, as in (0, 1, 2, 3)")
      guard branches == [0, 1, 2, 3] else {
        throw table.refusal("in_index", .list(branches.map(ConfigValue.integer)), expected: "(0, 1, 2, 3)")
      }
      return Input(maps: [0, 1, 2, 3], channels: structure.widths.reduce(0, +), joins: true)
    }
  }

  func packed(_ catalog: TensorCatalog, packing: WeightPacking) throws(NetworkError) -> any Backbone {
    switch self {
    case .residual(let structure): try ResidualBackbone(structure, catalog, packing: packing)
    case .highResolution(let structure): try HighResolutionBackbone(structure, catalog, packing: packing)
    }
  }
}
