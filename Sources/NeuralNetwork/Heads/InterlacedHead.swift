import KernelTypes

/// mmsegmentation's ISAHead: interlaced sparse self-attention (Huang et al., 2019), a global relation between pixels far apart, then a
/// local one inside blocks.
struct InterlacedStructure: Sendable {
  /// One relation's projections.
  struct Relation: Sendable {
    var query: [ConvolutionSource]
    var key: [ConvolutionSource]
    var value: ConvolutionSource
    var output: ConvolutionSource
  }

  var inConvolution: ConvolutionSource
  var global: Relation
  var local: Relation
  var outConvolution: ConvolutionSource
  var classifier: ConvolutionSource
  /// Rows and columns of a block of the local relation (mmsegmentation's `down_factor`).
  var blockHeight: Int
  var blockWidth: Int
  /// The stage of the backbone that it takes, from 0.
  var stage: Int

  var channels: Int { inConvolution.outputs }
  var innerChannels: Int { global.query[0].outputs }

  init(_ catalog: inout TensorCatalog, inputs: Int, blockHeight: Int, blockWidth: Int, stage: Int) throws(NetworkError) {
    let head = "decode_head."
    self.blockHeight = blockHeight
    self.blockWidth = blockWidth
    self.stage = stage
    inConvolution = try catalog.unit(head + "in_conv", inputs: inputs, kernel: 3)
    let channels = inConvolution.outputs
    global = try Self.relation(&catalog, head + "global_relation.", channels: channels)
    local = try Self.relation(&catalog, head + "local_relation.", channels: channels)
    outConvolution = try catalog.unit(head + "out_conv", inputs: 2 * channels, kernel: 1)
    classifier = try catalog.convolution(head + "conv_seg", bias: true, inputs: outConvolution.outputs, kernel: 1)
  }

  private static func relation(_ catalog: inout TensorCatalog, _ name: String, channels: Int) throws(NetworkError) -> Relation {
    let query = try catalog.unit(name + "query_project.0", inputs: channels, kernel: 1)
    let query2 = try catalog.unit(name + "query_project.1", inputs: query.outputs, kernel: 1)
    let key = try catalog.unit(name + "key_project.0", inputs: channels, outputs: query.outputs, kernel: 1)
    let key2 = try catalog.unit(name + "key_project.1", inputs: key.outputs, outputs: query2.outputs, kernel: 1)
    let value = try catalog.convolution(name + "value_project", bias: true, inputs: channels, outputs: channels, kernel: 1)
    let output = try catalog.unit(name + "output_project", inputs: channels, outputs: channels, kernel: 1)
    return Relation(query: [query, query2], key: [key, key2], value: value, output: output)
  }
}

extension TensorCatalog {
  /// mmcv's ConvModule: `NAME.conv` and `NAME.bn`, or, without a norm, `NAME.conv` with a bias.
  mutating func unit(_ name: String, inputs: Int, outputs: Int? = nil, kernel: Int) throws(NetworkError) -> ConvolutionSource {
    let isPlain = !contains(name + ".bn.weight") && contains(name + ".conv.bias")
    return try convolution(name + ".conv", norm: isPlain ? nil : name + ".bn", inputs: inputs, outputs: outputs, kernel: kernel)
  }
}

/// The head with packed weights.
struct InterlacedHead: Sendable {
  private struct Relation: Sendable {
    /// Query and key of the first projection side by side; [queries, keys].
    var first: PackedConvolution
    var query: PackedConvolution
    var key: PackedConvolution
    var value: PackedConvolution
    /// Nil where it is folded into the value.
    var output: PackedConvolution?
  }

  private let inConvolution: PackedConvolution
  private let global: Relation
  private let local: Relation
  private let outConvolution: PackedConvolution
  private let classifier: PackedConvolution
  private let blockHeight: Int
  private let blockWidth: Int

  init(_ structure: InterlacedStructure, _ catalog: TensorCatalog, packing: WeightPacking) throws(NetworkError) {
    blockHeight = structure.blockHeight
    blockWidth = structure.blockWidth
    inConvolution = packing.convolution(try structure.inConvolution.read(catalog), stride: 1, padding: 1, dilation: 1)
    global = try Self.pack(structure.global, catalog, packing)
    local = try Self.pack(structure.local, catalog, packing)
    outConvolution = packing.convolution(try structure.outConvolution.read(catalog))
    classifier = packing.convolution(try structure.classifier.read(catalog), staysExact: true)
  }

