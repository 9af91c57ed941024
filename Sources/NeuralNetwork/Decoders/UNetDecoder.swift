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
struct UNetDecoder: DecodeHead {
  private struct Block: Sendable {
    var first: PackedConvolution
    var second: PackedConvolution
    var skip: Int
  }

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

  /// - Parameter features: the pixels, then the encoder's maps, finest first.
  func record(_ features: [FeatureMap], in program: inout ProgramBuilder) -> FeatureMap {
    var x = features[features.count - 1]
    for (index, block) in blocks.enumerated() {
      // The last block has no skip, but the pixels' size.
      let finer = features[features.count - 2 - index]
      let both = program.map(height: finer.height, width: finer.width, channels: x.channels + block.skip)
      program.resizeNearest(x, into: both.channels(0..<x.channels), name: "decoder.\(index).enlarge")
      if block.skip > 0 { program.copy(finer, into: both.channels(x.channels..<both.channels), name: "decoder.\(index).skip") }
      let inner = program.convolve(block.first, both, name: "decoder.\(index).conv1", activation: .relu)
      x = program.convolve(block.second, inner, name: "decoder.\(index).conv2", activation: .relu)
      program.note("decoder_\(index)", x)
    }
    return program.convolve(classifier, x, name: "segmentation_head", activation: .none)
  }
}
