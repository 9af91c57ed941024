import Basics
import Foundation
import GeoTypes
import Geodata
import Layers
import Testing

private let catalog = ClassCatalog([
  ClassEntry(id: 1, name: "oil & <slick>", color: Color(red: 200, green: 10, blue: 0)),
  ClassEntry(id: 3, name: "물 \"deep\"", color: Color(red: 0, green: 0, blue: 255)),
])

private func isWellFormed(_ xml: String) throws -> Bool {
  guard let python = program("python3") else { return true }
  return try withFolder { folder in
    try xml.write(toFile: "\(folder)/a.xml", atomically: true, encoding: .utf8)
    let script = "import sys, xml.dom.minidom as m; d = m.parse(sys.argv[1]); print('fine')"
    return try output(python, ["-c", script, "\(folder)/a.xml"]).contains("fine")
  }
}

@Test func stylesAreWellFormedAndNameEveryClass() throws {
  for style in [QGISStyle.vector(catalog, fields: []), QGISStyle.raster(catalog)] {
    #expect(try isWellFormed(style))
    #expect(style.contains("oil &amp; &lt;slick&gt;") && style.contains("물 &quot;deep&quot;"))
    #expect(style.contains("value=\"1\"") && style.contains("value=\"3\""))
  }
  #expect(QGISStyle.vector(catalog, fields: []).contains("200,10,0,140"))
  #expect(QGISStyle.raster(catalog).contains("#c80a00"))
}

@Test func theGeoPackageCarriesItsStyle() throws {
  try withFolder { folder in
    let map = SmallMap(["11", "33"])
    let layers = try VectorLayers(
      LayerRequest(
        directory: folder, name: "sheet", formats: [.geoPackage, .shapefile], source: "sheet", size: map.size,
        geotransform: Geotransform(500_000, 1, 0, 5_000_000, 0, -1), crs: try CoordinateSystem("EPSG:32633"), catalog: catalog))
    for region in map.regions() { try layers.add(region) }
    let report = try layers.finish()
    #expect(report.files.contains("\(folder)/sheet.qml"))
    let reader = try VectorReader("\(folder)/sheet.gpkg", layer: "layer_styles")
    var rows: [[String: FieldValue]] = []
    try reader.forEach { _, _, values in rows.append(Dictionary(uniqueKeysWithValues: zip(reader.fieldNames, values))) }
    #expect(rows.count == 1)
    #expect(rows[0]["f_table_name"] == .text("sheet") && rows[0]["f_geometry_column"] == .text("geom"))
    #expect(rows[0]["useAsDefault"] == .integer(1) && rows[0]["styleQML"] == .text(QGISStyle.vector(catalog, fields: report.fields)))
    #expect(rows[0]["f_table_schema"] == .text("") && rows[0]["f_table_catalog"] == .text(""))
    guard case .text(let time) = rows[0]["update_time"] else {
      Issue.record("no time")
      return
    }
    #expect(time.hasPrefix("2000/01/01"))
    // The layer itself comes first.
    #expect(try VectorReader("\(folder)/sheet.gpkg").name == "sheet")
  }
}

@Test func colorsWithoutAPaletteDiffer() {
  let colors = ClassCatalog(names: (0..<30).map { "class \($0)" }).classes.map(\.color)
  #expect(Set(colors).count == 30)
  #expect(ClassCatalog(names: ["a"]).name(7) == "class 7")
}

@Test(arguments: ["gpkg-1", "Layer_Styles", "sqlite_x", "rtree_a", "1 (2) 'it''s' [정사].v2"])
func aSourceMayHaveAnyName(_ name: String) throws {
  try withFolder { folder in
    let map = SmallMap(["11", "33"])
    let layers = try VectorLayers(
      LayerRequest(
        directory: folder, name: name, formats: [.geoPackage, .shapefile, .csv, .geoJSON, .flatGeobuf], source: name, size: map.size,
        geotransform: .pixels, crs: nil, catalog: catalog))
    for region in map.regions() { try layers.add(region) }
    let report = try layers.finish()
    for ending in ["gpkg", "shp", "csv", "geojson", "fgb"] {
      #expect(report.files.contains("\(folder)/\(name).\(ending)"))
      #expect(try VectorReader("\(folder)/\(name).\(ending)").count == 2)
    }
  }
}
