import Checkpoints

/// What segmentation_models_pytorch's networks share, and what `save_pretrained` says of them in `config.json`.
struct SMP {
  /// A ResNet in DeepLabV3 and DeepLabV3+, by output stride: no stride and dilated convolutions in the last stages.
  private static let layouts = [
    8: ResidualStructure.Layout(strides: [1, 2, 1, 1], dilations: [1, 1, 2, 4], dilatesBoth: true),
    16: ResidualStructure.Layout(strides: [1, 2, 2, 1], dilations: [1, 1, 1, 2], dilatesBoth: true),
  ]

  private var table: ConfigurationTable
  private var assumed: [String] = []

  /// - Parameter model: the class that the tensors are of, as in `DeepLabV3Plus`.
  /// - Throws: `unsupported` where the configuration is of another one.
  init(_ catalog: TensorCatalog, model: String) throws(NetworkError) {
    table = try ConfigurationTable(catalog.checkpoint.metadata.network, name: "config.json", file: catalog.file)
    try table.require("_model_class", expected: "\(model), of which its tensors are") { $0.text == model }
    if !table.isPresent { assumed.append("batch norm eps 1e-05") }
  }

  /// Adds what the file leaves open, where it has no configuration.
  mutating func assume(_ sentence: String) {
    if !table.isPresent { assumed.append(sentence) }
  }

  /// DeepLab's output stride, and the layout of the ResNet that gives it.
  mutating func output(default standard: Int) throws(NetworkError) -> (stride: Int, layout: ResidualStructure.Layout) {
    let stride = try table.read("encoder_output_stride", default: standard, expected: "8 or 16") { value in
      value.integer.flatMap { Self.layouts[$0] == nil ? nil : $0 }
    }
    assume("output stride \(stride)")
    return (stride, Self.layouts[stride] ?? .plain)
  }

  /// The dilations of an atrous pyramid.
  mutating func dilations() throws(NetworkError) -> [Int] {
    let dilations = try table.read("decoder_atrous_rates", default: [12, 24, 36], expected: "three numbers of 1 to 128") { value in
      value.integers.flatMap { $0.count == 3 && $0.allSatisfy { 1...128 ~= $0 } ? $0 : nil }
    }
    assume("dilations \(dilations)")
    return dilations
  }

  /// Compares the rest with the tensors, refuses what is not computed, and returns what had to be assumed.
  ///
  /// - Parameters:
  ///   - depth: how many times the encoder halves the size.
  ///   - upsampling: how many times the logits are enlarged in the end; nil where the decoder reaches the pixels' size.
  mutating func finish(
    encoder: ResidualStructure, outputs: Int, depth: Int = 5, upsampling: Int? = nil
  ) throws(NetworkError) -> [String] {
    func none(_ value: ConfigValue) -> Bool { value == ConfigValue.none }
    try table.require("in_channels", expected: "\(encoder.inputChannels), as its tensors have it") { $0.integer == encoder.inputChannels }
    try table.require("classes", expected: "\(outputs), as its tensors have it") { $0.integer == outputs }
    try table.require("encoder_depth", expected: "\(depth)") { $0.integer == depth }
    try table.require("upsampling", expected: upsampling.map(String.init) ?? "null") { none($0) || $0.integer == upsampling }
    try table.require("decoder_interpolation", expected: "nearest") { $0.text == "nearest" }
    try table.require("decoder_attention_type", expected: "null", none)
    // Batch norms that are not there are seen by their tensors.
    for key in ["decoder_use_norm", "decoder_use_batchnorm", "psp_use_batchnorm"] {
      try table.require(key, expected: "batchnorm") { ["batchnorm", "inplace"].contains($0.text) || $0.bool != nil }
    }
    try table.require("activation", expected: NetworkStructure.activations(outputs: outputs).map { "\($0)" }.joined(separator: ", ")) {
      none($0) || NetworkStructure.activations(outputs: outputs).contains($0.text ?? "")
    }
    table.ignore(
      "encoder_name", "encoder_weights", "decoder_channels", "aux_params", "decoder_pyramid_channels", "decoder_segmentation_channels",
      "decoder_merge_policy", "decoder_dropout", "psp_out_channels", "psp_dropout", "decoder_aspp_separable", "decoder_aspp_dropout")
    try table.finish()
    return assumed
  }
}
