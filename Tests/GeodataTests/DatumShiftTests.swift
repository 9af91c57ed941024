import CPROJ
import Foundation
import GeoTypes
import Geodata
import Testing

/// How accurate positions in another crs are, and when a warning says so.
@Suite struct DatumShiftTests {
  private static let size = RasterSize(width: 200, height: 160)

  private func shift(_ source: String, _ target: String, x: Double, y: Double, pixel: Double = 0.25) throws -> (DatumShift?, String?) {
    let (from, to) = (try CoordinateSystem(source), try CoordinateSystem(target))
    let found = DatumShift(from: from, to: to, geotransform: Geotransform(x, pixel, 0, y, 0, -pixel), size: Self.size)
    return (found, found?.warning("its polygons", from: from, to: to, pixel: pixel))
  }

  /// The accuracy of what PROJ uses for the middle of the raster, asked in another way; `nil` where PROJ does not know it.
  private func proj(_ source: String, _ target: String, x: Double, y: Double, pixel: Double = 0.25) throws -> Double? {
    let context = try #require(proj_context_create())
    defer { proj_context_destroy(context) }
    let plain = try #require(proj_create_crs_to_crs(context, source, target, nil))
    defer { proj_destroy(plain) }
    let transformation = try #require(proj_normalize_for_visualization(context, plain))
    defer { proj_destroy(transformation) }
    var coordinate = PJ_COORD()
    coordinate.xyzt = PJ_XYZT(x: x + 100 * pixel, y: y - 80 * pixel, z: 0, t: .infinity)
    _ = proj_trans(transformation, PJ_FWD, coordinate)
    let used = try #require(proj_trans_get_last_used_operation(transformation))
    defer { proj_destroy(used) }
    let accuracy = proj_coordoperation_get_accuracy(context, used)
    return accuracy >= 0 ? accuracy : nil
  }

  @Test(
    arguments: [
      ("EPSG:26711", 500_000.0, 4_400_000.0), ("EPSG:26716", 450_000, 4_600_000), ("EPSG:27700", 530_000, 180_000),
      ("EPSG:31467", 3_500_000, 5_800_000), ("EPSG:31468", 4_468_000, 5_334_000), ("EPSG:25833", 400_000, 5_800_000),
      ("EPSG:28992", 120_000, 480_000), ("EPSG:2154", 650_000, 6_860_000), ("EPSG:27572", 600_000, 2_400_000),
      ("EPSG:26918", 580_000, 4_500_000), ("EPSG:2263", 990_000, 200_000), ("EPSG:3301", 500_000, 6_500_000),
      ("EPSG:5514", -700_000, -1_050_000), ("EPSG:30167", 0, 0), ("EPSG:4490", 110, 30), ("EPSG:7844", 140, -30),
    ] as [(String, Double, Double)])
  func accuracyIsThatOfWhatPROJUses(_ crs: String, _ x: Double, _ y: Double) throws {
    let pixel = crs == "EPSG:4490" || crs == "EPSG:7844" ? 1e-6 : 0.25
    let (found, _) = try shift(crs, "EPSG:4326", x: x, y: y, pixel: pixel)
    let expected = try proj(crs, "EPSG:4326", x: x, y: y, pixel: pixel)
    #expect(found != nil && found?.accuracy == expected, "\(String(describing: found)), PROJ \(String(describing: expected))")
  }

