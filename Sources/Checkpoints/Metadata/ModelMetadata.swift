public import Basics

/// What a checkpoint says about its network beside the tensors. Everything is nil where the file does not say it.
public struct ModelMetadata: Sendable, Equatable, Codable {
  // MARK: Classes

  public var classNames: [String]?
  /// RGB, one for each class.
  public var palette: [Color]?
  /// Classes that the head tells apart (2 for a one-channel head).
  public var numClasses: Int?
  /// Channels of the logits; 1 means sigmoid and `threshold`.
  public var outChannels: Int?
  /// One-channel heads: class 1 where the sigmoid is above.
  public var threshold: Double?
  /// Whether class 0 of the training's label files was left out.
  public var reduceZeroLabel: Bool?
  /// The data set's class in mmsegmentation (`PotsdamDataset`).
  public var datasetType: String?

  // MARK: Input

  /// Subtracted from each channel, in the network's order of channels, for values 0…255.
  public var mean: [Double]?
  /// Divided by, after `mean`.
  public var std: [Double]?
  /// The order of channels that the network was trained with.
  public var channelOrder: ChannelOrder?
  /// Height and width of the tiles that the network was tested with, else trained with.
  public var cropSize: [Int]?
  public var mode: Mode?
  /// Rows and columns between tiles in slide mode.
  public var slideStride: [Int]?
  /// Height and width to which images were padded at test.
  public var testSize: [Int]?
  /// Multiple to which images were padded at test.
  public var sizeDivisor: Int?
  /// Ground size of a pixel, in meters, that the network was trained with.
  public var resolution: Double?

  // MARK: Network

  /// The configuration's `model`, without what concerns training and pixels: `backbone`, `neck`, `decode_head`, `type` and whatever else is in it.
  /// The network that is built from it decides what it understands.
  public var network: ConfigValue?
  /// What the configuration leaves open and had to be assumed to read it, as sentences; nil where nothing was.
  public var assumptions: [String]?

  /// Lightning's and TorchGeo's word for what a pixel is: `multiclass`, `binary`, `multilabel`.
  public var task: String?
  /// segmentation_models_pytorch's word for what follows the head, as a Lightning module's arguments have it.
  public var activation: String?

  // MARK: Origin

  /// The program in whose layout the file is; nil for mmsegmentation's, and where nothing tells.
  public var origin: Origin?
  /// `mmengine 0.10.7`, `mmseg 0.30.0`.
  public var frameworkVersion: String?
  /// Training iterations.
  public var iterations: Int?
  /// The training's configuration, as text.
  public var configText: String?

  /// The order of red and blue that the network was trained with.
  public enum ChannelOrder: String, Sendable, Codable {
    case rgb, bgr
  }

  /// How a picture larger than a tile was inferred in tests.
  public enum Mode: String, Sendable, Codable {
    case whole, slide
  }

  /// The program that trained the network.
  public enum Origin: String, Sendable, Codable {
    /// Its `SemanticSegmentationTask`.
    case torchgeo
    /// Its training's `checkpoint_epoch_N.pth`.
    case geoai
    /// IGN's FLAIR-1.
    case flair
    /// A module of somebody's own.
    case lightning
    /// A folder of segmentation_models_pytorch's `save_pretrained`.
    case pretrained
  }

  public init() {}

  /// Whether a field of what this program writes has this name.
  static func hasField(_ name: String) -> Bool { CodingKeys(stringValue: name) != nil }
}
