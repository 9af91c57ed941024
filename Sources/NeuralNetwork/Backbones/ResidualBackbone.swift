import KernelTypes

/// A residual network with packed weights: ResNet V1c or plain ResNet, dilated (mmsegmentation) or strided (FANet).
struct ResidualBackbone: Sendable {
  /// What comes after the convolutions.
  struct Activations: Sendable {
    /// Inside the stem and the blocks.
    var inner: Activation
    /// After the sum at a block's end.
    var outer: Activation

    static let rectified = Activations(inner: .relu, outer: .relu)
    /// FANet: leaky inside, plain at the end.
    static let leaky = Activations(inner: .leaky, outer: .relu)
  }

  private struct Block: Sendable {
    var name: String
    var convolutions: [PackedConvolution]
    var shortcut: PackedConvolution?
    /// Channels of the first convolution where it and the shortcut are one product; the shortcut's follow.
    var joined: Int?
  }

  private var stem: [PackedConvolution]
  private var stages: [[Block]]
  private let activations: Activations

  init(
    _ structure: ResidualStructure, _ catalog: TensorCatalog, packing: WeightPacking, activations: Activations = .rectified
  ) throws(NetworkError) {
    self.activations = activations
    stem = []
    for (index, source) in structure.stemConvolutions.enumerated() {
      let parameters = try source.read(catalog)
      let kernel = parameters.kernel
      stem.append(packing.convolution(parameters, stride: index == 0 ? 2 : 1, padding: kernel / 2, dilation: 1))
    }
    stages = []
    for blocks in structure.stages {
      var packed: [Block] = []
      for block in blocks { packed.append(try Self.pack(block, catalog, packing)) }
      stages.append(packed)
    }
  }

  private static func pack(
    _ block: ResidualStructure.Block, _ catalog: TensorCatalog, _ packing: WeightPacking
  ) throws(NetworkError) -> Block {
    var parameters: [ConvolutionParameters] = []
    for source in block.convolutions { parameters.append(try source.read(catalog)) }
    let shortcut = try block.shortcut?.read(catalog)
    // The stride is in the 3×3 convolution; with a 1×1 before it at full resolution, conv1 and the shortcut see the same pixels
    // only where the stage has no stride.
    if packing.folding, block.isBottleneck, block.stride == 1, let shortcut {
      let joined = packing.convolution(.sideBySide([parameters[0], shortcut]), stride: 1, padding: 0, dilation: 1)
      return Block(
        name: block.name,
        convolutions: [
          joined, packing.convolution(parameters[1], stride: 1, padding: block.dilation, dilation: block.dilation),
          packing.convolution(parameters[2], stride: 1, padding: 0, dilation: 1),
        ], shortcut: nil, joined: parameters[0].outputs)
    }
    var packed: [PackedConvolution] = []
    for (index, part) in parameters.enumerated() {
      let carriesStride = index == (block.isBottleneck ? 1 : 0)
      let dilation = carriesStride ? block.dilation : 1
      packed.append(
        packing.convolution(
          part, stride: carriesStride ? block.stride : 1, padding: part.kernel == 1 ? 0 : dilation, dilation: dilation))
    }
    return Block(
      name: block.name, convolutions: packed,
      shortcut: shortcut.map { packing.convolution($0, stride: block.stride, padding: 0, dilation: 1) })
  }

  var weightBytes: Int {
    let blocks = stages.joined()
    return stem.reduce(0) { $0 + $1.weightBytes }
      + blocks.reduce(0) { $0 + $1.convolutions.reduce($1.shortcut?.weightBytes ?? 0) { $0 + $1.weightBytes } }
  }

  /// Takes down all stages; the maps that they give, in their order.
  ///
  /// - Parameter stemNote: the reference's name for the map after the stem.
  func lay(_ pixels: FeatureMap, in program: inout ProgramBuilder, stemNote: String) -> [FeatureMap] {
    var x = pixels
    for (index, convolution) in stem.enumerated() {
      x = program.convolve(convolution, x, name: "stem.\(index)", activation: activations.inner)
    }
    program.note(stemNote, x)
    x = program.maxPool(x, name: "maxpool")
    program.note("maxpool", x)
    var features: [FeatureMap] = []
    for (index, blocks) in stages.enumerated() {
      for (number, block) in blocks.enumerated() {
        x = lay(block, x, name: "stage\(index + 1).\(number)", in: &program)
      }
      program.note("stage\(index + 1)", x)
      features.append(x)
    }
    return features
  }

  private func lay(_ block: Block, _ input: FeatureMap, name: String, in program: inout ProgramBuilder) -> FeatureMap {
    var identity = input
    var x = input
    if let channels = block.joined {
      let joined = block.convolutions[0]
      let both = program.map(height: input.height, width: input.width, channels: joined.outputs)
      program.convolve(joined, input, name: "\(name).conv1+shortcut", activation: activations.inner, activeOutputs: channels, into: both)
      x = both.channels(0..<channels)
      identity = both.channels(channels..<joined.outputs)
    } else {
      if let shortcut = block.shortcut {
        identity = program.convolve(shortcut, input, name: "\(name).shortcut", activation: .none)
      }
      x = program.convolve(block.convolutions[0], input, name: "\(name).conv1", activation: activations.inner)
    }
    for (index, convolution) in block.convolutions.enumerated().dropFirst() {
      let isLast = index == block.convolutions.count - 1
      x = program.convolve(
        convolution, x, name: "\(name).conv\(index + 1)", activation: isLast ? activations.outer : activations.inner,
        residual: isLast ? identity : nil)
    }
    return x
  }
}
