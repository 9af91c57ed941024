/// DeepLabV3 of segmentation_models_pytorch: a dilated ResNet and an atrous pyramid.
enum SMPDeepLabV3: NetworkFamily {
  static let architecture = NetworkDescription.Architecture.smpDeepLabV3
  static let prefixes = NetworkPrefixes.smp

  static func isRecognized(in catalog: TensorCatalog) -> Bool {
    catalog.contains("decoder.aspp.convs.0.0.weight") || catalog.contains("decoder.0.convs.0.0.weight")
  }

  static func plan(_ catalog: inout TensorCatalog, _ options: NetworkOptions) throws(NetworkError) -> NetworkPlan {
    var settings = try SMP(catalog, model: "DeepLabV3")
    let (stride, layout) = try settings.output(default: 8)
    let dilations = try settings.dilations()
    let encoder = try ResidualStructure(&catalog, prefix: "encoder.", layout: layout)
    let names: ProjectedAtrousStructure.Names = catalog.contains("decoder.0.convs.0.0.weight") ? .oldSMP : .smp
    let head = try ProjectedAtrousStructure(&catalog, names: names, inputs: encoder.widths[3], dilations: dilations)
    let description = NetworkDescription(
      architecture: architecture, backbone: encoder.facts, headChannels: head.convolution.outputs, outputs: head.classifier.outputs,
      alignCorners: true, catalog: catalog,
      assumed: try settings.finish(encoder: encoder, outputs: head.classifier.outputs, upsampling: stride))
    return NetworkPlan(description: description) { (catalog, packing) throws(NetworkError) in
      EncoderDecoder(
        backbone: try ResidualBackbone(encoder, catalog, packing: packing),
        head: try ProjectedAtrousHead(head, catalog, packing: packing), maps: [4], divisor: stride)
    }
  }
}
