/// Unet of segmentation_models_pytorch: a ResNet and a decoder that takes all of its maps.
enum UNet: NetworkFamily {
  static let architecture = NetworkDescription.Architecture.unet
  static let prefixes = NetworkPrefixes.smp

  static func isRecognized(in catalog: TensorCatalog) -> Bool { catalog.contains("decoder.blocks.0.conv1.0.weight") }

  static func plan(_ catalog: inout TensorCatalog, _ options: NetworkOptions) throws(NetworkError) -> NetworkPlan {
    var settings = try SMP(catalog, model: "Unet")
    let encoder = try ResidualStructure(&catalog, prefix: "encoder.", layout: .plain)
    let head = try UNetStructure(&catalog, widths: [encoder.stemChannels] + encoder.widths)
    let description = NetworkDescription(
      architecture: architecture, backbone: encoder.facts, headChannels: head.classifier.inputs, outputs: head.classifier.outputs,
      alignCorners: false, catalog: catalog,
      assumed: try settings.finish(encoder: encoder, outputs: head.classifier.outputs))
    return NetworkPlan(description: description) { (catalog, packing) throws(NetworkError) in
      UNetModel(
        encoder: try ResidualBackbone(encoder, catalog, packing: packing), decoder: try UNetDecoder(head, catalog, packing: packing))
    }
  }
}

/// A U-Net with packed weights: the encoder writes its maps where the decoder wants them, so that nothing is concatenated by copying.
struct UNetModel: NetworkModel {
  let encoder: ResidualBackbone
  let decoder: UNetDecoder
  let divisor = 1

  var weightBytes: Int { encoder.weightBytes + decoder.weightBytes }

  func record(_ pixels: FeatureMap, in program: inout ProgramBuilder) -> FeatureMap {
    let rooms = decoder.rooms(height: pixels.height, width: pixels.width, in: &program)
    let features = encoder.record(pixels, in: &program, targets: rooms.map(\.skip))
    return decoder.record(coarsest: features[features.count - 1], rooms: rooms, pixels: pixels, in: &program)
  }
}
