import Basics
import Foundation
import GeoTypes
import Geodata
import Layers
import Testing

private var provenance: Provenance {
  var provenance = Provenance()
  provenance.pipeline = "nightly"
  provenance.about.license = "CC-BY-4.0"
  provenance.about.attribution = "© Höfe"
  provenance.about.contact = "https://example.org/gis"
  provenance.model = .init(
    name: "net & more.pth", sha256: String(repeating: "a", count: 64), configSHA256: nil, architecture: "unet", parameters: 7,
    resolution: 0.5,
    training: [:])
  provenance.software = ["orthoweave": "1.2.3", "GDAL": "3.6.2"]
  return provenance
}

private func item(
  _ crs: String?, _ geotransform: Geotransform, _ acquisition: STACItem.Acquisition = .unknown
) throws -> [String: Any] {
  let item = STACItem(
    size: RasterSize(width: 200, height: 100), geotransform: geotransform, crs: try crs.map { try CoordinateSystem($0) },
    acquisition: acquisition,
    metadata: LayerMetadata(name: "north/sheet", provenance: provenance, catalog: ClassCatalog(names: ["sea"]), crs: nil),
    assets: ["/x/sheet.gpkg", "/x/sheet.classes.tif", "/x/sheet.shp", "/x/sheet_2.shp", "/x/sheet.shx"].compactMap {
      STACAsset(file: $0)
    })
  let data = try item.json()
  #expect(try item.json() == data)
  return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
}

@Test func anItemHasWhatSTACAsksFor() throws {
  let json = try item("EPSG:32633", Geotransform(500_000, 0.5, 0, 5_800_000, 0, -0.5), try acquisition("2024:06:01 10:20:30"))
  #expect(json["type"] as? String == "Feature" && json["stac_version"] as? String == "1.1.0" && json["links"] is [Any])
  let properties = try #require(json["properties"] as? [String: Any])
  #expect(properties["datetime"] as? String == "2024-06-01T10:20:30Z")
  #expect(properties["proj:code"] as? String == "EPSG:32633")
  #expect(properties["proj:shape"] as? [Int] == [100, 200])
  #expect(properties["proj:transform"] as? [Double] == [0.5, 0, 500_000, 0, -0.5, 5_800_000])
  let box = try #require(json["bbox"] as? [Double])
  #expect(abs(box[0] - 15) < 1e-6 && abs(box[3] - 52.35) < 0.01 && box[0] < box[2] && box[1] < box[3])
  let assets = try #require(json["assets"] as? [String: [String: Any]])
  #expect(assets.keys.sorted() == ["classes", "gpkg", "shp", "shp-2"])
  #expect(assets["gpkg"]?["href"] as? String == "./sheet.gpkg")
}

@Test func anUnknownTimeIsAnIntervalOfAllTimes() throws {
  let json = try item("EPSG:4326", Geotransform(10, 1e-5, 0, 50, 0, -1e-5))
  let properties = try #require(json["properties"] as? [String: Any])
  #expect(properties["datetime"] is NSNull && properties["start_datetime"] is String && properties["end_datetime"] is String)
}

private func acquisition(_ first: String, _ last: String? = nil) throws -> STACItem.Acquisition {
  let start = try #require(AcquisitionDate(tag: first))
  return .init(start...(try #require(AcquisitionDate(tag: last ?? first))))
}

@Test func severalDaysAreAnInterval() throws {
  #expect(
    try acquisition("2024:06:01 10:20:30", "2024:06:03 09:00:00") == .between("2024-06-01T10:20:30Z", "2024-06-03T09:00:00Z"))
  let day = try #require(AcquisitionDate(year: 2024, month: 6, day: 1))
  #expect(STACItem.Acquisition(day...day) == .between("2024-06-01T00:00:00Z", "2024-06-01T23:59:59Z"))
  #expect(STACItem.Acquisition(nil) == .unknown)
}

@Test func across180DegreesTheBoxRunsFromWestToEast() throws {
  let json = try item("EPSG:4326", Geotransform(179.5, 0.01, 0, -16, 0, -0.01))
  #expect(json["bbox"] as? [Double] == [179.5, -17, -178.5, -16])
  let geometry = try #require(json["geometry"] as? [String: Any])
  #expect((geometry["coordinates"] as? [Any])?.count == 2)
}

@Test func withoutACrsThereIsNoPlace() throws {
  let json = try item(nil, .pixels)
  #expect(json["geometry"] is NSNull && json["bbox"] == nil)
}

/// RFC 7946, section 5.3. The pole lies 30 km from the left side and 20 km from the top of 200 × 100 pixels of 1 km.
@Test(arguments: [("EPSG:3413", 90.0), ("EPSG:3995", 90), ("EPSG:3031", -90), ("EPSG:3976", -90), ("EPSG:5041", 90)])
func aroundAPoleTheBoxIsAllLongitudes(_ crs: String, _ pole: Double) throws {
  let shift = crs == "EPSG:5041" ? 2_000_000.0 : 0
  let json = try item(crs, Geotransform(shift - 30_000, 1000, 0, shift + 20_000, 0, -1000))
  let box = try #require(json["bbox"] as? [Double])
  #expect(box[0] == -180 && box[2] == 180 && box[pole > 0 ? 3 : 1] == pole, "\(box)")
  // The farthest corner, 170 and 80 km from the pole, bounds the box.
  let farthest = (170_000.0 * 170_000 + 80_000 * 80_000).squareRoot() / 111_694
  #expect(abs(abs(box[pole > 0 ? 1 : 3]) - (90 - farthest)) < 0.1, "\(box)")
  let geometry = try #require(json["geometry"] as? [String: Any])
  let polygons = try #require(geometry["coordinates"] as? [[[[Double]]]])
  let ring = try #require(polygons.first?.first)
  #expect(polygons.count == 1 && ring.first == ring.last)
  #expect(ring.contains([180, pole]) && ring.contains([-180, pole]))
  // Counter-clockwise, and no edge goes far but along the pole.
  var area = 0.0
  for (start, end) in zip(ring, ring.dropFirst()) {
    area += start[0] * end[1] - end[0] * start[1]
    #expect(abs(start[0] - end[0]) < 60 || start[1] == pole && end[1] == pole, "\(start) \(end)")
  }
  #expect(area > 0)
}

@Test func aRasterBesideThePoleHasAnOrdinaryBox() throws {
  let box = try #require(try item("EPSG:3413", Geotransform(30_000, 1000, 0, -20_000, 0, -1000))["bbox"] as? [Double])
  #expect(box[3] < 90 && box[2] - box[0] < 360)
}

/// A side on the meridian of 180° has the number of its own side.
@Test func aSideOn180DegreesIsNamedFromItsOwnSide() throws {
  #expect(try item("EPSG:4326", Geotransform(180, 0.01, 0, -16, 0, -0.01))["bbox"] as? [Double] == [-180, -17, -178, -16])
  #expect(try item("EPSG:4326", Geotransform(178, 0.01, 0, -16, 0, -0.01))["bbox"] as? [Double] == [178, -17, 180, -16])
  #expect(try item("EPSG:4326", Geotransform(-182, 0.01, 0, -16, 0, -0.01))["bbox"] as? [Double] == [178, -17, 180, -16])
}
