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
}
