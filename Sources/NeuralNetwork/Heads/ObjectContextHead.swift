import KernelTypes

/// mmsegmentation's OCRHead behind an FCNHead (OCRNet; Yuan, Chen and Wang, 2020): coarse logits gather the pixels of each class into a
/// region, and every pixel looks at the regions.
struct ObjectContextStructure: Sendable {
  /// Gives the coarse logits.
  var coarse: ConvolutionalStructure
  var pixels: ConvolutionSource
  var query: [ConvolutionSource]
  var key: [ConvolutionSource]
  var value: ConvolutionSource
  var output: ConvolutionSource
  /// Inputs: the context, then the pixels.
  var bottleneck: ConvolutionSource
  var classifier: ConvolutionSource

  /// - Parameters:
  ///   - coarseInputs: channels of the map that the first head sees.
  ///   - inputs: channels of the map that the second one sees.
  init(_ catalog: inout TensorCatalog, coarseInputs: Int, inputs: Int) throws(NetworkError) {
    coarse = try ConvolutionalStructure(&catalog, name: "decode_head.0.", inputs: coarseInputs, dilation: 1)
    let head = "decode_head.1."
    let block = head + "object_context_block."
    pixels = try catalog.unit(head + "bottleneck", inputs: inputs, kernel: 3)
    let channels = pixels.outputs
    let first = try catalog.unit(block + "query_project.0", inputs: channels, kernel: 1)
    query = [first, try catalog.unit(block + "query_project.1", inputs: first.outputs, kernel: 1)]
    let firstKey = try catalog.unit(block + "key_project.0", inputs: channels, kernel: 1)
    key = [firstKey, try catalog.unit(block + "key_project.1", inputs: firstKey.outputs, outputs: query[1].outputs, kernel: 1)]
    value = try catalog.unit(block + "value_project", inputs: channels, kernel: 1)
    output = try catalog.unit(block + "out_project", inputs: value.outputs, kernel: 1)
    bottleneck = try catalog.unit(block + "bottleneck", inputs: output.outputs + channels, kernel: 1)
    classifier = try catalog.convolution(head + "conv_seg", bias: true, inputs: bottleneck.outputs, kernel: 1)
  }
}

/// The head with packed weights.
struct ObjectContextHead: DecodeHead {
  private let coarse: ConvolutionalHead
  private let pixels: PackedConvolution
  private let query: [PackedConvolution]
  private let key: [PackedConvolution]
  private let value: PackedConvolution
  private let output: PackedConvolution
  private let bottleneck: PackedConvolution
  private let classifier: PackedConvolution

  init(_ structure: ObjectContextStructure, _ catalog: TensorCatalog, packing: WeightPacking) throws(NetworkError) {
    func packed(_ sources: [ConvolutionSource]) throws(NetworkError) -> [PackedConvolution] {
      var packed: [PackedConvolution] = []
      for source in sources { packed.append(packing.convolution(try source.read(catalog))) }
      return packed
    }
    coarse = try ConvolutionalHead(structure.coarse, catalog, packing: packing)
    pixels = packing.convolution(try structure.pixels.read(catalog), padding: 1)
    query = try packed(structure.query)
    key = try packed(structure.key)
    value = packing.convolution(try structure.value.read(catalog))
    output = packing.convolution(try structure.output.read(catalog))
    bottleneck = packing.convolution(try structure.bottleneck.read(catalog))
    classifier = packing.convolution(try structure.classifier.read(catalog), staysExact: true)
  }

  var weightBytes: Int {
    (query + key + [pixels, value, output, bottleneck, classifier]).reduce(coarse.weightBytes) { $0 + $1.weightBytes }
  }

  /// - Parameter features: the map of the first head, then that of the second; one where both see the same.
  func record(_ features: [FeatureMap], in program: inout ProgramBuilder) -> FeatureMap {
    let scores = coarse.record([features[0]], in: &program)
    program.note("ocr_soft_logits", scores)
    let source = features[features.count - 1]
    // The context and the pixels side by side, for the bottleneck.
    let both = program.map(height: source.height, width: source.width, channels: output.outputs + pixels.outputs)
    let context = both.channels(0..<output.outputs)
    let own = both.channels(output.outputs..<both.channels)
    program.convolve(pixels, source, name: "ocr.pixels", activation: .relu, into: own)
    program.note("ocr_pixels", own)
    let regions = program.gatherRegions(scores: scores, pixels: own, name: "ocr.regions")
    program.note("ocr_regions", regions.turned)
    var q = own
    for (index, convolution) in query.enumerated() {
      q = program.convolve(convolution, q, name: "ocr.query.\(index)", activation: .relu)
    }
    program.note("ocr_query", q)
    var k = regions
    for (index, convolution) in key.enumerated() {
      k = program.convolve(convolution, k, name: "ocr.key.\(index)", activation: .relu)
    }
    program.note("ocr_key", k.turned)
    let v = program.convolve(value, regions, name: "ocr.value", activation: .relu)
    program.note("ocr_value", v.turned)
    let attended = program.map(height: q.height, width: q.width, channels: v.channels)
    program.denseAttention(q, k, v, into: attended, name: "ocr.attention")
    program.convolve(output, attended, name: "ocr.output", activation: .relu, into: context)
    program.note("ocr_out", context)
    let x = program.convolve(bottleneck, both, name: "ocr.bottleneck", activation: .relu)
    program.note("ocr_bottleneck", x)
    return program.convolve(classifier, x, name: "conv_seg", activation: .none)
  }
}

extension FeatureMap {
  /// A line as a column, as the reference has regions.
  fileprivate var turned: FeatureMap { folded(height: width, width: 1) }
}
