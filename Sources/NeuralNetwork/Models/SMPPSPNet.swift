/// PSPNet of segmentation_models_pytorch: two stages of a ResNet and means over a pyramid of cells.
enum SMPPSPNet: NetworkFamily {
  static let architecture = NetworkDescription.Architecture.smpPSPNet
  static let prefixes = NetworkPrefixes.smp

  static func isRecognized(in catalog: TensorCatalog) -> Bool { catalog.contains("decoder.psp.blocks.0.pool.1.0.weight") }

  /// The deeper stages are made and not used.
  static func isIdle(_ name: String) -> Bool { name.hasPrefix("encoder.layer3.") || name.hasPrefix("encoder.layer4.") }

  static func plan(_ catalog: inout TensorCatalog, _ options: NetworkOptions) throws(NetworkError) -> NetworkPlan {
    var settings = try SMP(catalog, model: "PSPNet")
    let encoder = try ResidualStructure(&catalog, prefix: "encoder.", layout: .plain, stages: 2)
    let widths = [encoder.stemChannels] + encoder.widths
    let head = try PyramidPoolingDecoderStructure(&catalog, inputs: widths[2])
    settings.assume("pool scales \(PyramidPoolingDecoderStructure.scales)")
    settings.assume("encoder_depth 3")
    let description = NetworkDescription(
      architecture: architecture, backbone: encoder.facts, headChannels: head.fusion.outputs, outputs: head.classifier.outputs,
      alignCorners: true, catalog: catalog,
      assumed: try settings.finish(encoder: encoder, outputs: head.classifier.outputs, depth: 3, upsampling: 8))
    return NetworkPlan(description: description) { (catalog, packing) throws(NetworkError) in
      EncoderDecoder(
        backbone: try ResidualBackbone(encoder, catalog, packing: packing),
        head: try PyramidPoolingDecoder(head, catalog, packing: packing),
        maps: [2], divisor: 8)
    }
  }
}