  /// With the grid it is accurate to 1 m, without it a warning names the grid: which of the two depends on the machine.
  @Test(
    arguments: [
      ("EPSG:27700", 530_000.0, 180_000.0, "OSTN15"), ("EPSG:26716", 450_000, 4_600_000, "us_noaa_conus.tif"),
      ("EPSG:26711", 500_000, 4_400_000, "us_noaa_"),
    ] as [(String, Double, Double, String)])
  func aGridThatIsNotInstalledIsNamed(_ crs: String, _ x: Double, _ y: Double, _ grid: String) throws {
    let (found, warning) = try shift(crs, "EPSG:4326", x: x, y: y)
    let shift = try #require(found)
    guard let better = shift.better else {
      #expect(shift.accuracy ?? .infinity <= 5 && !shift.isBallpark)
      return
    }
    #expect(better.grids.contains { $0.contains(grid) } && better.accuracy < shift.accuracy ?? .infinity, "\(shift)")
    let text = try #require(warning)
    for words in ["accurate to ", "its pixels measure 0.25 m", "with projsync", grid] { #expect(text.contains(words), "\(text)") }
    // What is no larger than a pixel needs no word.
    #expect(try self.shift(crs, "EPSG:4326", x: x, y: y, pixel: 60).1 == nil)
  }

  @Test func datumsThatAreTakenAsTheSameAreSaid() throws {
    for crs in ["+proj=tmerc +lon_0=13 +x_0=500000 +ellps=bessel +units=m", "+proj=longlat +ellps=intl"] {
      let isDegrees = crs.contains("longlat")
      let (from, to) = (try CoordinateSystem(crs), try CoordinateSystem("EPSG:4326"))
      let geotransform = isDegrees ? Geotransform(110, 2e-6, 0, 30, 0, -2e-6) : Geotransform(400_000, 0.25, 0, 5_800_000, 0, -0.25)
      let found = try #require(DatumShift(from: from, to: to, geotransform: geotransform, size: Self.size))
      #expect(found.isBallpark && found.accuracy == nil)
      let warning = found.warning("its polygons", from: from, to: to, pixel: 0.25)
      #expect(warning?.contains("PROJ knows no transformation from the datum of") == true, "\(String(describing: warning))")
      #expect(found.warning("its polygons", from: from, to: to, pixel: 2000) == nil)
    }
  }

  /// Shifts that are as good as WGS 84 itself, and changes of the projection alone.
  @Test(
    arguments: [
      ("EPSG:25833", "EPSG:4326", 400_000.0, 5_800_000.0), ("EPSG:32633", "EPSG:4326", 400_000, 5_800_000),
      ("EPSG:32633", "EPSG:25833", 400_000, 5_800_000), ("EPSG:3857", "EPSG:4326", 1_500_000, 6_800_000),
      ("EPSG:3035", "EPSG:25833", 4_500_000, 3_200_000), ("EPSG:2154", "EPSG:4326", 650_000, 6_860_000),
      ("EPSG:6339", "EPSG:4326", 500_000, 4_400_000), ("EPSG:6690", "EPSG:4326", 500_000, 3_900_000),
      // Realizations of the ITRF that PROJ knows nothing of, and NAD83 where only a grid would be better.
      ("EPSG:4547", "EPSG:4326", 500_000, 3_900_000), ("EPSG:3375", "EPSG:4326", 800_000, 350_000),
      ("EPSG:32161", "EPSG:4326", 200_000, 230_000),
      // The file's own shift.
      ("+proj=tmerc +lon_0=13 +x_0=500000 +ellps=bessel +towgs84=598,73,418,0,0,0,0 +units=m", "EPSG:4326", 400_000, 5_800_000),
    ] as [(String, String, Double, Double)])
  func theUsualShiftsAreLeftAlone(_ source: String, _ target: String, _ x: Double, _ y: Double) throws {
    let (found, warning) = try shift(source, target, x: x, y: y)
    #expect(found != nil && warning == nil, "\(String(describing: found))")
  }

  /// NAD83 and WGS 84 are taken as equal up to 4 m, and with the grids of a later NAD83 up to 2 m: more than a pixel is unknown either way.
  @Test(arguments: [("EPSG:26918", 580_000.0, 4_500_000.0), ("EPSG:2263", 990_000, 200_000), ("EPSG:26910", 550_000, 5_200_000)])
  func gridsThatLeaveAsMuchUnknownAreLeftAlone(_ crs: String, _ x: Double, _ y: Double) throws {
    let (found, warning) = try shift(crs, "EPSG:4326", x: x, y: y)
    #expect(found?.isIdentity == true && warning == nil, "\(String(describing: found)) \(warning ?? "")")
  }

  /// Where a datum lies elsewhere, an error of more than a pixel is reported, though the better transformation is no better than a pixel either.
  @Test(
    arguments: [
      ("EPSG:27700", 530_000.0, 180_000.0), ("EPSG:26716", 450_000, 4_600_000), ("EPSG:31467", 3_500_000, 5_800_000),
    ] as [(String, Double, Double)])
  func otherDatumsAreNotTakenAsEqual(_ crs: String, _ x: Double, _ y: Double) throws {
    let (found, warning) = try shift(crs, "EPSG:4326", x: x, y: y)
    let shift = try #require(found)
    #expect(!shift.isIdentity)
    if shift.better != nil { #expect(warning?.contains("with projsync") == true, "\(shift)") }
  }
}
