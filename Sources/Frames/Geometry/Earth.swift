import Foundation

/// A place on or above WGS 84.
public struct Position: Sendable, Hashable {
  /// Degrees.
  public var longitude: Double
  public var latitude: Double
  /// Meters over the ellipsoid.
  public var height: Double

  public init(longitude: Double, latitude: Double, height: Double) {
    self.longitude = longitude
    self.latitude = latitude
    self.height = height
  }
}

/// The ellipsoid WGS 84 in geocentric axes, in meters.
enum Earth {
  static let equatorialRadius = 6_378_137.0
  static let flattening = 1 / 298.257223563
  static let polarRadius = equatorialRadius * (1 - flattening)
  private static let eccentricitySquared = flattening * (2 - flattening)

  static func geocentric(_ place: Position) -> SIMD3<Double> {
    let (longitude, latitude) = (place.longitude * .pi / 180, place.latitude * .pi / 180)
    let (sine, cosine) = (sin(latitude), cos(latitude))
    let normal = equatorialRadius / (1 - eccentricitySquared * sine * sine).squareRoot()
    let parallel = (normal + place.height) * cosine
    return SIMD3(parallel * cos(longitude), parallel * sin(longitude), (normal * (1 - eccentricitySquared) + place.height) * sine)
  }

  /// The place of a point, by Bowring's iteration: within a nanometer as high as airplanes fly.
  static func geodetic(_ point: SIMD3<Double>) -> Position {
    let distance = (point.x * point.x + point.y * point.y).squareRoot()
    var reduced = atan2(point.z * equatorialRadius, distance * polarRadius)
    var latitude = 0.0
    let second = eccentricitySquared / (1 - eccentricitySquared)
    for _ in 0..<3 {
      let (sine, cosine) = (sin(reduced), cos(reduced))
      latitude = atan2(
        point.z + second * polarRadius * sine * sine * sine,
        distance - eccentricitySquared * equatorialRadius * cosine * cosine * cosine)
      reduced = atan2((1 - flattening) * sin(latitude), cos(latitude))
    }
    let (sine, cosine) = (sin(latitude), cos(latitude))
    let height =
      distance * cosine + point.z * sine - equatorialRadius * (1 - eccentricitySquared * sine * sine).squareRoot()
    return Position(longitude: atan2(point.y, point.x) * 180 / .pi, latitude: latitude * 180 / .pi, height: height)
  }

  /// North, east and down at a place, as columns in geocentric axes.
  static func northEastDown(longitude: Double, latitude: Double) -> Matrix3 {
    let (longitude, latitude) = (longitude * .pi / 180, latitude * .pi / 180)
    let (cl, sl, cp, sp) = (cos(longitude), sin(longitude), cos(latitude), sin(latitude))
    return Matrix3(SIMD3(-sp * cl, -sp * sl, cp), SIMD3(-sl, cl, 0), SIMD3(-cp * cl, -cp * sl, -sp))
  }
}
