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
    /// Nil also where it is part of the last convolution.
    var shortcut: PackedConvolution?
    var stride: Int
    /// Whether the last convolution sees the block's own input as well, behind the one before it: it and the shortcut, both 1×1, are one
    /// product, and no sum of theirs goes through memory.
    var takesShortcutIn = false
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
    let takesShortcutIn = packing.folding && block.isBottleneck && block.stride == 1 && shortcut != nil
    if takesShortcutIn, let shortcut { parameters[2] = .sum(parameters[2], shortcut) }
    var packed: [PackedConvolution] = []
    for (index, part) in parameters.enumerated() {
      let dilation = index == (block.isBottleneck ? 1 : 0) ? block.dilation : part.kernel == 1 ? 1 : block.secondDilation
      packed.append(
        packing.convolution(
          part, stride: index == block.stridePlace ? block.stride : 1, padding: part.kernel == 1 ? 0 : dilation, dilation: dilation))
    }
    return Block(
      name: block.name, convolutions: packed,
      shortcut: takesShortcutIn ? nil : shortcut.map { packing.convolution($0, stride: block.stride, padding: 0, dilation: 1) },
      stride: block.stride, takesShortcutIn: takesShortcutIn)
  }

  var weightBytes: Int {
    let blocks = stages.joined()
    return stem.reduce(0) { $0 + $1.weightBytes }
      + blocks.reduce(0) { $0 + $1.convolutions.reduce($1.shortcut?.weightBytes ?? 0) { $0 + $1.weightBytes } }
  }

  /// Records all operations and returns the stem's map and those of the stages.
  ///
  /// - Parameters:
  ///   - stemNote: the reference's name for the map after the stem.
  ///   - targets: where the stem's map and those of the stages go, in their order; new maps where nil or absent.
  func record(
    _ pixels: FeatureMap, in program: inout ProgramBuilder, stemNote: String = "stem", targets: [FeatureMap?] = []
  ) -> [FeatureMap] {
    var x = pixels
    for (index, convolution) in stem.enumerated() {
      x = program.convolve(
        convolution, x, name: "stem.\(index)", activation: activations.inner,
        into: index == stem.count - 1 ? targets.first ?? nil : nil)
    }
    program.note(stemNote, x)
    var features = [x]
    // A block that takes its shortcut into a product needs its input behind another map: the step before writes it there.
    var room = room(for: stages[0][0], height: (x.height + 1) / 2, width: (x.width + 1) / 2, inputs: x.channels, in: &program)
    x = program.maxPool(x, into: room?.input, name: "maxpool")
    program.note("maxpool", x)
    for (index, blocks) in stages.enumerated() {
      for (number, block) in blocks.enumerated() {
        let next = number + 1 < blocks.count ? blocks[number + 1] : index + 1 < stages.count ? stages[index + 1][0] : nil
        let nextRoom = next.flatMap {
          self.room(
            for: $0, height: (x.height - 1) / block.stride + 1, width: (x.width - 1) / block.stride + 1,
            inputs: block.convolutions[block.convolutions.count - 1].outputs, in: &program)
        }
        let target = number + 1 == blocks.count && index + 1 < targets.count ? targets[index + 1] : nil
        x = lay(block, x, room: room, into: nextRoom?.input ?? target, name: "stage\(index + 1).\(number)", in: &program)
        if nextRoom != nil, let target {
          program.copy(x, into: target, name: "stage\(index + 1).copy")
        }
        room = nextRoom
      }
      program.note("stage\(index + 1)", x)
      features.append(x)
    }
    return features
  }

  /// A map that holds what a block's last convolution takes in: the convolution before it, and the block's input.
  private struct Room {
    var whole: FeatureMap
    var inner: FeatureMap
    var input: FeatureMap
  }

  private func room(for block: Block, height: Int, width: Int, inputs: Int, in program: inout ProgramBuilder) -> Room? {
    guard block.takesShortcutIn, let last = block.convolutions.last else { return nil }
    let whole = program.map(height: height, width: width, channels: last.inputs)
    let inner = last.inputs - inputs
    return Room(whole: whole, inner: whole.channels(0..<inner), input: whole.channels(inner..<last.inputs))
  }

  private func lay(
    _ block: Block, _ input: FeatureMap, room: Room?, into target: FeatureMap?, name: String, in program: inout ProgramBuilder
  ) -> FeatureMap {
    var identity: FeatureMap? = room == nil ? input : nil
    if let shortcut = block.shortcut {
      identity = program.convolve(shortcut, input, name: "\(name).shortcut", activation: .none)
    }
    var x = input
    for (index, convolution) in block.convolutions.enumerated() {
      if index == block.convolutions.count - 1 {
        x = program.convolve(
          convolution, room?.whole ?? x, name: "\(name).conv\(index + 1)\(room == nil ? "" : "+shortcut")", activation: activations.outer,
          residual: identity, into: target)
      } else {
        x = program.convolve(
          convolution, x, name: "\(name).conv\(index + 1)", activation: activations.inner,
          into: index == block.convolutions.count - 2 ? room?.inner : nil)
      }
    }
    return x
  }
}
