public import GeoTypes

/// A pinhole camera with distortion. Pixel coordinates are GDAL's: (0, 0) is the outer corner of the first pixel.
public struct Camera: Sendable, Hashable {
  public var size: RasterSize
  /// Focal lengths in pixels, along rows and along columns; above 0.
  public var fx: Double
  public var fy: Double
  /// The principal point, in pixels from the picture's middle; y grows downwards.
  public var cx: Double
  public var cy: Double
  public var distortion: Distortion

  public init(size: RasterSize, fx: Double, fy: Double, cx: Double = 0, cy: Double = 0, distortion: Distortion = .none) {
    self.size = size
    self.fx = fx
    self.fy = fy
    self.cx = cx
    self.cy = cy
    self.distortion = distortion
  }

  /// Column and row of a point in camera axes; `nil` behind the lens, or beyond the fold of the distortion.
  func pixel(of point: SIMD3<Double>) -> Point? {
    guard point.z > 0, let seen = distortion.distorted(SIMD2(point.x, point.y) / point.z) else { return nil }
    return Point(x: Double(size.width) / 2 + cx + fx * seen.x, y: Double(size.height) / 2 + cy + fy * seen.y)
  }

  /// The direction in camera axes that a pixel position looks in, with z = 1; `nil` where no ray leads to it.
  func ray(_ pixel: Point) -> SIMD3<Double>? {
    let seen = SIMD2((pixel.x - Double(size.width) / 2 - cx) / fx, (pixel.y - Double(size.height) / 2 - cy) / fy)
    return distortion.undistorted(seen).map { SIMD3($0.x, $0.y, 1) }
  }

  /// Whether a pixel position lies in the picture, its edge included.
  func holds(_ pixel: Point) -> Bool {
    pixel.x >= 0 && pixel.y >= 0 && pixel.x <= Double(size.width) && pixel.y <= Double(size.height)
  }

  /// At least as many pixels of the picture as an angle of one radian is long on, anywhere in the picture.
  var pixelsPerRadian: Double {
    let (step, parts) = (1e-6, 8)
    var most = max(fx, fy)
    for part in 0..<(parts + 1) * (parts + 1) {
      let (column, row) = (Double(part % (parts + 1)) / Double(parts), Double(part / (parts + 1)) / Double(parts))
      let pixel = Point(x: Double(size.width) * column, y: Double(size.height) * row)
      guard let ray = self.ray(pixel)?.normalized else { continue }
      let side = ray.cross(abs(ray.x) < 0.5 ? SIMD3(1, 0, 0) : SIMD3(0, 1, 0)).normalized
      // The norm of both changes is not below the largest of any direction.
      let changes = [side, ray.cross(side)].map { across in
        self.pixel(of: ray + step * across).map { ($0.x - pixel.x) * ($0.x - pixel.x) + ($0.y - pixel.y) * ($0.y - pixel.y) } ?? 0
      }
      most = max(most, (changes[0] + changes[1]).squareRoot() / step)
    }
    return most
  }
}
