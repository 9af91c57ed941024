import KernelTypes

/// segmentation_models_pytorch's Linknet decoder (Chaurasia and Culurciello, 2017): a 1×1 convolution, a transposed 4×4 one that doubles
/// the size, another 1×1, and the encoder's map of that size added.
struct LinkStructure: Sendable {
  struct Block: Sendable {
    var reduction: ConvolutionSource
    var enlargement: TransposedSource
    var expansion: ConvolutionSource
  }

  var blocks: [Block]
  var classifier: ConvolutionSource

  /// - Parameter widths: channels of the encoder's maps, finest first, the stem's included.
  init(_ catalog: inout TensorCatalog, widths: [Int]) throws(NetworkError) {
    blocks = []
    var channels = widths[widths.count - 1]
    for index in widths.indices {
      let name = "decoder.blocks.\(index).block"
      let reduction = try catalog.sequence(name + ".0", inputs: channels, kernel: 1)
      let enlargement = try catalog.transposed(name + ".1.0", norm: name + ".1.1", channels: reduction.outputs)
      // The next finer map is added, so it has as many channels.
      let wanted: Int? = index + 1 < widths.count ? widths[widths.count - 2 - index] : nil
      let expansion = try catalog.sequence(name + ".2", inputs: reduction.outputs, outputs: wanted, kernel: 1)
      blocks.append(Block(reduction: reduction, enlargement: enlargement, expansion: expansion))
      channels = expansion.outputs
    }
    classifier = try catalog.segmentationHead(inputs: channels, kernel: 1)
  }
}

/// The decoder with packed weights.
struct LinkDecoder: DecodeHead {
  private struct Block: Sendable {
    var reduction: PackedConvolution
    var enlargement: PackedTransposition
    var expansion: PackedConvolution
  }

  private let blocks: [Block]
  private let classifier: PackedConvolution

  init(_ structure: LinkStructure, _ catalog: TensorCatalog, packing: WeightPacking) throws(NetworkError) {
    var blocks: [Block] = []
    for block in structure.blocks {
      blocks.append(
        Block(
          reduction: packing.convolution(try block.reduction.read(catalog)),
          enlargement: PackedTransposition(try block.enlargement.read(catalog), packing: packing),
          expansion: packing.convolution(try block.expansion.read(catalog))))
    }
    self.blocks = blocks
    classifier = packing.convolution(try structure.classifier.read(catalog), staysExact: true)
  }

  var weightBytes: Int {
    blocks.reduce(classifier.weightBytes) {
      $0 + $1.reduction.weightBytes + $1.enlargement.weightBytes + $1.expansion.weightBytes
    }
  }

  /// - Parameter features: the encoder's maps, finest first; each twice as large as the next.
  func record(_ features: [FeatureMap], in program: inout ProgramBuilder) -> FeatureMap {
    var x = features[features.count - 1]
    for (index, block) in blocks.enumerated() {
      let name = "decoder.\(index)"
      let reduced = program.convolve(block.reduction, x, name: "\(name).reduce", activation: .relu)
      let larger = program.enlarge(block.enlargement, reduced, name: "\(name).enlarge", activation: .relu)
      let skip = index + 1 < features.count ? features[features.count - 2 - index] : nil
      x = program.convolve(
        block.expansion, larger, name: "\(name).expand", activation: .relu, residual: skip, residualComesLast: skip != nil)
      program.note("decoder_\(index)", x)
    }
    return program.convolve(classifier, x, name: "segmentation_head", activation: .none)
  }
}
