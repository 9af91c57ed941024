import Foundation
import GeoTypes
import Geodata
import Layers
import Testing

private let catalog = ClassCatalog(names: ["a", "b", "c"])

/// UTM by its parameters alone, in another unit: false easting and scale are what GDAL knows it by.
private func utm(_ base: String, _ meridian: Int, _ unit: String, _ meters: Double) -> String {
  """
  PROJCS["private grid",\(base),PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],\
  PARAMETER["central_meridian",\(meridian)],PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",\(500_000 / meters)],\
  PARAMETER["false_northing",0],UNIT["\(unit)",\(meters)]]
  """
}

private let wgs84 = """
  GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],\
  UNIT["degree",0.0174532925199433],AUTHORITY["EPSG","4326"]]
  """
private let nad83 = """
  GEOGCS["NAD83",DATUM["North_American_Datum_1983",SPHEROID["GRS 1980",6378137,298.257222101]],PRIMEM["Greenwich",0],\
  UNIT["degree",0.0174532925199433],AUTHORITY["EPSG","4269"]]
  """

/// Writes a small map in a crs, at its own places, and gives the report.
private func write(_ definition: String, _ origin: Point, _ step: Double, _ formats: [VectorFormat], _ folder: String) throws
  -> LayersReport
{
  let map = SmallMap(width: 8, height: 6, count: 3, seed: 5)
  let layers = try VectorLayers(
    LayerRequest(
      directory: folder, name: "sheet", formats: formats, source: "sheet", size: map.size,
      geotransform: Geotransform(origin.x, step, 0, origin.y, 0, -step), crs: try CoordinateSystem(definition), catalog: catalog))
  for region in map.regions() { try layers.add(region) }
  return try layers.finish()
}

@Test(arguments: [
  (utm(wgs84, 15, "US survey foot", 0.304800609601219), 1_640_416.667, 19_028_833.0),
  (utm(wgs84, 15, "foot", 0.3048), 1_640_419.9, 19_028_871.0), (utm(wgs84, 15, "kilometre", 1000), 500.0, 5800.0),
  (utm(nad83, -117, "US survey foot", 0.304800609601219), 1_640_416.667, 12_303_125.0),
])
private func crsUTMUsFt(_ definition: String, _ x: Double, _ y: Double) throws {
  try withFolder { folder in
    let crs = try CoordinateSystem(definition)
    let report = try write(definition, Point(x: x, y: y), 0.5, [.geoPackage, .shapefile, .flatGeobuf], folder)
    #expect(try LayerReadBack.faults(in: report.files, layers: crs, raster: nil) == [])
    for ending in ["gpkg", "shp", "fgb"] {
      let found = try #require(try VectorReader("\(folder)/sheet.\(ending)").crs)
      #expect(abs(found.metersPerUnit / crs.metersPerUnit - 1) < 1e-9, "\(ending) \(found)")
      #expect(found.authority == nil, "\(ending)")
    }
  }
}

/// What the formats rename and reorder must not count as another crs, and what they cannot hold is refused: never something in between.
@Test(arguments: [
  ("EPSG:2263", 980_000.0, 200_000.0, 1.0), ("EPSG:3035", 4_321_000, 3_210_000, 1), ("EPSG:3031", 0.0, 1_000_000, 1),
  ("EPSG:3995", 500_000, 500_000, 1), ("EPSG:4326", 13, 52, 1e-5), ("OGC:CRS84", 13, 52, 1e-5), ("EPSG:4258", 13, 52, 1e-5),
  ("EPSG:3832", 3_000_000, 0, 1), ("EPSG:3857", 1_500_000, 6_900_000, 1), ("EPSG:27700", 400_000, 300_000, 1),
  ("EPSG:31467", 3_500_000, 5_500_000, 1), ("EPSG:28356", 300_000, 6_200_000, 1), ("EPSG:7856", 300_000, 6_200_000, 1),
  ("EPSG:2056", 2_600_000, 1_200_000, 1), ("EPSG:5514", -700_000, -1_050_000, 1), ("EPSG:2193", 1_600_000, 5_400_000, 1),
  ("EPSG:32633", 500_000, 5_800_000, 1), ("EPSG:25832", 500_000, 5_800_000, 1), ("ESRI:102008", 0, 0, 1),
  ("EPSG:5181", 200_000, 500_000, 1),
  ("EPSG:2154", 700_000, 6_600_000, 1), ("EPSG:26986", 200_000, 900_000, 1), ("EPSG:2249", 750_000, 2_950_000, 1), ("EPSG:6933", 0, 0, 1),
  ("+proj=lcc +lat_1=49 +lat_2=44 +lat_0=46.5 +lon_0=3 +x_0=700000 +y_0=6600000 +ellps=GRS80 +units=m", 700_000, 6_600_000, 1),
  (
    "+proj=tmerc +lat_0=0 +lon_0=9 +k=1 +x_0=3500000 +ellps=bessel +towgs84=598.1,73.7,418.2,0.202,0.045,-2.455,6.7", 3_500_000, 5_500_000,
    1
  ),
  ("+proj=sinu +lon_0=0 +x_0=0 +y_0=0 +R=6371007.181 +units=m", 100_000, 5_000_000, 100),
  ("+proj=eqc +lat_ts=0 +lon_0=0 +a=3396190 +b=3396190 +units=m", 10_000, 10_000, 10),
  ("LOCAL_CS[\"works\",UNIT[\"foot\",0.3048]]", 10, 10, 1),
])
private func everyFormatSaysTheCRSOfItsCoordinates(_ definition: String, _ x: Double, _ y: Double, _ step: Double) throws {
  try withFolder { folder in
    let crs = try CoordinateSystem(definition)
    let report = try write(definition, Point(x: x, y: y), step, [.geoPackage, .shapefile, .flatGeobuf], folder)
    let writer = try COGWriter(
      path: "\(folder)/a.classes.tif", size: RasterSize(width: 8, height: 6), geotransform: Geotransform(x, step, 0, y, 0, -step), crs: crs,
      content: .confidence)
    try writer.write([UInt8](repeating: 1, count: 48), rows: 6)
    let files = report.files + (try writer.finish())
    #expect(try LayerReadBack.faults(in: files, layers: crs, raster: crs) == [])
  }
}