  private static func pack(
    _ relation: InterlacedStructure.Relation, _ catalog: TensorCatalog, _ packing: WeightPacking
  ) throws(NetworkError) -> Relation {
    let first = ConvolutionParameters.sideBySide([try relation.query[0].read(catalog), try relation.key[0].read(catalog)])
    let value = try relation.value.read(catalog)
    let output = try relation.output.read(catalog)
    return Relation(
      first: packing.convolution(first),
      query: packing.convolution(try relation.query[1].read(catalog)),
      key: packing.convolution(try relation.key[1].read(catalog)),
      // The attention's weights sum to one, so the output's projection and bias may as well come before the sum.
      value: packing.convolution(packing.folding ? output.after(value) : value),
      output: packing.folding ? nil : packing.convolution(output))
  }

  var weightBytes: Int {
    [global, local].reduce(inConvolution.weightBytes + outConvolution.weightBytes + classifier.weightBytes) {
      $0 + $1.first.weightBytes + $1.query.weightBytes + $1.key.weightBytes + $1.value.weightBytes + ($1.output?.weightBytes ?? 0)
    }
  }

  /// Takes the head down; the small logits.
  ///
  /// Everything between `in_conv` and `out_conv` happens in one map of twice the channels, padded to whole blocks with zeros:
  /// its second half is the residual, its first half the attention's result, so that nothing is concatenated, padded or cropped by
  /// copying.
  func lay(_ input: FeatureMap, in program: inout ProgramBuilder) -> FeatureMap {
    let channels = inConvolution.outputs
    let rows = (input.height + blockHeight - 1) / blockHeight * blockHeight
    let columns = (input.width + blockWidth - 1) / blockWidth * blockWidth
    let top = (rows - input.height) / 2
    let left = (columns - input.width) / 2
    let both = program.map(height: rows, width: columns, channels: 2 * channels)
    let residual = both.channels(channels..<(2 * channels))
    if rows != input.height || columns != input.width { program.clear(residual, name: "isa.padding") }
    let inside = residual.rectangle(row: top, column: left, height: input.height, width: input.width)
    program.convolve(inConvolution, input, name: "isa.in_conv", activation: .relu, into: inside)
    program.note("isa_in", inside)

    let distant = program.map(height: rows, width: columns, channels: channels)
    relate(global, residual, into: distant, part: "global", in: &program)
    relate(local, distant, into: both.channels(0..<channels), part: "local", in: &program)

    let cropped = both.rectangle(row: top, column: left, height: input.height, width: input.width)
    let x = program.convolve(outConvolution, cropped, name: "isa.out_conv", activation: .relu)
    program.note("isa_bottleneck", x)
    return program.convolve(classifier, x, name: "conv_seg", activation: .none)
  }

  private func relate(_ relation: Relation, _ x: FeatureMap, into result: FeatureMap, part: String, in program: inout ProgramBuilder) {
    let inner = relation.first.outputs / 2
    let first = program.convolve(relation.first, x, name: "isa.\(part).query+key.0", activation: .relu)
    let query = program.convolve(relation.query, first.channels(0..<inner), name: "isa.\(part).query.1", activation: .relu)
    program.note("isa_\(part)_query", query)
    let key = program.convolve(relation.key, first.channels(inner..<(2 * inner)), name: "isa.\(part).key.1", activation: .relu)
    program.note("isa_\(part)_key", key)
    let value = program.convolve(relation.value, x, name: "isa.\(part).value", activation: .none)
    if relation.output == nil {
      program.interlacedAttention(
        query, key, value, into: result, blockHeight: blockHeight, blockWidth: blockWidth, isLocal: part == "local", activation: .relu,
        name: "isa.\(part).attention")
    } else if let output = relation.output {
      program.note("isa_\(part)_value", value)
      let context = program.map(height: x.height, width: x.width, channels: value.channels)
      program.interlacedAttention(
        query, key, value, into: context, blockHeight: blockHeight, blockWidth: blockWidth, isLocal: part == "local", activation: .none,
        name: "isa.\(part).attention")
      program.note("isa_\(part)_context", context)
      program.convolve(output, context, name: "isa.\(part).output", activation: .relu, into: result)
    }
    program.note("isa_\(part)", result)
  }
}
