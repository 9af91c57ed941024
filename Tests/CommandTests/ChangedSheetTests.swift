import Foundation
import TestSupport
import Testing

/// A sheet of a published mosaic changes: the segments that it does not touch are taken as they are, and no byte differs from a run from scratch.
@Suite struct ChangedSheetTests {
  /// Three sheets below each other; four rows of segments, which begin at rows 0, 1024, 2048 and 3072.
  private static let sheets = [("a.tif", 0, 1000), ("b.tif", 1000, 1300), ("c.tif", 2300, 1000)]
  private static let output = "formats: [classes, confidence, gpkg]"

  private func scene() throws -> Scene {
    let scene = try Scene()
    for (name, row, height) in Self.sheets { try scene.raster(name, width: 100, height: height, row: row) }
    try scene.pipeline(input: "mosaic: true", output: Self.output)
    #expect(try scene.run().status == 0)
    return scene
  }

  private struct Found: Equatable {
    var inferred: Int
    var kept: Int?
  }

  /// Runs the pipeline, and once more from scratch; the outputs of both must be the same.
  private func rerun(_ scene: Scene, output: String = output, _ arguments: [[String]] = [[]]) throws -> Found {
    try scene.pipeline(input: "mosaic: true", output: output)
    var found = Found(inferred: 0)
    for arguments in arguments {
      let result = try Program.run(Program.orthoweave, ["run", "pipeline.yaml"] + arguments, in: scene.folder.path)
      #expect(result.status == 0, "\(result.error)")
      let source = (try scene.report()["sources"] as? [[String: Any]])?.first
      found.inferred += source?["inferredTiles"] as? Int ?? 0
      found.kept = source?["keptSegments"] as? Int
    }
    try? FileManager.default.removeItem(atPath: scene.folder("fresh"))
    try scene.pipeline(input: "mosaic: true", output: output, directory: "fresh")
    #expect(try scene.run().status == 0)
    #expect(scene.published() == scene.published("fresh"))
    return found
  }

  @Test func onlyTheSegmentsThatASheetTouchesAreInferred() throws {
    let scene = try scene()
    let all = try #require(try scene.report()["inferredTiles"] as? Int)
    #expect(all == 35)
    // Tiles that cover the last sheet begin at row 2208: its pixels reach the two lower segments.
    try scene.raster("c.tif", width: 100, height: 1000, row: 2300, mask: { x, _ in x > 40 })
    let plan = try Program.run(Program.orthoweave, ["plan", "pipeline.yaml"], in: scene.folder.path)
    #expect(plan.output.contains("c.tif has") && plan.output.contains("2 of 4 segments are kept as published"), "\(plan.output)")
    #expect(try rerun(scene) == Found(inferred: 14, kept: 2))
    // Those that cover the first one reach to row 1088, and so into the second segment.
    try scene.raster("a.tif", width: 100, height: 1000, mask: { _, y in y < 900 })
    #expect(try rerun(scene) == Found(inferred: 22, kept: 2))
    // The one between reaches all but the last.
    try scene.raster("b.tif", width: 100, height: 1300, row: 1000, mask: { x, y in (x + y) % 50 > 5 })
    #expect(try rerun(scene) == Found(inferred: 32, kept: 1))
    // A sidecar belongs to its sheet.
    try scene.raster("c.tif", width: 100, height: 1000, row: 2300)
    try scene.folder.write("<PAMDataset/>", to: "in/a.tif.aux.xml")
    #expect(try rerun(scene) == Found(inferred: all, kept: nil), "a file came")
    try scene.folder.write("<PAMDataset></PAMDataset>", to: "in/a.tif.aux.xml")
    #expect(try rerun(scene).kept == 2)
  }

  @Test func shardsKeepTheirOwnRows() throws {
    let scene = try scene()
    try scene.raster("c.tif", width: 100, height: 1000, row: 2300, mask: { x, _ in x > 40 })
    #expect(try rerun(scene, [["--shard", "0/2"], ["--shard", "1/2"]]).inferred == 14)
  }

  @Test func whereAnythingElseChangesNothingIsKept() throws {
    let scene = try scene()
    // Longer by a few rows.
    try scene.raster("c.tif", width: 100, height: 1040, row: 2300)
    #expect(try rerun(scene).kept == nil)
    // Moved by a pixel, and still within the mosaic.
    try scene.raster("b.tif", width: 100, height: 1299, row: 1001)
    #expect(try rerun(scene).kept == nil)
    // Gone, and another one in its place.
    try FileManager.default.moveItem(atPath: scene.folder("in/c.tif"), toPath: scene.folder("in/d.tif"))
    #expect(try rerun(scene).kept == nil)
    // Settings that change pixels.
    try scene.raster("d.tif", width: 100, height: 1040, row: 2300, mask: { x, _ in x > 40 })
    try scene.pipeline(input: "mosaic: true, nodata: 3", output: Self.output)
    #expect(try scene.run().status == 0)
    #expect((try scene.report()["sources"] as? [[String: Any]])?.first?["keptSegments"] == nil)
  }

  @Test func whatIsDamagedOrWasNotPublishedIsNotKept() throws {
    let scene = try scene()
    try scene.raster("c.tif", width: 100, height: 1000, row: 2300, mask: { x, _ in x > 40 })
    let file = scene.folder("layers/pipeline/pipeline.classes.tif")
    var bytes = try #require(FileManager.default.contents(atPath: file))
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(fileURLWithPath: file))
    #expect(try rerun(scene).kept == nil)
    // Without a raster of confidences there is nothing to take them from.
    _ = try rerun(scene, output: "formats: [classes]")
    try scene.raster("c.tif", width: 100, height: 1000, row: 2300)
    #expect(try rerun(scene, output: "formats: [classes]").kept == nil)
  }
}
