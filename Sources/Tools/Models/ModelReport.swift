import Checkpoints
import Foundation
import NeuralNetwork
import Runs

/// What a checkpoint is.
public struct ModelReport: Sendable, Encodable {
  let file: String
  let format: String
  let network: NetworkDescription
  let metadata: ModelMetadata
  /// Rows and columns of a tile: the checkpoint's crop size, or 512.
  let tile: [Int]
  let weightBytes: Int
  /// Of one worker at that tile.
  let arenaBytes: Int
  let kernels: String
  /// What decides about the result and the file does not say, a sentence each.
  let assumed: [String]
  public let warnings: [String]
  /// How networks of its kind are usually normalized, where the file does not say it.
  let usualNormalization: String?

  /// - Parameter damage: What `Checkpoint.damage` says.
  init(_ checkpoint: Checkpoint, _ network: Network, damage: String?) {
    file = checkpoint.file
    format = checkpoint.format.rawValue
    self.network = network.description
    var metadata = checkpoint.metadata
    // Pages of Python, in the file for those who want it.
    metadata.configText = nil
    self.metadata = metadata
    tile = metadata.usualTile
    weightBytes = network.weightBytes
    arenaBytes = network.arenaBytes(height: tile[0], width: tile[1])
    kernels = network.kernels.rawValue
    assumed =
      network.description.assumed + (metadata.assumptions ?? [])
      + (metadata.channelOrder == nil && network.description.inputChannels == 3 ? ["channel order rgb"] : [])
      + (metadata.mean == nil && network.description.architecture == .fanet
        ? ["mean and std of ImageNet, as FANet's authors have them"] : [])
    var warnings = checkpoint.warnings + [damage].compactMap(\.self)
    if let mean = metadata.mean, let std = metadata.std {
      if let (reason, remedy) = ModelNormalization.objection(mean: mean, std: std) { warnings.append("\(file): \(reason); \(remedy)") }
      if let doubt = ModelNormalization.doubt(mean: mean, std: std) { warnings.append(doubt) }
    }
    self.warnings = warnings
    let isKnown = metadata.mean != nil && metadata.std != nil || network.description.architecture == .fanet
    usualNormalization = isKnown ? nil : UsualModel(checkpoint, network.description).remedy
  }

  /// The same for people.
  public var lines: [(label: String, text: String)] {
    let missing = "not in the file"
    func list(_ values: [some Any]?) -> String { values.map { $0.map { "\($0)" }.joined(separator: ", ") } ?? missing }
    var lines = [
      ("file", "\(file) (\(format))"),
      ("network", "\(network.architecture.rawValue), \(network.backbone)"),
      (
        "channels",
        "stages \(list(network.stageChannels)); head \(network.headChannels)\(network.innerChannels > 0 ? ", inner \(network.innerChannels)" : "")"
      ),
      ("input", "\(network.inputChannels) bands, order \(metadata.channelOrder?.rawValue ?? missing)"),
      ("mean", list(metadata.mean)),
      ("std", list(metadata.std)),
      ("outputs", "\(network.outputs), align_corners \(network.alignCorners)"),
      ("classes", list(metadata.classNames)),
      ("tile", metadata.cropSize.map { "\(list($0)) (crop size)" } ?? "\(missing): 512"),
      ("resolution", metadata.resolution.map { ModelSetup.meters($0) } ?? missing),
      ("parameters", String(format: "%.2f million", Double(network.parameters) / 1e6)),
      ("memory", "weights \(bytes(weightBytes)), each worker \(bytes(arenaBytes)) at \(tile[0]) × \(tile[1])"),
      ("kernels", kernels),
    ]
    if network.outputs == 1 { lines.append(("threshold", network.threshold.map { "\($0)" } ?? "\(missing): \(network.usualThreshold)")) }
    if let usualNormalization { lines.append(("to be set", usualNormalization)) }
    return lines + assumed.map { ("assumed", $0) }
  }
}

/// How fast a network runs.
public struct BenchReport: Sendable, Encodable {
  let result: NetworkBenchmark.Result

  init(_ result: NetworkBenchmark.Result) { self.result = result }

  /// The keys are in snake case, as scripts that compare with other engines read them.
  public func encode(to encoder: any Encoder) throws { try result.encode(to: encoder) }

  /// The same for people.
  public var lines: [String] {
    [
      String(
        format: "%.4f s a tile of %d × %d (fastest round %.4f s), %d workers, kernels %@, %@", result.secondsPerTile, result.height,
        result.width, result.fastest, result.workers, result.kernels, result.precision),
      String(
        format: "%.1f GFLOP a tile, as direct algorithms would need: %.0f GFLOP/s", result.gigaOperations,
        result.gigaOperations / result.secondsPerTile),
      "weights \(bytes(result.weightBytes)), each worker \(bytes(result.arenaBytes))",
    ]
  }
}

/// What one operation of a network takes.
public struct ProfiledOperation: Sendable, Encodable {
  public let operation: String
  public let what: String
  /// Of the fastest call.
  public let milliseconds: Double
  public let gigaOperations: Double
  public let gigaOperationsPerSecond: Double
}
