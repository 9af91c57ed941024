import CGDAL
import Foundation
import GeoTypes
import Geodata
import TestSupport
import Testing

/// Places that cannot be, and rasters that are placed by control points.
@Suite struct PlaceCheckTests {
  let scratch = Scratch()
  private static let sinusoidal = "+proj=sinu +lon_0=0 +x_0=0 +y_0=0 +R=6371007.181 +units=m"

  private func check(_ crs: String, _ geotransform: Geotransform, _ width: Int, _ height: Int) throws -> PlaceCheck {
    try PlaceCheck(
      crs: try CoordinateSystem(crs), geotransform: geotransform, size: RasterSize(width: width, height: height), file: "sheet.tif")
  }

  @Test(arguments: [
    // Meters, and a latitude that is a longitude; longitudes beyond all turns.
    ("EPSG:4326", Geotransform(500_000, 0.5, 0, 5_800_000, 0, -0.5), "latitudes of 5800000°"),
    ("EPSG:4326", Geotransform(52, 1e-5, 0, 120, 0, -1e-5), "latitudes of 120°"),
    ("EPSG:4258", Geotransform(4000, 1, 0, 50, 0, -0.1), "longitudes of 4200°"),
    // Degrees times a hundred thousand in a sinusoidal grid.
    (sinusoidal, Geotransform(40_000_000, 500, 0, 9_900_000, 0, -500), "none of its pixels lies on the earth"),
    ("+proj=moll +datum=WGS84", Geotransform(30_000_000, 1000, 0, 20_000_000, 0, -1000), "none of its pixels lies on the earth"),
  ])
  func latlonSwapped4326(_ crs: String, _ geotransform: Geotransform, _ reason: String) throws {
    let error = #expect(throws: GeodataError.self) { try check(crs, geotransform, 200, 160) }
    #expect(error?.reason.contains(reason) == true && error?.file == "sheet.tif", "\(String(describing: error))")
  }

