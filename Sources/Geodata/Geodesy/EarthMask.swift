import Foundation
public import GeoTypes

/// Which pixels of a raster lie on the earth: a projection covers a part of the plane only, and beyond it GDAL places pixels on the other side,
/// or nowhere.
///
/// A value: any thread may ask, one at a time.
public final class EarthMask: Sendable {
  private let geotransform: Geotransform
  private let there: CoordinateTransformation
  private let back: CoordinateTransformation
  /// How far a place may lie from where it comes back, in units of the crs.
  private let tolerance: Double

  /// - Throws: `GeodataError.Code.reference` where the crs has no longitudes and latitudes.
  init(crs: CoordinateSystem, geotransform: Geotransform) throws(GeodataError) {
    self.geotransform = geotransform
    there = try CoordinateTransformation(toGeographicOf: crs)
    back = try CoordinateTransformation(fromGeographicOf: crs)
    // Some projections come back to within meters only; what lies off the earth comes back from far away.
    tolerance = max(geotransform.pixelSize.width, geotransform.pixelSize.height, 100 / crs.metersPerUnit)
  }

  /// Whether each of some places in pixels has a longitude and a latitude, and comes back from there.
  func isOnEarth(_ pixels: [Point]) -> [Bool] {
    let places = pixels.map { geotransform.apply($0) }
    var points = places
    var found = there.applyEach(to: &points)
    let returned = back.applyEach(to: &points)
    for index in places.indices where found[index] {
      found[index] =
        returned[index] && abs(points[index].x - places[index].x) <= tolerance && abs(points[index].y - places[index].y) <= tolerance
    }
    return found
  }

  /// 1 for pixels all of whose corners lie on the earth, 0 for others, `[height][width]`.
  public func mask(_ window: Window) -> [UInt8] {
    var mask = [UInt8](repeating: 0, count: window.area)
    var above = corners(window, row: 0)
    for row in 0..<window.height {
      let below = corners(window, row: row + 1)
      for column in 0..<window.width where above[column] && above[column + 1] && below[column] && below[column + 1] {
        mask[row * window.width + column] = 1
      }
      above = below
    }
    return mask
  }

  private func corners(_ window: Window, row: Int) -> [Bool] {
    isOnEarth((0...window.width).map { Point(x: Double(window.column + $0), y: Double(window.row + row)) })
  }
}
