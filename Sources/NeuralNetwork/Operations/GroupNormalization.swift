import KernelTypes

/// A group norm's numbers as its kernel takes them.
struct PackedGroupNorm: Sendable {
  /// PyTorch's default in segmentation_models_pytorch; no tensor tells.
  static let groups = 32
  static let epsilon = 1e-5

  fileprivate let scale: PackedMemory
  fileprivate let shift: PackedMemory

  /// - Throws: `unsupported` where channels do not divide into groups or numbers are not finite.
  init(_ source: GroupNormSource, _ catalog: TensorCatalog) throws(NetworkError) {
    guard source.channels % Self.groups == 0 else {
      throw NetworkError(
        .unsupported, file: catalog.file, reason: "\(source.name) has \(source.channels) channels for \(Self.groups) groups",
        remedy: "expected a multiple of \(Self.groups)")
    }
    let weights = try catalog.doubles(source.name + ".weight")
    let biases = try catalog.doubles(source.name + ".bias")
    guard weights.count == source.channels, biases.count == source.channels, (weights + biases).allSatisfy(\.isFinite) else {
      throw NetworkError(
        .unsupported, file: catalog.file, reason: "\(source.name) holds numbers that are not finite",
        remedy: "give a checkpoint from before the training diverged")
    }
    func packed(_ values: [Double]) -> PackedMemory {
      PackedMemory(count: (values.count + 15) / 16 * 16) { memory in
        for (index, value) in values.enumerated() { memory[index] = Float(value) }
      }
    }
    scale = packed(weights)
    shift = packed(biases)
  }

  var bytes: Int { scale.bytes + shift.bytes }
}

/// Group normalization in place, then an activation.
private struct GroupNormalization: Step {
  let name: String
  let image: ImageOperations
  let norm: PackedGroupNorm
  let map: FeatureMap
  let activation: Activation

  var summary: String { "group norm, \(map.sizeText)" }
  var reads: [FeatureMap] { [map] }
  var writes: [FeatureMap] { [map] }
  var scratchFloats: Int { 0 }
  var operations: Double { 6 * Double(map.pixels * map.channels) }

  func run(_ memory: Memory) {
    image.normalizeGroups(
      memory.view(map), groups: PackedGroupNorm.groups, scale: norm.scale.floats, shift: norm.shift.floats,
      epsilon: PackedGroupNorm.epsilon, activation: activation)
  }
}

extension ProgramBuilder {
  /// Normalizes a map where it is.
  mutating func normalizeGroups(_ norm: PackedGroupNorm, _ map: FeatureMap, activation: Activation, name: String) {
    append(GroupNormalization(name: name, image: image, norm: norm, map: map, activation: activation))
  }
}
