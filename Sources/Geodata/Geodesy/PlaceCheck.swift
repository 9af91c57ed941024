import Foundation
public import GeoTypes

/// Whether the place that a raster claims can be: its numbers against what its crs can mean.
public struct PlaceCheck: Sendable {
  /// What is odd, a sentence each.
  public let warnings: [String]
  /// Where pixels lie off the earth; `nil` where none does.
  public let mask: EarthMask?

  /// - Parameter isGiven: whether the crs is that of the pipeline, and not the file's own.
  /// - Throws: `unsupported` where the numbers cannot be positions in the crs at all.
  public init(
    crs: CoordinateSystem?, geotransform: Geotransform, size: RasterSize, file: String, isGiven: Bool = false
  ) throws(GeodataError) {
    guard let crs, crs.isGeodetic else {
      (warnings, mask) = ([], nil)
      return
    }
    var warnings: [String] = []
    var mask: EarthMask?
    if crs.isGeographic {
      warnings += try PlaceCheck.degrees(crs, geotransform, size, file)
    } else {
      let found = try PlaceCheck.domain(crs, geotransform, size, file)
      mask = found?.mask
      if let share = found?.share {
        warnings.append(
          "about \(max(1, Int((share * 100).rounded()))) % of its pixels lie off the earth, where \(crs) has no positions: they become nodata"
        )
      }
    }
    if let pixel = PlaceCheck.pixel(crs, geotransform, size), min(pixel.x, pixel.y) < 0.001 || max(pixel.x, pixel.y) > 500_000 {
      warnings.append(
        String(format: "its pixels would measure %.2g × %.2g m on the ground: ", pixel.x, pixel.y)
          + "its numbers do not look like those of its crs \(crs)")
    } else if let sentence = PlaceCheck.farAway(crs, geotransform, size, isGiven: isGiven) {
      warnings.append(sentence)
    }
    self.warnings = warnings
    self.mask = mask
  }

  /// Longitudes and latitudes: up to a pixel more than there are may be rounding, or pixels around the poles.
  private static func degrees(
    _ crs: CoordinateSystem, _ geotransform: Geotransform, _ size: RasterSize, _ file: String
  ) throws(GeodataError) -> [String] {
    let bounds = geotransform.bounds(of: size)
    let degree = 180 / .pi * crs.radiansPerUnit
    let latitude = max(abs(bounds.minY), abs(bounds.maxY)) * degree
    let longitude = max(abs(bounds.minX), abs(bounds.maxX)) * degree
    let pixel = max(geotransform.pixelSize.width, geotransform.pixelSize.height) * degree
    func text(_ value: Double) -> String { String(format: "%.10g°", value) }
    guard latitude <= 90 + 1.01 * pixel, longitude <= 540 + 1.01 * pixel else {
      let what = latitude > 90 + 1.01 * pixel ? "latitudes of \(text(latitude))" : "longitudes of \(text(longitude))"
      throw GeodataError(
        .unsupported, file: file, reason: "its numbers are not positions in its crs \(crs): they would be \(what)",
        remedy: "give it the crs that its numbers are in (gdal_edit.py -a_srs)")
    }
    var warnings: [String] = []
    if latitude > 90 + 1e-9 { warnings.append("its edge reaches a latitude of \(text(latitude)), beyond the pole") }
    let width = (bounds.maxX - bounds.minX) * degree
    if width > 360 + 1.01 * pixel { warnings.append("it spans \(text(width)) of longitude, more than once around the earth") }
    return warnings
  }

  /// Looks at places along the border and inside.
  ///
  /// - Returns: the share of the places that lie off the earth, with the mask; `nil` where all lie on it.
  private static func domain(
    _ crs: CoordinateSystem, _ geotransform: Geotransform, _ size: RasterSize, _ file: String
  ) throws(GeodataError) -> (share: Double, mask: EarthMask)? {
    let mask = try EarthMask(crs: crs, geotransform: geotransform)
    let (width, height) = (Double(size.width), Double(size.height))
    var border: [Point] = []
    for part in 0...32 {
      let t = Double(part) / 32
      border += [Point(x: t * width, y: 0), Point(x: t * width, y: height), Point(x: 0, y: t * height), Point(x: width, y: t * height)]
    }
    var inside: [Point] = []
    for row in 0..<12 {
      for column in 0..<12 { inside.append(Point(x: (Double(column) + 0.5) / 12 * width, y: (Double(row) + 0.5) / 12 * height)) }
    }
    let (onBorder, within) = (mask.isOnEarth(border), mask.isOnEarth(inside))
    if onBorder.allSatisfy(\.self), within.allSatisfy(\.self) { return nil }
    // Around a cylinder it continues as before: beyond 180° in web mercator is the other side of the date line.
    if isCylindrical(crs, around: geotransform.apply(Point(x: width / 2, y: height / 2))) { return nil }
    guard onBorder.contains(true) || within.contains(true) else {
      let place = geotransform.apply(Point(x: width / 2, y: height / 2))
      throw GeodataError(
        .unsupported, file: file,
        reason: "none of its pixels lies on the earth: its numbers, such as \(String(format: "%.10g, %.10g", place.x, place.y)), "
          + "are not positions in its crs \(crs)", remedy: "give it the crs that its numbers are in (gdal_edit.py -a_srs)")
    }
    return (Double(within.count { !$0 }) / Double(within.count), mask)
  }

  /// Whether a step of longitude is as long at every latitude, along straight lines.
  private static func isCylindrical(_ crs: CoordinateSystem, around place: Point) -> Bool {
    guard let back = try? CoordinateTransformation(fromGeographicOf: crs),
      let there = try? CoordinateTransformation(toGeographicOf: crs)
    else { return false }
    let degree = .pi / 180 / crs.radiansPerUnit
    let middle = (try? there.apply(place))?.x ?? 0
    var steps: [Double] = []
    for latitude in [0.0, 30, 60, -45] {
      var points = [Point(x: middle, y: latitude * degree), Point(x: middle + 20 * degree, y: latitude * degree)]
      guard back.applyEach(to: &points).allSatisfy(\.self), abs(points[1].y - points[0].y) * crs.metersPerUnit < 1 else { return false }
      steps.append((points[1].x - points[0].x) * crs.metersPerUnit)
    }
    guard let least = steps.min(), let most = steps.max() else { return false }
    return most - least < 1
  }

  /// The sides of the pixel in the middle, in meters on the ground; `nil` where that lies off the earth.
  private static func pixel(_ crs: CoordinateSystem, _ geotransform: Geotransform, _ size: RasterSize) -> (x: Double, y: Double)? {
    let (x, y) = (Double(size.width) / 2, Double(size.height) / 2)
    var points = [(x - 0.5, y), (x + 0.5, y), (x, y - 0.5), (x, y + 0.5)].map { geotransform.apply(column: $0.0, row: $0.1) }
    guard let edges = try? EdgeMeasure(crs), (try? edges.toGeographic(&points)) != nil else { return nil }
    let places = points.map { edges.ellipsoid.position(longitude: $0.x, latitude: $0.y) }
    let (across, down) = (places[1] - places[0], places[3] - places[2])
    return ((across * across).sum().squareRoot(), (down * down).sum().squareRoot())
  }
}
