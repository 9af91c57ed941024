import KernelTypes

/// Sets a map to zero: the padding around a smaller map that is written into it.
private struct Clear: Step {
  let name: String
  let operations: Double = 0
  let image: ImageOperations
  let map: FeatureMap

  var summary: String { "clear, \(map.sizeText)" }
  var reads: [FeatureMap] { [] }
  var writes: [FeatureMap] { [map] }
  var scratchFloats: Int { 0 }

  func run(_ memory: Memory) { image.fill(memory.view(map)) }
}

/// Copies a map into a part of another one, or adds it there.
private struct Copy: Step {
  let name: String
  let operations: Double = 0
  let image: ImageOperations
  let source: FeatureMap
  let target: FeatureMap
  let adding: Bool

  var summary: String { "\(adding ? "add" : "copy"), \(source.sizeText)" }
  var reads: [FeatureMap] { adding ? [source, target] : [source] }
  var writes: [FeatureMap] { [target] }
  var scratchFloats: Int { 0 }

  func run(_ memory: Memory) { image.copy(memory.view(source), into: memory.view(target), adding: adding) }
}

/// Applies an activation where the map is.
private struct Activate: Step {
  let name: String
  let image: ImageOperations
  let map: FeatureMap
  let activation: Activation

  var summary: String { "\(activation), \(map.sizeText)" }
  var reads: [FeatureMap] { [map] }
  var writes: [FeatureMap] { [map] }
  var scratchFloats: Int { 0 }
  var operations: Double { Double(map.pixels * map.channels) }

  func run(_ memory: Memory) { image.activate(memory.view(map), activation) }
}

extension ProgramBuilder {
  mutating func activate(_ map: FeatureMap, _ activation: Activation, name: String) {
    append(Activate(name: name, image: image, map: map, activation: activation))
  }

  mutating func clear(_ map: FeatureMap, name: String) { append(Clear(name: name, image: image, map: map)) }

  /// - Parameter adding: adds to what the target holds.
  mutating func copy(_ source: FeatureMap, into target: FeatureMap, adding: Bool = false, name: String) {
    append(Copy(name: name, image: image, source: source, target: target, adding: adding))
  }
}

extension Memory {
  func view(_ map: FeatureMap) -> ImageView {
    ImageView(
      base: begin(map), height: map.height, width: map.width, channels: map.channels, rowStride: map.rowStride, pixelStride: map.pixelStride
    )
  }
}
