import Foundation
public import GeoTypes

/// How a picture was taken, by its tags or by a row of a table: all of a frame but the ground, and heights that still count from the sea.
public struct FrameDescription: Sendable {
  /// What a height counts from.
  public enum Reference: String, Sendable, Hashable, Codable {
    case geoid = "EGM96"
    case ellipsoid = "WGS 84"
  }

  public var camera: Camera
  /// Degrees, on WGS 84.
  public var longitude: Double
  public var latitude: Double
  /// Meters.
  public var height: Double
  public var reference: Reference
  /// From camera axes to north, east and down.
  public var rotation: Matrix3
  public var sigma: FrameSigma
  public var time: FrameTime?
  /// The maker and model of the camera, where they are known.
  public var maker: String?
  /// Which tags were taken and for what, a phrase each.
  public var notes: [String] = []
  /// What was assumed or is ambiguous, a sentence each that names the tag.
  public var warnings: [String] = []
  /// Where the middle of the picture lies by the tags themselves: longitude and latitude in degrees, to compare with.
  public var statedMiddle: Point?

  init(
    camera: Camera, longitude: Double, latitude: Double, height: Double, reference: Reference, rotation: Matrix3, sigma: FrameSigma
  ) {
    self.camera = camera
    self.longitude = longitude
    self.latitude = latitude
    self.height = height
    self.reference = reference
    self.rotation = rotation
    self.sigma = sigma
  }
}

/// The dip in degrees at which a pixel on level ground is so many times as long as one straight down; at least 1 time.
func dipOf(pixel ratio: Double) -> Double { asin((1 / max(1, ratio)).squareRoot()) * 180 / .pi }

extension FrameDescription {
  /// A position that can be; exactly 0, 0 is what receivers without a fix write.
  static func isPosition(_ longitude: Double, _ latitude: Double) -> Bool {
    abs(latitude) <= 90 && abs(longitude) <= 360 && !(latitude == 0 && longitude == 0)
  }
}
