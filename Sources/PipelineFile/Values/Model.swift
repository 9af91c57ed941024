public import Basics

extension Pipeline {
  /// The checkpoint, and settings that it does not contain.
  public struct Model: Sendable, Equatable, Codable {
    /// A `.pth`, `.ckpt` or `.safetensors` file, or a folder of `save_pretrained`.
    public var checkpoint = PipelinePath()
    /// The mmsegmentation configuration of a checkpoint that carries none.
    public var config: PipelinePath?
    public var architecture = Architecture.auto
    public var classes = Classes.auto
    /// Means by channel, in the checkpoint's channel order; `nil` takes the checkpoint's.
    public var mean: [Double]?
    /// Standard deviations by channel, above 0; `nil` takes the checkpoint's.
    public var std: [Double]?
    public var channels = Channels.auto
    /// `nil` takes the checkpoint's.
    public var alignCorners: Bool?
    /// Ground size in meters, above 0, of the pixels that the model was trained with; `nil` takes the checkpoint's.
    public var resolution: Double?

    public init() {}
  }

  /// `model.architecture`.
  public enum Architecture: String, Sendable, Equatable, Codable, CaseIterable {
    case auto, isanet, ann, fanet, pspnet, fcn, deeplabv3, deeplabv3plus, ocrnet, unet, unetplusplus, fpn, linknet
    case smpPSPNet = "smp-pspnet"
    case smpDeepLabV3 = "smp-deeplabv3"
    case smpDeepLabV3Plus = "smp-deeplabv3plus"
    case torchvisionFCN = "torchvision-fcn"
    case torchvisionDeepLabV3 = "torchvision-deeplabv3"
  }

  /// `model.channels`.
  public enum Channels: String, Sendable, Equatable, Codable, CaseIterable {
    case auto, rgb, bgr
  }

  /// `model.classes`.
  public enum Classes: Sendable, Equatable, Codable {
    case auto
    /// The network's classes, in order of their ids.
    case names([String])
    /// The network's classes with colors, in order of their ids.
    case colors([ClassColor])
    /// New classes in order of their ids, each the union of old ones. No old class is named twice.
    case merges([ClassMerge])
    /// The classes of a known data set, such as `potsdam`.
    case dataset(String)
  }

  /// A class of `model.classes` with its color.
  public struct ClassColor: Sendable, Equatable, Codable {
    public var name: String
    public var color: Color

    public init(name: String, color: Color) {
      self.name = name
      self.color = color
    }
  }

  /// A new class of `model.classes`, as a union of the network's.
  public struct ClassMerge: Sendable, Equatable, Codable {
    public var name: String
    /// Names of the network's own classes; at least one.
    public var members: [String]

    public init(name: String, members: [String]) {
      self.name = name
      self.members = members
    }
  }
}
