import Basics
import Checkpoints
import Foundation
import Layers
import NeuralNetwork
import RunState
import Runs

extension STACModel {
  /// A checkpoint by itself, as far as its file says what it is.
  ///
  /// - Parameters:
  ///   - checkpoint: read from `checkpoint.file`.
  ///   - sha256: of the whole file.
  ///   - path: where the item will be written; the item names the checkpoint by its way from there.
  ///   - unknown: gets a sentence for each thing that the file leaves open and the item therefore leaves out, or numbers.
  init(_ checkpoint: Checkpoint, _ network: NetworkDescription, sha256: String, at path: String, unknown: inout [String]) {
    let metadata = checkpoint.metadata
    let own = checkpoint.ownClasses(network)
    let isNamed = own.names.count == network.classes
    if !isNamed { unknown.append("does not name its \(network.classes) classes: the item numbers them") }
    let known = ModelNormalization.ofArchitecture(checkpoint, network)
    let (mean, std) = (known?.mean ?? metadata.mean ?? [], known?.std ?? metadata.std ?? [])
    let isNormalized = mean.count == network.inputChannels && std.count == network.inputChannels
    if !isNormalized { unknown.append("does not say how pixels are normalized: the item has no value_scaling") }
    if metadata.channelOrder == nil, network.inputChannels == 3 {
      unknown.append("does not say the order of its channels: the item says that of the bands in a file")
    }
    let channels = Array(1...network.inputChannels)
    let order = metadata.channelOrder == .bgr && channels.count >= 3 ? channels[..<3].reversed() + channels[3...] : channels
    let file = URL(fileURLWithPath: checkpoint.file).standardizedFileURL.path
    self.init(
      model: Provenance.Model(
        name: lastComponent(file), sha256: sha256, configSHA256: nil, architecture: network.architecture.rawValue,
        parameters: network.parameters, resolution: metadata.resolution, training: checkpoint.training),
      pipeline: nil, bands: order.map { "channel \($0)" },
      scaling: isNormalized ? zip(mean, std).map { Scaling(mean: $0, deviation: $1) } : [], tile: metadata.usualTile,
      classes: ClassCatalog(names: isNamed ? own.names : ClassCatalog.numbered(network.classes), palette: own.palette).classes,
      outputs: network.outputs,
      path: relativePath(file, from: URL(fileURLWithPath: path).standardizedFileURL.deletingLastPathComponent().path),
      bytes: try? Fingerprint.of([file]).files.first?.size)
  }
}

extension ModelMetadata {
  /// Rows and columns of a tile: the crop size, or 512.
  var usualTile: [Int] { cropSize.flatMap { $0.count == 2 && $0.allSatisfy { (1...8192).contains($0) } ? $0 : nil } ?? [512, 512] }
}
