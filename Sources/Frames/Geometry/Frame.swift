import Foundation
public import GeoTypes

/// A picture as it was taken: a camera at a place, with an attitude, over a ground. Exact on the ellipsoid: no plane, no small angles.
public struct Frame: Sendable {
  public let camera: Camera
  public let position: Position
  public let ground: Ground
  /// The least dip below the camera's horizontal, in radians, of rays that count.
  public let leastDip: Double
  /// In geocentric axes.
  let center: SIMD3<Double>
  let up: SIMD3<Double>
  /// From camera axes to geocentric ones.
  let axes: Matrix3
  let toCamera: Matrix3
  private let upInCamera: SIMD3<Double>
  private let leastDipSine: Double

  /// - Parameters:
  ///   - camera: lens and size of the picture.
  ///   - position: of the camera.
  ///   - rotation: from camera axes to north, east and down; see `Attitude`.
  ///   - ground: what the rays meet.
  ///   - minimumDip: degrees, above 0; rays that dip less are left out, as those are above the visible edge of the earth.
  public init(camera: Camera, position: Position, rotation: Matrix3, ground: Ground, minimumDip: Double) {
    self.camera = camera
    self.position = position
    self.ground = ground
    let basis = Earth.northEastDown(longitude: position.longitude, latitude: position.latitude)
    center = Earth.geocentric(position)
    up = -basis.columns.z
    axes = basis * rotation
    toCamera = axes.transposed
    upInCamera = toCamera * up
    let above = max(0, position.height - ground.heights.lowerBound)
    let horizon = acos(Earth.polarRadius / (Earth.polarRadius + above))
    leastDip = max(minimumDip * .pi / 180, horizon * 1.001)
    leastDipSine = sin(leastDip)
  }

  // MARK: - Ground to picture

  /// Column and row at which a place appears; `nil` behind the lens, beyond the fold of the distortion, or above the least dip. May lie
  /// outside of the picture.
  public func pixel(of place: Position) -> Point? { pixel(along: view(of: place)) }

  /// The way from the camera to a place, in camera axes and meters.
  func view(of place: Position) -> SIMD3<Double> { toCamera * (Earth.geocentric(place) - center) }

  /// Column and row at which the end of a view appears; `nil` as for a place.
  func pixel(along view: SIMD3<Double>) -> Point? {
    guard descent(of: view) > 0, descent(of: view) >= leastDipSine * view.length else { return nil }
    return camera.pixel(of: view)
  }

  /// How far the end of a view lies below the camera, by the camera's own vertical, in meters.
  func descent(of view: SIMD3<Double>) -> Double { -view.dot(upInCamera) }

  /// The same for the ground at a place; `nil`, too, where its height is not known, or where other ground hides it from the picture.
  public func pixel(longitude: Double, latitude: Double) -> Point? {
    guard let height = ground.height(longitude: longitude, latitude: latitude) else { return nil }
    let place = Position(longitude: longitude, latitude: latitude, height: height)
    guard let pixel = pixel(of: place), !camera.holds(pixel) || isVisible(place) else { return nil }
    return pixel
  }

  /// Whether no other ground lies between a place on the ground and the camera.
  private func isVisible(_ place: Position) -> Bool {
    guard case .surface(let surface) = ground else { return true }
    let start = Earth.geocentric(place)
    let way = center - start
    return isVisible(from: place.height, length: way.length, rise: way.dot(up)) { share in
      let point = Earth.geodetic(start + share * way)
      return (surface.height(longitude: point.longitude, latitude: point.latitude), point.height)
    }
  }

  /// Whether no ground lies over a ray from the ground to the camera.
  ///
  /// - Parameters:
  ///   - height: of its beginning, over the ellipsoid.
  ///   - length: of the ray, in meters.
  ///   - rise: of the camera over its beginning, by the camera's vertical, in meters.
  ///   - heights: those of the ground, where it is known, and of the ray at a share of the ray's length.
  func isVisible(from height: Double, length: Double, rise: Double, heights: (_ share: Double) -> (ground: Double?, ray: Double)) -> Bool {
    guard case .surface(let surface) = ground else { return true }
    guard rise > 0 else { return false }
    // Up to where no ground is as high; the first step leaves the ground's own sample.
    let last = min(1, (surface.heights.upperBound - height + 1) / rise) * length
    var distance = surface.spacing
    while distance < last {
      let (ground, ray) = heights(distance / length)
      if let ground, ground > ray + 0.05 { return false }
      distance += surface.spacing
    }
    return true
  }