  @Test func latOver90IsSaidWithTheNumber() throws {
    #expect(
      try check("EPSG:4326", Geotransform(-180.5, 1, 0, 90.5, 0, -1), 361, 181).warnings == [
        "its edge reaches a latitude of 90.5°, beyond the pole"
      ])
    #expect(try check("EPSG:4326", Geotransform(-180, 1, 0, 90, 0, -1), 360, 180).warnings == [])
    // From 0 to 360, and across 180°.
    #expect(try check("EPSG:4326", Geotransform(0, 1, 0, 90, 0, -1), 360, 180).warnings == [])
    #expect(try check("EPSG:4326", Geotransform(170, 0.1, 0, 10, 0, -0.1), 200, 100).warnings == [])
    #expect(try check("EPSG:4326", Geotransform(-180, 1, 0, 90, 0, -1), 420, 180).warnings.first?.contains("spans 420°") == true)
  }

  @Test func pixelsOfAbsurdSizeAreSaid() throws {
    // Degrees in a crs of meters: OpenDroneMap's null island.
    let warnings = try check("EPSG:32633", Geotransform(13.4, 2e-6, 0, 52.5, 0, -2e-6), 200, 160).warnings
    #expect(warnings.count == 1 && warnings[0].contains("2e-06 × 2e-06 m"), "\(warnings)")
    #expect(try check("EPSG:32633", Geotransform(500_000, 0.005, 0, 5_800_000, 0, -0.005), 200, 160).warnings == [])
  }

  @Test func sinusoidalDefault() throws {
    // The world: its corners lie off the earth.
    let side = 20_015_109.354
    let geotransform = Geotransform(-side, side / 50, 0, side / 2, 0, -side / 50)
    let place = try check(Self.sinusoidal, geotransform, 100, 50)
    #expect(place.warnings.count == 1 && place.warnings[0].contains("lie off the earth"), "\(place.warnings)")
    let mask = try #require(place.mask)
    let all = mask.mask(Window(column: 0, row: 0, width: 100, height: 50))
    let share = Double(all.count { $0 == 1 }) / 5000
    // The area under a cosine, less the rim's pixels.
    #expect(share < 2 / Double.pi && share > 2 / Double.pi - 0.04, "\(share)")
    #expect(all[0] == 0 && all[99] == 0 && all[25 * 100 + 50] == 1)
    // A pixel's answer does not depend on the window.
    for window in [Window(column: 10, row: 3, width: 37, height: 20), Window(column: 0, row: 49, width: 100, height: 1)] {
      let part = mask.mask(window)
      for row in 0..<window.height {
        for column in 0..<window.width {
          #expect(part[row * window.width + column] == all[(window.row + row) * 100 + window.column + column])
        }
      }
    }
    // What lies on the earth measures no more than it.
    let measure = try PixelMeasure(
      crs: try CoordinateSystem(Self.sinusoidal), geotransform: geotransform, size: RasterSize(width: 100, height: 50))
    #expect(try measure.rowAreas(0..<50).allSatisfy(\.isFinite))
  }

  @Test(arguments: [
    // Web mercator up to its rim and beyond the date line, mercator around 150°, a polar tile, usual grids.
    ("EPSG:3857", Geotransform(-20_037_508.34, 400_750.17, 0, 20_048_966.1, 0, -400_979.3), 100, 100),
    ("EPSG:3857", Geotransform(19_900_000, 10_000, 0, 6_000_000, 0, -10_000), 50, 50),
    ("EPSG:3832", Geotransform(3_000_000, 1000, 0, 500_000, 0, -1000), 900, 100),
    ("EPSG:3031", Geotransform(-3_000_000, 10_000, 0, 3_000_000, 0, -10_000), 600, 600),
    ("EPSG:32633", Geotransform(300_000, 10, 0, 6_000_000, 0, -10), 4000, 4000),
    ("EPSG:3035", Geotransform(2_500_000, 1000, 0, 5_500_000, 0, -1000), 4000, 4000),
    ("EPSG:2263", Geotransform(900_000, 1, 0, 270_000, 0, -1), 1000, 1000),
    ("+proj=moll +datum=WGS84", Geotransform(-1_000_000, 1000, 0, 1_000_000, 0, -1000), 2000, 2000),
  ])
  func placesOnTheEarthAreLeftAlone(_ crs: String, _ geotransform: Geotransform, _ width: Int, _ height: Int) throws {
    let place = try check(crs, geotransform, width, height)
    #expect(place.warnings == [] && place.mask == nil, "\(place.warnings)")
  }

  // MARK: - Control points

  /// A raster with control points on a grid, each moved in the crs by what `bend` says, in meters.
  private func bent(_ name: String, side: Int = 5, _ bend: (Double, Double) -> Point) -> String {
    let path = scratch.path(name)
    var painting = Painting(size: RasterSize(width: 100, height: 80), geotransform: nil)
    for row in 0..<side {
      for column in 0..<side {
        let pixel = Point(x: 100 * Double(column) / Double(max(1, side - 1)), y: 80 * Double(row) / Double(max(1, side - 1)))
        let off = bend(pixel.x, pixel.y)
        painting.points.append((pixel, Point(x: 500_000 + 0.25 * pixel.x + off.x, y: 5_800_000 - 0.25 * pixel.y + off.y)))
      }
    }
    painting.paint(path) { column, row, band in Double(1 + (column + row + band) % 250) }
    return path
  }

  @Test func gcpsTpsBent() throws {
    // A wave that no polynomial of second order follows.
    let path = bent("bent.tif") { x, y in Point(x: 1.5 * sin(x / 12), y: 1.5 * cos(y / 9)) }
    let polynomial = try RasterSource(path: path)
    let fit = try #require(polynomial.reading.place?.controlPoints)
    #expect(fit.points == 25 && fit.method == "polynomial" && fit.maxPixels > 2 && fit.rmsPixels < fit.maxPixels)
    #expect(abs((fit.maxMeters ?? 0) / fit.maxPixels - 0.25) < 0.01)
    #expect(polynomial.warnings.contains { $0.contains("residuals of") && $0.contains("m rms") }, "\(polynomial.warnings)")
    #expect(polynomial.warnings.contains { $0.contains("input.gcp: tps") })
    var options = RasterSourceOptions()
    options.controlPoints = .thinPlate
    let spline = try RasterSource(path: path, options: options)
    let through = try #require(spline.reading.place?.controlPoints)
    #expect(through.method == "thin plate spline" && through.maxPixels < 0.01, "\(through)")
    #expect(!spline.warnings.contains { $0.contains("input.gcp") })
    #expect(spline.reading.lines.contains { $0.hasPrefix("placed by 25 ground control points") })
  }

  @Test func controlPointsThatFitAreSaidWithoutAnHint() throws {
    let source = try RasterSource(path: bent("straight.tif") { _, _ in Point(x: 0, y: 0) })
    #expect(source.reading.place?.controlPoints?.maxPixels == 0)
    #expect(!source.warnings.contains { $0.contains("input.gcp") })
  }

  /// Two points, and points on one line, place nothing or say how.
  @Test func pointsOnALineAreNeverTakenForAPlace() throws {
    let path = scratch.path("line.tif")
    var painting = Painting(size: RasterSize(width: 100, height: 80), geotransform: nil)
    for step in 0..<5 {
      let pixel = Point(x: 20 * Double(step), y: 16 * Double(step))
      painting.points.append((pixel, Point(x: 500_000 + 0.25 * pixel.x, y: 5_800_000 - 0.25 * pixel.y)))
    }
    painting.paint(path) { _, _, _ in 1 }
    let source = try RasterSource(path: path)
    #expect(!source.isPlaced && source.reading.place?.by == RasterPlace.Way.none, "\(source.warnings)")
  }

  // MARK: - Areas

  @Test func areaGeojsonUtmNoCrs() throws {
    let path = scratch.path("area.geojson")
    try """
    {"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":{"type":"Polygon",\
    "coordinates":[[[500010,5799970],[500040,5799970],[500040,5799990],[500010,5799970]]]}}]}
    """.write(toFile: path, atomically: true, encoding: .utf8)
    let error = #expect(throws: GeodataError.self) {
      try AreaMask(path: path, crs: try CoordinateSystem("EPSG:32633"), geotransform: Geotransform(500_000, 0.25, 0, 5_800_000, 0, -0.25))
    }
    #expect(error?.reason.contains("(500010.0, 5799970.0) are not longitudes and latitudes") == true, "\(String(describing: error))")
    #expect(error?.remedy == "GeoJSON is WGS 84: give a GeoPackage, which says its crs")
  }

  // MARK: - The shared cases

  @Test(
    .enabled(if: Places.hasShared, "needs ../shared/cases"),
    arguments: ["latlon-swapped-4326", "gcps-tps-bent", "sinusoidal-default", "lat-over-90"])
  func sharedCasesAreRefusedOrSaid(_ name: String) throws {
    let path = try #require(Places.shared) + "/cases/rasters/\(name)/a.tif"
    try #require(FileManager.default.fileExists(atPath: path))
    let source = try RasterSource(path: path)
    var words = source.warnings
    do {
      words += try PlaceCheck(crs: source.crs, geotransform: source.geotransform, size: source.size, file: path).warnings
    } catch {
      words.append(error.reason)
    }
    #expect(
      words.contains {
        $0.contains("residuals") || $0.contains("no positions") || $0.contains("not positions") || $0.contains("beyond the pole")
      }, "\(words)")
  }
}
