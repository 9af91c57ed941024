import CPROJ
import Foundation
import GeoTypes
import Geodata
import Testing

/// PROJ's own geodesic polygon, fed with edges cut into tiny pieces: the judge of areas and lengths.
private func judged(_ ring: [Point], _ crs: CoordinateSystem, pieces: Int = 400) throws -> (area: Double, length: Double) {
  var points: [Point] = []
  for (index, start) in ring.enumerated() {
    let end = ring[(index + 1) % ring.count]
    for piece in 0..<pieces {
      let t = Double(piece) / Double(pieces)
      points.append(Point(x: start.x + t * (end.x - start.x), y: start.y + t * (end.y - start.y)))
    }
  }
  if !crs.isGeographic { try CoordinateTransformation(toGeographicOf: crs).apply(to: &points) }
  let degrees = crs.radiansPerUnit * 180 / .pi
  var geodesic = geod_geodesic()
  geod_init(&geodesic, crs.semiMajorAxis, crs.inverseFlattening > 0 ? 1 / crs.inverseFlattening : 0)
  var polygon = geod_polygon()
  geod_polygon_init(&polygon, 0)
  for point in points { geod_polygon_addpoint(&geodesic, &polygon, point.y * degrees, point.x * degrees) }
  var (area, length) = (0.0, 0.0)
  geod_polygon_compute(&geodesic, &polygon, 0, 1, &area, &length)
  return (area, length)
}

private struct Place: CustomTestStringConvertible, Sendable {
  var crs: String
  var x: Double
  var y: Double
  var size: Double
  var testDescription: String { "\(crs) at \(x) \(y), \(size)" }
}

private let places = [
  Place(crs: "EPSG:32633", x: 480_000, y: 5_200_000, size: 3000),
  Place(crs: "EPSG:32633", x: 300_000, y: 6_900_000, size: 150_000),
  Place(crs: "EPSG:32660", x: 830_000, y: 6_000_000, size: 20_000),
  Place(crs: "EPSG:3857", x: 1_500_000, y: 8_400_000, size: 8000),
  Place(crs: "EPSG:3857", x: -11_000_000, y: -4_000_000, size: 800_000),
  Place(crs: "EPSG:4326", x: 13, y: 52, size: 0.05),
  Place(crs: "EPSG:4326", x: 179.9, y: -16, size: 0.5),
  Place(crs: "EPSG:4326", x: -60, y: 10, size: 8),
  Place(crs: "EPSG:28992", x: 150_000, y: 450_000, size: 5000),
  Place(crs: "EPSG:2263", x: 980_000, y: 200_000, size: 20_000),
  Place(crs: "EPSG:2154", x: 650_000, y: 6_860_000, size: 40_000),
  Place(crs: "EPSG:3413", x: -4000, y: -3000, size: 10_000),
  Place(crs: "EPSG:3031", x: -900, y: 1000, size: 2000),
]

/// A star of nine points, straight edges in the crs.
private func star(_ place: Place) -> [Point] {
  (0..<9).map { index in
    let angle = Double(index) * 2 * .pi / 9
    let radius = place.size * (index % 2 == 0 ? 0.5 : 0.31)
    return Point(x: place.x + place.size / 2 + radius * cos(angle), y: place.y + place.size / 2 + radius * sin(angle))
  }
}

private func bounds(_ place: Place) -> Bounds {
  Bounds(minX: place.x, minY: place.y, maxX: place.x + place.size, maxY: place.y + place.size)
}

@Test(arguments: places)
private func areasAndLengthsAreThoseOfPROJsGeodesics(_ place: Place) throws {
  let crs = try CoordinateSystem(place.crs)
  let ring = star(place)
  let truth = try judged(ring, crs)
  let series = try GroundMeasure(crs: crs, over: bounds(place))
  #expect(series.isSeries)
  let fast = try series.measure(ring)
  let slow = try GroundMeasure(byEdgesOf: crs).measure(ring)
  // PROJ's pieces are geodesics, ours straight in the crs: the longest piece here is 10 km.
  #expect(abs(fast.signedArea / truth.area - 1) < 2e-7)
  #expect(abs(fast.length / truth.length - 1) < 1e-7)
  // At a pole longitudes change too fast for pieces of 2 km; the series knows no poles.
  let allowed = ["EPSG:3413", "EPSG:3031"].contains(place.crs) ? 2e-4 : 1e-9
  #expect(abs(fast.signedArea / slow.signedArea - 1) < allowed)
  #expect(abs(fast.length / slow.length - 1) < allowed)
}

