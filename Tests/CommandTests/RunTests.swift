import Foundation
import GeoTypes
import Geodata
import TestSupport
import Testing

@Suite struct RunTests {
  @Test func oneCommandGivesEveryLayerAndTheNextRunHasNothingToDo() throws {
    let scene = try Scene()
    try scene.raster("sheet one.tif", width: 210, height: 170)
    try scene.raster("정사영상.tif", width: 97, height: 131, mask: { x, y in x + y > 60 })
    try scene.pipeline(output: "formats: [classes, confidence, probabilities, gpkg, shp, csv, geojson, fgb, preview, stac, qgis]")
    let first = try scene.run()
    #expect(first.status == 0, "\(first.error)")
    let files = Set(scene.published().keys)
    for name in ["sheet one", "정사영상"] {
      for ending in [
        "classes.tif", "confidence.tif", "probabilities.tif", "gpkg", "shp", "shx", "dbf", "prj", "cpg", "qml", "csv", "geojson", "fgb",
        "preview.png",
      ] {
        #expect(files.contains("\(name)/\(name).\(ending)"), "\(name).\(ending)")
      }
      #expect(files.contains("\(name)/stac-item.json") && files.contains("\(name)/receipt.json"))
    }
    let second = try scene.run()
    #expect(second.status == 0 && second.error.contains("2 unchanged"), "\(second.error)")
    #expect(try scene.report()["inferredTiles"] as? Int == 0)
    #expect(Set(scene.published().keys) == files)
  }

