/// FPN of segmentation_models_pytorch: a ResNet, lateral convolutions and segmentation blocks with group norm.
enum FeaturePyramidNetwork: NetworkFamily {
  static let architecture = NetworkDescription.Architecture.fpn
  static let prefixes = NetworkPrefixes.smp

  static func isRecognized(in catalog: TensorCatalog) -> Bool { catalog.contains("decoder.p5.weight") }

  static func plan(_ catalog: inout TensorCatalog, _ options: NetworkOptions) throws(NetworkError) -> NetworkPlan {
    var settings = try SMP(catalog, model: "FPN")
    let encoder = try ResidualStructure(&catalog, prefix: "encoder.", layout: .plain)
    let widths = [encoder.stemChannels] + encoder.widths
    let head = try FeaturePyramidStructure(&catalog, widths: Array(widths.dropFirst()))
    settings.assume("32 groups in group norms")
    let description = NetworkDescription(
      architecture: architecture, backbone: encoder.facts, headChannels: head.classifier.inputs, outputs: head.classifier.outputs,
      alignCorners: true, catalog: catalog,
      assumed: try settings.finish(encoder: encoder, outputs: head.classifier.outputs, upsampling: 4))
    return NetworkPlan(description: description) { (catalog, packing) throws(NetworkError) in
      EncoderDecoder(
        backbone: try ResidualBackbone(encoder, catalog, packing: packing),
        head: try FeaturePyramidDecoder(head, catalog, packing: packing),
        maps: [1, 2, 3, 4], divisor: 32)
    }
  }
}
