/// Unet++ of segmentation_models_pytorch: a ResNet and nested blocks.
enum NestedUNet: NetworkFamily {
  static let architecture = NetworkDescription.Architecture.unetplusplus
  static let prefixes = NetworkPrefixes.smp

  static func isRecognized(in catalog: TensorCatalog) -> Bool { catalog.contains("decoder.blocks.x_0_0.conv1.0.weight") }

  static func plan(_ catalog: inout TensorCatalog, _ options: NetworkOptions) throws(NetworkError) -> NetworkPlan {
    var settings = try SMP(catalog, model: "UnetPlusPlus")
    let encoder = try ResidualStructure(&catalog, prefix: "encoder.", layout: .plain)
    let widths = [encoder.stemChannels] + encoder.widths
    let head = try NestedUNetStructure(&catalog, widths: widths)
    let description = NetworkDescription(
      architecture: architecture, backbone: encoder.facts, headChannels: head.classifier.inputs, outputs: head.classifier.outputs,
      alignCorners: false, catalog: catalog,
      assumed: try settings.finish(encoder: encoder, outputs: head.classifier.outputs))
    return NetworkPlan(description: description) { (catalog, packing) throws(NetworkError) in
      EncoderDecoder(
        backbone: try ResidualBackbone(encoder, catalog, packing: packing), head: try NestedUNetDecoder(head, catalog, packing: packing),
        maps: [0, 1, 2, 3, 4], divisor: 32)
    }
  }
}
