import KernelTypes

/// Interlaced sparse self-attention: softmax(q · k / √channels) · v inside each group of pixels.
///
/// Local groups are blocks of neighbors. A global group has one pixel of each block, all at the same place in theirs, spread over the
/// image. Both are views into the maps, so that nothing is permuted.
private struct InterlacedAttention: Step {
  let name: String
  let product: BatchedProduct
  let query: FeatureMap
  let key: FeatureMap
  let value: FeatureMap
  let output: FeatureMap
  let blockHeight: Int
  let blockWidth: Int
  let isLocal: Bool
  let activation: Activation

  var summary: String {
    "\(isLocal ? "local" : "global") attention in groups of \(groupPixels), \(query.sizeText), values of \(value.channels)"
  }
  var reads: [FeatureMap] { [query, key, value] }
  var writes: [FeatureMap] { [output] }
  var groupPixels: Int {
    isLocal ? blockHeight * blockWidth : (query.height / blockHeight) * (query.width / blockWidth)
  }
  var scratchFloats: Int {
    product.attentionScratchFloats(queries: groupPixels, keys: groupPixels, keyChannels: query.channels, valueChannels: value.channels)
  }
  var operations: Double { 2 * Double(query.pixels) * Double(groupPixels) * Double(query.channels + value.channels) }

  func run(_ memory: Memory) {
    let scale = 1 / Float(query.channels).squareRoot()
    let rows = isLocal ? query.height / blockHeight : blockHeight
    let columns = isLocal ? query.width / blockWidth : blockWidth
    for row in 0..<rows {
      for column in 0..<columns {
        product.attention(
          query: group(memory.view(query), row, column), key: group(memory.view(key), row, column),
          value: group(memory.view(value), row, column), into: group(memory.view(output), row, column), scale: scale,
          epilogue: Epilogue(activation: activation), scratch: memory.scratch)
      }
    }
  }

  private func group(_ view: ImageView, _ row: Int, _ column: Int) -> ImageView {
    var group = view
    if isLocal {
      group.base = view.pixel(row * blockHeight, column * blockWidth)
      group.height = blockHeight
      group.width = blockWidth
    } else {
      group.base = view.pixel(row, column)
      group.height = view.height / blockHeight
      group.width = view.width / blockWidth
      group.rowStride = view.rowStride * blockHeight
      group.pixelStride = view.pixelStride * blockWidth
    }
    return group
  }
}

/// Attention of every pixel to a few positions: softmax(q · k / √channels) · v.
private struct DenseAttention: Step {
  let name: String
  let product: BatchedProduct
  let query: FeatureMap
  let key: FeatureMap
  let value: FeatureMap
  let output: FeatureMap

  var summary: String { "attention to \(key.pixels) positions, \(query.sizeText), values of \(value.channels)" }
  var reads: [FeatureMap] { [query, key, value] }
  var writes: [FeatureMap] { [output] }
  var scratchFloats: Int {
    product.attentionScratchFloats(queries: query.pixels, keys: key.pixels, keyChannels: query.channels, valueChannels: value.channels)
  }
  var operations: Double { 2 * Double(query.pixels) * Double(key.pixels) * Double(query.channels + value.channels) }

  func run(_ memory: Memory) {
    product.attention(
      query: memory.view(query), key: memory.view(key), value: memory.view(value), into: memory.view(output),
      scale: 1 / Float(query.channels).squareRoot(), scratch: memory.scratch)
  }
}

/// The weights of an attention of every pixel to a few positions, as a map: softmax(q · k / √channels).
private struct AttentionWeights: Step {
  let name: String
  let product: BatchedProduct
  let image: ImageOperations
  let query: FeatureMap
  let key: FeatureMap
  let output: FeatureMap

  var summary: String { "attention weights of \(key.pixels) positions, \(query.sizeText)" }
  var reads: [FeatureMap] { [query, key] }
  var writes: [FeatureMap] { [output] }
  var scratchFloats: Int { product.scratchFloats(rows: query.pixels, columns: key.pixels, inner: query.channels) }
  var operations: Double { 2 * Double(query.pixels) * Double(key.pixels) * Double(query.channels) }

