import KernelTypes

/// The mean of a map over soft regions: each channel of `scores` becomes weights by a softmax over all positions, and each region is the
/// sum of the pixels by its weights.
private struct RegionGathering: Step {
  let name: String
  let product: BatchedProduct
  let image: ImageOperations
  let scores: FeatureMap
  let pixels: FeatureMap
  /// One pixel for each region.
  let output: FeatureMap

  var summary: String { "regions of \(scores.channels) scores, \(pixels.sizeText)" }
  var reads: [FeatureMap] { [scores, pixels] }
  var writes: [FeatureMap] { [output] }
  var scratchFloats: Int { weightFloats + product.scratchFloats(rows: scores.channels, columns: pixels.channels, inner: pixels.pixels) }
  var operations: Double { 2 * Double(scores.channels) * Double(pixels.pixels) * Double(pixels.channels) }

  private var stride: Int { (scores.pixels + 15) / 16 * 16 + 16 }
  private var weightFloats: Int { (scores.channels * stride + 15) / 16 * 16 }

  func run(_ memory: Memory) {
    let weights = ImageView(base: memory.scratch, rows: scores.channels, columns: scores.pixels, stride: stride)
    product.transpose(memory.view(scores), into: weights)
    image.softmax(weights)
    product.rowsByColumns(weights, memory.view(pixels), into: memory.view(output), scratch: memory.scratch + weightFloats)
  }
}

extension ProgramBuilder {
  /// A map of one line with a pixel for each channel of `scores`.
  mutating func gatherRegions(scores: FeatureMap, pixels: FeatureMap, name: String) -> FeatureMap {
    let output = map(height: 1, width: scores.channels, channels: pixels.channels)
    append(RegionGathering(name: name, product: product, image: image, scores: scores, pixels: pixels, output: output))
    return output
  }
}
