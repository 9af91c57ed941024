import Foundation
import GeoTypes
import Geodata
import TestSupport
import Testing

/// Plan, run, report and receipt tell what was read of a source.
struct ReadingTests {
  @Test func planRunReportAndReceiptTellWhatIsRead() throws {
    let scene = try Scene("reading")
    try scene.raster("a.tif", width: 160, height: 128, mask: { column, _ in column > 20 })
    try scene.pipeline(output: "formats: [classes]")
    let plan = try Program.run(Program.orthoweave, ["plan", "pipeline.yaml"], in: scene.folder.path)
    #expect(plan.output.contains("a: reads bands 1 (red), 2 (green), 3 (blue) by color interpretation, Byte\n"), "\(plan.output)")
    #expect(plan.output.contains("a: valid pixels: mask\n"))
    #expect(plan.output.contains("a: crs EPSG:32633 (WGS 84 / UTM zone 33N), from file\n"))
    let run = try scene.run()
    #expect(run.status == 0, "\(run.error)")
    #expect(run.error.contains("reads bands 1 (red), 2 (green), 3 (blue)"), "\(run.error)")
    let sources = try #require(try scene.report()["sources"] as? [[String: Any]])
    let read = try #require(sources.first?["read"] as? [String: Any])
    #expect(read["bandsBy"] as? String == "color interpretation")
    #expect((read["validity"] as? [String: Any])?["mask"] as? String == "mask")
    let again = try Program.run(Program.orthoweave, ["plan", "pipeline.yaml"], in: scene.folder.path)
    #expect(again.output.contains("unchanged") && again.output.contains("a: reads bands 1 (red), 2 (green), 3 (blue)"), "\(again.output)")
    let receipt = try #require(FileManager.default.contents(atPath: scene.folder("layers/a/receipt.json")))
    let text = String(decoding: receipt, as: UTF8.self).filter { !$0.isWhitespace }
    #expect(text.contains("\"crsFrom\":\"file\""), "\(text)")
  }

  /// The pipeline names bands that the network does not take: its fault. A source that lacks one of them: the source's.
  @Test func bandsThatDoNotFitAreTheFaultOfWhoNamesThem() throws {
    let scene = try Scene("bands")
    try scene.raster("a.tif", width: 64, height: 64)
    try scene.pipeline(input: "bands: [1, 2]", output: "formats: [classes]")
    for command in ["plan", "run"] {
      let result = try Program.run(Program.orthoweave, [command, "pipeline.yaml"], in: scene.folder.path)
      #expect(result.status == 2 && result.error.contains("input.bands") && result.error.contains("the network takes 3"), "\(result)")
    }
    try scene.raster("b.tif", width: 64, height: 64, bands: 4)
    try scene.pipeline(input: "bands: [4, 2, 1]", output: "formats: [classes]")
    let result = try scene.run()
    #expect(result.status == 3 && result.error.contains("input.bands names band 4, and it has 3 bands"), "\(result.error)")
    #expect(result.error.contains("1 done") && result.error.contains("1 failed"))
  }

  @Test func aNameThatIsNotUTF8IsSaid() throws {
    let scene = try Scene("names")
    let path = try scene.raster("a.tif", width: 64, height: 64)
    let made = try Program.run("/bin/bash", ["-c", "cp \(path) $'\(scene.folder("in"))/b\\xff.tif'"])
    #expect(made.status == 0)
    try scene.pipeline(output: "formats: [classes]")
    let result = try scene.run()
    #expect(result.status == 3 && result.error.contains("has a name that is not UTF-8; rename it"), "\(result.error)")
    #expect(result.error.contains("1 done"))
  }

  @Test func nocrsTo4326() throws {
    let scene = try Scene("nocrs")
    try scene.raster("a.tif", width: 96, height: 96, crs: nil)
    try scene.pipeline(output: "formats: [classes, gpkg]", more: "vectors: {crs: \"EPSG:4326\"}")
    for command in ["plan", "run"] {
      let result = try Program.run(Program.orthoweave, [command, "pipeline.yaml"], in: scene.folder.path)
      #expect(result.status == 0, "\(result.error)")
      #expect((result.output + result.error).contains("vectors.crs (EPSG:4326) is not used, as it has no crs"))
    }
    try scene.pipeline(input: "crs: \"EPSG:32633\"", output: "formats: [classes, gpkg]", more: "vectors: {crs: \"EPSG:4326\"}")
    let result = try scene.run()
    #expect(result.status == 0, "\(result.error)")
    #expect(!result.error.contains("is not used"))
  }