  // MARK: - Picture to ground

  /// The direction of a pixel position in geocentric axes, of length 1.
  func direction(_ pixel: Point) -> SIMD3<Double>? { camera.ray(pixel).map { (axes * $0).normalized } }

  /// The dip of a pixel's ray below the camera's horizontal, in radians; `nil` where there is no ray.
  public func dip(_ pixel: Point) -> Double? { direction(pixel).map { asin(max(-1, min(1, -$0.dot(up)))) } }

  /// The first ground along a pixel's ray; `nil` above the horizon, or where nothing is known of the ground.
  public func place(of pixel: Point) -> Position? { direction(pixel).flatMap(place(along:)) }

  func place(along direction: SIMD3<Double>) -> Position? {
    switch ground {
    case .level(let height):
      return distance(along: direction, toHeight: height).map { Earth.geodetic(center + $0 * direction) }
    case .surface(let surface): return place(along: direction, on: surface)
    }
  }

  /// The distance along a direction to the surface of one height over the ellipsoid, from above only.
  func distance(along direction: SIMD3<Double>, toHeight height: Double) -> Double? {
    let scale = SIMD3(
      1 / (Earth.equatorialRadius + height), 1 / (Earth.equatorialRadius + height), 1 / (Earth.polarRadius + height))
    let (start, way) = (center * scale, direction * scale)
    let (a, b, c) = (way.dot(way), way.dot(start), start.dot(start) - 1)
    let inner = b * b - a * c
    guard c >= 0, inner >= 0 else { return nil }
    var distance = (-b - inner.squareRoot()) / a
    guard distance > 0 else { return nil }
    // The surface of a constant height is not quite an ellipsoid.
    for _ in 0..<4 {
      let place = Earth.geodetic(center + distance * direction)
      let down = Earth.northEastDown(longitude: place.longitude, latitude: place.latitude).columns.z
      distance += (place.height - height) / down.dot(direction)
    }
    return distance.isFinite && distance > 0 ? distance : nil
  }

  private func place(along direction: SIMD3<Double>, on surface: any HeightSurface) -> Position? {
    let heights = surface.heights
    guard let end = distance(along: direction, toHeight: heights.lowerBound) else { return nil }
    func isBelow(_ distance: Double) -> Bool {
      let place = Earth.geodetic(center + distance * direction)
      guard let height = surface.height(longitude: place.longitude, latitude: place.latitude) else { return false }
      return place.height <= height + 1e-9
    }
    let step = surface.spacing / 2
    var low = position.height > heights.upperBound ? distance(along: direction, toHeight: heights.upperBound) ?? 0 : 0
    var high = low
    while !isBelow(high) {
      // The lowest ground is the last chance, but for rounding.
      guard high < end + step else { return nil }
      low = high
      high += step
    }
    for _ in 0..<50 where high > low {
      let middle = (low + high) / 2
      if isBelow(middle) { high = middle } else { low = middle }
    }
    return Earth.geodetic(center + high * direction)
  }

  /// The lengths on the ground of a pixel, along rows and along columns, in meters; `nil` where it sees no ground.
  public func pixelSize(at pixel: Point) -> (width: Double, height: Double)? {
    func point(_ x: Double, _ y: Double) -> SIMD3<Double>? { place(of: Point(x: pixel.x + x, y: pixel.y + y)).map(Earth.geocentric) }
    guard let left = point(-0.5, 0), let right = point(0.5, 0), let top = point(0, -0.5), let bottom = point(0, 0.5) else { return nil }
    return ((right - left).length, (bottom - top).length)
  }
}
