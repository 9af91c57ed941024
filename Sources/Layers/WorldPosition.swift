public import GeoTypes
public import Geodata
import Synchronization

/// Longitudes and latitudes on WGS 84 of sources' positions. Many sources share a crs: ways that were found are kept.
public enum WorldPosition {
  private static let known = Mutex<[String: CoordinateTransformation]>([:])

  /// The way from a crs on the earth; `nil` for others, and where there is none.
  static func transformation(from crs: CoordinateSystem) -> CoordinateTransformation? {
    guard crs.isOnEarth else { return nil }
    if let found = known.withLock({ $0[crs.wkt] }) { return found }
    guard let target = try? CoordinateSystem("EPSG:4326"), let made = try? CoordinateTransformation(from: crs, to: target) else {
      return nil
    }
    known.withLock {
      if $0.count >= 50 { $0 = [:] }
      $0[crs.wkt] = made
    }
    return made
  }

  /// The direction of north in the middle of a raster, in pixels with y downward; `nil` where it is not georeferenced to the earth.
  public static func north(_ geotransform: Geotransform, _ size: RasterSize, _ crs: CoordinateSystem) -> Point? {
    guard let transformation = transformation(from: crs) else { return nil }
    let (x, y) = (Double(size.width) / 2, Double(size.height) / 2)
    var points = [Point(x: x, y: y), Point(x: x + 1, y: y), Point(x: x, y: y + 1)].map(geotransform.apply)
    guard (try? transformation.apply(to: &points)) != nil else { return nil }
    // What a step along a row and along a column does to longitude and latitude; north is the step that leaves the longitude as it is.
    func turn(_ difference: Double) -> Double { difference - (difference / 360).rounded() * 360 }
    let (eastOfColumn, eastOfRow) = (turn(points[1].x - points[0].x), turn(points[2].x - points[0].x))
    let (northOfColumn, northOfRow) = (points[1].y - points[0].y, points[2].y - points[0].y)
    let determinant = eastOfColumn * northOfRow - eastOfRow * northOfColumn
    guard determinant != 0, determinant.isFinite else { return nil }
    let north = Point(x: -eastOfRow / determinant, y: eastOfColumn / determinant)
    let length = (north.x * north.x + north.y * north.y).squareRoot()
    return length > 0 && length.isFinite ? Point(x: north.x / length, y: north.y / length) : nil
  }
}
