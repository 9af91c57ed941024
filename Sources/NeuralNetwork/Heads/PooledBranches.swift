import KernelTypes

/// The branches of a pyramid of pooled maps, and what the convolution that joins them with the map makes of each.
///
/// A branch's activation comes before its enlargement, so the joining convolution is linear in the few pooled pixels: its taps are applied to
/// them, and the results are summed with the shares that the enlargement gives them. That leaves the map's own part of that convolution.
struct PooledBranches: Sendable {
  private let branches: [PackedConvolution]
  private let taps: [PackedConvolution]
  private let kernel: Int
  /// Channels of the joining convolution.
  private let outputs: Int

  /// - Parameters:
  ///   - joining: the convolution of which the branches are inputs, one after the other.
  ///   - first: the input at which they begin.
  init(
    _ sources: [ConvolutionSource], in joining: ConvolutionParameters, from first: Int, _ catalog: TensorCatalog, packing: WeightPacking
  ) throws(NetworkError) {
    var branches: [PackedConvolution] = []
    var taps: [PackedConvolution] = []
    var first = first
    for source in sources {
      branches.append(packing.convolution(try source.read(catalog)))
      taps.append(packing.convolution(joining.inputs(first..<(first + source.outputs), withBias: false).taps()))
      first += source.outputs
    }
    self.branches = branches
    self.taps = taps
    kernel = joining.kernel
    outputs = joining.outputs
  }

  var weightBytes: Int { (branches + taps).reduce(0) { $0 + $1.weightBytes } }

  /// Records the pooling and the branches, and returns what they add to the joining convolution, as large as the map.
  ///
  /// - Parameter scales: rows and columns of each pooled map.
  func record(_ x: FeatureMap, scales: [Int], alignCorners: Bool, in program: inout ProgramBuilder) -> FeatureMap {
    let pooled = program.pyramidPool(x, scales: scales, name: "psp.pool")
    let values = program.map(height: 1, width: pooled.width, channels: kernel * kernel * outputs)
    var first = 0
    for (index, scale) in scales.enumerated() {
      let cells = scale * scale
      let branch = program.convolve(
        branches[index], pooled.rectangle(row: 0, column: first, height: 1, width: cells), name: "psp.\(scale)", activation: .relu)
      program.note("psp_\(scale)", branch.folded(height: scale, width: scale))
      program.convolve(
        taps[index], branch, name: "psp.\(scale).taps", activation: .none,
        into: values.rectangle(row: 0, column: first, height: 1, width: cells))
      first += cells
    }
    return program.convolve(
      cells: values, scales: scales, kernel: kernel, size: (x.height, x.width), alignCorners: alignCorners, name: "psp.enlarge")
  }
}
