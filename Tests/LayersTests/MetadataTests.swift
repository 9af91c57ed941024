import Basics
import Foundation
import GeoTypes
import Geodata
import Layers
import Testing

/// What layers tell about themselves, with names that break out of XML, SQL, CSV and HTML where they are not escaped.
@Suite struct MetadataTests {
  private static let names = ["Gebäude & Höfe", "수면", "水域", "<b>\"x\"</b>", "=1+1", "it's ]]> --", "a\u{1}b"]
  private let catalog = ClassCatalog(names: names)

  private var provenance: Provenance {
    var provenance = Provenance()
    provenance.about.title = "Land cover <2026> & \"more\""
    provenance.about.abstract = "Two lines\nof 'text'."
    provenance.about.license = "CC-BY-4.0"
    provenance.about.attribution = "© Höfe & Söhne"
    provenance.about.contact = "gis@example.org"
    provenance.about.keywords = ["land cover", "<i>"]
    provenance.model = .init(
      name: "demo & more.pth", sha256: String(repeating: "a", count: 64), configSHA256: nil, architecture: "isanet", parameters: 1234,
      resolution: 0.5, training: ["iterations": "400"])
    provenance.settings = ["inference.tile": "auto", "vectors.simplify.method": "none"]
    provenance.sources = [.init(name: "sheet.tif", bytes: 99, sha256: String(repeating: "b", count: 64))]
    provenance.dates = .init(first: "2024-06-01", last: "2024-06-03")
    provenance.software = ["orthoweave": "1.2.3", "GDAL": "3.6.2"]
    provenance.kernels = "portable"
    return provenance
  }

  private func write(_ folder: String, _ formats: [VectorFormat], crs: String? = "EPSG:32633") throws -> (LayersReport, LayerMetadata) {
    let map = SmallMap(["0123456", "0012345"])
    var request = LayerRequest(
      directory: folder, name: "sheet", formats: formats, source: "north/sheet", size: map.size,
      geotransform: Geotransform(500_000, 0.5, 0, 5_000_000, 0, -0.5), crs: try crs.map { try CoordinateSystem($0) }, catalog: catalog)
    request.provenance = provenance
    let layers = try VectorLayers(request)
    for region in map.regions() { try layers.add(region) }
    return (try layers.finish(), layers.metadata)
  }

  private func rows(_ path: String, _ query: String) throws -> [String] {
    let sqlite = try #require(program("sqlite3"), "sqlite3 is not installed")
    return try output(sqlite, ["-readonly", "-separator", "|", path, query]).split(separator: "\n").map(String.init)
  }

