public import Checkpoints

/// What a checkpoint's network is, read off tensor names, shapes and configuration; no weight is read for it.
public struct NetworkDescription: Sendable, Equatable, Codable {
  /// The networks that are computed.
  public enum Architecture: String, Sendable, Equatable, Codable, CaseIterable {
    case isanet, ann, fanet
    // mmsegmentation's
    case pspnet, fcn, deeplabv3, deeplabv3plus, ocrnet
    // segmentation_models_pytorch's
    case unet, unetplusplus, fpn, linknet
    case smpPSPNet = "smp-pspnet"
    case smpDeepLabV3 = "smp-deeplabv3"
    case smpDeepLabV3Plus = "smp-deeplabv3plus"
    // torchvision's
    case torchvisionFCN = "torchvision-fcn"
    case torchvisionDeepLabV3 = "torchvision-deeplabv3"
  }

  public var architecture: Architecture
  /// The backbone, as in `ResNetV1c-50` or `HRNet-W18`.
  public var backbone: String
  /// Blocks of each stage.
  public var blocks: [Int]
  public var stemChannels: Int
  /// Channels that come out of each stage.
  public var stageChannels: [Int]
  /// Channels of the head's maps.
  public var headChannels: Int
  /// Channels of queries and keys; 0 where there is no attention.
  public var innerChannels: Int
  /// Bands that the network reads.
  public var inputChannels: Int
  /// Logits for each pixel.
  public var outputs: Int
  /// Classes that the logits stand for: 2 where there is one output, whose sigmoid is compared with the threshold.
  public var classes: Int
  /// How the small logits are enlarged to the tile's size: corners on corners, or half-pixel centers.
  public var alignCorners: Bool
  /// Rows and columns of ISANet's local blocks; nil for the others.
  public var blockSize: [Int]?
  /// For one output: the probability above which a pixel is class 1; nil where there are more outputs or the file has none.
  public var threshold: Double?
  /// For one output: the probability above which a pixel is class 1 where nobody says it, as the network's library has it.
  public var usualThreshold: Double {
    switch architecture {
    case .isanet, .ann, .pspnet, .fcn, .deeplabv3, .deeplabv3plus, .ocrnet, .fanet: 0.3
    case .unet, .unetplusplus, .fpn, .linknet, .smpPSPNet, .smpDeepLabV3, .smpDeepLabV3Plus, .torchvisionFCN, .torchvisionDeepLabV3: 0.5
    }
  }
  /// Numbers that inference uses (weights and biases; batch norm counts 2 a channel).
  public var parameters: Int
  /// What decides about the result and the file does not say, as sentences.
  public var assumed: [String]

  /// Reads the description.
  ///
  /// - Parameter checkpoint: tensors and configuration.
  /// - Parameter file: the path for messages; nil: the checkpoint's own.
  /// - Parameter options: what the pipeline says of the network.
  /// - Throws: `unknownArchitecture`, `missingTensor`, `shape` or `unsupported`, each with the tensor's name.
  public init(_ checkpoint: Checkpoint, file: String? = nil, options: NetworkOptions = NetworkOptions()) throws(NetworkError) {
    self = try NetworkStructure(checkpoint, file: file ?? checkpoint.file, options: options).description
  }

  init(
    architecture: Architecture, backbone: BackboneFacts, headChannels: Int, innerChannels: Int = 0, outputs: Int, alignCorners: Bool,
    blockSize: [Int]? = nil, catalog: TensorCatalog, assumed: [String]
  ) {
    self.architecture = architecture
    self.backbone = backbone.name
    blocks = backbone.blocks
    stemChannels = backbone.stemChannels
    stageChannels = backbone.stageChannels
    inputChannels = backbone.inputChannels
    self.headChannels = headChannels
    self.innerChannels = innerChannels
    self.outputs = outputs
    classes = max(2, outputs)
    self.alignCorners = alignCorners
    self.blockSize = blockSize
    threshold = outputs == 1 ? catalog.checkpoint.metadata.threshold : nil
    parameters = catalog.parameters
    self.assumed = assumed
  }
}
