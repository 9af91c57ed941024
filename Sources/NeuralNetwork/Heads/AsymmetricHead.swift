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
  /// The stages of the backbone that it takes, from 0: the finer one first.
  var stages: [Int]

  var channels: Int { bottleneck.outputs }
  var innerChannels: Int { fusion.query.outputs }

  init(_ catalog: inout TensorCatalog, low: Int, high: Int, stages: [Int]) throws(NetworkError) {
    let head = "decode_head."
    self.stages = stages
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
  /// Rows and columns of the pooled maps, in the order in which they follow one another.
  static let scales = [1, 3, 6, 8]

  private struct Relation: Sendable {
    var query: PackedConvolution
    /// Nil where it is the query.
    var key: PackedConvolution?
    var value: PackedConvolution
    /// From values to the attention's result; with folding, to what comes after it.
    var output: PackedConvolution
    /// With folding only the part that sees the query's own map, and nil where it is part of the next convolution.
    var bottleneck: PackedConvolution?
  }

  private let fusion: Relation
  /// With folding its input is stage 4, not the fusion's result.
  private let bottleneck: PackedConvolution
  private let context: Relation
  private let classifier: PackedConvolution
  private let folding: Bool

  init(_ structure: AsymmetricStructure, _ catalog: TensorCatalog, packing: WeightPacking) throws(NetworkError) {
    folding = packing.folding
    var fusion = try Projections(structure.fusion, catalog)
    var bottleneck = try structure.bottleneck.read(catalog)
    var context = try Projections(structure.context, catalog)
    if folding {
      // Attention weights sum to one: what is linear after the sum, biases included, may as well come before it, where there are
      // 110 positions in place of a whole map's. The fusion has no activation at its end either, so its two shares go through
      // the 3×3 convolution one by one.
      let (share, rest) = fusion.shares()
      fusion.output = bottleneck.taps(after: share)
      bottleneck = bottleneck.after(rest)
      let (contextShare, contextRest) = context.shares()
      context.output = contextShare
      context.bottleneck = contextRest
    }
    self.fusion = fusion.packed(packing, isShared: false, withBottleneck: !folding)
    self.bottleneck = packing.convolution(bottleneck, stride: 1, padding: 1, dilation: 1)
    self.context = context.packed(packing, isShared: true, withBottleneck: true)
    classifier = packing.convolution(try structure.classifier.read(catalog), staysExact: true)
  }

  /// A relation's numbers before they are packed.
  private struct Projections {
    var query: ConvolutionParameters
    var key: ConvolutionParameters
    var value: ConvolutionParameters
    var output: ConvolutionParameters
    var bottleneck: ConvolutionParameters

    init(_ relation: AsymmetricStructure.Relation, _ catalog: TensorCatalog) throws(NetworkError) {
      query = try relation.query.read(catalog)
      key = try relation.key.read(catalog)
      value = try relation.value.read(catalog)
      output = try relation.output.read(catalog)
      bottleneck = try relation.bottleneck.read(catalog)
    }

    /// The bottleneck's share of the attention's result, with all biases, as a convolution of the values; and of the query's own map.
    func shares() -> (attention: ConvolutionParameters, own: ConvolutionParameters) {
      (
        bottleneck.inputs(0..<output.outputs, withBias: true).after(output),
        bottleneck.inputs(output.outputs..<bottleneck.inputs, withBias: false)
      )
    }

    func packed(_ packing: WeightPacking, isShared: Bool, withBottleneck: Bool) -> Relation {
      Relation(
        query: packing.convolution(query), key: isShared ? nil : packing.convolution(key), value: packing.convolution(value),
        output: packing.convolution(output), bottleneck: withBottleneck ? packing.convolution(bottleneck) : nil)
    }
  }

  var weightBytes: Int {
    [fusion, context].reduce(bottleneck.weightBytes + classifier.weightBytes) {
      $0 + $1.query.weightBytes + ($1.key?.weightBytes ?? 0) + $1.value.weightBytes + $1.output.weightBytes
        + ($1.bottleneck?.weightBytes ?? 0)
    }
  }

  /// Takes the head down; the small logits.
  func lay(low: FeatureMap, high: FeatureMap, in program: inout ProgramBuilder) -> FeatureMap {
    let (query, key) = project(fusion, query: high, key: low, part: "afnb", in: &program)
    let keys = program.pyramidPool(key, scales: Self.scales, name: "ann.afnb.keys")
    let x: FeatureMap
    if folding {
      let values = positions(fusion, low, part: "afnb", in: &program)
      let share = program.convolvedAttention(query, keys, values, name: "ann.afnb.attention")
      x = program.convolve(bottleneck, high, name: "ann.bottleneck", activation: .relu, residual: share)
    } else {
      let fused = attend(fusion, query, keys, source: high, target: low, activation: .none, part: "afnb", in: &program)
      x = program.convolve(bottleneck, fused, name: "ann.bottleneck", activation: .relu)
    }
    program.note("ann_bottleneck", x)

    let (ownQuery, ownKey) = project(context, query: x, key: x, part: "apnb", in: &program)
    let ownKeys = program.pyramidPool(ownKey, scales: Self.scales, name: "ann.apnb.keys")
    let y: FeatureMap
    if folding, let own = context.bottleneck {
      let values = positions(context, x, part: "apnb", in: &program)
      let share = program.map(height: x.height, width: x.width, channels: values.channels)
      program.denseAttention(ownQuery, ownKeys, values, into: share, name: "ann.apnb.attention")
      y = program.convolve(own, x, name: "ann.apnb.bottleneck", activation: .relu, residual: share)
      program.note("ann_apnb", y)
    } else {
      y = attend(context, ownQuery, ownKeys, source: x, target: x, activation: .relu, part: "apnb", in: &program)
    }
    return program.convolve(classifier, y, name: "conv_seg", activation: .none)
  }

  private func project(
    _ relation: Relation, query source: FeatureMap, key target: FeatureMap, part: String, in program: inout ProgramBuilder
  ) -> (query: FeatureMap, key: FeatureMap) {
    let query = program.convolve(relation.query, source, name: "ann.\(part).query", activation: .relu)
    program.note("ann_\(part)_query", query)
    var key = query
    if let convolution = relation.key { key = program.convolve(convolution, target, name: "ann.\(part).key", activation: .relu) }
    program.note("ann_\(part)_key", key)
    return (query, key)
  }

  /// What the attention sums up, one line of positions. Pooling and 1×1 convolutions commute: it is made of the pooled map.
  private func positions(_ relation: Relation, _ target: FeatureMap, part: String, in program: inout ProgramBuilder) -> FeatureMap {
    let pooled = program.pyramidPool(target, scales: Self.scales, name: "ann.\(part).pool")
    let values = program.convolve(relation.value, pooled, name: "ann.\(part).value", activation: .none)
    return program.convolve(relation.output, values, name: "ann.\(part).output", activation: .none)
  }

  /// The attention and its bottleneck as the paper has them.
  private func attend(
    _ relation: Relation, _ query: FeatureMap, _ keys: FeatureMap, source: FeatureMap, target: FeatureMap, activation: Activation,
    part: String, in program: inout ProgramBuilder
  ) -> FeatureMap {
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
    guard let bottleneck = relation.bottleneck else { return context }
    let result = program.convolve(bottleneck, both, name: "ann.\(part).bottleneck", activation: activation)
    program.note("ann_\(part)", result)
    return result
  }
}
