/// What a pipeline says of its frames.
public struct FrameSettings: Sendable, Hashable {
  /// What the camera's height counts from.
  public enum Vertical: String, Sendable, Hashable {
    /// What the tags say.
    case auto
    /// The sea, by the geoid EGM96.
    case geoid
    /// WGS 84.
    case ellipsoid
    /// The place of take-off: the relative height of the tags.
    case takeoff
  }

  /// A lens, where tags have none.
  public struct Lens: Sendable, Hashable {
    /// The width of the sensor in mm.
    public var sensorWidth: Double
    /// In mm; `nil` for that of the tags.
    public var focalLength: Double?
    public var distortion: Distortion

    public init(sensorWidth: Double, focalLength: Double? = nil, distortion: Distortion = .none) {
      self.sensorWidth = sensorWidth
      self.focalLength = focalLength
      self.distortion = distortion
    }
  }

  public var vertical = Vertical.auto
  /// The height over the sea of the place of take-off, in meters.
  public var takeoff: Double?
  public var lens: Lens?
  /// Where tags have none.
  public var sigma = FrameSigma(position: 2, height: 3, attitude: 1)
  /// Degrees.
  public var minimumDip = 5.0
  /// How many times as long as straight down a pixel may be on the ground; `nil` for any.
  public var maximumPixel: Double?

  public init() {}

  /// The least dip that counts, in degrees: on level ground a pixel that dips by δ is 1 / sin² δ times as long as one straight down.
  public var leastDip: Double { max(minimumDip, maximumPixel.map { dipOf(pixel: $0) } ?? 0) }
}

/// A picture that cannot be placed: which tag is missing or contradicts itself.
public struct FrameRefusal: Error, Sendable, Hashable {
  public var reason: String
  public var remedy: String

  public init(_ reason: String, remedy: String = "") {
    self.reason = reason
    self.remedy = remedy
  }
}
