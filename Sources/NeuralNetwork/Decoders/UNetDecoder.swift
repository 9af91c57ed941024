import KernelTypes

/// segmentation_models_pytorch's Unet decoder (Ronneberger, Fischer and Brox, 2015): from the coarsest map on, nearest enlargement to the
/// next finer map's size, that map beside it, two 3×3 convolutions.
struct UNetStructure: Sendable {
  struct Block: Sendable {
    /// Inputs: the enlarged map, then the skip.
    var first: ConvolutionSource
    var second: ConvolutionSource
    /// Channels of the skip; 0 for none.
    var skip: Int
  }

  var blocks: [Block]
  var classifier: ConvolutionSource

  /// - Parameter widths: channels of the encoder's maps, finest first, the stem's included.
  init(_ catalog: inout TensorCatalog, widths: [Int]) throws(NetworkError) {
    blocks = []
    var channels = widths[widths.count - 1]
    var skips = widths.dropLast()
    while catalog.contains("decoder.blocks.\(blocks.count).conv1.0.weight") {
      let name = "decoder.blocks.\(blocks.count)"
      let skip = skips.popLast() ?? 0
      let first = try catalog.sequence(name + ".conv1", inputs: channels + skip, kernel: 3)
      let second = try catalog.sequence(name + ".conv2", inputs: first.outputs, kernel: 3)
      blocks.append(Block(first: first, second: second, skip: skip))
      channels = second.outputs
    }
    guard blocks.count == widths.count else {
      throw NetworkError(
        .unsupported, file: catalog.file, reason: "its decoder has \(blocks.count) blocks for an encoder of \(widths.count) maps",
        remedy: "expected \(widths.count) (encoder_depth 5)")
    }
    classifier = try catalog.segmentationHead(inputs: channels, kernel: 3)
  }
}

extension TensorCatalog {
  /// A convolution `NAME.0` with its batch norm `NAME.1`, or with a bias and without a norm.
  mutating func sequence(_ name: String, inputs: Int, outputs: Int? = nil, kernel: Int) throws(NetworkError) -> ConvolutionSource {
    let hasNorm = contains(name + ".1.weight") || !contains(name + ".0.bias")
    return try convolution(
      name + ".0", norm: hasNorm ? name + ".1" : nil, bias: !hasNorm, inputs: inputs, outputs: outputs, kernel: kernel)
  }

  /// segmentation_models_pytorch's `segmentation_head`.
  mutating func segmentationHead(inputs: Int, kernel: Int) throws(NetworkError) -> ConvolutionSource {
    try convolution("segmentation_head.0", bias: true, inputs: inputs, kernel: kernel)
  }
}

/// The decoder with packed weights.
struct UNetDecoder: Sendable {
  private struct Block: Sendable {
    var first: PackedConvolution
    var second: PackedConvolution
    var skip: Int
  }

  /// A map that holds what a block's first convolution takes in: the enlarged map, and the encoder's.
  struct Room {
    var whole: FeatureMap
    var enlarged: FeatureMap
    var skip: FeatureMap
  }

  /// From the coarsest.
  private let blocks: [Block]
  private let classifier: PackedConvolution

  init(_ structure: UNetStructure, _ catalog: TensorCatalog, packing: WeightPacking) throws(NetworkError) {
    var blocks: [Block] = []
    for block in structure.blocks {
      blocks.append(
        Block(
          first: packing.convolution(try block.first.read(catalog), padding: 1),
          second: packing.convolution(try block.second.read(catalog), padding: 1), skip: block.skip))
    }
    self.blocks = blocks
    classifier = packing.convolution(try structure.classifier.read(catalog), padding: 1, staysExact: true)
  }

  var weightBytes: Int { blocks.reduce(classifier.weightBytes) { $0 + $1.first.weightBytes + $1.second.weightBytes } }

  /// The rooms of all blocks with a skip, finest first: one for each of the encoder's maps but the coarsest.
  func rooms(height: Int, width: Int, in program: inout ProgramBuilder) -> [Room] {
    var (height, width) = (height, width)
    var rooms: [Room] = []
    for block in blocks.reversed() where block.skip > 0 {
      (height, width) = ((height + 1) / 2, (width + 1) / 2)
      let enlarged = block.first.inputs - block.skip
      let whole = program.map(height: height, width: width, channels: block.first.inputs)
      rooms.append(
        Room(whole: whole, enlarged: whole.channels(0..<enlarged), skip: whole.channels(enlarged..<block.first.inputs)))
    }
    return rooms
  }

  /// Records the decoder's operations and returns the logits at the pixels' size.
  ///
  /// - Parameters:
  ///   - coarsest: the encoder's last map.
  ///   - rooms: with the encoder's other maps in them.
  func record(
    coarsest: FeatureMap, rooms: [Room], pixels: FeatureMap, in program: inout ProgramBuilder
  ) -> FeatureMap {
    var x = coarsest
    for (index, block) in blocks.enumerated() {
      let inputs: FeatureMap
      if block.skip > 0 {
        let room = rooms[rooms.count - 1 - index]
        program.resizeNearest(x, into: room.enlarged, name: "decoder.\(index).enlarge")
        inputs = room.whole
      } else {
        inputs = program.map(height: pixels.height, width: pixels.width, channels: x.channels)
        program.resizeNearest(x, into: inputs, name: "decoder.\(index).enlarge")
      }
      let inner = program.convolve(block.first, inputs, name: "decoder.\(index).conv1", activation: .relu)
      x = program.convolve(block.second, inner, name: "decoder.\(index).conv2", activation: .relu)
      program.note("decoder_\(index)", x)
    }
    return program.convolve(classifier, x, name: "segmentation_head", activation: .none)
  }
}
