import KernelTypes

/// FANet's head (Hu et al., 2020): a fast attention module on each of the four features, from the coarsest, and a classifier on two of
/// them. Names are the training model's.
struct FastAttentionStructure: Sendable {
  struct Module: Sendable {
    /// Nominal reduction in the tensor names: 32, 16, 8, 4.
    var level: Int
    var query: ConvolutionSource
    var key: ConvolutionSource
    var value: ConvolutionSource
    var output: ConvolutionSource
    var up: ConvolutionSource?
    var smooth: ConvolutionSource?
  }

  /// From the coarsest.
  var modules: [Module]
  var classConvolution: ConvolutionSource
  var classifier: ConvolutionSource

  init(_ catalog: inout TensorCatalog, widths: [Int]) throws(NetworkError) {
    // The authors' speed-test model has other names for the same things.
    let module = catalog.contains("fam_32.w_qs.conv.weight") ? "fam_" : "ffm_"
    let final = catalog.contains("clslayer.conv_out.weight") ? "clslayer" : "clslayer_8"
    modules = []
    for (stage, level) in [4, 8, 16, 32].enumerated().reversed() {
      let inputs = widths[stage]
      let name = "\(module)\(level)."
      let query = try catalog.unit(name + "w_qs", inputs: inputs, kernel: 1)
      let key = try catalog.unit(name + "w_ks", inputs: inputs, outputs: query.outputs, kernel: 1)
      let value = try catalog.unit(name + "w_vs", inputs: inputs, outputs: inputs, kernel: 1)
      let output = try catalog.unit(name + "latlayer3", inputs: inputs, outputs: inputs, kernel: 1)
      var up: ConvolutionSource?
      var smooth: ConvolutionSource?
      if stage > 0 { up = try catalog.unit(name + "up", inputs: inputs, outputs: widths[stage - 1], kernel: 1) }
      if level == 16 || level == 4 { smooth = try catalog.unit(name + "smooth", inputs: inputs, kernel: 3) }
      modules.append(Module(level: level, query: query, key: key, value: value, output: output, up: up, smooth: smooth))
    }
    let inputs = modules.reduce(0) { $0 + ($1.smooth?.outputs ?? 0) }
    classConvolution = try catalog.unit(final + ".conv", inputs: inputs, kernel: 3)
    classifier = try catalog.convolution(final + ".conv_out", inputs: classConvolution.outputs, kernel: 1)
  }
}

/// The head with packed weights.
struct FastAttentionHead: Sendable {
  private struct Module: Sendable {
    var level: Int
    /// Query and key side by side.
    var queryKey: PackedConvolution
    var value: PackedConvolution
    var output: PackedConvolution
    var up: PackedConvolution?
    var smooth: PackedConvolution?
  }

  private let modules: [Module]
  private let classConvolution: PackedConvolution
  private let classifier: PackedConvolution

  init(_ structure: FastAttentionStructure, _ catalog: TensorCatalog, packing: WeightPacking) throws(NetworkError) {
    var modules: [Module] = []
    for module in structure.modules {
      let queryKey = ConvolutionParameters.sideBySide([try module.query.read(catalog), try module.key.read(catalog)])
      var up: PackedConvolution?
      var smooth: PackedConvolution?
      if let source = module.up { up = packing.convolution(try source.read(catalog), stride: 1, padding: 1, dilation: 1) }
      if let source = module.smooth { smooth = packing.convolution(try source.read(catalog), stride: 1, padding: 1, dilation: 1) }
      modules.append(
        Module(
          level: module.level, queryKey: packing.convolution(queryKey), value: packing.convolution(try module.value.read(catalog)),
          output: packing.convolution(try module.output.read(catalog)), up: up, smooth: smooth))
    }
    self.modules = modules
    classConvolution = packing.convolution(try structure.classConvolution.read(catalog), stride: 1, padding: 1, dilation: 1)
    classifier = packing.convolution(try structure.classifier.read(catalog), staysExact: true)
  }

  var weightBytes: Int {
    modules.reduce(classConvolution.weightBytes + classifier.weightBytes) {
      $0 + $1.queryKey.weightBytes + $1.value.weightBytes + $1.output.weightBytes + ($1.up?.weightBytes ?? 0)
        + ($1.smooth?.weightBytes ?? 0)
    }
  }

  /// Takes the head down; the small logits.
  ///
  /// - Parameter features: the backbone's four maps, finest first.
  func lay(_ features: [FeatureMap], in program: inout ProgramBuilder) -> FeatureMap {
    let finest = features[0]
    let smoothed = modules.reduce(0) { $0 + ($1.smooth?.outputs ?? 0) }
    let both = program.map(height: finest.height, width: finest.width, channels: smoothed)
    var used = 0
    var above: FeatureMap?
    for (module, feature) in zip(modules, features.reversed()) {
      let name = "fam_\(module.level)"
      let inner = module.queryKey.outputs / 2
      let queryKey = program.convolve(module.queryKey, feature, name: "\(name).query+key", activation: .none)
      let value = program.convolve(module.value, feature, name: "\(name).value", activation: .leaky)
      let attended = program.map(height: feature.height, width: feature.width, channels: value.channels)
      program.fastAttention(
        queryKey.channels(0..<inner), queryKey.channels(inner..<(2 * inner)), value, into: attended, name: "\(name).attention")
      program.note("attention_\(module.level)", attended)
      let fused = program.convolve(
        module.output, attended, name: "\(name).output", activation: .leaky, residual: feature, residualComesLast: true)
      if let above { program.resize(above, into: fused, alignCorners: true, adding: true, name: "\(name).add") }
      program.note("fused_\(module.level)", fused)
      if let smooth = module.smooth {
        let part = both.channels(used..<(used + smooth.outputs))
        used += smooth.outputs
        if module.level == 4 {
          program.convolve(smooth, fused, name: "\(name).smooth", activation: .leaky, into: part)
          program.note("smooth_\(module.level)", part)
        } else {
          let coarse = program.convolve(smooth, fused, name: "\(name).smooth", activation: .leaky)
          program.note("smooth_\(module.level)", coarse)
          program.resize(coarse, into: part, alignCorners: true, name: "\(name).enlarge")
        }
      }
      if let up = module.up {
        let coarse = program.convolve(up, fused, name: "\(name).up", activation: .leaky)
        program.note("up_\(module.level)", coarse)
        above = coarse
      }
    }
    let x = program.convolve(classConvolution, both, name: "class", activation: .leaky)
    program.note("class", x)
    return program.convolve(classifier, x, name: "conv_out", activation: .none)
  }
}
