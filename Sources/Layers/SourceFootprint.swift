import GeoTypes
import Geodata

/// The ground that a source covers, as catalogs tell it: a polygon in longitudes and latitudes on WGS 84, and the box around it.
struct SourceFootprint {
  /// Of a MultiPolygon, split at 180°, shells counter-clockwise and closed: `[polygon][ring][point][longitude, latitude]`.
  let coordinates: [[[[Double]]]]
  /// West, south, east, north; west is above east across 180°, and around a pole it is all longitudes.
  let box: [Double]

  /// `nil` where it has none: on other bodies, off the earth.
  ///
  /// - Parameter outline: continuous across 180°; `nil` for that of the raster.
  init?(size: RasterSize, geotransform: Geotransform, crs: CoordinateSystem?, outline: [Point]?) throws {
    guard let crs, crs.isOnEarth else { return nil }
    if outline == nil, !crs.isGeographic, let polar = PolarFootprint(size: size, geotransform: geotransform, crs: crs) {
      coordinates = [[polar.ring.map { [Self.rounded($0).x, Self.rounded($0).y] }]]
      let latitudes = [polar.farthest, polar.pole].sorted()
      box = [-180, Self.rounded(Point(x: 0, y: latitudes[0])).y, 180, Self.rounded(Point(x: 0, y: latitudes[1])).y]
      return
    }
    let target = try CoordinateSystem("EPSG:4326")
    guard let projector = try? Projector(geotransform, size: size, from: crs, to: target, keepsNodes: true) else { return nil }
    let (width, height) = (Double(size.width), Double(size.height))
    var buffer = MultiPolygonBuffer()
    if let outline { buffer.points = outline.map(Self.rounded) }
    // A point at every eighth of a side: enough for an outline.
    let sides = [(0.0, 0.0, 1.0, 0.0), (1, 0, 0, 1), (1, 1, -1, 0), (0, 1, 0, -1)]
    for side in outline == nil ? sides : [] {
      for part in 0..<8 {
        let t = Double(part) / 8
        let pixel = Point(x: (side.0 + t * side.2) * width, y: (side.1 + t * side.3) * height)
        guard var place = try? projector.project(pixel) else { return nil }
        // Pixels around a pole reach beyond it by half their size.
        place.y = max(-90, min(90, place.y))
        buffer.points.append(Self.rounded(place))
      }
    }
    buffer.endRing()
    buffer.endPolygon()
    buffer.orient()
    guard let whole = buffer.bounds else { return nil }
    if whole.maxX - whole.minX >= 360 {
      let corners = [(-180.0, whole.minY), (180, whole.minY), (180, whole.maxY), (-180, whole.maxY), (-180, whole.minY)]
      coordinates = [[corners.map { [$0.0, $0.1] }]]
      box = [-180, whole.minY, 180, whole.maxY]
      return
    }
    let split = buffer.splitAtDateline(turn: 360) ?? buffer
    coordinates = split.polygons.map { polygon in [(polygon.shell.points + polygon.shell.points.prefix(1)).map { [$0.x, $0.y] }] }
    let (west, east) = LongitudeRange.wrapped(west: whole.minX, east: whole.maxX)
    box = [west, whole.minY, east, whole.maxY]
  }

  private static func rounded(_ point: Point) -> Point {
    Point(x: (point.x * 1e8).rounded() / 1e8, y: (point.y * 1e8).rounded() / 1e8)
  }
}
