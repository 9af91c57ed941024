import Checkpoints
import Foundation
package import GeoTypes
package import Geodata
package import Inference
package import Layers
package import NeuralNetwork
package import PipelineFile
import RunState
import Synchronization
package import Tiling

/// The checkpoint and what the pipeline says of it, brought together: network, classes, normalization, decision.
///
/// The weights are read and packed when they are first asked for: a run with nothing to do never pays for them.
package final class ModelSetup: Sendable {
  package let file: String
  package let description: NetworkDescription
  package let catalog: ClassCatalog
  package let blend: Blend
  package let decision: Decision
  package let merge: ClassMerge?
  package let augmentation: Augmentation
  package let normalization: Normalization
  /// The tile that `tile: auto` means.
  package let automaticTile: RasterSize
  package let warnings: [String]
  /// `input.crs`.
  package let sourceCRS: CoordinateSystem?
  /// SHA-256 of the checkpoint, and of the texts of the configuration beside it: of the very bytes that were read.
  package let digests: [String]
  /// What the report and receipts say of it.
  package let facts: ModelFacts
  /// Ground size in meters of the pixels that it was trained with; nil where nobody says it.
  package let resolution: Double?
  package let kernels: KernelSet
  private let checkpoint: Checkpoint
  private let options: NetworkOptions
  private let packed = Mutex<Network?>(nil)
  private let inferring = Mutex<(any TileNetwork)?>(nil)
  private let replacement: (@Sendable (Network) -> any TileNetwork)?

  /// - Parameter replacement: what infers in the network's place, for measuring everything else.
  /// - Throws: `RunError` (wrongCall), `CheckpointError` or `NetworkError`: all of them say what to fix.
  package init(_ pipeline: Pipeline, replacement: (@Sendable (Network) -> any TileNetwork)? = nil) throws {
    self.replacement = replacement
    let model = pipeline.model
    let inference = pipeline.inference
    file = model.checkpoint.resolved
    do { sourceCRS = try pipeline.input.crs.map { code throws(GeodataError) in try CoordinateSystem(code) } } catch {
      throw pipeline.error(at: "input.crs", reason: error.reason, remedy: error.remedy)
    }
    let checkpoint = try Checkpoint.read(path: file, config: model.config?.resolved)
    self.checkpoint = checkpoint
    var digest = Digest.Stream()
    let damage = try checkpoint.damage { digest.update($0) }
    digests = [digest.finish()] + checkpoint.configs.map { Digest.sha256($0) }
    guard checkpoint.change() != .content else { throw Self.changed(file) }

    let kernelSet = try Self.kernels(inference.kernels)
    kernels = kernelSet
    let options = NetworkOptions(
      architecture: model.architecture == .auto ? nil : NetworkDescription.Architecture(rawValue: model.architecture.rawValue),
      alignCorners: model.alignCorners, kernels: kernelSet, precision: inference.precision == .bfloat16 ? .bfloat16 : .float32)
    self.options = options
    let description = try NetworkDescription(checkpoint, file: file, options: options)
    self.description = description

    let chosen: Int? =
      switch pipeline.input.bands {
      case .auto: nil
      case .numbers(let numbers): numbers.count
      case .names(let names): names.count
      }
    if let chosen, chosen != description.inputChannels {
      // No source is at fault.
      throw pipeline.error(
        at: "input.bands", reason: "names \(counted(chosen, "band")), and the network takes \(description.inputChannels)",
        remedy: "name \(description.inputChannels) bands")
    }

    var warnings = checkpoint.warnings + [damage].compactMap(\.self)
    let crop = checkpoint.metadata.cropSize
    var assumed = description.assumed + (checkpoint.metadata.assumptions ?? [])
    let classes = try ClassSetup(pipeline, checkpoint: checkpoint, description: description, warnings: &warnings)
    catalog = classes.catalog
    merge = classes.merge

    augmentation = Augmentation(scales: inference.scales, flip: Augmentation.Flip(rawValue: inference.flip.rawValue) ?? .none)
    let threshold = Float(inference.threshold ?? description.threshold ?? description.usualThreshold)
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
    let normalization = try ModelNormalization(pipeline, checkpoint: checkpoint, description: description)
    self.normalization = normalization.value
    assumed += normalization.assumed
    warnings += normalization.warnings
    automaticTile = crop.flatMap { $0.count == 2 ? RasterSize(width: $0[1], height: $0[0]) : nil } ?? RasterSize(width: 512, height: 512)
    if crop == nil, inference.tile == .auto { assumed.append("a crop size of 512 (inference.tile)") }
    if description.outputs == 1, inference.threshold == nil, description.threshold == nil, checkpoint.metadata.network == nil {
      assumed.append("a threshold of \(description.usualThreshold) (inference.threshold)")
    }
    resolution = model.resolution ?? checkpoint.metadata.resolution
    if case .model = pipeline.input.resolution, resolution == nil {
      throw pipeline.error(
        at: "input.resolution", reason: "the checkpoint does not say with which ground resolution it was trained",
        remedy: "set model.resolution to the meters of a pixel")
    }
    self.warnings = warnings
    let path = file
    facts = ModelFacts(
      file: lastComponent(file), sha256: digests[0], configSHA256: digests.count > 1 ? Array(digests[1...]) : nil,
      architecture: description.architecture.rawValue, resolution: resolution, assumed: assumed,
      warnings: warnings.map { $0.replacing(path, with: lastComponent(path)) })
  }

  /// Logits for each pixel.
  package var channels: Int { description.outputs }

  /// What the checkpoint says of its training, for provenance.
  package var training: [String: String] { checkpoint.training }

  /// Classes of the class map.
  package var classCount: Int { catalog.classes.count }

  /// The network, packed once, of the bytes that were hashed.
  ///
  /// - Throws: `RunError`, which concerns the run and no source: surroundings where the file changed meanwhile, else wrongCall.
  package func network() throws -> Network {
    try packed.withLock { packed in
      if let packed { return packed }
      let result = Result { () throws(NetworkError) in try Network(checkpoint: checkpoint, file: file, options: options) }
      // Whatever came of it: what was read while the file changed says nothing.
      try checkUnchanged()
      do throws(NetworkError) {
        let network = try result.get()
        packed = network
        return network
      } catch {
        let code: RunError.Code = [.tooLarge, .unreadable].contains(error.code) ? .surroundings : .wrongCall
        throw RunError(code, error)
      }
    }
  }

  /// What infers tiles: the network.
  ///
  /// - Throws: as `network`.
  package func tileNetwork() throws -> any TileNetwork {
    let network = try network()
    return inferring.withLock { inferring in
      if let inferring { return inferring }
      let made: any TileNetwork = replacement.map { $0(network) } ?? network
      inferring = made
      return made
    }
  }

  /// The file stays open, so that replacing it by another one changes nothing; writing to it does.
  private func checkUnchanged() throws {
    switch checkpoint.change() {
    case .none: return
    case .content: throw Self.changed(file)
    case .surroundings:
      // A new name or other permissions change the same time as setting back all others does.
      var digest = Digest.Stream()
      _ = try? checkpoint.damage { digest.update($0) }
      guard digest.finish() == digests[0] else { throw Self.changed(file) }
    }
  }

  private static func changed(_ file: String) -> RunError {
    RunError(
      .surroundings, file: file, reason: "the checkpoint was changed while it was in use",
      remedy: "replace checkpoints by renaming a whole new file; run again once it is complete")
  }

  /// A warning where a source's pixels are of another size on the ground than those that the model was trained with.
  package func resolutionWarning(_ source: some PixelSource) -> String? {
    guard let resolution, let pixel = source.groundPixel else { return nil }
    let side = (pixel.x * pixel.y).squareRoot()
    guard max(side / resolution, resolution / side) > 1.5 else { return nil }
    return "has \(Self.meters(side)) a pixel, the model was trained with \(Self.meters(resolution)); set input.resolution: model"
  }

  /// A length with three digits.
  package static func meters(_ length: Double) -> String { String(format: "%.3g m", length) }

  /// - Throws: `RunError` (surroundings) where not even the weights fit, which are not packed for this.
  package func checkMemory(limit: Int) throws {
    let least = MemoryPlan.cacheBytes + MemoryPlan.baseBytes + description.parameters * MemoryLayout<Float>.stride
    guard least > limit else { return }
    throw RunError(
      .surroundings, file: file, reason: "needs at least \(bytes(least)) of memory, the limit is \(bytes(limit))",
      remedy: "raise inference.memory, or what the machine, control group or ulimit allows")
  }

  package var weightBytes: Int { get throws { try network().weightBytes } }

  /// Bytes of a worker's arena for the largest view of a tile.
  ///
  /// - Throws: `RunError` where the network cannot be made.
  package func arenaBytes(for window: RasterSize) throws -> Int {
    let network = try tileNetwork()
    return augmentation.scales.map { scale in
      let size = Augmentation.scaled(window, by: scale)
      return network.arenaBytes(height: size.height, width: size.width)
    }.max() ?? 0
  }

  package func tileSize(_ inference: Pipeline.Inference, source: RasterSize) -> RasterSize {
    switch inference.tile {
    case .auto: automaticTile
    case .fit:
      TileGrid.fitting(source, from: automaticTile) { inference.overlap(height: $0.height, width: $0.width) }
    case .size(let height, let width): RasterSize(width: width, height: height)
    case .whole: source
    }
  }

  /// How a source has to be read for this network.
  package func rasterOptions(_ input: Pipeline.Input, allowVRT: Bool, folders: [String]) -> RasterSourceOptions {
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
    let wanted: RasterSourceOptions.Resolution =
      switch input.resolution {
      case .native: .native
      case .meters(let meters): .meters(meters)
      // It is known: `init` has refused the pipeline otherwise.
      case .model: resolution.map { .meters($0) } ?? .native
      }
    var options = RasterSourceOptions(
      drivers: input.drivers, allowVRT: allowVRT, folders: folders, followsLinks: input.follow == .links, bands: bands,
      channels: description.inputChannels, scale: scale, nodata: input.nodata, resolution: wanted)
    options.controlPoints = input.gcp == .tps ? .thinPlate : .polynomial
    options.frames = input.frames.options
    options.nodataTolerance = input.nodataTolerance
    options.alpha =
      switch input.alpha {
      case .auto: .auto
      case .none: .none
      case .from(let least): .from(least)
      }
    options.crs = sourceCRS
    options.dem = input.dem?.resolved
    options.datePattern = input.date.flatMap { DatePattern($0) }
    return options
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
}
