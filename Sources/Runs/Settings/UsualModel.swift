package import Checkpoints
package import NeuralNetwork
package import PipelineFile

/// What networks of a library usually have, to propose where a checkpoint does not say it; nothing of it is taken by itself.
package struct UsualModel {
  /// Mean and standard deviation of pixels of 0…255, the likeliest first.
  package let normalizations: [PipelineTemplate.Normalization]
  /// A known data set with as many classes.
  package let dataset: KnownDataset?

  package init(_ checkpoint: Checkpoint, _ description: NetworkDescription) {
    let bands = description.inputChannels
    typealias Normalization = PipelineTemplate.Normalization
    let imageNet = Normalization(mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375], whose: "ImageNet's, in RGB")
    func divided(_ whose: String) -> Normalization {
      Normalization(mean: Array(repeating: 0, count: bands), std: Array(repeating: 255, count: bands), whose: whose)
    }
    switch checkpoint.metadata.origin {
    case .flair where bands <= 5:
      normalizations = [
        Normalization(
          mean: Array([105.08, 110.87, 101.82, 106.38, 53.26].prefix(bands)), std: Array([52.17, 45.38, 44, 39.69, 79.3].prefix(bands)),
          whose: "FLAIR-1's, for red, green, blue, infrared, height")
      ]
    case .geoai: normalizations = [divided("geoai's: pixels / 255")]
    case .torchgeo: normalizations = [divided("TorchGeo's, unless the data set has its own: pixels / 255")]
    default:
      if let (mean, std) = Self.buffers(checkpoint, bands: bands) {
        let isOfUnits = mean.allSatisfy { abs($0) <= 1 } && std.allSatisfy { $0 <= 1 }
        let own = Normalization(
          mean: mean, std: std,
          whose: isOfUnits
            ? "its buffers mean and std, if they were applied to pixels of 0…255, as in segmentation_models_pytorch's example"
            : "its buffers mean and std")
        let scaled = Normalization(
          mean: mean.map { $0 * 255 }, std: std.map { $0 * 255 },
          whose: "its buffers mean and std, if they were applied to pixels of 0…1, as most trainings do")
        normalizations = isOfUnits ? [scaled, own] : [own]
      } else {
        normalizations = [bands == 3 ? imageNet : divided("pixels / 255")]
      }
    }
    let name: String? =
      switch (checkpoint.metadata.origin, description.architecture, description.outputs) {
      case (.flair, _, 19): "flair"
      case (_, .torchvisionFCN, 21), (_, .torchvisionDeepLabV3, 21): "voc"
      default: nil
      }
    dataset = name.flatMap(KnownDataset.named)
  }

  /// A sentence's end with the values to set.
  package var remedy: String {
    let values = normalizations.map {
      "model: {mean: \(ModelNormalization.list($0.mean)), std: \(ModelNormalization.list($0.std))} (\($0.whose))"
    }
    return "set \(values.joined(separator: ", or ")) in the pipeline"
  }

  /// The mean and std that a Lightning module keeps as buffers beside its network.
  static func buffers(_ checkpoint: Checkpoint, bands: Int) -> (mean: [Double], std: [Double])? {
    func values(_ name: String) -> [Double]? {
      guard let shape = checkpoint.shape(name), shape.count <= 4, shape.reduce(1, *) == bands else { return nil }
      return (try? checkpoint.doubles(name)).flatMap { values in
        // What float32 has made of three digits.
        values.allSatisfy(\.isFinite) ? values.map { (($0 * 1e6).rounded() / 1e6) } : nil
      }
    }
    guard let mean = values("mean"), let std = values("std"), std.allSatisfy({ $0 > 0 }) else { return nil }
    return (mean, std)
  }
}
