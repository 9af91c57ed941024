import KernelTypes

/// A residual block with packed weights that stands by itself, as in HRNet: no stride, no dilation.
struct ResidualBlock: Sendable {
  private let convolutions: [PackedConvolution]
  private let shortcut: PackedConvolution?

  init(_ block: ResidualStructure.Block, _ catalog: TensorCatalog, _ packing: WeightPacking) throws(NetworkError) {
    var convolutions: [PackedConvolution] = []
    for source in block.convolutions { convolutions.append(packing.convolution(try source.read(catalog), padding: source.kernel / 2)) }
    self.convolutions = convolutions
    if let source = block.shortcut { shortcut = packing.convolution(try source.read(catalog)) } else { shortcut = nil }
  }

  var weightBytes: Int { convolutions.reduce(shortcut?.weightBytes ?? 0) { $0 + $1.weightBytes } }

  func record(_ input: FeatureMap, name: String, in program: inout ProgramBuilder) -> FeatureMap {
    let identity = shortcut.map { program.convolve($0, input, name: "\(name).shortcut", activation: .none) } ?? input
    var x = input
    for (index, convolution) in convolutions.enumerated() {
      x = program.convolve(
        convolution, x, name: "\(name).conv\(index + 1)", activation: .relu,
        residual: index == convolutions.count - 1 ? identity : nil)
    }
    return x
  }
}
