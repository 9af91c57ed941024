import KernelTypes

/// mmsegmentation's ANNHead (Zhu et al., 2019): each pixel attends to 110 pooled positions; first stage 4 to stage 3 (AFNB), then the
/// result to itself (APNB).
struct AsymmetricStructure: Sendable {
  struct Relation: Sendable {
    var query: ConvolutionSource
    var key: ConvolutionSource
    var value: ConvolutionSource
    var output: ConvolutionSource
    var bottleneck: ConvolutionSource
  }

  var fusion: Relation
  var bottleneck: ConvolutionSource
  var context: Relation
  var classifier: ConvolutionSource

  var channels: Int { bottleneck.outputs }
  var innerChannels: Int { fusion.query.outputs }

  init(_ catalog: inout TensorCatalog, low: Int, high: Int) throws(NetworkError) {
    let head = "decode_head."
    fusion = try Self.relation(&catalog, head + "fusion.", queries: high, keys: low)
    bottleneck = try catalog.unit(head + "bottleneck", inputs: fusion.bottleneck.outputs, kernel: 3)
    context = try Self.relation(&catalog, head + "context.", queries: bottleneck.outputs, keys: bottleneck.outputs)
    classifier = try catalog.convolution(head + "conv_seg", bias: true, inputs: context.bottleneck.outputs, kernel: 1)
    guard !catalog.contains(head + "fusion.stages.1.query_project.conv.weight"),
      !catalog.contains(head + "context.stages.1.query_project.conv.weight")
    else {
      throw NetworkError(
        .unsupported, file: catalog.file, reason: "has several query scales (decode_head.fusion.stages.1)",
        remedy: "give a network with query_scales=(1,), as mmsegmentation's ann_*-d8 have it")
    }
  }

  private static func relation(_ catalog: inout TensorCatalog, _ name: String, queries: Int, keys: Int) throws(NetworkError) -> Relation {
    let stage = name + "stages.0."
    let query = try catalog.unit(stage + "query_project", inputs: queries, kernel: 1)
    let key = try catalog.unit(stage + "key_project", inputs: keys, outputs: query.outputs, kernel: 1)
    let value = try catalog.convolution(stage + "value_project", bias: true, inputs: keys, kernel: 1)
    let output = try catalog.convolution(stage + "out_project", bias: true, inputs: value.outputs, kernel: 1)
    let bottleneck = try catalog.unit(name + "bottleneck", inputs: output.outputs + queries, kernel: 1)
    return Relation(query: query, key: key, value: value, output: output, bottleneck: bottleneck)
  }
}

/// The head with packed weights.
struct AsymmetricHead: Sendable {
  private struct Relation: Sendable {
    var query: PackedConvolution
    /// Nil where it is the query.
    var key: PackedConvolution?
    var value: PackedConvolution
    /// From values to the attention's result; with folding, to the bottleneck's share of it.
    var output: PackedConvolution
    /// With folding only the part that sees the query's own map.
    var bottleneck: PackedConvolution
    var activation: Activation
  }

  /// Rows and columns of the pooled maps, in the order in which they follow one another.
  static let scales = [1, 3, 6, 8]

  private let fusion: Relation
  private let bottleneck: PackedConvolution
  private let context: Relation
  private let classifier: PackedConvolution
  private let folding: Bool

  init(_ structure: AsymmetricStructure, _ catalog: TensorCatalog, packing: WeightPacking) throws(NetworkError) {
    folding = packing.folding
    fusion = try Self.pack(structure.fusion, catalog, packing, isShared: false, activation: .none)
    bottleneck = packing.convolution(try structure.bottleneck.read(catalog), stride: 1, padding: 1, dilation: 1)
    context = try Self.pack(structure.context, catalog, packing, isShared: true, activation: .relu)
    classifier = packing.convolution(try structure.classifier.read(catalog))
  }

