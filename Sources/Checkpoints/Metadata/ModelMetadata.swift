/// What a checkpoint says about its network beside the tensors. Everything is nil where the file does not say it.
public struct ModelMetadata: Sendable, Equatable, Codable {
  // MARK: Classes

  public var classNames: [String]?
  /// RGB, one for each class.
  public var palette: [PaletteColour]?
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

  // MARK: Network

  public var alignCorners: Bool?
  /// `ISAHead`, `ANNHead`.
  public var headType: String?
  /// `ResNetV1c`.
  public var backboneType: String?
  public var depth: Int?
  public var strides: [Int]?
  public var dilations: [Int]?
  public var contractDilation: Bool?
  /// Where a bottleneck has its stride: `pytorch` or `caffe`.
  public var style: String?
  public var avgDown: Bool?
  public var outIndices: [Int]?
  /// Epsilon of the batch norms.
  public var normEpsilon: Double?
  /// ISA: height and width of a local block.
  public var downFactor: [Int]?
  /// ANN: sizes to which keys and values are pooled.
  public var keyPoolScales: [Int]?
  /// ANN: scales of the query.
  public var queryScales: [Int]?
  /// Stages that the head takes; one number is a list of one.
  public var inIndex: [Int]?

  // MARK: Origin

  /// `mmengine 0.10.7`, `mmseg 0.30.0`.
  public var frameworkVersion: String?
  /// Training iterations.
  public var iterations: Int?
  /// The training's configuration, as Python text.
  public var configText: String?

  public enum ChannelOrder: String, Sendable, Codable {
    case rgb, bgr
  }

  public enum Mode: String, Sendable, Codable {
    case whole, slide
  }

  public init() {}
}
