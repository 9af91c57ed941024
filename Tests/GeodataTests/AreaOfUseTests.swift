import Foundation
import GeoTypes
import Geodata
import Testing

/// Rasters far from where their crs is used.
@Suite struct AreaOfUseTests {
  private func warnings(_ crs: String, x: Double, y: Double, pixel: Double = 0.25, isGiven: Bool = false) throws -> [String] {
    try PlaceCheck(
      crs: try CoordinateSystem(crs), geotransform: Geotransform(x, pixel, 0, y, 0, -pixel), size: RasterSize(width: 200, height: 160),
      file: "sheet.tif", isGiven: isGiven
    ).warnings
  }

  @Test(
    arguments: [
      // The digit of the zone is missing before the easting; axes are swapped; a zone's digit is wrong by many.
      ("EPSG:31467", 500_000.0, 5_800_000.0, "far from where that is used (longitudes 7.50…"),
      ("EPSG:31468", 5_334_000, 4_468_000, "longitudes 21.75…21.75°, latitudes 39.94…39.94°"),
      ("EPSG:31467", 5_468_000, 5_800_000, "far from where that is used"),
      ("EPSG:32633", 5_998_397, 509_495, "far from where that is used (longitudes 12.00…18.00°"),
      // The same without a code, as programs write it.
      ("+proj=utm +zone=33 +datum=WGS84 +units=m", 5_998_397, 509_495, "far from where that is used"),
      // Heights beside it, another prime meridian.
      ("EPSG:25833+5783", 5_998_397, 509_495, "far from where that is used"),
      ("EPSG:27561", 4_468_000, 5_334_000, "far from where that is used (longitudes -4.87…8.23°"),
      // Latitude first, in Europe and in Australia; a plain 4326 is used everywhere.
      ("EPSG:4258", 52.5, 13.4, "longitudes 52.50…"),
      ("EPSG:4283", -33.9, 81.2, "far from where that is used"),
      // Web mercator's numbers under a zone, and a zone's under a national grid.
      ("EPSG:2263", 1_500_000, 6_800_000, "far from where that is used"),
      ("EPSG:2154", 500_000, 5_800_000 - 4_000_000, "far from where that is used"),
      // Degrees and pixels under meters.
      ("EPSG:2154", 2.35, 48.85, "look like degrees or pixels"),
      ("EPSG:32633", 0.5, 159.5, "look like degrees or pixels"), ("EPSG:32633", 0, 0, "look like degrees or pixels"),
    ] as [(String, Double, Double, String)])
  func farFromItsAreaIsSaid(_ crs: String, _ x: Double, _ y: Double, _ words: String) throws {
    let pixel = crs.hasPrefix("EPSG:42") ? 1e-5 : 0.25
    let found = try warnings(crs, x: x, y: y, pixel: pixel)
    #expect(found.count == 1 && found[0].contains(words) && found[0].contains("gdal_edit.py"), "\(found)")
    let given = try warnings(crs, x: x, y: y, pixel: pixel, isGiven: true)
    #expect(given.count == 1 && given[0].hasSuffix("; correct input.crs"), "\(given)")
  }

  /// Layers in a crs that is used elsewhere.
  @Test(
    arguments: [
      ("EPSG:32601", true), ("EPSG:3031", true), ("EPSG:2263", true), ("EPSG:2154", false), ("EPSG:25832", false), ("EPSG:3857", false),
      ("EPSG:4326", false),
    ])
  func aTargetThatIsUsedElsewhereIsSaid(_ target: String, _ isFar: Bool) throws {
    let found = PlaceCheck.farFromTarget(
      try CoordinateSystem(target), key: "vectors.crs", from: try CoordinateSystem("EPSG:32633"),
      Geotransform(500_000, 0.25, 0, 6_000_000, 0, -0.25),
      RasterSize(width: 200, height: 160))
    #expect((found != nil) == isFar, "\(found ?? "")")
    if isFar {
      #expect(
        found?.contains("far from where vectors.crs \(target)") == true && found?.hasSuffix("; correct vectors.crs") == true,
        "\(found ?? "")")
    }
  }

  @Test(arguments: ["EPSG:32633", "EPSG:3857", "EPSG:4326", "EPSG:27700"], [1.0, -1])
  func theDefaultGeotransformIsSaid(_ crs: String, _ step: Double) throws {
    let found = try PlaceCheck(
      crs: try CoordinateSystem(crs), geotransform: Geotransform(0, 1, 0, 0, 0, step), size: RasterSize(width: 80, height: 60),
      file: "a.tif"
    ).warnings
    #expect(found.count == 1 && found[0].contains("its geotransform is the default one"), "\(found)")
  }

  @Test(
    arguments: [
      // One zone for a whole country: Italy in 32N, Norway up to 31° E in 33N; Landsat's south in northern zones.
      ("EPSG:32632", 1_340_000.0, 4_450_000.0), ("EPSG:25833", 1_100_000, 7_850_000), ("EPSG:32619", 500_000, -5_500_000),
      // A three-degree strip's neighbor; a sheet across the border, one at sea.
      ("EPSG:31467", 3_800_000, 5_800_000), ("EPSG:28992", 290_000, 480_000), ("EPSG:28992", -20_000, 600_000),
      ("EPSG:27700", -100_000, 200_000), ("EPSG:2263", 1_500_000, 300_000), ("EPSG:21781", 850_000, 300_000),
      // Around the date line, a pole, the world.
      ("EPSG:2193", 2_900_000, 5_100_000), ("EPSG:32601", 300_000, 7_000_000), ("EPSG:3832", -3_000_000, 500_000),
      ("EPSG:3031", 0, 0), ("EPSG:3857", 0, 0), ("EPSG:3857", 20_000_000, 15_000_000), ("EPSG:5070", -2_500_000, 3_300_000),
      ("EPSG:3035", 4_500_000, 3_200_000), ("EPSG:3067", 500_000, 7_000_000), ("EPSG:27572", 600_000, 2_400_000),
      // No register knows these.
      ("+proj=laea +lat_0=10 +lon_0=20 +datum=WGS84", 3_000_000, 3_000_000), ("+proj=tmerc +lon_0=13 +datum=WGS84", 3_000_000, 5_800_000),
    ] as [(String, Double, Double)])
  func nearItsAreaIsLeftAlone(_ crs: String, _ x: Double, _ y: Double) throws {
    #expect(try warnings(crs, x: x, y: y) == [])
  }

  @Test func degreesOfTheWholeEarthAreLeftAlone() throws {
    for (x, y) in [(52.5, 13.4), (179.9998, -17.0), (350.2, 52.3), (-179.9, 80)] {
      #expect(try warnings("EPSG:4326", x: x, y: y, pixel: 1e-5) == [])
    }
    #expect(try warnings("EPSG:4258", x: 28.2, y: 26, pixel: 1e-5) == [])
  }
}
