/// DeepLabV3+ of segmentation_models_pytorch: a dilated ResNet and a separable atrous pyramid.
enum SMPDeepLabV3Plus: NetworkFamily {
  static let architecture = NetworkDescription.Architecture.smpDeepLabV3Plus
  static let prefixes = NetworkPrefixes.smp

  static func isRecognized(in catalog: TensorCatalog) -> Bool { catalog.contains("decoder.aspp.0.convs.0.0.weight") }

  static func plan(_ catalog: inout TensorCatalog, _ options: NetworkOptions) throws(NetworkError) -> NetworkPlan {
    var settings = try SMP(catalog, model: "DeepLabV3Plus")
    let (stride, layout) = try settings.output(default: 16)
    let dilations = try settings.dilations()
    let encoder = try ResidualStructure(&catalog, prefix: "encoder.", layout: layout)
    let widths = [encoder.stemChannels] + encoder.widths
    let head = try SeparableAtrousDecoderStructure(
      &catalog, inputs: widths[4], detail: widths[1], dilations: dilations)
    let description = NetworkDescription(
      architecture: architecture, backbone: encoder.facts, headChannels: head.classifier.inputs, outputs: head.classifier.outputs,
      alignCorners: true, catalog: catalog,
      assumed: try settings.finish(encoder: encoder, outputs: head.classifier.outputs, upsampling: 4))
    return NetworkPlan(description: description) { (catalog, packing) throws(NetworkError) in
      EncoderDecoder(
        backbone: try ResidualBackbone(encoder, catalog, packing: packing),
        head: try SeparableAtrousDecoder(head, catalog, packing: packing),
        maps: [4, 1], divisor: stride)
    }
  }
}
