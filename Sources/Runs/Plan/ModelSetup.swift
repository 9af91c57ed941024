import Checkpoints
import Foundation
import GeoTypes
import Geodata
import Layers
import NeuralNetwork
import PipelineFile
import RunState
import Synchronization
import Tiling

/// The checkpoint and what the pipeline says of it, brought together: network, classes, normalisation, decision.
///
/// The weights are read and packed when they are first asked for: a run with nothing to do never pays for them.
final class ModelSetup: Sendable {
  let file: String
  let description: NetworkDescription
  let catalogue: ClassCatalogue
  let blend: Blend
  let decision: Decision
  let merge: ClassMerge?
  let augmentation: Augmentation
  let normalisation: Normalisation
  /// The tile that `tile: auto` means.
  let automaticTile: RasterSize
  let warnings: [String]
  /// SHA-256 of the checkpoint, and of the configuration beside it.
  let digests: [String]
  let kernels: KernelSet
  private let checkpoint: Checkpoint
  private let options: NetworkOptions
  private let packed = Mutex<Network?>(nil)

  /// - Throws: `RunError` (wrongCall), `CheckpointError` or `NetworkError`: all of them say what to mend.
  init(_ pipeline: Pipeline) throws {
    let model = pipeline.model
    let inference = pipeline.inference
    file = model.checkpoint.resolved
    let checkpoint = try Checkpoint.read(path: file, config: model.config?.resolved)
    self.checkpoint = checkpoint
    digests = try [file, model.config?.resolved].compactMap(\.self).map { try Digest.sha256(file: $0) }

    let kernelSet = try Self.kernels(inference.kernels)
    kernels = kernelSet
    let options = NetworkOptions(
      architecture: model.architecture == .auto ? nil : NetworkDescription.Architecture(rawValue: model.architecture.rawValue),
      alignCorners: model.alignCorners, kernels: kernelSet, precision: inference.precision == .bfloat16 ? .bfloat16 : .float32)
    self.options = options
    let description = try NetworkDescription(checkpoint, file: file, options: options)
    self.description = description

    var warnings = checkpoint.warnings + [try checkpoint.damage()].compactMap(\.self)
    let classes = try ClassSetup(pipeline, checkpoint: checkpoint, description: description, warnings: &warnings)
    catalogue = classes.catalogue
    merge = classes.merge
    self.warnings = warnings

    augmentation = Augmentation(scales: inference.scales, flip: Augmentation.Flip(rawValue: inference.flip.rawValue) ?? .none)
    let threshold = Float(inference.threshold ?? description.threshold ?? 0.3)
    decision =
      switch (description.outputs == 1, augmentation.isNone) {
      case (true, true): .sigmoid(threshold: threshold)
      case (true, false): .probability(threshold: threshold)
      case (false, true): .softmax
      case (false, false): .probabilities
      }
    blend =
      switch inference.blend {
      case .mean: .mean
      case .cosine: .cosine
      case .center: .center
      }
    normalisation = try Self.normalisation(pipeline, checkpoint: checkpoint, description: description)
    let crop = checkpoint.metadata.cropSize
    automaticTile = crop.flatMap { $0.count == 2 ? RasterSize(width: $0[1], height: $0[0]) : nil } ?? RasterSize(width: 512, height: 512)
  }

  /// Logits for each pixel.
  var channels: Int { description.outputs }

  /// Classes of the class map.
  var classCount: Int { catalogue.classes.count }

  /// The network, packed once.
  func network() throws -> Network {
    try packed.withLock { packed in
      if let packed { return packed }
      let network = try Network(checkpoint: checkpoint, file: file, options: options)
      packed = network
      return network
    }
  }

  var weightBytes: Int { get throws { try network().weightBytes } }

  /// Bytes of a worker's arena for the largest view of a tile.
  func arenaBytes(for window: RasterSize) throws -> Int {
    let network = try network()
    return augmentation.scales.map { scale in
      let size = Augmentation.scaled(window, by: scale)
      return network.arenaBytes(height: size.height, width: size.width)
    }.max() ?? 0
  }

  func tileSize(_ tile: Pipeline.Tile, source: RasterSize) -> RasterSize {
    switch tile {
    case .auto: automaticTile
    case .size(let height, let width): RasterSize(width: width, height: height)
    case .whole: source
    }
  }

  /// How a source has to be read for this network.
  func rasterOptions(_ input: Pipeline.Input, allowVRT: Bool, folders: [String]) -> RasterSourceOptions {
    typealias Range = RasterSourceOptions.Range
    let bands: RasterSourceOptions.Bands =
      switch input.bands {
      case .auto: .auto
      case .numbers(let numbers): .numbers(numbers)
      case .names(let names): .names(names)
      }
    let scale: RasterSourceOptions.Scale =
      switch input.scale {
      case .none: .none
      case .all(let range): .shared(Range(min: range.min, max: range.max))
      case .perBand(let ranges): .perBand(ranges.map { Range(min: $0.min, max: $0.max) })
      }
    let resolution: RasterSourceOptions.Resolution =
      switch input.resolution {
      case .native: .native
      case .metres(let metres): .metres(metres)
      }
    return RasterSourceOptions(
      drivers: input.drivers, allowVRT: allowVRT, folders: folders, followsLinks: input.follow == .links, bands: bands,
      channels: description.inputChannels, scale: scale, nodata: input.nodata,
      resolution: resolution)
  }

  private static func kernels(_ wanted: Pipeline.Kernels) throws -> KernelSet {
    let set: KernelSet =
      switch wanted {
      case .auto: .best
      case .avx512: .avx512
      case .avx2: .avx2
      case .portable: .portable
      }
    guard set.isAvailable else {
      throw RunError(
        .wrongCall, reason: "this processor lacks what the kernel set \(wanted.rawValue) needs",
        remedy: "set inference.kernels: \(KernelSet.best.rawValue)")
    }
    return set
  }

  /// Mean and std from the pipeline, else from the checkpoint, else refused with the lines to paste.
  private static func normalisation(
    _ pipeline: Pipeline, checkpoint: Checkpoint, description: NetworkDescription
  ) throws -> Normalisation {
    let model = pipeline.model
    var metadata = checkpoint.metadata
    let bands = description.inputChannels
    if description.architecture == .fanet, bands == 3, metadata.mean == nil {
      // FANet's authors save no configuration; their code always normalises RGB / 255 by ImageNet's mean and standard deviation.
      metadata.mean = [123.675, 116.28, 103.53]
      metadata.std = [58.395, 57.12, 57.375]
    }
    guard let mean = model.mean ?? metadata.mean, let std = model.std ?? metadata.std else {
      let line =
        bands == 3
        ? "model: {mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375]} (ImageNet's, in RGB)"
        : "model.mean and model.std with \(bands) numbers each"
      throw RunError(
        .wrongCall, file: model.checkpoint.written, reason: "the checkpoint does not say how pixels are normalised",
        remedy: "give \(line) in the pipeline")
    }
    guard mean.count == bands, std.count == bands, std.allSatisfy({ $0 > 0 }) else {
      throw pipeline.error(
        at: model.mean == nil ? "model.std" : "model.mean",
        reason: "the network takes \(bands) bands, but there are \(mean.count) means and \(std.count) standard deviations",
        remedy: "give \(bands) of each")
    }
    let isBGR = bands == 3 && (model.channels == .bgr || (model.channels == .auto && metadata.channelOrder == .bgr))
    return Normalisation(mean: mean.map { Float($0) }, std: std.map { Float($0) }, order: isBGR ? [2, 1, 0] : Array(0..<bands))
  }
}
