import Checkpoints

/// FCN of torchvision: a dilated ResNet, a 3×3 convolution and a classifier.
enum TorchvisionFCN: NetworkFamily {
  static let architecture = NetworkDescription.Architecture.torchvisionFCN
  static let prefixes = NetworkPrefixes.torchvision

  static func isRecognized(in catalog: TensorCatalog) -> Bool {
    catalog.checkpoint.shape("classifier.0.weight")?.count == 4 && catalog.contains("classifier.4.weight")
      && catalog.contains("backbone.conv1.weight")
  }

  static func plan(_ catalog: inout TensorCatalog, _ options: NetworkOptions) throws(NetworkError) -> NetworkPlan {
    let backbone = try ResidualStructure(&catalog, prefix: "backbone.", layout: .dilated)
    let convolution = try catalog.convolution("classifier.0", norm: "classifier.1", inputs: backbone.widths[3], kernel: 3)
    let classifier = try catalog.convolution("classifier.4", bias: true, inputs: convolution.outputs, kernel: 1)
    let head = ConvolutionalStructure(convolutions: [convolution], dilation: 1, fusion: nil, classifier: classifier)
    let description = NetworkDescription(
      architecture: architecture, backbone: backbone.facts, headChannels: convolution.outputs, outputs: classifier.outputs,
      alignCorners: options.alignCorners ?? false, catalog: catalog, assumed: ["batch norm eps 1e-05", "output stride 8"])
    return NetworkPlan(description: description) { (catalog, packing) throws(NetworkError) in
      EncoderDecoder(
        backbone: try ResidualBackbone(backbone, catalog, packing: packing),
        head: try ConvolutionalHead(head, catalog, packing: packing), maps: [4])
    }
  }
}
