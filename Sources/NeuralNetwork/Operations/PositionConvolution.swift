import KernelTypes

/// A 1×1 or 3×3 convolution of a map whose pixels are sums over a few positions: out = Σ over taps of (weights, shifted by the tap) · (what
/// the tap makes of the positions' values). The map itself, with its many channels, is never made.
private struct PositionConvolution: Step {
  let name: String
  let product: BatchedProduct
  /// Of each pixel and position; for 3×3 with a border of zeros that is one pixel wide.
  let weights: FeatureMap
  /// One line of positions; taps × channels, tap by tap.
  let values: FeatureMap
  let output: FeatureMap

  private var kernel: Int { weights.height - output.height + 1 }

  var summary: String { "\(kernel)×\(kernel) of sums over \(values.pixels) positions, \(output.sizeText)" }
  var reads: [FeatureMap] { [weights, values] }
  var writes: [FeatureMap] { [output] }
  var scratchFloats: Int { product.scratchFloats(rows: output.pixels, columns: output.channels, inner: values.pixels) }
  var operations: Double { 2 * Double(kernel * kernel) * Double(output.pixels) * Double(output.channels) * Double(values.pixels) }

  func run(_ memory: Memory) {
    let result = memory.view(output)
    for tap in 0..<(kernel * kernel) {
      let shifted = weights.rectangle(row: tap / kernel, column: tap % kernel, height: output.height, width: output.width)
      product.rowsByColumns(
        memory.view(shifted), memory.view(values.channels((tap * output.channels)..<((tap + 1) * output.channels))), into: result,
        epilogue: Epilogue(residual: tap == 0 ? nil : result), scratch: memory.scratch)
    }
  }
}

/// The share that each cell of pooled maps has in each pixel, when the pooled maps are enlarged bilinearly: those of the first map's cells
/// row by row, then those of the next.
private struct CellWeights: Step {
  let name: String
  let operations: Double = 0
  let image: ImageOperations
  let scales: [Int]
  let alignCorners: Bool
  /// Without its border.
  let output: FeatureMap

  var summary: String { "shares of cells of \(scales), \(output.sizeText)" }
  var reads: [FeatureMap] { [] }
  var writes: [FeatureMap] { [output] }
  var scratchFloats: Int { scales.reduce(0) { max($0, $1 * $1 * $1 * $1) } }

  func run(_ memory: Memory) {
    var first = 0
    for scale in scales {
      let cells = scale * scale
      // A map of a channel for each cell that is 1 there and 0 elsewhere.
      let unit = ImageView(base: memory.scratch, height: scale, width: scale, channels: cells)
      image.fill(unit)
      for cell in 0..<cells { memory.scratch[cell * cells + cell] = 1 }
      image.resizeBilinear(unit, into: memory.view(output.channels(first..<(first + cells))), alignCorners: alignCorners)
      first += cells
    }
  }
}

extension ProgramBuilder {
  /// A convolution of sums over positions, 1×1, or 3×3 with padding 1.
  ///
  /// - Parameters:
  ///   - values: one line of positions with taps × channels, what each tap makes of them.
  ///   - weights: of each pixel and position; for 3×3 with a border of zeros that is one pixel wide.
  mutating func convolve(positions values: FeatureMap, weights: FeatureMap, into output: FeatureMap, name: String) {
    append(PositionConvolution(name: name, product: product, weights: weights, values: values, output: output))
  }

  /// A convolution, 1×1 or 3×3 with padding 1, of pooled maps that are enlarged bilinearly, without enlarging them: exact, as both are
  /// linear.
  ///
  /// - Parameters:
  ///   - values: one line of the cells of all scales with taps × channels, what each tap makes of them.
  ///   - kernel: 1 or 3.
  ///   - size: of the enlarged maps and of the output.
  mutating func convolve(
    cells values: FeatureMap, scales: [Int], kernel: Int, size: (height: Int, width: Int), alignCorners: Bool, name: String
  ) -> FeatureMap {
    let border = kernel / 2
    let weights = map(height: size.height + 2 * border, width: size.width + 2 * border, channels: values.pixels)
    if border > 0 { clear(weights, name: "\(name).border") }
    append(
      CellWeights(
        name: "\(name).shares", image: image, scales: scales, alignCorners: alignCorners,
        output: weights.rectangle(row: border, column: border, height: size.height, width: size.width)))
    let output = map(height: size.height, width: size.width, channels: values.channels / (kernel * kernel))
    convolve(positions: values, weights: weights, into: output, name: name)
    return output
  }
}
