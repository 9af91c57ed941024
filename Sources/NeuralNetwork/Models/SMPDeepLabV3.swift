/// DeepLabV3 of segmentation_models_pytorch: a dilated ResNet and an atrous pyramid.
enum SMPDeepLabV3: NetworkFamily {
  static let architecture = NetworkDescription.Architecture.smpDeepLabV3
  static let prefixes = NetworkPrefixes.smp

  static func isRecognized(in catalog: TensorCatalog) -> Bool {
    catalog.contains("decoder.aspp.convs.0.0.weight") || catalog.contains("decoder.0.convs.0.0.weight")
  }

  static func plan(_ catalog: inout TensorCatalog, _ options: NetworkOptions) throws(NetworkError) -> NetworkPlan {
    let encoder = try ResidualStructure(&catalog, prefix: "encoder.", layout: SMP.deepLabV3)
    let names: ProjectedAtrousStructure.Names = catalog.contains("decoder.0.convs.0.0.weight") ? .oldSMP : .smp
    let head = try ProjectedAtrousStructure(&catalog, names: names, inputs: encoder.widths[3], dilations: SMP.dilations)
    let description = NetworkDescription(
      architecture: architecture, backbone: encoder.facts, headChannels: head.convolution.outputs, outputs: head.classifier.outputs,
      alignCorners: true, catalog: catalog, assumed: SMP.assumed + ["output stride 8, dilations \(SMP.dilations)"])
    return NetworkPlan(description: description) { (catalog, packing) throws(NetworkError) in
      EncoderDecoder(
        backbone: try ResidualBackbone(encoder, catalog, packing: packing),
        head: try ProjectedAtrousHead(head, catalog, packing: packing), maps: [4], divisor: 8)
    }
  }
}
