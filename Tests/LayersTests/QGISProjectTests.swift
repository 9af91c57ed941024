import Basics
import Foundation
import GeoTypes
import Geodata
import Layers
import Testing

/// Projects as XML; scripts/acceptance/layers opens them in QGIS.
@Suite struct QGISProjectTests {
  private static let names = ["Gebäude & Höfe", "<b>\"x\"</b>", "=1+1", "[% 1 %]"]

  private func project() throws -> QGISProject {
    let catalog = ClassCatalog(names: Self.names)
    var provenance = Provenance()
    provenance.about.title = "Land [%cover%] & <more>"
    return QGISProject(
      metadata: LayerMetadata(name: "sheet", provenance: provenance, catalog: catalog, crs: try CoordinateSystem("EPSG:32633")),
      extent: Bounds(minX: 500_000, minY: 5_000_000, maxX: 500_750, maxY: 5_000_750),
      polygons: .init(name: "sheet [% 1 %]", source: "./sheet.gpkg|layername=sheet"), fields: LayerColumn.polygons.map(\.field),
      classMaps: [.init(name: "sheet", source: "./sheet.classes.tif")], orthophotos: [.init(name: "a & b", source: "../../in/a & b.tif")],
      picture: .init(bands: [3, 2, 1], ranges: [0...3000, 0...3000, 0...3000]))
  }

  @Test func transparencyOfOrthophotosIsTheirs() throws {
    var project = try project()
    project.orthophotos = [.init(name: "masked", source: "./a.tif"), .init(name: "opaque", source: "./b.tif")]
    project.orthophotos[0].alphaBand = 4
    project.picture.nodata = 0
    try withFolder { folder in
      let path = "\(folder)/p.qgs"
      for bands in [[3, 2, 1], [2]] {
        project.picture.bands = bands
        try project.document.write(toFile: path, atomically: true, encoding: .utf8)
        let script = """
          import sys, xml.etree.ElementTree as tree
          renderers = [node.find("pipe/rasterrenderer") for node in tree.parse(sys.argv[1]).getroot().iter("maplayer") if node.find("pipe") is not None]
          print([node.get("alphaBand") for node in renderers])
          print([(entry.get("red"), entry.get("min"), entry.get("percentTransparent")) for node in renderers for entry in node.iter("pixelListEntry")])
          """
        let value = bands.count == 3 ? "('0.0', None, '100')" : "(None, '0.0', '100')"
        #expect(try python(script, path) == "['-1', '4', '-1']\n[\(value), \(value)]\n")
      }
    }
  }

  private func python(_ script: String, _ path: String) throws -> String {
    try output(try #require(program("python3"), "python3 is not installed"), ["-c", script, path])
  }

  @Test func theArchiveHoldsOneDocumentAndTheSameBytesEveryTime() throws {
    try withFolder { folder in
      for name in ["a", "b"] {
        try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        try project().write(to: "\(folder)/\(name)/sheet.qgz")
      }
      #expect(
        FileManager.default.contents(atPath: "\(folder)/a/sheet.qgz") == FileManager.default.contents(atPath: "\(folder)/b/sheet.qgz"))
      let script = """
        import sys, zipfile
        archive = zipfile.ZipFile(sys.argv[1]); print(archive.testzip(), archive.namelist())
        """
      #expect(try python(script, "\(folder)/a/sheet.qgz") == "None ['sheet.qgs']\n")
    }
  }

  @Test func everyLayerIsInTheTreeAndNamesAreText() throws {
    try withFolder { folder in
      let path = "\(folder)/p.qgs"
      try project().document.write(toFile: path, atomically: true, encoding: .utf8)
      let script = """
        import sys, xml.etree.ElementTree as tree
        root = tree.parse(sys.argv[1]).getroot()
        ids = [node.findtext("id") for node in root.iter("maplayer")]
        print(ids == [node.get("id") for node in root.find("layer-tree-group").iter("layer-tree-layer")], ids)
        print([node.get("label") for node in root.iter("category")])
        print(root.findtext("title"))
        print([node.get("labelText") for node in root.iter("LayoutItem") if node.get("type") == "65641"][0])
        print([node.findtext("datasource") for node in root.iter("maplayer")][2])
        print([node.get("name") for node in root.iter("layer-tree-layer")][0], [node.findtext("layername") for node in root.iter("maplayer")][0])
        """
      let lines = try python(script, path).split(separator: "\n").map(String.init)
      #expect(lines[0] == "True ['polygons_of_classes', 'class_map_1', 'orthophoto_1']")
      #expect(lines[1] == "['Gebäude & Höfe', '<b>\"x\"</b>', '=1+1', '[ % 1 %]']")
      #expect(lines[2] == "Land [%cover%] & <more>: sheet" && lines[3] == "Land [ %cover%] & <more>: sheet")
      #expect(lines[4] == "../../in/a & b.tif")
      // A legend would evaluate what stands in [% %].
      #expect(lines[5] == "sheet [ % 1 %] sheet [ % 1 %]")
    }
  }
}
