import Foundation
public import GeoTypes

/// What is known of how exact a frame's tags are: one standard error of each.
public struct FrameSigma: Sendable, Hashable, Codable {
  /// Of the camera's place, in meters along each axis.
  public var position: Double
  /// Of the camera's height over the ground, in meters: tide and waves count here, too.
  public var height: Double
  /// Of each of the three angles, in degrees.
  public var attitude: Double
  /// Of the focal length, as a share of it.
  public var focalLength = 0.0

  public init(position: Double, height: Double, attitude: Double) {
    self.position = position
    self.height = height
    self.attitude = attitude
  }
}

extension Frame {
  /// One standard error of the place of a pixel on the ground, in meters: along the axis on which it is worst, and along the other one.
  /// `nil` where the pixel sees no ground.
  ///
  /// Errors are carried over to first order, as if the ground were level around the place: for a view that dips by δ from the height H that is
  /// (H / sin² δ · σ pitch)² + (σ height / tan δ)² + σ position² along the view, and (H / tan δ · σ yaw)² + σ position² across it.
  public func positionError(at pixel: Point, _ sigma: FrameSigma) -> (major: Double, minor: Double)? {
    guard let ray = camera.ray(pixel), let place = place(of: pixel) else { return nil }
    let basis = Earth.northEastDown(longitude: place.longitude, latitude: place.latitude)
    let (north, east, down) = basis.columns
    let direction = (axes * ray).normalized
    let distance = (Earth.geocentric(place) - center).length
    let descent = direction.dot(down)
    guard descent > 0 else { return nil }
    var (northNorth, northEast, eastEast) = (sigma.position * sigma.position, 0.0, sigma.position * sigma.position)
    func add(_ shift: SIMD3<Double>, _ error: Double) {
      let (n, e) = (shift.dot(north) * error, shift.dot(east) * error)
      northNorth += n * n
      northEast += n * e
      eastEast += e * e
    }
    // Where the ray ends when its direction changes, and when the camera rises by a meter.
    func shift(_ change: SIMD3<Double>) -> SIMD3<Double> { distance * (change - direction * (change.dot(down) / descent)) }
    add(direction / descent, sigma.height)
    let radians = sigma.attitude * .pi / 180
    // Yaw about the vertical, pitch about the camera's right, roll about the lens.
    for axis in [-up, axes.columns.x, axes.columns.z] { add(shift(axis.cross(direction)), radians) }
    if sigma.focalLength > 0 {
      let inward = axes * SIMD3(-ray.x, -ray.y, 0) / ray.length
      add(shift(inward - direction * direction.dot(inward)), sigma.focalLength)
    }
    let half = (northNorth + eastEast) / 2
    let rest = (((northNorth - eastEast) / 2) * ((northNorth - eastEast) / 2) + northEast * northEast).squareRoot()
    return ((half + rest).squareRoot(), max(0, half - rest).squareRoot())
  }
}
