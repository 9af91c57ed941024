import CGDAL
import Foundation
public import GeoTypes

extension PlaceCheck {
  /// What is wrong where a raster lies far outside the area that its crs is made for; `nil` where it lies in or near it, and where nobody knows.
  ///
  /// - Parameter isGiven: whether the crs is that of the pipeline.
  static func farAway(
    _ crs: CoordinateSystem, _ geotransform: Geotransform, _ size: RasterSize, isGiven: Bool
  ) -> String? {
    let remedy = isGiven ? "correct input.crs" : "check its crs (gdal_edit.py -a_srs) and its geotransform"
    let unplaced = [1.0, -1].contains { geotransform == Geotransform(0, 1, 0, 0, 0, $0) }
    if unplaced {
      return "its geotransform is the default one (origin 0, 0, pixels of 1 × 1), so that it would lie at the origin of its crs \(crs): "
        + "its positions look like pixels; give it a geotransform (gdal_edit.py -a_ullr, a world file) or remove its crs"
    }
    guard let area = AreaOfUse(of: crs), let place = place(crs, geotransform, size) else { return nil }
    let bounds = geotransform.bounds(of: size)
    let corner = geotransform.apply(column: 0, row: 0)
    if crs.isProjected, !area.overlaps(place), corner == Point(x: 0, y: 0) || bounds.isWithin(360) {
      return
        "its numbers, such as \(String(format: "%.10g, %.10g", bounds.minX, bounds.maxY)), look like degrees or pixels, not like positions in its crs \(crs), "
        + "which is used at \(area.text); \(remedy)"
    }
    let isUTM = (try? crs.withHandle { (handle) throws(GeodataError) in OSRGetUTMZone(handle, nil) != 0 }) ?? false
    guard !area.widened(isUTM: isUTM).overlaps(place) else { return nil }
    return
      "by its crs \(crs) it lies at \(place.text), far from where that is used (\(area.text)): the crs is another one, its axes are swapped, "
      + "or digits of a zone are missing or too many; \(remedy)"
  }

  /// What is wrong where a raster lies far outside the area that the crs of its layers is made for; `nil` where it lies in or near it, and where nobody
  /// knows.
  ///
  /// - Parameters:
  ///   - target: the crs of the layers.
  ///   - key: that names it in the pipeline.
  public static func farFromTarget(
    _ target: CoordinateSystem, key: String, from crs: CoordinateSystem, _ geotransform: Geotransform, _ size: RasterSize
  ) -> String? {
    guard let area = AreaOfUse(of: target), let place = place(crs, geotransform, size) else { return nil }
    let isUTM = (try? target.withHandle { (handle) throws(GeodataError) in OSRGetUTMZone(handle, nil) != 0 }) ?? false
    guard !area.widened(isUTM: isUTM).overlaps(place) else { return nil }
    return
      "it lies at \(place.text), far from where \(key) \(target) is used (\(area.text)): its positions in that crs are distorted, or of another datum; "
      + "correct \(key)"
  }

  /// The rectangle around a raster's corners, sides and middle, as far as these lie on the earth.
  private static func place(_ crs: CoordinateSystem, _ geotransform: Geotransform, _ size: RasterSize) -> AreaOfUse? {
    var points: [Point] = []
    for row in 0...4 {
      for column in 0...4 {
        points.append(geotransform.apply(column: Double(size.width * column) / 4, row: Double(size.height * row) / 4))
      }
    }
    if !crs.isGeographic {
      guard let there = try? CoordinateTransformation(toGeographicOf: crs) else { return nil }
      let found = there.applyEach(to: &points)
      points = points.indices.filter { found[$0] }.map { points[$0] }
    }
    let degree = 180 / .pi * crs.radiansPerUnit
    return AreaOfUse(around: points.map { Point(x: $0.x * degree + crs.primeMeridian, y: $0.y * degree) })
  }
}

extension Bounds {
  /// Whether no number is farther from 0.
  fileprivate func isWithin(_ limit: Double) -> Bool { [minX, maxX, minY, maxY].allSatisfy { abs($0) <= limit } }
}