@Test func anotherUnitDatumOrPlaceIsAFault() throws {
  try withFolder { folder in
    let report = try write("EPSG:32633", Point(x: 500_000, y: 5_800_000), 1, [.geoPackage, .flatGeobuf], folder)
    for other in [utm(wgs84, 15, "foot", 0.3048), "EPSG:32632", "EPSG:25833", "EPSG:4326", "EPSG:23033"] {
      let faults = try LayerReadBack.faults(in: report.files, layers: try CoordinateSystem(other), raster: nil)
      #expect(faults.count == 2, "\(other)")
    }
    #expect(try LayerReadBack.faults(in: report.files, layers: nil, raster: nil).count == 2)
  }
}

@Test func aCodeThatTheCRSDoesNotMeanIsNotBelieved() throws {
  let liar = utm(wgs84, 15, "foot", 0.3048).dropLast() + ",AUTHORITY[\"EPSG\",\"32633\"]]"
  let crs = try CoordinateSystem(String(liar))
  #expect(crs.authority == nil && !crs.wkt.contains("32633"))
  #expect(try CoordinateSystem("EPSG:32633").authority == "EPSG:32633")
  #expect(try CoordinateSystem("ESRI:102008").authority == "ESRI:102008")
}

@Test func aCRSHasOneFormWhateverWasLookedUpBefore() throws {
  let wkt = try CoordinateSystem("EPSG:32633").wkt
  #expect(!wkt.contains("ENSEMBLE") && wkt.contains("DATUM[\"World Geodetic System 1984\","))
  #expect(try CoordinateSystem(wkt).wkt == wkt)
  try withFolder { folder in
    _ = try write("EPSG:32633", Point(x: 500_000, y: 5_800_000), 1, [.geoPackage, .flatGeobuf], folder)
    for ending in ["gpkg", "fgb"] { #expect(try VectorReader("\(folder)/sheet.\(ending)").crs?.wkt == wkt, "\(ending)") }
  }
}

@Test func tfwPrjWithoutACRSIsUndefinedCartesian() throws {
  try withFolder { folder in
    let map = SmallMap(width: 8, height: 6, count: 3, seed: 5)
    let layers = try VectorLayers(
      LayerRequest(
        directory: folder, name: "sheet", formats: [.geoPackage], source: "sheet", size: map.size, geotransform: .pixels, crs: nil,
        catalog: catalog))
    for region in map.regions() { try layers.add(region) }
    let report = try layers.finish()
    #expect(try VectorReader("\(folder)/sheet.gpkg").crs == nil)
    #expect(try LayerReadBack.faults(in: report.files, layers: nil, raster: nil) == [])
    var rows: [String] = []
    try GeoPackageContents.forEachRow(of: "\(folder)/sheet.gpkg") { rows.append($0) }
    let start = try #require(rows.firstIndex { $0.hasPrefix("table 'gpkg_geometry_columns'") })
    #expect(rows[start + 1].contains("'sheet','geom','MULTIPOLYGON',-1,"), "\(rows[start + 1])")
  }
}

@Test func aGeoPackageHasTheModeOfOtherFiles() throws {
  try withFolder { folder in
    _ = try write("EPSG:32633", Point(x: 500_000, y: 5_800_000), 1, [.geoPackage, .csv], folder)
    func mode(_ ending: String) throws -> Int? {
      try FileManager.default.attributesOfItem(atPath: "\(folder)/sheet.\(ending)")[.posixPermissions] as? Int
    }
    #expect(try mode("gpkg") == mode("csv"))
  }
}
