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
    let receipt = try #require(FileManager.default.contents(atPath: scene.folder("layers/a/receipt.json")))
    let text = String(decoding: receipt, as: UTF8.self).filter { !$0.isWhitespace }
    #expect(text.contains("\"crsFrom\":\"file\""), "\(text)")
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
}
