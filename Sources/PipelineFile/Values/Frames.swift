extension Pipeline {
  /// How pictures that are not orthophotos are placed: where the camera was, and what it looked at.
  public struct Frames: Sendable, Equatable, Codable {
    public var metadata = FrameMetadata.none
    /// Columns of the table that are named otherwise, with what they hold.
    public var columns: [String: String] = [:]
    public var ground = FrameGround.sea
    public var vertical = FrameVertical.auto
    /// The height of the place of take-off over the sea, in meters.
    public var takeoff: Double?
    public var camera = FrameCamera()
    public var sigma = FrameSigma()
    /// Degrees, above 0.
    public var minimumDip = 5.0
    /// From 1.
    public var maximumPixel: Double?
    public var infer = FrameInference.ground

    public init() {}
  }

  /// `input.frames.metadata`.
  public enum FrameMetadata: Sendable, Equatable, Codable {
    /// Pictures are not placed.
    case none
    /// `frames.csv` beside the picture where it has a row for it, else its tags.
    case auto
    /// The tags in each picture: EXIF and XMP.
    case exif
    /// A table with a row for each picture.
    case table(PipelinePath)
  }

  /// What the rays of a picture end at.
  public enum FrameGround: Sendable, Equatable, Codable {
    case sea
    /// Meters over the sea.
    case level(Double)
    /// A GeoTIFF of heights.
    case model(PipelinePath)
  }

  /// What the height of a camera counts from.
  public enum FrameVertical: String, Sendable, Equatable, Codable, CaseIterable {
    case auto, geoid, ellipsoid, takeoff
  }

  /// What the network sees of a picture.
  public enum FrameInference: String, Sendable, Equatable, Codable, CaseIterable {
    /// The ground, north up.
    case ground
    /// The picture as it was taken; classes are carried to the ground afterwards.
    case image
  }

  /// A lens, where tags have none.
  public struct FrameCamera: Sendable, Equatable, Codable {
    /// mm.
    public var sensorWidth: Double?
    /// mm; `nil` for that of the tags.
    public var focalLength: Double?
    /// k1, k2, p1, p2, k3 of Brown's model; empty for none.
    public var distortion: [Double] = []

    public init() {}
  }

  /// One standard error of what tags say, where they do not say it.
  public struct FrameSigma: Sendable, Equatable, Codable {
    /// Meters.
    public var position = 2.0
    public var height = 3.0
    /// Degrees.
    public var attitude = 1.0

    public init() {}
  }
}
