/// The affine map from pixel coordinates to a crs, in GDAL's order:
/// x = c0 + column · c1 + row · c2, y = c3 + column · c4 + row · c5.
///
/// Column and row are those of pixel corners: (0, 0) is the outer corner of the first pixel.
public struct Geotransform: Hashable, Sendable, Codable {
  public var c0: Double
  public var c1: Double
  public var c2: Double
  public var c3: Double
  public var c4: Double
  public var c5: Double

  public init(_ c0: Double, _ c1: Double, _ c2: Double, _ c3: Double, _ c4: Double, _ c5: Double) {
    self.c0 = c0
    self.c1 = c1
    self.c2 = c2
    self.c3 = c3
    self.c4 = c4
    self.c5 = c5
  }

  /// Pixel coordinates as they are: x is the column, y is the row, growing downwards.
  public static let pixels = Geotransform(0, 1, 0, 0, 0, 1)

  /// The six coefficients in GDAL's order.
  public var coefficients: [Double] { [c0, c1, c2, c3, c4, c5] }

  /// The signed area of a pixel in squared units of the crs; negative for the usual north-up raster.
  public var determinant: Double { c1 * c5 - c2 * c4 }

  /// Whether rows and columns run along the axes of the crs.
  public var isAxisParallel: Bool { c2 == 0 && c4 == 0 }

  /// Whether rows run along x and columns along -y, as in most files.
  public var isNorthUp: Bool { isAxisParallel && c1 > 0 && c5 < 0 }

  /// Whether the six coefficients are finite and the map can be inverted.
  public var isUsable: Bool {
    coefficients.allSatisfy(\.isFinite) && determinant != 0 && determinant.isFinite
  }

  /// Whether the corners of all pixels of a raster of this size are points of their own: far from the origin of a crs, numbers have
  /// no digits left for steps as small as a pixel. Asks for eight bits more than that, since positions between corners count, too.
  public func tellsPixelsApart(in size: RasterSize) -> Bool {
    let (width, height) = (Double(size.width), Double(size.height))
    let corners = [(0, 0), (width, 0), (0, height), (width, height)].map { apply(column: $0.0, row: $0.1) }
    let farthest = corners.reduce(0) { max($0, abs($1.x), abs($1.y)) }
    return isUsable && farthest.ulp * 256 <= abs(determinant) / max(pixelSize.width, pixelSize.height)
  }

  /// Whether all corners of a raster of this size lie within half a pixel of where another transform puts them.
  public func coincides(with other: Geotransform, over size: RasterSize) -> Bool {
    let (width, height) = (Double(size.width), Double(size.height))
    let reach = min(pixelSize.width, pixelSize.height) / 2
    return [(0, 0), (width, 0), (0, height), (width, height)].allSatisfy { column, row in
      let (one, two) = (apply(column: column, row: row), other.apply(column: column, row: row))
      return abs(one.x - two.x) <= reach && abs(one.y - two.y) <= reach
    }
  }

  /// The length of a pixel's side along a row, and along a column, in units of the crs.
  public var pixelSize: (width: Double, height: Double) {
    ((c1 * c1 + c4 * c4).squareRoot(), (c2 * c2 + c5 * c5).squareRoot())
  }

  /// The position in the crs of a position in pixels.
  public func apply(_ pixel: Point) -> Point {
    Point(x: c0 + pixel.x * c1 + pixel.y * c2, y: c3 + pixel.x * c4 + pixel.y * c5)
  }

  /// The place, in the crs, of a position in pixels.
  public func apply(column: Double, row: Double) -> Point { apply(Point(x: column, y: row)) }

  /// The map from the crs to pixels; `nil` where the determinant is zero or not finite.
  public var inverse: Geotransform? {
    guard isUsable else { return nil }
    let determinant = determinant
    let (i1, i2) = (c5 / determinant, -c2 / determinant)
    let (i4, i5) = (-c4 / determinant, c1 / determinant)
    return Geotransform(-(i1 * c0 + i2 * c3), i1, i2, -(i4 * c0 + i5 * c3), i4, i5)
  }

  /// The same map for the raster that a window cuts out.
  public func shifted(to window: Window) -> Geotransform {
    let origin = apply(column: Double(window.column), row: Double(window.row))
    return Geotransform(origin.x, c1, c2, origin.y, c4, c5)
  }

  /// The rectangle around a raster's four corners.
  public func bounds(of size: RasterSize) -> Bounds {
    let (width, height) = (Double(size.width), Double(size.height))
    let first = apply(column: 0, row: 0)
    var bounds = Bounds(minX: first.x, minY: first.y, maxX: first.x, maxY: first.y)
    bounds.extend(to: apply(column: width, row: 0))
    bounds.extend(to: apply(column: 0, row: height))
    bounds.extend(to: apply(column: width, row: height))
    return bounds
  }
}