  func run(_ memory: Memory) {
    let weights = memory.view(output)
    product.rowsByRows(
      memory.view(query), memory.view(key), into: weights, scale: 1 / Float(query.channels).squareRoot(), scratch: memory.scratch)
    image.softmax(weights)
  }
}

/// FANet's attention without softmax: queries and keys of unit length, q · (Σ over pixels of kᵀ v), linear in the pixels.
private struct FastAttention: Step {
  let name: String
  let product: BatchedProduct
  let image: ImageOperations
  let query: FeatureMap
  let key: FeatureMap
  let value: FeatureMap
  let output: FeatureMap

  var summary: String { "fast attention, \(query.sizeText), values of \(value.channels)" }
  var reads: [FeatureMap] { [query, key, value] }
  var writes: [FeatureMap] { [query, key, output] }
  var scratchFloats: Int {
    sumFloats
      + max(
        product.transposedScratchFloats(rows: key.channels, columns: value.channels, pixels: key.pixels),
        product.scratchFloats(rows: query.pixels, columns: value.channels, inner: query.channels))
  }
  var operations: Double { 4 * Double(query.pixels) * Double(query.channels) * Double(value.channels) }

  private var sumStride: Int { FeatureMap.pixelStride(channels: value.channels) }
  private var sumFloats: Int { key.channels * sumStride }

  func run(_ memory: Memory) {
    let query = memory.view(query)
    let key = memory.view(key)
    let value = memory.view(value)
    image.normalizeLength(query)
    image.normalizeLength(key)
    let sum = ImageView(base: memory.scratch, rows: key.channels, columns: value.channels, stride: sumStride)
    let rest = memory.scratch + sumFloats
    product.columnsByColumns(key, value, into: sum, scratch: rest)
    product.rowsByColumns(query, sum, into: memory.view(output), scratch: rest)
  }
}

extension ProgramBuilder {
  /// - Precondition: the maps are whole blocks high and wide.
  mutating func interlacedAttention(
    _ query: FeatureMap, _ key: FeatureMap, _ value: FeatureMap, into output: FeatureMap, blockHeight: Int, blockWidth: Int, isLocal: Bool,
    activation: Activation, name: String
  ) {
    append(
      InterlacedAttention(
        name: name, product: product, query: query, key: key, value: value, output: output, blockHeight: blockHeight,
        blockWidth: blockWidth, isLocal: isLocal, activation: activation))
  }

  /// Keys and values are maps of as many pixels as there are positions.
  mutating func denseAttention(_ query: FeatureMap, _ key: FeatureMap, _ value: FeatureMap, into output: FeatureMap, name: String) {
    append(DenseAttention(name: name, product: product, query: query, key: key, value: value, output: output))
  }

  /// A 3×3 convolution of an attention's result that is not made itself; `values` is one line of positions with 9 × channels.
  mutating func convolvedAttention(_ query: FeatureMap, _ key: FeatureMap, _ values: FeatureMap, name: String) -> FeatureMap {
    let weights = map(height: query.height + 2, width: query.width + 2, channels: key.pixels)
    clear(weights, name: "\(name).border")
    append(
      AttentionWeights(
        name: "\(name).weights", product: product, image: image, query: query, key: key,
        output: weights.rectangle(row: 1, column: 1, height: query.height, width: query.width)))
    let output = map(height: query.height, width: query.width, channels: values.channels / 9)
    convolve(positions: values, weights: weights, into: output, name: name)
    return output
  }

  /// Queries and keys are scaled to unit length where they are.
  mutating func fastAttention(_ query: FeatureMap, _ key: FeatureMap, _ value: FeatureMap, into output: FeatureMap, name: String) {
    append(FastAttention(name: name, product: product, image: image, query: query, key: key, value: value, output: output))
  }
}