  @Test func polygonsRasterizedGiveTheClassMapBack() throws {
    guard Program.find("gdal_rasterize") != nil else {
      Issue.record("gdal-bin is missing: scripts/setup installs it")
      return
    }
    let scene = try Scene()
    try scene.raster("a.tif", width: 190, height: 140, mask: { x, y in (x - 90) * (x - 90) + y * y > 900 })
    try scene.raster(
      "rotated.tif", width: 150, height: 120, geotransform: Geotransform(500_000, 0.4, 0.3, 6_000_000, 0.3, -0.4))
    try scene.raster("southup.tif", width: 90, height: 160, geotransform: Geotransform(500_000, 0.5, 0, 6_000_000, 0, 0.5))
    try scene.pipeline(output: "formats: [classes, gpkg]")
    #expect(try scene.run().status == 0)
    for name in ["a", "rotated", "southup"] {
      let classes = try ClassRasterReader(path: scene.folder("layers/\(name)/\(name).classes.tif"))
      let copy = scene.folder("\(name).tif")
      // A copy of the grid, filled with nodata, into which GDAL burns the polygons.
      let writer = try COGWriter(
        path: copy, size: classes.size, geotransform: classes.geotransform, crs: classes.crs, content: .confidence)
      try writer.write([UInt8](repeating: 255, count: classes.size.area), rows: classes.size.height)
      _ = try writer.finish()
      let plain = scene.folder("\(name)-plain.tif")
      #expect(try Program.run("/usr/bin/env", ["gdal_translate", "-q", copy, plain]).status == 0)
      let burnt = try Program.run(
        "/usr/bin/env", ["gdal_rasterize", "-q", "-a", "class_id", "-l", name, scene.folder("layers/\(name)/\(name).gpkg"), plain])
      #expect(burnt.status == 0, "\(burnt.error)")
      let back = try ClassRasterReader(path: plain)
      #expect(
        try back.readRows(0..<back.size.height) == classes.readRows(0..<classes.size.height), "\(name)")
    }
  }

  @Test func workersPanelsAndInterruptionsDoNotChangeAByte() throws {
    let scene = try Scene()
    // Wide enough for several columns of segments, so that panels differ; high enough for inference to hold more than the layers do.
    try scene.raster("wide.tif", width: 4_700, height: 300)
    let inference = "tile: 256, overlap: 32"
    try scene.pipeline(inference: inference, output: "formats: [classes, confidence, gpkg]")
    #expect(try scene.run("--workers", "2").status == 0)
    let reference = scene.published()
    #expect(reference.count >= 4)
    func plan() throws -> (panels: Int, memory: Int) {
      let result = try Program.run(Program.orthoweave, ["plan", "pipeline.yaml", "--json", "--workers", "1"], in: scene.folder.path)
      let report = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
      let source = (report?["sources"] as? [[String: Any]])?.first
      return (source?["panels"] as? Int ?? 0, source?["memory"] as? Int ?? 0)
    }
    try scene.pipeline(inference: inference, output: "formats: [classes, confidence, gpkg]", directory: "small")
    let whole = try plan()
    #expect(whole.panels == 1)
    // A little less than the full width needs.
    let limit = "\(whole.memory / 1000 - 1)kB"
    try scene.pipeline(
      inference: "\(inference), memory: \(limit)", output: "formats: [classes, confidence, gpkg]", directory: "small")
    #expect(try plan().panels == 2)
    #expect(try scene.run("--workers", "1").status == 0)
    #expect(scene.published("small") == reference)
  }

  @Test func onlyLayerSettingsChangedMeansNoInference() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 200, height: 150)
    try scene.pipeline(output: "formats: [classes, confidence, gpkg]")
    #expect(try scene.run().status == 0)
    try scene.pipeline(output: "formats: [classes, confidence, csv]", more: "vectors: {minimumArea: 5}")
    let result = try scene.run()
    #expect(result.status == 0, "\(result.error)")
    let report = try scene.report()
    #expect(report["done"] as? Int == 1 && report["inferredTiles"] as? Int == 0, "\(report)")
    #expect(scene.published().keys.contains("a/a.csv") && !scene.published().keys.contains("a/a.gpkg"))
    // The same layers come from a run that infers.
    try scene.pipeline(output: "formats: [classes, confidence, csv]", directory: "fresh", more: "vectors: {minimumArea: 5}")
    #expect(try scene.run().status == 0)
    #expect(scene.published("fresh")["a/a.csv"] == scene.published()["a/a.csv"])
    #expect(scene.published("fresh")["a/a.classes.tif"] == scene.published()["a/a.classes.tif"])
  }

  @Test func changedSourceIsDoneAgainAndOthersAreLeft() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 120, height: 100)
    try scene.raster("b.tif", width: 120, height: 100)
    try scene.pipeline(output: "formats: [classes]")
    #expect(try scene.run().status == 0)
    let before = scene.published()
    try scene.raster("b.tif", width: 121, height: 100)
    #expect(try scene.run().status == 0)
    let report = try scene.report()
    #expect(report["done"] as? Int == 1 && report["unchanged"] as? Int == 1)
    #expect(scene.published()["a/a.classes.tif"] == before["a/a.classes.tif"])
    #expect(scene.published()["b/b.classes.tif"] != before["b/b.classes.tif"])
  }

  @Test(arguments: [(1, 1), (1, 57), (200, 1), (31, 33), (127, 131)])
  func everySizeIsDone(width: Int, height: Int) throws {
    let scene = try Scene()
    try scene.raster("s.tif", width: width, height: height)
    try scene.pipeline(output: "formats: [classes, confidence, gpkg, csv]")
    let result = try scene.run()
    #expect(result.status == 0, "\(result.error)")
    let reader = try ClassRasterReader(path: scene.folder("layers/s/s.classes.tif"))
    #expect(reader.size == RasterSize(width: width, height: height))
    #expect(try !reader.readRows(0..<height).contains(255))
  }

  @Test func mosaicOfSheetsEqualsTheSamePixelsInOneFile() throws {
    let scene = try Scene()
    for (name, column, row) in [("s11.tif", 0, 0), ("s12.tif", 130, 0), ("s21.tif", 0, 110), ("s22.tif", 130, 110)] {
      try scene.raster(name, width: 130, height: 110, column: column, row: row)
    }
    try scene.pipeline("pipeline.yaml", input: "mosaic: true", output: "formats: [classes, confidence]")
    let result = try scene.run()
    #expect(result.status == 0, "\(result.error)")
    let whole = try Scene("whole")
    try whole.raster("pipeline.tif", width: 260, height: 220)
    try whole.pipeline(output: "formats: [classes, confidence]")
    #expect(try whole.run().status == 0)
    for file in ["pipeline/pipeline.classes.tif", "pipeline/pipeline.confidence.tif"] {
      #expect(scene.published()[file] == whole.published()[file] && scene.published()[file] != nil, "\(file)")
    }
  }

  @Test func windowGivesThePixelsOfTheWholeRun() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 300, height: 260)
    try scene.pipeline(output: "formats: [classes]")
    #expect(try scene.run().status == 0)
    let result = try scene.run("--window", "70,90,120,80")
    #expect(result.status == 0, "\(result.error)")
    let whole = try ClassRasterReader(path: scene.folder("layers/a/a.classes.tif"))
    let part = try ClassRasterReader(path: scene.folder("layers/a@70-90-120-80/a@70-90-120-80.classes.tif"))
    let window = Window(column: 70, row: 90, width: 120, height: 80)
    #expect(try part.readRows(0..<80) == whole.read(window))
    #expect(part.geotransform == whole.geotransform.shifted(to: window))
    #expect(try scene.run("--window", "280,0,50,50").status == 2)
  }

  @Test func areaLimitsTheLayersToItsPolygons() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 200, height: 200)
    try scene.folder.write(
      """
      {"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32633"}}, "features": [
      {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates":
      [[[500010, 5999990], [500050, 5999990], [500050, 5999940], [500010, 5999940], [500010, 5999990]]]}}]}
      """, to: "area.geojson")
    try scene.pipeline(input: "area: area.geojson", output: "formats: [classes, gpkg]")
    let result = try scene.run()
    #expect(result.status == 0, "\(result.error)")
    let reader = try ClassRasterReader(path: scene.folder("layers/a/a.classes.tif"))
    for row in [0, 19, 20, 70, 119, 120, 199] {
      let values = try reader.readRows(row..<row + 1)
      for column in [0, 19, 20, 60, 99, 100, 199] {
        let isInside = (20..<120).contains(row) && (20..<100).contains(column)
        #expect((values[column] != 255) == isInside, "\(column), \(row)")
      }
    }
  }

  @Test func sourcesOutsideTheAreaAreLeftOutAndAreNoFailure() throws {
    let scene = try Scene()
    try scene.raster("near.tif", width: 80, height: 80)
    try scene.raster("far.tif", width: 80, height: 80, column: 4000)
    // The rectangle of the L around it meets this one, but none of its pixels lies inside.
    try scene.raster("nook.tif", width: 40, height: 40, column: 60, row: 20)
    try scene.folder.write(
      """
      {"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32633"}}, "features": [
      {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates":
      [[[500000, 6000000], [500010, 6000000], [500010, 5999960], [500060, 5999960], [500060, 5999950], [500000, 5999950],
      [500000, 6000000]]]}}]}
      """, to: "area.geojson")
    try scene.pipeline(output: "formats: [classes, gpkg], merge: true")
    #expect(try scene.run().status == 0)
    try scene.pipeline(input: "area: area.geojson", output: "formats: [classes, gpkg], merge: true")
    let plan = try Program.run(Program.orthoweave, ["plan", "pipeline.yaml"], in: scene.folder.path)
    #expect(plan.status == 0 && plan.output.contains("outside"), "\(plan.output)")
    let result = try scene.run()
    #expect(result.status == 0 && result.error.contains("prune"), "\(result.error)")
    var report = try scene.report()
    #expect(report["outside"] as? Int == 2 && report["done"] as? Int == 1 && report["failed"] as? Int == 0, "\(report)")
    let sources = try VectorReader(scene.folder("layers/merged/merged.gpkg"), drivers: ["GPKG"])
    let column = try #require(sources.fieldNames.firstIndex(of: "source"))
    try sources.forEach { _, _, values in #expect(values[column] == .text("near")) }
    #expect(scene.published().keys.contains("far/far.gpkg"))

    try scene.pipeline(
      input: "area: area.geojson", output: "formats: [classes, gpkg], merge: true, prune: true", more: "run: {pruneLimit: 100%}")
    #expect(try scene.run("--quiet").error.isEmpty)
    report = try scene.report()
    #expect(report["removed"] as? Int == 2 && report["outside"] as? Int == 2, "\(report)")
    #expect(Set(scene.published().keys.map { $0.split(separator: "/")[0] }) == ["near", "merged"])
  }

  /// The catalog goes with the format that made it, and comes back with it.
  @Test func aCatalogThatIsNotAskedForAnyMoreIsRemoved() throws {
    let scene = try Scene()
    try scene.raster("near.tif", width: 160, height: 128)
    try scene.pipeline(output: "formats: [classes, stac]")
    #expect(try scene.run().status == 0)
    #expect(FileManager.default.fileExists(atPath: scene.folder("layers/collection.json")))
    try scene.pipeline(output: "formats: [classes]")
    let result = try scene.run()
    #expect(result.status == 0 && result.error.contains("collection.json and model.json removed"), "\(result.error)")
    for name in ["collection.json", "model.json", "near/stac-item.json"] {
      #expect(!FileManager.default.fileExists(atPath: scene.folder("layers/" + name)), "\(name)")
    }
    // A document of somebody else with that name stays.
    try scene.folder.write("{}", to: "layers/collection.json")
    #expect(try scene.run().status == 0)
    #expect(FileManager.default.fileExists(atPath: scene.folder("layers/collection.json")))
  }

  /// What the pipeline names is not the sources' fault.
  @Test func anAreaWithoutPolygonsAndALicenseThatNobodyKnowsAreThePipelines() throws {
    let scene = try Scene()
    try scene.raster("near.tif", width: 160, height: 128)
    try scene.folder.write(
      """
      {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [15, 54]}}]}
      """, to: "points.geojson")
    try scene.pipeline(input: "area: points.geojson", output: "formats: [classes]")
    for command in ["plan", "run"] {
      let result = try Program.run(Program.orthoweave, [command, "pipeline.yaml"], in: scene.folder.path)
      #expect(
        result.status == 2 && result.error.contains("points.geojson: input.area cannot be used: it contains no polygons"), "\(result.error)"
      )
    }
    try scene.pipeline(output: "formats: [classes]", more: "about: {license: cc-by-4.0}")
    let result = try scene.run()
    #expect(result.status == 0 && result.error.contains("about.license: 'cc-by-4.0' is spelled CC-BY-4.0"), "\(result.error)")
    let files = "in/near.tif"
    for (place, words) in [("/proc/x", "lies in /proc, which is not on a disk"), (files + "/x", "which is not a folder")] {
      let refused = try scene.run("--set", "output.directory=\(place)")
      #expect(refused.status == 1 && refused.error.contains(words), "\(refused.error)")
    }
  }
}
