/// A network that the engine computes: how its checkpoints are recognized and read. One file each in this folder.
protocol NetworkFamily: SendableMetatype {
  static var architecture: NetworkDescription.Architecture { get }

  /// Whether the tensors' names are this network's. No two families recognize one checkpoint.
  static func isRecognized(in catalog: TensorCatalog) -> Bool

  /// Prefixes of the tensors that inference uses; what is left over below them is refused.
  static var prefixes: [String] { get }

  /// Tells the names of parts that the network's own authors make and do not use.
  static func isIdle(_ name: String) -> Bool

  /// Reads the structure off names, shapes and configuration.
  static func plan(_ catalog: inout TensorCatalog, _ options: NetworkOptions) throws(NetworkError) -> NetworkPlan
}

extension NetworkFamily {
  static func isIdle(_ name: String) -> Bool { false }
}

/// A network whose tensors have been looked up and not been read.
struct NetworkPlan {
  var description: NetworkDescription
  /// Reads, folds and packs the weights.
  var make: (TensorCatalog, WeightPacking) throws(NetworkError) -> any NetworkModel
}

/// Packed weights of a whole network.
protocol NetworkModel: Sendable {
  var weightBytes: Int { get }
  /// What height and width have to be multiples of; other sizes are padded with zeros on the right and below, and cut afterwards.
  var divisor: Int { get }

  /// Records all operations up to the logits at the head's own resolution and returns these.
  func record(_ pixels: FeatureMap, in program: inout ProgramBuilder) -> FeatureMap
}

/// A backbone that gives maps of several resolutions, with packed weights.
protocol Backbone: Sendable {
  var weightBytes: Int { get }

  /// Records all operations and returns the maps, finest first.
  func record(_ pixels: FeatureMap, in program: inout ProgramBuilder) -> [FeatureMap]
}

extension ResidualBackbone: Backbone {
  func record(_ pixels: FeatureMap, in program: inout ProgramBuilder) -> [FeatureMap] {
    record(pixels, in: &program, stemNote: "stem")
  }
}

/// A backbone and a head that takes some of its maps.
struct EncoderDecoder: NetworkModel {
  let backbone: any Backbone
  let head: any DecodeHead
  /// The numbers of the maps that the head takes, in its order: 0 is the stem's.
  let maps: [Int]
  var divisor = 1

  var weightBytes: Int { backbone.weightBytes + head.weightBytes }

  func record(_ pixels: FeatureMap, in program: inout ProgramBuilder) -> FeatureMap {
    let features = backbone.record(pixels, in: &program)
    return head.record(maps.map { features[$0] }, in: &program)
  }
}
