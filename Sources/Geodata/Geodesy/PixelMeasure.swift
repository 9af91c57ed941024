public import GeoTypes

/// How large the pixels of a raster are on the ground.
///
/// Without a crs (or with one that is not on the earth) everything is 1: lengths and areas are in pixels.
public struct PixelMeasure: Sendable {
  private let geotransform: Geotransform
  private let size: RasterSize
  private let ground: GroundMeasure

  public init(crs: CoordinateSystem?, geotransform: Geotransform, size: RasterSize) throws(GeodataError) {
    ground = try GroundMeasure(crs: crs, over: geotransform.bounds(of: size))
    self.geotransform = ground.isGeodesic ? geotransform : .pixels
    self.size = size
  }

  /// Whether areas are square meters; else they are pixels.
  public var isGeodesic: Bool { ground.isGeodesic }

  /// The ellipsoidal area of a window of pixels, in m².
  public func area(of window: Window) throws(GeodataError) -> Double {
    abs(try ground.measure(corners(Double(window.column), Double(window.row), Double(window.width), Double(window.height))).signedArea)
  }

  /// The mean area of the pixels of each row, in m²: times the width, the row's exact area; where a part of a row lies off the earth, that of
  /// some pixels that do not.
  public func rowAreas(_ rows: Range<Int>) throws(GeodataError) -> [Double] {
    var areas: [Double] = []
    areas.reserveCapacity(rows.count)
    for row in rows {
      if let whole = try? area(of: Window(column: 0, row: row, width: size.width, height: 1)), whole.isFinite {
        areas.append(whole / Double(max(1, size.width)))
        continue
      }
      let some = (0..<16).compactMap { try? area(of: Window(column: size.width * $0 / 16, row: row, width: 1, height: 1)) }.filter(
        \.isFinite)
      areas.append(some.isEmpty ? 0 : some.reduce(0, +) / Double(some.count))
    }
    return areas
  }

  /// The sides of the pixel in the middle of the raster, or where that lies off the earth, of the first of some that do not, in meters on the
  /// ground (true ones, in web mercator too).
  public func metersPerPixel() throws(GeodataError) -> (width: Double, height: Double) {
    var failure: GeodataError?
    for (x, y) in [(4.0, 4.0), (2, 4), (6, 4), (4, 2), (4, 6), (2, 2), (6, 6), (2, 6), (6, 2)] {
      do throws(GeodataError) {
        return try metersPerPixel(at: Point(x: Double(size.width) * x / 8, y: Double(size.height) * y / 8))
      } catch {
        failure = failure ?? error
      }
    }
    throw failure ?? GeodataError(.reference, file: "", reason: "no pixel can be measured")
  }

  private func metersPerPixel(at middle: Point) throws(GeodataError) -> (width: Double, height: Double) {
    // There and back: half of what a line of no area measures.
    let side = geotransform.apply(Point(x: middle.x + 0.5, y: middle.y))
    let otherSide = geotransform.apply(Point(x: middle.x - 0.5, y: middle.y))
    let end = geotransform.apply(Point(x: middle.x, y: middle.y + 0.5))
    let otherEnd = geotransform.apply(Point(x: middle.x, y: middle.y - 0.5))
    return (try ground.measure([otherSide, side]).length / 2, try ground.measure([otherEnd, end]).length / 2)
  }

  private func corners(_ column: Double, _ row: Double, _ width: Double, _ height: Double) -> [Point] {
    [
      geotransform.apply(column: column, row: row), geotransform.apply(column: column + width, row: row),
      geotransform.apply(column: column + width, row: row + height), geotransform.apply(column: column, row: row + height),
    ]
  }
}
