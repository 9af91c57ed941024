import KernelTypes

/// mmsegmentation's FCNHead (FCN; Long, Shelhamer and Darrell, 2015): convolutions in a row, and one over what went in and what came out.
struct ConvolutionalStructure: Sendable {
  var convolutions: [ConvolutionSource]
  var dilation: Int
  /// Nil where the input is not looked at again. Inputs: the map, then the last convolution's result.
  var fusion: ConvolutionSource?
  var classifier: ConvolutionSource
}

extension ConvolutionalStructure {
  /// - Parameters:
  ///   - name: of the head's tensors, as in `decode_head.`.
  ///   - dilation: of the convolutions; that of the fusion is 1.
  init(_ catalog: inout TensorCatalog, name head: String, inputs: Int, dilation: Int) throws(NetworkError) {
    self.dilation = dilation
    convolutions = []
    var channels = inputs
    while catalog.contains("\(head)convs.\(convolutions.count).conv.weight") {
      let unit = "\(head)convs.\(convolutions.count)"
      let kernel = try catalog.shape(unit + ".conv.weight").last ?? 0
      guard kernel == 1 || kernel == 3 else {
        throw NetworkError(
          .unsupported, file: catalog.file, reason: "\(unit) has a kernel of \(kernel)×\(kernel)", remedy: "expected 1×1 or 3×3")
      }
      let convolution = try catalog.unit(unit, inputs: channels, kernel: kernel)
      channels = convolution.outputs
      convolutions.append(convolution)
    }
    if catalog.contains(head + "conv_cat.conv.weight") {
      fusion = try catalog.unit(head + "conv_cat", inputs: inputs + channels, outputs: channels, kernel: 3)
    }
    classifier = try catalog.convolution(head + "conv_seg", bias: true, inputs: channels, kernel: 1)
  }
}

/// The head with packed weights.
struct ConvolutionalHead: DecodeHead {
  private let convolutions: [PackedConvolution]
  /// The fusion's share of the input, and of the convolutions' result.
  private let fusion: (input: PackedConvolution, result: PackedConvolution)?
  private let classifier: PackedConvolution

  init(_ structure: ConvolutionalStructure, _ catalog: TensorCatalog, packing: WeightPacking) throws(NetworkError) {
    var convolutions: [PackedConvolution] = []
    for source in structure.convolutions {
      let dilation = source.kernel == 1 ? 1 : structure.dilation
      convolutions.append(
        packing.convolution(try source.read(catalog), padding: source.kernel / 2 * dilation, dilation: dilation))
    }
    self.convolutions = convolutions
    if let source = structure.fusion {
      let whole = try source.read(catalog)
      let inputs = source.inputs - source.outputs
      fusion = (
        packing.convolution(whole.inputs(0..<inputs, withBias: false), padding: 1),
        packing.convolution(whole.inputs(inputs..<source.inputs, withBias: true), padding: 1)
      )
    } else {
      fusion = nil
    }
    classifier = packing.convolution(try structure.classifier.read(catalog), staysExact: true)
  }

  var weightBytes: Int {
    convolutions.reduce(classifier.weightBytes) { $0 + $1.weightBytes } + (fusion.map { $0.input.weightBytes + $0.result.weightBytes } ?? 0)
  }

  func record(_ features: [FeatureMap], in program: inout ProgramBuilder) -> FeatureMap {
    let input = features[0]
    var x = input
    for (index, convolution) in convolutions.enumerated() {
      x = program.convolve(convolution, x, name: "fcn.\(index)", activation: .relu)
      program.note("fcn_\(index)", x)
    }
    // Called so by torchvision's reference.
    program.note("head", x)
    if let fusion {
      let share = program.convolve(fusion.input, input, name: "fcn.cat.input", activation: .none)
      x = program.convolve(fusion.result, x, name: "fcn.cat", activation: .relu, residual: share)
      program.note("fcn_cat", x)
    }
    return program.convolve(classifier, x, name: "conv_seg", activation: .none)
  }
}
