import CGDAL
import Foundation
import GeoTypes

/// How long pixels are on the ground.
enum GroundLength {
  /// The sides of a pixel at the raster's center: along a row, and along a column. Meters on the ellipsoid; meters of the crs' own
  /// units where it is not on the earth; units where there is no crs.
  static func ofPixel(_ geotransform: Geotransform, _ size: RasterSize, _ crs: CoordinateSystem?) -> (x: Double, y: Double) {
    let plain = geotransform.pixelSize
    guard let crs else { return (plain.width, plain.height) }
    let units = crs.isGeodetic && crs.isGeographic ? 111_320 * crs.radiansPerUnit * 180 / .pi : crs.metersPerUnit
    let fallback = (x: plain.width * units, y: plain.height * units)
    guard crs.isGeodetic else { return fallback }
    // Over some pixels around the center, since a hundredth of a pixel would drown in rounding.
    let half = (x: Double(min(size.width, 100)) / 2, y: Double(min(size.height, 100)) / 2)
    let center = (x: Double(size.width) / 2, y: Double(size.height) / 2)
    let points = [
      geotransform.apply(column: center.x - half.x, row: center.y), geotransform.apply(column: center.x + half.x, row: center.y),
      geotransform.apply(column: center.x, row: center.y - half.y), geotransform.apply(column: center.x, row: center.y + half.y),
    ]
    guard let positions = geographic(points, crs),
      let x = distance(positions[0], positions[1], crs), let y = distance(positions[2], positions[3], crs)
    else { return fallback }
    return (x / (2 * half.x), y / (2 * half.y))
  }

  /// The same; `nil` where they are not lengths.
  static func usable(_ geotransform: Geotransform, _ size: RasterSize, _ crs: CoordinateSystem) -> (x: Double, y: Double)? {
    let side = ofPixel(geotransform, size, crs)
    return side.x.isFinite && side.y.isFinite && side.x > 0 && side.y > 0 ? side : nil
  }

  /// Longitude and latitude in radians, on the crs' own datum; `nil` where the transformation fails.
  private static func geographic(_ points: [Point], _ crs: CoordinateSystem) -> [Point]? {
    if crs.isGeographic { return points.map { Point(x: $0.x * crs.radiansPerUnit, y: $0.y * crs.radiansPerUnit) } }
    let transformed = try? crs.withHandle { (source) throws(GeodataError) -> [Point]? in
      guard let base = OSRCloneGeogCS(source) else { return nil }
      defer { OSRDestroySpatialReference(base) }
      OSRSetAxisMappingStrategy(base, OAMS_TRADITIONAL_GIS_ORDER)
      guard let transformation = OCTNewCoordinateTransformation(source, base) else { return nil }
      defer { OCTDestroyCoordinateTransformation(transformation) }
      var xs = points.map(\.x)
      var ys = points.map(\.y)
      guard OCTTransform(transformation, Int32(points.count), &xs, &ys, nil) != 0 else { return nil }
      let unit = OSRGetAngularUnits(base, nil)
      return zip(xs, ys).map { Point(x: $0 * unit, y: $1 * unit) }
    }
    guard let result = transformed ?? nil, result.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else { return nil }
    return result
  }

  /// The length of a short line by the ellipsoid's radii at its middle; `nil` where it has none.
  private static func distance(_ from: Point, _ to: Point, _ crs: CoordinateSystem) -> Double? {
    let flattening = crs.inverseFlattening > 0 ? 1 / crs.inverseFlattening : 0
    let eccentricity = flattening * (2 - flattening)
    let latitude = (from.y + to.y) / 2
    let root = (1 - eccentricity * sin(latitude) * sin(latitude)).squareRoot()
    let north = (to.y - from.y) * crs.semiMajorAxis * (1 - eccentricity) / (root * root * root)
    let turn = (to.x - from.x).remainder(dividingBy: 2 * .pi)
    let east = turn * crs.semiMajorAxis * cos(latitude) / root
    let length = (north * north + east * east).squareRoot()
    return length.isFinite && length > 0 ? length : nil
  }
}
