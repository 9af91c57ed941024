import GeoTypes
import Geodata
import Testing

@testable import Layers

@Suite struct SourceOutlineTests {
  private func corners(_ code: String, _ geotransform: Geotransform, _ width: Int = 1000, _ height: Int = 1000) throws -> [Point]? {
    SourceOutline.corners(
      of: Window(column: 0, row: 0, width: width, height: height), geotransform: geotransform, crs: try CoordinateSystem(code))
  }

  @Test func aSheetHasFourCorners() throws {
    // UTM 33 north, its middle meridian: 15° east; 5,600,000 m north is 50.5517° (gdaltransform).
    let corners = try #require(try corners("EPSG:32633", Geotransform(500_000, 0.5, 0, 5_600_000, 0, -0.5)))
    #expect(corners.count == 4)
    #expect(corners[0].x == 15 && abs(corners[0].y - 50.5518) < 0.001)
    #expect(corners[1].x > 15 && corners[2].y < corners[1].y && corners[3].x == 15)
  }

  @Test func aBentSideHasPointsBetween() throws {
    // A polar projection: parallels are circles.
    let corners = try #require(try corners("EPSG:3995", Geotransform(-2_000_000, 1000, 0, -1_000_000, 0, -1000)))
    #expect(corners.count > 4)
  }

  @Test func anOutlineAcross180DegreesIsContinuous() throws {
    let corners = try #require(try corners("EPSG:3857", Geotransform(20_000_000, 100, 0, 0, 0, -100)))
    let longitudes = corners.map(\.x)
    #expect((longitudes.max() ?? 0) - (longitudes.min() ?? 0) < 1)
  }

  @Test func withoutAPlaceOnTheEarthThereIsNone() throws {
    #expect(try corners("EPSG:32633", Geotransform(1e12, 1, 0, 1e12, 0, -1)) == nil)
  }

  @Test func northIsUpOnSheetsAndTurnsWithThem() throws {
    func north(_ code: String, _ geotransform: Geotransform) throws -> Point? {
      WorldPosition.north(geotransform, RasterSize(width: 1000, height: 1000), try CoordinateSystem(code))
    }
    let sheet = try #require(try north("EPSG:32633", Geotransform(499_750, 0.5, 0, 5_600_000, 0, -0.5)))
    #expect(abs(sheet.x) < 1e-4 && abs(sheet.y + 1) < 1e-8)
    let turned = try #require(try north("EPSG:32633", Geotransform(500_000, 0, 0.5, 5_600_000, 0.5, 0)))
    #expect(abs(turned.x - 1) < 1e-4 && abs(turned.y) < 1e-3)
    let degrees = try #require(try north("EPSG:4326", Geotransform(179.99, 0.00001, 0, 10, 0, -0.00001)))
    #expect(abs(degrees.x) < 1e-9 && degrees.y == -1)
    // At 90° west in a polar projection north points to the right.
    let polar = try #require(try north("EPSG:3995", Geotransform(-2_000_500, 1, 0, 500, 0, -1)))
    #expect(abs(polar.x - 1) < 1e-3)
  }
}
