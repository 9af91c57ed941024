/// DeepLabV3 of torchvision: a dilated ResNet and an atrous pyramid.
enum TorchvisionDeepLabV3: NetworkFamily {
  static let architecture = NetworkDescription.Architecture.torchvisionDeepLabV3
  static let prefixes = NetworkPrefixes.torchvision
  static let dilations = [12, 24, 36]

  static func isRecognized(in catalog: TensorCatalog) -> Bool { catalog.contains("classifier.0.convs.0.0.weight") }

  static func plan(_ catalog: inout TensorCatalog, _ options: NetworkOptions) throws(NetworkError) -> NetworkPlan {
    let backbone = try ResidualStructure(&catalog, prefix: "backbone.", layout: .dilated)
    let head = try ProjectedAtrousStructure(&catalog, names: .torchvision, inputs: backbone.widths[3], dilations: dilations)
    let description = NetworkDescription(
      architecture: architecture, backbone: backbone.facts, headChannels: head.convolution.outputs, outputs: head.classifier.outputs,
      alignCorners: options.alignCorners ?? false, catalog: catalog,
      assumed: ["batch norm eps 1e-05", "output stride 8, dilations \(dilations)"])
    return NetworkPlan(description: description) { (catalog, packing) throws(NetworkError) in
      EncoderDecoder(
        backbone: try ResidualBackbone(backbone, catalog, packing: packing),
        head: try ProjectedAtrousHead(head, catalog, packing: packing), maps: [4])
    }
  }
}