  private static func pack(
    _ relation: AsymmetricStructure.Relation, _ catalog: TensorCatalog, _ packing: WeightPacking, isShared: Bool, activation: Activation
  ) throws(NetworkError) -> Relation {
    let query = packing.convolution(try relation.query.read(catalog))
    let key = isShared ? nil : packing.convolution(try relation.key.read(catalog))
    let value = packing.convolution(try relation.value.read(catalog))
    let output = try relation.output.read(catalog)
    let bottleneck = try relation.bottleneck.read(catalog)
    guard packing.folding else {
      return Relation(
        query: query, key: key, value: value, output: packing.convolution(output), bottleneck: packing.convolution(bottleneck),
        activation: activation)
    }
    // Weights sum to one: the output's projection and the bottleneck's share of it, biases included, come before the sum,
    // where there are 110 positions in place of a whole map's.
    let share = bottleneck.inputs(0..<output.outputs, withBias: true).after(output)
    let rest = bottleneck.inputs(output.outputs..<bottleneck.inputs, withBias: false)
    return Relation(
      query: query, key: key, value: value, output: packing.convolution(share), bottleneck: packing.convolution(rest),
      activation: activation)
  }

  var weightBytes: Int {
    [fusion, context].reduce(bottleneck.weightBytes + classifier.weightBytes) {
      $0 + $1.query.weightBytes + ($1.key?.weightBytes ?? 0) + $1.value.weightBytes + $1.output.weightBytes + $1.bottleneck.weightBytes
    }
  }

  /// Takes the head down; the small logits.
  func lay(low: FeatureMap, high: FeatureMap, in program: inout ProgramBuilder) -> FeatureMap {
    let fused = relate(fusion, query: high, key: low, part: "afnb", in: &program)
    let x = program.convolve(bottleneck, fused, name: "ann.bottleneck", activation: .relu)
    program.note("ann_bottleneck", x)
    let y = relate(context, query: x, key: x, part: "apnb", in: &program)
    return program.convolve(classifier, y, name: "conv_seg", activation: .none)
  }

  private func relate(
    _ relation: Relation, query source: FeatureMap, key target: FeatureMap, part: String, in program: inout ProgramBuilder
  ) -> FeatureMap {
    let query = program.convolve(relation.query, source, name: "ann.\(part).query", activation: .relu)
    program.note("ann_\(part)_query", query)
    var key = query
    if let convolution = relation.key { key = program.convolve(convolution, target, name: "ann.\(part).key", activation: .relu) }
    program.note("ann_\(part)_key", key)
    let keys = program.pyramidPool(key, scales: Self.scales, name: "ann.\(part).keys")
    if folding {
      // Pooling and 1×1 convolutions commute: the values are made of the pooled map.
      let pooled = program.pyramidPool(target, scales: Self.scales, name: "ann.\(part).pool")
      let values = program.convolve(relation.value, pooled, name: "ann.\(part).value", activation: .none)
      let shares = program.convolve(relation.output, values, name: "ann.\(part).output", activation: .none)
      let share = program.map(height: source.height, width: source.width, channels: shares.channels)
      program.denseAttention(query, keys, shares, into: share, name: "ann.\(part).attention")
      let result = program.convolve(
        relation.bottleneck, source, name: "ann.\(part).bottleneck", activation: relation.activation, residual: share)
      program.note("ann_\(part)", result)
      return result
    }
    let value = program.convolve(relation.value, target, name: "ann.\(part).value", activation: .none)
    program.note("ann_\(part)_value", value)
    let values = program.pyramidPool(value, scales: Self.scales, name: "ann.\(part).values")
    let attended = program.map(height: source.height, width: source.width, channels: values.channels)
    program.denseAttention(query, keys, values, into: attended, name: "ann.\(part).attention")
    let both = program.map(height: source.height, width: source.width, channels: relation.output.outputs + source.channels)
    let context = both.channels(0..<relation.output.outputs)
    program.convolve(relation.output, attended, name: "ann.\(part).output", activation: .none, into: context)
    program.note("ann_\(part)_context", context)
    program.copy(source, into: both.channels(relation.output.outputs..<both.channels), name: "ann.\(part).concatenate")
    let result = program.convolve(relation.bottleneck, both, name: "ann.\(part).bottleneck", activation: relation.activation)
    program.note("ann_\(part)", result)
    return result
  }
}
