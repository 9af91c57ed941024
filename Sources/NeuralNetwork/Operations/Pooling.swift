import KernelTypes

/// The largest value of 3×3 at stride 2; padding never wins.
private struct MaxPool: Step {
  let name: String
  let image: ImageOperations
  let input: FeatureMap
  let output: FeatureMap

  var summary: String { "max pool 3×3 stride 2, \(input.sizeText)" }
  var reads: [FeatureMap] { [input] }
  var writes: [FeatureMap] { [output] }
  var scratchFloats: Int { 0 }
  var operations: Double { 9 * Double(output.pixels * output.channels) }

  func run(_ memory: Memory) { image.maxPool(memory.view(input), into: memory.view(output)) }
}

/// Adaptive average pooling to n×n for each n, the results row by row after one another: a pyramid of one line.
private struct PyramidPool: Step {
  let name: String
  let image: ImageOperations
  let input: FeatureMap
  let output: FeatureMap
  let scales: [Int]

  var summary: String { "adaptive average pool to \(scales), \(input.sizeText)" }
  var reads: [FeatureMap] { [input] }
  var writes: [FeatureMap] { [output] }
  var scratchFloats: Int { 0 }
  var operations: Double { Double(scales.count * input.pixels * input.channels) }

  func run(_ memory: Memory) {
    var position = memory.begin(output)
    for scale in scales {
      image.adaptiveAveragePool(
        memory.view(input),
        into: ImageView(base: position, height: scale, width: scale, channels: output.channels, pixelStride: output.pixelStride))
      position += scale * scale * output.pixelStride
    }
  }
}

extension ProgramBuilder {
  /// - Parameter target: where the output goes, half the input's size, rounded up; a new map where nil.
  mutating func maxPool(_ input: FeatureMap, into target: FeatureMap? = nil, name: String) -> FeatureMap {
    let output = target ?? map(height: (input.height + 1) / 2, width: (input.width + 1) / 2, channels: input.channels)
    append(MaxPool(name: name, image: image, input: input, output: output))
    return output
  }

  /// A map of one line with Σ n² pixels.
  mutating func pyramidPool(_ input: FeatureMap, scales: [Int], name: String) -> FeatureMap {
    let output = map(height: 1, width: scales.reduce(0) { $0 + $1 * $1 }, channels: input.channels)
    append(PyramidPool(name: name, image: image, input: input, output: output, scales: scales))
    return output
  }
}
