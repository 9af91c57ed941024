import Foundation

/// An ellipsoid of revolution: areas between latitudes and lengths on its surface. Angles in radians, lengths in meters.
package struct Ellipsoid: Sendable {
  package let semiMajorAxis: Double
  /// The squared first eccentricity; 0 for a sphere.
  let eccentricitySquared: Double
  private let eccentricity: Double

  init(semiMajorAxis: Double, inverseFlattening: Double) {
    self.semiMajorAxis = semiMajorAxis
    let flattening = inverseFlattening > 1 ? 1 / inverseFlattening : 0
    eccentricitySquared = flattening * (2 - flattening)
    eccentricity = eccentricitySquared.squareRoot()
  }

  package init(of crs: CoordinateSystem) {
    self.init(semiMajorAxis: crs.semiMajorAxis, inverseFlattening: crs.inverseFlattening)
  }

  /// The area between the equator and a latitude, per radian of longitude, in m²; negative in the south.
  ///
  /// It is b²/2 · (sin φ / (1 − e² sin² φ) + artanh(e sin φ) / e): Snyder, Map Projections (1987), equation 3-12.
  package func zone(toLatitude latitude: Double) -> Double {
    let sine = sin(latitude)
    guard eccentricity > 0 else { return semiMajorAxis * semiMajorAxis * sine }
    let factor = semiMajorAxis * semiMajorAxis * (1 - eccentricitySquared) / 2
    return factor * (sine / (1 - eccentricitySquared * sine * sine) + atanh(eccentricity * sine) / eccentricity)
  }

  /// The radius of curvature along the meridian, M(φ).
  package func meridianRadius(_ latitude: Double) -> Double {
    let sine = sin(latitude)
    let rest = 1 - eccentricitySquared * sine * sine
    return semiMajorAxis * (1 - eccentricitySquared) / (rest * rest.squareRoot())
  }

  /// The radius of the parallel, N(φ) cos φ.
  package func parallelRadius(_ latitude: Double) -> Double {
    let sine = sin(latitude)
    return semiMajorAxis * cos(latitude) / (1 - eccentricitySquared * sine * sine).squareRoot()
  }

  /// The position in space (geocentric, meters) of a place on the surface: smooth everywhere, at the poles and at 180° too.
  func position(longitude: Double, latitude: Double) -> SIMD4<Double> {
    let (sine, cosine) = (sin(latitude), cos(latitude))
    let normal = semiMajorAxis / (1 - eccentricitySquared * sine * sine).squareRoot()
    return SIMD4(normal * cosine * cos(longitude), normal * cosine * sin(longitude), normal * (1 - eccentricitySquared) * sine, 0)
  }
}
