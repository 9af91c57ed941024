import KernelTypes

/// segmentation_models_pytorch's Unet++ decoder (Zhou et al., 2018): blocks x_A_B, each of which enlarges a coarser one twice and takes all
/// finer results of its row and the encoder's map beside it.
struct NestedUNetStructure: Sendable {
  struct Block: Sendable {
    var name: String
    /// Inputs: the enlarged map, then the skips.
    var first: ConvolutionSource
    var second: ConvolutionSource
    /// The block or encoder map that is enlarged.
    var source: String
    /// The blocks and encoder maps beside it, in their order.
    var skips: [String]
  }

  /// In the order of computation.
  var blocks: [Block]
  var classifier: ConvolutionSource

  /// - Parameter widths: channels of the encoder's maps, finest first, the stem's included. They are named g_0 (coarsest) on.
  init(_ catalog: inout TensorCatalog, widths: [Int]) throws(NetworkError) {
    var channels: [String: Int] = [:]
    for (index, width) in widths.reversed().enumerated() { channels["g_\(index)"] = width }
    blocks = []
    let depth = widths.count - 1
    for column in 0..<depth {
      for row in stride(from: column, through: 0, by: -1) {
        let skips = (row..<column).map { "x_\($0 + 1)_\(column)" } + ["g_\(column + 1)"]
        blocks.append(
          try Self.block(
            &catalog, row, column, source: row == column ? "g_\(column)" : "x_\(row)_\(column - 1)", skips: skips, &channels))
      }
    }
    blocks.append(try Self.block(&catalog, 0, depth, source: "x_0_\(depth - 1)", skips: [], &channels))
    classifier = try catalog.segmentationHead(inputs: channels["x_0_\(depth)"] ?? 0, kernel: 3)
  }

  private static func block(
    _ catalog: inout TensorCatalog, _ row: Int, _ column: Int, source: String, skips: [String], _ channels: inout [String: Int]
  ) throws(NetworkError) -> Block {
    let name = "x_\(row)_\(column)"
    let inputs = ([source] + skips).reduce(0) { $0 + (channels[$1] ?? 0) }
    let first = try catalog.sequence("decoder.blocks.\(name).conv1", inputs: inputs, kernel: 3)
    let second = try catalog.sequence("decoder.blocks.\(name).conv2", inputs: first.outputs, kernel: 3)
    channels[name] = second.outputs
    return Block(name: name, first: first, second: second, source: source, skips: skips)
  }
}

/// The decoder with packed weights.
struct NestedUNetDecoder: DecodeHead {
  private let structure: NestedUNetStructure
  private let blocks: [(first: PackedConvolution, second: PackedConvolution)]
  private let classifier: PackedConvolution

  init(_ structure: NestedUNetStructure, _ catalog: TensorCatalog, packing: WeightPacking) throws(NetworkError) {
    self.structure = structure
    var blocks: [(first: PackedConvolution, second: PackedConvolution)] = []
    for block in structure.blocks {
      blocks.append(
        (
          packing.convolution(try block.first.read(catalog), padding: 1), packing.convolution(try block.second.read(catalog), padding: 1)
        ))
    }
    self.blocks = blocks
    classifier = packing.convolution(try structure.classifier.read(catalog), padding: 1, staysExact: true)
  }

  var weightBytes: Int { blocks.reduce(classifier.weightBytes) { $0 + $1.first.weightBytes + $1.second.weightBytes } }

  /// - Parameter features: the encoder's maps, finest first; each twice as large as the next.
  func record(_ features: [FeatureMap], in program: inout ProgramBuilder) -> FeatureMap {
    var maps: [String: FeatureMap] = [:]
    for (index, map) in features.reversed().enumerated() { maps["g_\(index)"] = map }
    var x = features[0]
    for (block, packed) in zip(structure.blocks, blocks) {
      guard let source = maps[block.source] else { continue }
      let skips = block.skips.compactMap { maps[$0] }
      let both = program.map(
        height: 2 * source.height, width: 2 * source.width, channels: skips.reduce(source.channels) { $0 + $1.channels })
      program.resizeNearest(source, into: both.channels(0..<source.channels), name: "\(block.name).enlarge")
      var used = source.channels
      for (skip, name) in zip(skips, block.skips) {
        program.copy(skip, into: both.channels(used..<(used + skip.channels)), name: "\(block.name).\(name)")
        used += skip.channels
      }
      let inner = program.convolve(packed.first, both, name: "\(block.name).conv1", activation: .relu)
      x = program.convolve(packed.second, inner, name: "\(block.name).conv2", activation: .relu)
      program.note(block.name, x)
      maps[block.name] = x
    }
    return program.convolve(classifier, x, name: "segmentation_head", activation: .none)
  }
}
