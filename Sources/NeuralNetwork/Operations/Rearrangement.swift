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

/// Copies a map into a part of another one.
private struct Copy: Step {
  let name: String
  let operations: Double = 0
  let image: ImageOperations
  let source: FeatureMap
  let target: FeatureMap

  var summary: String { "copy, \(source.sizeText)" }
  var reads: [FeatureMap] { [source] }
  var writes: [FeatureMap] { [target] }
  var scratchFloats: Int { 0 }

  func run(_ memory: Memory) { image.copy(memory.view(source), into: memory.view(target)) }
}

extension ProgramBuilder {
  mutating func clear(_ map: FeatureMap, name: String) { append(Clear(name: name, image: image, map: map)) }

  mutating func copy(_ source: FeatureMap, into target: FeatureMap, name: String) {
    append(Copy(name: name, image: image, source: source, target: target))
  }
}

extension Memory {
  func view(_ map: FeatureMap) -> ImageView {
    ImageView(
      base: begin(map), height: map.height, width: map.width, channels: map.channels, rowStride: map.rowStride, pixelStride: map.pixelStride
    )
  }
}