  /// What a Python script prints of a file.
  private func python(_ script: String, _ arguments: String...) throws -> String {
    try output(try #require(program("python3"), "python3 is not installed"), ["-c", script] + arguments)
  }

  @Test func aGeoPackageDescribesItsLayerColumnsAndClasses() throws {
    try withFolder { folder in
      let (_, metadata) = try write(folder, [.geoPackage])
      let path = "\(folder)/sheet.gpkg"
      #expect(try rows(path, "SELECT identifier FROM gpkg_contents WHERE table_name = 'sheet'") == [metadata.title])
      #expect(
        try rows(path, "SELECT replace(description, char(10), ' ') FROM gpkg_contents WHERE table_name = 'sheet'") == [
          "Two lines of 'text'."
        ])
      let columns = try rows(path, "SELECT name FROM pragma_table_info('sheet') WHERE name NOT IN ('fid', 'geom') ORDER BY name")
      #expect(try rows(path, "SELECT column_name FROM gpkg_data_columns WHERE table_name = 'sheet' ORDER BY column_name") == columns)
      #expect(try rows(path, "SELECT title FROM gpkg_data_columns WHERE column_name = 'area_m2'") == ["Area (m²)"])
      #expect(
        try rows(
          path,
          "SELECT k.value, hex(k.description) FROM gpkg_data_columns c JOIN gpkg_data_column_constraints k USING (constraint_name) "
            + "WHERE c.column_name = 'class_id' ORDER BY k.value")
          == Self.names.enumerated().map { "\($0)|" + $1.utf8.map { String(format: "%02X", $0) }.joined() })
      #expect(
        try rows(path, "SELECT md_standard_uri FROM gpkg_metadata m JOIN gpkg_metadata_reference r ON r.md_file_id = m.id ORDER BY m.id")
          == ["http://www.isotc211.org/2005/gmd", "http://mrcc.com/qgis.dtd"])
      let script = """
        import sqlite3, sys, xml.etree.ElementTree as tree
        for row in sqlite3.connect(sys.argv[1]).execute("SELECT metadata FROM gpkg_metadata ORDER BY id"): print(tree.fromstring(row[0]).tag)
        """
      #expect(try python(script, path) == "{http://www.isotc211.org/2005/gmd}MD_Metadata\nqgis\n")
      #expect(GeoPackageContents.isIntact(path))
    }
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/usr/lib/python3/dist-packages/osgeo_utils"), "python3-gdal is not installed"))
  func validateGPKGFindsNothing() throws {
    try withFolder { folder in
      _ = try write(folder, [.geoPackage])
      let script = "from osgeo_utils.samples import validate_gpkg as v; import sys; v.check(sys.argv[1]); print('valid')"
      #expect(try python(script, "\(folder)/sheet.gpkg") == "valid\n")
    }
  }

  /// ISO 19115's mandatory elements, and what was asked for, in their places.
  @Test func theISODocumentHasItsElements() throws {
    try withFolder { folder in
      _ = try write(folder, [.shapefile])
      let script = """
        import sys, xml.etree.ElementTree as tree
        gmd, gco = "{http://www.isotc211.org/2005/gmd}", "{http://www.isotc211.org/2005/gco}"
        root = tree.parse(sys.argv[1]).getroot()
        data = root.find(f"{gmd}identificationInfo/{gmd}MD_DataIdentification")
        text = lambda node, path: " ".join(t.strip() for t in node.find("/".join(gmd + part for part in path.split("/"))).itertext()).strip()
        for path in ["language", "hierarchyLevel", "dateStamp", "contact/CI_ResponsibleParty/role", "metadataStandardName"]: assert text(root, path), path
        print(text(data, "citation/CI_Citation/title"))
        print(text(data, "citation/CI_Citation/date/CI_Date/date"))
        print(text(data, "abstract"))
        print(text(data, "credit"))
        print(text(data, "resourceConstraints/MD_LegalConstraints/otherConstraints"))
        print(text(data, "extent/EX_Extent/geographicElement/EX_GeographicBoundingBox/westBoundLongitude"))
        print(text(data, "spatialResolution/MD_Resolution/distance"))
        lineage = text(root, "dataQualityInfo/DQ_DataQuality/lineage/LI_Lineage/statement")
        print(all(part in lineage for part in ["demo & more.pth", "sheet.tif", "inference.tile = auto", "orthoweave 1.2.3", "portable", "a" * 64, "b" * 64]))
        """
      let lines = try python(script, "\(folder)/sheet.shp.xml").split(separator: "\n").map(String.init)
      #expect(
        lines == [
          "Land cover <2026> & \"more\": north/sheet", "2024-06-03", "Two lines of 'text'.", "© Höfe & Söhne", "CC-BY-4.0", "15.0",
          "0.5002", "True",
        ])
    }
  }

  /// Whoever knows nothing leaves nothing out without a word: absent values are marked as unknown.
  @Test func withoutAnyKnowledgeDocumentsStayWhole() throws {
    try withFolder { folder in
      let map = SmallMap(["01"])
      let layers = try VectorLayers(
        LayerRequest(
          directory: folder, name: "sheet", formats: [.shapefile, .geoPackage], source: "sheet", size: map.size, geotransform: .pixels,
          crs: nil, catalog: catalog))
      for region in map.regions() { try layers.add(region) }
      let report = try layers.finish()
      let script = """
        import sys, xml.etree.ElementTree as tree
        for path in sys.argv[1:]: print(tree.parse(path).getroot().tag.split("}")[-1])
        """
      let documents = report.files.filter { [".xml", ".qmd", ".sld", ".qml"].contains(where: $0.hasSuffix) }
      #expect(documents.count == 4, "\(report.files)")
      let tags = try output(try #require(program("python3")), ["-c", script] + documents).split(separator: "\n")
      #expect(Set(tags) == ["qgis", "MD_Metadata", "StyledLayerDescriptor"] && tags.count == 4, "\(tags)")
      #expect(try String(contentsOfFile: "\(folder)/sheet.shp.xml", encoding: .utf8).contains("gco:nilReason"))
    }
  }

  @Test func stylesNameEveryClassAndShowTitlesOfColumns() throws {
    try withFolder { folder in
      _ = try write(folder, [.flatGeobuf])
      let script = """
        import sys, xml.etree.ElementTree as tree
        sld = tree.parse(sys.argv[1] + ".sld").getroot()
        print([rule.findtext("{http://www.opengis.net/se}Name") for rule in sld.iter("{http://www.opengis.net/se}Rule")])
        qml = tree.parse(sys.argv[1] + ".qml").getroot()
        print([category.get("label") for category in qml.iter("category")])
        print({alias.get("field"): alias.get("name") for alias in qml.iter("alias")}["area_m2"])
        """
      let shown = Self.names.dropLast() + ["a\u{FFFD}b"]
      let list = try python("import sys; print(sys.argv[1:])", shown[0], shown[1], shown[2], shown[3], shown[4], shown[5], shown[6])
      #expect(try python(script, "\(folder)/sheet") == list + list + "Area (m²)\n")
    }
  }

  @Test func aCSVHasTypesAndTheCRSBesideIt() throws {
    try withFolder { folder in
      let (report, _) = try write(folder, [.csv])
      #expect(report.files.contains("\(folder)/sheet.csvt") && report.files.contains("\(folder)/sheet.prj"))
      let reader = try VectorReader("\(folder)/sheet.csv")
      #expect(reader.crs?.name == "WGS 84 / UTM zone 33N")
      try reader.forEach { _, _, values in
        guard case .integer = values[reader.fieldNames.firstIndex(of: "class_id") ?? 0] else {
          Issue.record("class_id is \(values)")
          return
        }
      }
    }
  }

  /// A Shapefile of the same name says the same.
  @Test func theCRSOfCSVAndShapefileIsOneFile() throws {
    try withFolder { folder in
      _ = try write("\(folder)", [.shapefile])
      let own = try String(contentsOfFile: "\(folder)/sheet.prj", encoding: .utf8)
      try FileManager.default.createDirectory(atPath: "\(folder)/b", withIntermediateDirectories: true)
      _ = try write("\(folder)/b", [.csv])
      #expect(try String(contentsOfFile: "\(folder)/b/sheet.prj", encoding: .utf8) == own)
    }
  }

  @Test func theReadmeHoldsNoMarkThatATerminalObeys() throws {
    try withFolder { folder in
      var (report, metadata) = try write(folder, [.geoPackage])
      let hostile = "a\u{1B}[31mb\u{202E}c\u{7}\nd"
      metadata.name = "north/" + hostile
      metadata.provenance.about.title = hostile
      metadata.provenance.about.attribution = hostile
      metadata.provenance.sources = [.init(name: hostile, bytes: 1, sha256: "00")]
      for index in report.classes.indices { report.classes[index].name = hostile }
      let text = LayerReadme(metadata: metadata, report: report, formats: ["classes", "gpkg", "qgis"]).text
      let bad = text.unicodeScalars.filter { $0 != "\n" && ($0.properties.generalCategory == .control || $0.value == 0x202E) }
      #expect(bad.isEmpty, "\(bad)")
      #expect(text.contains("a\\u{1B}[31mb\\u{202E}c\\u{7}\\nd.classes.tif: ") && text.contains("Source: a\\u{1B}["))
      // One line each, however they are called.
      #expect(text.split(separator: "\n", omittingEmptySubsequences: false)[1].allSatisfy { $0 == "=" })
    }
  }

  @Test func theReadmeSaysWhatLiesThere() throws {
    try withFolder { folder in
      let (report, metadata) = try write(folder, [.geoPackage, .csv])
      let text = LayerReadme(metadata: metadata, report: report, formats: ["classes", "gpkg", "csv"]).text
      let untraced = LayerReadme(metadata: metadata, report: report, formats: ["classes"]) { _ in false }.text
      // What was not looked for is not said to be absent.
      #expect(text.contains("polygon") && !untraced.contains(" polygons, ") && untraced.contains("no polygons were made of it"))
      for part in [
        "Land cover <2026> & \"more\": north/sheet", "© Höfe & Söhne", "CC-BY-4.0", "gis@example.org", "sheet.gpkg: ",
        "sheet.classes.tif: ",
        "1  수면: 2 polygons, 0.50 m²", "area_m2     Area on the ground in square meters.", "inference.tile = auto", "EPSG:32633",
      ] {
        #expect(text.contains(part), "\(part) is missing in\n\(text)")
      }
      #expect(!text.contains("sheet.shp:") && !text.contains("stac-item.json"))
    }
  }

  /// ORTHOWEAVE_UPDATE_DOCS=1 writes the tables.
  @Test func theDocumentOfLayersHoldsEveryColumn() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("docs/layers.md")
    var text = try String(contentsOf: file, encoding: .utf8)
    let updates = ProcessInfo.processInfo.environment["ORTHOWEAVE_UPDATE_DOCS"] == "1"
    for (name, columns) in [("polygons", LayerColumn.polygons), ("footprints", LayerColumn.footprints)] {
      let start = try #require(text.range(of: "<!-- columns of \(name) -->\n"))
      let end = try #require(text.range(of: "<!-- end of \(name) -->"))
      let table = LayerColumn.markdown(columns)
      if updates {
        text.replaceSubrange(start.upperBound..<end.lowerBound, with: table)
      } else {
        #expect(text[start.upperBound..<end.lowerBound] == table, "\(name): run with ORTHOWEAVE_UPDATE_DOCS=1")
      }
    }
    if updates { try text.write(to: file, atomically: true, encoding: .utf8) }
  }
}
