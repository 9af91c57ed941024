import Foundation
public import Frames

/// How a picture was placed by its tags, as a part of what is read of it.
public struct FrameReading: Sendable, Hashable, Codable {
  /// Of the camera, in degrees.
  public var longitude: Double
  public var latitude: Double
  /// Of the camera, over the ground below it, in meters.
  public var aboveGround: Double
  /// Of the ray in the middle of what is shown, below the horizontal, in degrees.
  public var dip: Double
  /// The side of a pixel in the middle, on the ground, in meters.
  public var pixel: Double
  /// One standard error of the place in the middle, along the worst axis, in meters.
  public var sigma: Double
  /// Of position and height in meters, of attitude in degrees.
  public var assumed: FrameSigma
  /// ISO 8601; with "Z" where it is UTC.
  public var time: String?
  public var camera: String?
  /// Which tags were taken.
  public var tags: [String]
  /// Whether a part of the picture is left out, as it shows no ground or dips too little.
  public var isClipped: Bool

  public init(_ placed: PlacedFrame) {
    let (frame, footprint) = (placed.frame, placed.footprint)
    (longitude, latitude) = (frame.position.longitude, frame.position.latitude)
    let ground = frame.ground.height(longitude: longitude, latitude: latitude) ?? footprint.middle.height
    aboveGround = Self.rounded(frame.position.height - ground, 1000)
    dip = Self.rounded((frame.dip(footprint.middlePixel) ?? 0) * 180 / .pi, 100)
    let size = frame.pixelSize(at: footprint.middlePixel)
    pixel = Self.rounded(size.map { ($0.width * $0.height).squareRoot() } ?? 0, 10_000)
    sigma = Self.rounded(frame.positionError(at: footprint.middlePixel, placed.sigma)?.major ?? 0, 100)
    assumed = placed.sigma
    time = placed.time?.text
    camera = placed.maker
    tags = placed.notes
    isClipped = footprint.isClipped || footprint.leavesTerrain
  }

  private static func rounded(_ value: Double, _ scale: Double) -> Double {
    value.isFinite ? (value * scale).rounded() / scale : 0
  }

  var sentence: String {
    "\(NumberText.of(aboveGround)) m above the ground, looking down by \(NumberText.of(dip))°, position error \(NumberText.of(sigma)) m in its middle "
      + "(\(tags.joined(separator: ", ")))"
  }
}