@Test(arguments: ["EPSG:4326", "EPSG:3857"])
func theWholeEarthIsAsLargeAsItIs(_ name: String) throws {
  let crs = try CoordinateSystem(name)
  let half = crs.isGeographic ? (180.0, 90.0) : (20_037_508.342789244, 20_037_508.342789244)
  let world = Bounds(minX: -half.0, minY: -half.1, maxX: half.0, maxY: half.1)
  let ring = [
    Point(x: world.minX, y: world.minY), Point(x: world.maxX, y: world.minY), Point(x: world.maxX, y: world.maxY),
    Point(x: world.minX, y: world.maxY),
  ]
  let area = try GroundMeasure(crs: crs, over: world).measure(ring).signedArea
  // WGS 84's surface; web mercator ends at 85.0511°.
  let latitude = 85.051128779806592 * .pi / 180
  let whole = 510_065_621_724_088.4
  let ellipsoid = Ellipsoid(of: crs)
  let expected =
    crs.isGeographic ? whole : whole * ellipsoid.zone(toLatitude: latitude) / ellipsoid.zone(toLatitude: .pi / 2)
  #expect(abs(area / expected - 1) < 1e-7)
}

@Test func aPixelInDegreesHasItsClosedArea() throws {
  let crs = try CoordinateSystem("EPSG:4326")
  let step = 1.0 / 3600
  let geotransform = Geotransform(10, step, 0, 48, 0, -step)
  let pixels = try PixelMeasure(crs: crs, geotransform: geotransform, size: RasterSize(width: 3600, height: 3600))
  let ellipsoid = Ellipsoid(of: crs)
  for row in [0, 17, 3599] {
    let north = (48 - Double(row) * step) * .pi / 180
    let south = (48 - Double(row + 1) * step) * .pi / 180
    // Where two numbers of 4e13 are subtracted, six digits are left of one of 600: by the midpoint instead.
    let middle = (north + south) / 2
    let closed = ellipsoid.meridianRadius(middle) * ellipsoid.parallelRadius(middle) * (step * .pi / 180) * (step * .pi / 180)
    #expect(abs(try pixels.area(of: Window(column: 5, row: row, width: 1, height: 1)) / closed - 1) < 1e-8)
    #expect(abs(try pixels.rowAreas(row..<row + 1)[0] / closed - 1) < 1e-8)
  }
}

@Test func metersAreTrueInWebMercator() throws {
  let crs = try CoordinateSystem("EPSG:3857")
  // 60° north: a mercator meter is half a meter on the sphere, a little less or more on the ellipsoid.
  let geotransform = Geotransform(1_000_000, 0.5, 0, 8_399_737.9, 0, -0.5)
  let sides = try PixelMeasure(crs: crs, geotransform: geotransform, size: RasterSize(width: 10, height: 10)).metersPerPixel()
  let ellipsoid = Ellipsoid(of: crs)
  let latitude = Double.pi / 3
  #expect(abs(sides.width - 0.5 * ellipsoid.parallelRadius(latitude) / 6_378_137) < 1e-6)
  #expect(abs(sides.height - 0.5 * 0.5 * ellipsoid.meridianRadius(latitude) / 6_378_137) < 1e-6)
}

@Test func withoutACrsEverythingIsInPixels() throws {
  let geotransform = Geotransform(100, 0.5, 0, 100, 0, -0.5)
  let pixels = try PixelMeasure(crs: nil, geotransform: geotransform, size: RasterSize(width: 4, height: 4))
  #expect(!pixels.isGeodesic)
  #expect(try pixels.area(of: Window(column: 0, row: 0, width: 2, height: 3)) == 6)
  #expect(try pixels.metersPerPixel() == (1, 1))
}

@Test(arguments: ["EPSG:32633", "EPSG:4326", "EPSG:3857"])
func areasOfPixelsAddUp(_ name: String) throws {
  let crs = try CoordinateSystem(name)
  let geotransform =
    crs.isGeographic ? Geotransform(13, 3e-6, 1e-7, 52, -2e-7, -2e-6) : Geotransform(500_000, 0.2, 0.01, 5_800_000, 0.01, -0.2)
  let size = RasterSize(width: 64, height: 48)
  let pixels = try PixelMeasure(crs: crs, geotransform: geotransform, size: size)
  var sum = 0.0
  for row in 0..<size.height {
    for column in 0..<size.width { sum += try pixels.area(of: Window(column: column, row: row, width: 1, height: 1)) }
  }
  let whole = try pixels.area(of: Window(size))
  let rows = try pixels.rowAreas(0..<size.height).reduce(0, +) * Double(size.width)
  #expect(abs(sum / whole - 1) < 1e-8)
  #expect(abs(rows / whole - 1) < 1e-8)
}

@Test func aHoleIsTakenAwayWhateverItsDirection() throws {
  let measure = try GroundMeasure(crs: nil, over: Bounds(minX: 0, minY: 0, maxX: 10, maxY: 10))
  let square = { (a: Double, b: Double) in [Point(x: a, y: a), Point(x: b, y: a), Point(x: b, y: b), Point(x: a, y: b)] }
  let polygon = Polygon(shell: Ring(square(0, 10)), holes: [Ring(square(2, 4)), Ring(square(5, 6).reversed())])
  let measured = try measure.measure(polygon)
  #expect(measured.area == 95)
  #expect(measured.perimeter == 52)
}
