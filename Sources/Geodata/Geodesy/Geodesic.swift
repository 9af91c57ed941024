import CPROJ
public import GeoTypes

/// The shortest line between two places on WGS 84.
public struct Geodesic: Sendable, Hashable {
  /// Meters.
  public let distance: Double
  /// The direction at the first place, in degrees from north by east, from 0 up to 360.
  public let azimuth: Double

  /// By Karney's algorithm (2013), to nanometers.
  ///
  /// - Parameters: longitude and latitude in degrees.
  public init(from first: Point, to second: Point) {
    var geodesic = geod_geodesic()
    geod_init(&geodesic, 6_378_137, 1 / 298.257223563)
    var (length, forward) = (0.0, 0.0)
    geod_inverse(&geodesic, first.y, first.x, second.y, second.x, &length, &forward, nil)
    distance = length
    azimuth = forward < 0 ? forward + 360 : forward
  }
}
