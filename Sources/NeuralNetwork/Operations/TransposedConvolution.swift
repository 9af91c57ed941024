import KernelTypes

/// Where a transposed convolution's numbers are: 4×4, stride 2, padding 1.
struct TransposedSource: Equatable, Sendable {
  /// The batch norm and the bias, for a convolution of as many outputs.
  var source: ConvolutionSource

  /// Reads the tensors, [in, out, 4, 4], and folds batch norm in.
  ///
  /// - Returns: a convolution for each of the four places of an output pixel in its square of 2×2, row by row: 3×3, stride 1, padding 1,
  ///   over the input. Output row 2y sees input rows y − 1 and y by the kernel's rows 3 and 1, row 2y + 1 sees y and y + 1 by 2 and 0.
  func read(_ catalog: TensorCatalog) throws(NetworkError) -> [ConvolutionParameters] {
    let whole = try source.read(catalog, inputsFirst: true)
    // Rows of the 3×3 kernel (−1, 0, 1), as rows of the 4×4 one.
    let lines: [[Int?]] = [[3, 1, nil], [nil, 2, 0]]
    var parts: [ConvolutionParameters] = []
    for rows in lines {
      for columns in lines {
        var weights = [Double](repeating: 0, count: whole.outputs * whole.inputs * 9)
        for pair in 0..<(whole.outputs * whole.inputs) {
          for (i, row) in rows.enumerated() {
            for (j, column) in columns.enumerated() {
              if let row, let column { weights[pair * 9 + i * 3 + j] = whole.weights[pair * 16 + row * 4 + column] }
            }
          }
        }
        parts.append(
          ConvolutionParameters(outputs: whole.outputs, inputs: whole.inputs, kernel: 3, weights: weights, bias: whole.bias))
      }
    }
    return parts
  }
}

extension TensorCatalog {
  /// Looks up a transposed 4×4 convolution of as many outputs as inputs, with a bias and the batch norm after it.
  mutating func transposed(_ name: String, norm: String, channels: Int) throws(NetworkError) -> TransposedSource {
    TransposedSource(
      source: try convolution(name, norm: norm, bias: true, inputs: channels, outputs: channels, kernel: 4))
  }
}

/// A transposed convolution with packed weights: a convolution for each place in a square of 2×2 output pixels.
struct PackedTransposition: Sendable {
  fileprivate let parts: [PackedConvolution]

  init(_ parts: [ConvolutionParameters], packing: WeightPacking) {
    self.parts = parts.map { packing.convolution($0, padding: 1) }
  }

  var weightBytes: Int { parts.reduce(0) { $0 + $1.weightBytes } }
}

extension ProgramBuilder {
  /// A transposed convolution; the map of twice the size that it writes.
  mutating func enlarge(
    _ convolution: PackedTransposition, _ input: FeatureMap, name: String, activation: Activation
  ) -> FeatureMap {
    let output = map(height: 2 * input.height, width: 2 * input.width, channels: convolution.parts[0].outputs)
    for (index, part) in convolution.parts.enumerated() {
      convolve(
        part, input, name: "\(name).\(index)", activation: activation, into: output.everySecond(row: index / 2, column: index % 2))
    }
    return output
  }
}
