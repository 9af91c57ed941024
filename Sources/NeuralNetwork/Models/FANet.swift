import Checkpoints

/// FANet as its authors build it: a ResNet with strides in all stages and fast attention on each of its four maps.
struct FANet: NetworkModel, NetworkFamily {
  static let architecture = NetworkDescription.Architecture.fanet
  /// Further classifiers (`clslayer_16`, `clslayer_32`) serve the training alone.
  static let prefixes = ["resnet.", "ffm_", "fam_"]

  static func isRecognized(in catalog: TensorCatalog) -> Bool {
    catalog.contains("ffm_32.w_qs.conv.weight") || catalog.contains("fam_32.w_qs.conv.weight")
  }

  /// Every module is made with both; the coarser ones smooth nothing, the finest has nothing to enlarge.
  static func isIdle(_ name: String) -> Bool { name.contains(".smooth.") || name.contains(".up.") }

  private let backbone: ResidualBackbone
  private let head: FastAttentionHead

  static func plan(_ catalog: inout TensorCatalog, _ options: NetworkOptions) throws(NetworkError) -> NetworkPlan {
    let backbone = try ResidualStructure(&catalog, prefix: "resnet.", layout: .strided)
    let head = try FastAttentionStructure(&catalog, widths: backbone.widths)
    let description = NetworkDescription(
      architecture: .fanet, backbone: backbone.facts, headChannels: head.classConvolution.outputs,
      innerChannels: head.modules[0].query.outputs,
      outputs: head.classifier.outputs, alignCorners: options.alignCorners ?? true, catalog: catalog, assumed: [])
    return NetworkPlan(description: description) { (catalog, packing) throws(NetworkError) in
      try FANet(backbone, head, catalog, packing: packing)
    }
  }

  init(_ backbone: ResidualStructure, _ head: FastAttentionStructure, _ catalog: TensorCatalog, packing: WeightPacking) throws(NetworkError)
  {
    self.backbone = try ResidualBackbone(backbone, catalog, packing: packing, activations: .leaky)
    self.head = try FastAttentionHead(head, catalog, packing: packing)
  }

  let divisor = 1
  var weightBytes: Int { backbone.weightBytes + head.weightBytes }

  func record(_ pixels: FeatureMap, in program: inout ProgramBuilder) -> FeatureMap {
    let features = backbone.record(pixels, in: &program, stemNote: "first")
    return head.lay(Array(features.dropFirst()), in: &program)
  }
}
