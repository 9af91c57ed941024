public import Checkpoints

/// What a checkpoint's network is, read off tensor names, shapes and configuration; no weight is read for it.
public struct NetworkDescription: Sendable, Equatable, Codable {
  public enum Architecture: String, Sendable, Equatable, Codable, CaseIterable {
    case isanet, ann, fanet
  }

  public var architecture: Architecture
  /// The number in the backbone's name: 18, 34, 50, 101, 152.
  public var depth: Int
  /// Whether blocks are bottlenecks (1×1, 3×3, 1×1) or basic (3×3, 3×3).
  public var hasBottlenecks: Bool
  /// Whether the stem is three 3×3 convolutions (ResNet V1c) or one of 7×7.
  public var hasDeepStem: Bool
  /// Blocks of each stage.
  public var blocks: [Int]
  public var stemChannels: Int
  /// Channels that come out of each stage.
  public var stageChannels: [Int]
  /// Channels of the head's maps.
  public var headChannels: Int
  /// Channels of queries and keys.
  public var innerChannels: Int
  /// Bands that the network reads.
  public var inputChannels: Int
  /// Logits for each pixel.
  public var outputs: Int
  /// Classes that the logits stand for: 2 where there is one output, whose sigmoid is compared with the threshold.
  public var classes: Int
  /// How the small logits are enlarged to the tile's size: corners on corners, or half-pixel centres.
  public var alignCorners: Bool
  /// Rows and columns of ISANet's local blocks; nil for the others.
  public var blockSize: [Int]?
  /// For one output: the probability above which a pixel is class 1; nil where there are more outputs or the file has none.
  public var threshold: Double?
  /// Numbers that inference uses (weights and biases; batch norm counts 2 a channel).
  public var parameters: Int
  /// What decides about the result and the file does not say, as sentences.
  public var assumed: [String]

  /// Reads the description.
  ///
  /// - Parameter file: the path for messages; nil: the checkpoint's own.
  /// - Throws: `unknownArchitecture`, `missingTensor`, `shape` or `unsupported`, each with the tensor's name.
  public init(_ checkpoint: Checkpoint, file: String? = nil, options: NetworkOptions = NetworkOptions()) throws(NetworkError) {
    self = try NetworkStructure(checkpoint, file: file ?? checkpoint.file, options: options).description
  }

  init(
    architecture: Architecture, backbone: ResidualStructure, headChannels: Int, innerChannels: Int, outputs: Int, alignCorners: Bool,
    blockSize: [Int]?, threshold: Double?, parameters: Int, assumed: [String]
  ) {
    self.architecture = architecture
    depth = backbone.depth
    hasBottlenecks = backbone.isBottleneck
    if case .deep = backbone.stem { hasDeepStem = true } else { hasDeepStem = false }
    blocks = backbone.stages.map(\.count)
    stemChannels = backbone.stemChannels
    stageChannels = backbone.widths
    self.headChannels = headChannels
    self.innerChannels = innerChannels
    inputChannels = backbone.inputChannels
    self.outputs = outputs
    classes = max(2, outputs)
    self.alignCorners = alignCorners
    self.blockSize = blockSize
    self.threshold = outputs == 1 ? threshold : nil
    self.parameters = parameters
    self.assumed = assumed
  }
}
