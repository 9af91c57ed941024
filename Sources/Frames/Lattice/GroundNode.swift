import GeoTypes

/// A place on the ground as a camera sees it: what of it is as smooth as the earth, whatever lens and terrain are.
struct GroundNode: Sendable {
  /// The way from the camera to the lowest ground that there is, at this longitude and latitude, in camera axes and meters.
  var view = SIMD3<Double>.zero
  /// What each meter of height adds to `view`.
  var rise = SIMD3<Double>.zero
  /// The position among the samples of a terrain.
  var sample = SIMD2<Double>.zero
  /// How far the middle of the ray to the camera lies from halfway between its ends: in samples, and in height over the ellipsoid.
  var bend = SIMD3<Double>.zero
  /// How far a parabola through the ray's ends and its middle is off in between, in meters of height.
  var bendError = 0.0

  /// Not a number: nothing between this and another place can be known.
  static let unknown = GroundNode(view: SIMD3(repeating: .nan))
}

extension Frame {
  /// The node at a longitude and a latitude in degrees.
  func node(at place: Point) -> GroundNode {
    var low = Position(longitude: place.x, latitude: place.y, height: ground.heights.lowerBound)
    var node = GroundNode(view: view(of: low))
    guard case .surface(let surface) = ground else { return node }
    guard let sample = surface.sample(longitude: place.x, latitude: place.y),
      let camera = surface.sample(longitude: position.longitude, latitude: position.latitude)
    else { return .unknown }
    node.rise = toCamera * -Earth.northEastDown(longitude: place.x, latitude: place.y).columns.z
    node.sample = SIMD2(sample.x, sample.y)
    // From a middling height: that of the ground changes the shape of a ray by next to nothing.
    low.height = (surface.heights.lowerBound + surface.heights.upperBound) / 2
    let start = Earth.geocentric(low)
    let (from, to) = (SIMD3(sample.x, sample.y, low.height), SIMD3(camera.x, camera.y, position.height))
    // What of the ray is not straight at a share of its length, among samples and in height.
    func bend(_ share: Double) -> SIMD3<Double> {
      let point = Earth.geodetic(start + share * (center - start))
      guard let sample = surface.sample(longitude: point.longitude, latitude: point.latitude) else { return SIMD3(repeating: .nan) }
      return SIMD3(sample.x, sample.y, point.height) - (from + share * (to - from))
    }
    node.bend = bend(0.5)
    let rest = bend(0.25) - 0.75 * node.bend
    node.bendError = abs(rest.z) + surface.steepness * (rest.x * rest.x + rest.y * rest.y).squareRoot()
    return node
  }
}