  @Test func aCrsOfThePipelineThatIsNoneIsRefusedBeforeTheWork() throws {
    let scene = try Scene("badcrs")
    try scene.raster("a.tif", width: 64, height: 64)
    try scene.pipeline(input: "crs: \"EPSG:999999\"")
    let result = try scene.run()
    #expect(result.status == 2)
    #expect(result.error.contains("input.crs"), "\(result.error)")
  }

  @Test func heightsThatCannotBeUsedAreRefusedBeforeTheWork() throws {
    let scene = try Scene("heights")
    try scene.raster("a.tif", width: 64, height: 64)
    try FileManager.default.moveItem(
      atPath: try scene.raster("flat.tif", width: 64, height: 64, bands: 1, crs: nil), toPath: scene.folder("flat.tif"))
    for (name, status, words) in [("missing.tif", Int32(1), "input.dem cannot be used"), ("flat.tif", 2, "is not georeferenced")] {
      try scene.pipeline(input: "dem: \(name)")
      for command in ["plan", "run"] {
        let result = try Program.run(Program.orthoweave, [command, "pipeline.yaml"], in: scene.folder.path)
        #expect(result.status == status && result.error.contains(words), "\(command): \(result.error)")
        #expect(result.error.contains(name))
      }
    }
    #expect(scene.published().isEmpty)
  }

  /// A zone's digit is missing, and the datum is far from WGS 84 or unknown to PROJ: plan, run, report and receipt say it.
  @Test(arguments: [
    ("EPSG:31467", Geotransform(500_000, 0.5, 0, 5_800_000, 0, -0.5), "far from where that is used (longitudes 7.50…10.51°"),
    ("EPSG:2380", Geotransform(500_000, 0.5, 0, 3_500_000, 0, -0.5), "PROJ knows no transformation from the datum of EPSG:2380"),
  ])
  func aDoubtfulPlaceIsSaidEverywhere(_ crs: String, _ geotransform: Geotransform, _ words: String) throws {
    let scene = try Scene("place")
    try scene.raster("a.tif", width: 96, height: 96, crs: crs, geotransform: geotransform)
    try scene.pipeline(output: "formats: [classes, gpkg]")
    let plan = try Program.run(Program.orthoweave, ["plan", "pipeline.yaml"], in: scene.folder.path)
    #expect(plan.status == 0 && plan.output.contains("a: note: ") && plan.output.contains(words), "\(plan.output)")
    let run = try scene.run()
    #expect(run.status == 0 && run.error.contains("warning: a: ") && run.error.contains(words), "\(run.error)")
    let sources = try #require(try scene.report()["sources"] as? [[String: Any]])
    #expect((sources.first?["warnings"] as? [String])?.contains { $0.contains(words) } == true)
    let receipt = try #require(FileManager.default.contents(atPath: scene.folder("layers/a/receipt.json")))
    let details = (try JSONSerialization.jsonObject(with: receipt) as? [String: Any])?["details"] as? [String: Any]
    let warnings = details?["warnings"] as? [String]
    #expect(warnings?.contains { $0.contains(words) } == true, "\(String(decoding: receipt, as: UTF8.self))")
  }

  @Test func anAreaIsRecordedAndItsDoubtsAreSaid() throws {
    let scene = try Scene("area")
    try scene.raster("a.tif", width: 96, height: 96)
    try scene.folder.write(
      """
      {"type":"FeatureCollection","name":"parcels","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::32633"}},"features":[
      {"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[500010,5999990]}},
      {"type":"Feature","properties":{},"geometry":{"type":"Polygon",\
      "coordinates":[[[500002,5999960],[500040,5999960],[500040,5999990],[500002,5999990],[500002,5999960]]]}}]}
      """, to: "area.geojson")
    try scene.pipeline(input: "area: area.geojson", output: "formats: [classes]")
    for command in ["plan", "run"] {
      let result = try Program.run(Program.orthoweave, [command, "pipeline.yaml"], in: scene.folder.path)
      let text = result.output + result.error
      #expect(result.status == 0 && text.contains("area area.geojson: 1 polygon of the layer parcels, crs EPSG:32633"), "\(text)")
      #expect(text.contains("area.geojson: 1 of its features has no polygon and does not count"), "\(text)")
    }
    let receipt = try #require(FileManager.default.contents(atPath: scene.folder("layers/a/receipt.json")))
    let details = (try JSONSerialization.jsonObject(with: receipt) as? [String: Any])?["details"] as? [String: Any]
    let area = (details?["read"] as? [String: Any])?["area"] as? [String: Any]
    #expect(area?["file"] as? String == "area.geojson" && area?["layers"] as? [String] == ["parcels"] && area?["polygons"] as? Int == 1)
  }
}
