import Foundation
import TestSupport
import Testing

@Suite struct OtherCommandTests {
  @Test func planChangesNothingAndSaysTilesAndMemory() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 300, height: 200)
    try scene.pipeline()
    let text = try Program.run(Program.orthoweave, ["plan", "pipeline.yaml"], in: scene.folder.path)
    #expect(text.status == 0 && text.output.contains("300 × 200") && text.output.contains("MB"), "\(text.output)\(text.error)")
    #expect(!FileManager.default.fileExists(atPath: scene.folder("layers")))
  }

  @Test func verifyFindsAFlippedBitAndTheNextRunMendsIt() throws {
    let scene = try Scene()
    for name in ["a", "b"] { try scene.raster(name + ".tif", width: 100, height: 100) }
    try scene.pipeline(output: "formats: [classes, gpkg]")
    #expect(try scene.run().status == 0)
    let whole = scene.published()
    func verify(_ arguments: String...) throws -> ProgramResult {
      try Program.run(Program.orthoweave, ["verify", "layers"] + arguments, in: scene.folder.path)
    }
    #expect(try verify("--deep").status == 0)
    let path = scene.folder("layers/a/a.classes.tif")
    var bytes = FileManager.default.contents(atPath: path) ?? Data()
    bytes[bytes.count / 2] ^= 4
    try bytes.write(to: URL(fileURLWithPath: path))
    let found = try verify()
    #expect(found.status == 3 && found.output.contains("a.classes.tif"), "\(found.output)")
    // The file is as long as it was: the run knows from verify. Tracing again would take the damage over.
    try scene.pipeline(output: "formats: [classes, gpkg, csv]")
    #expect(try scene.run().status == 0)
    try scene.pipeline(output: "formats: [classes, gpkg]")
    #expect(try scene.run().status == 0)
    #expect(scene.published() == whole)
    // Once more, and only what is damaged is made.
    try bytes.write(to: URL(fileURLWithPath: path))
    #expect(try verify().status == 3)
    #expect(try scene.run().status == 0)
    let report = try scene.report()
    #expect(report["done"] as? Int == 1 && report["unchanged"] as? Int == 1, "\(report)")
    #expect(scene.published() == whole)
    // Damage that nobody found before the settings of layers changed does not go on into new layers either.
    try bytes.write(to: URL(fileURLWithPath: path))
    try scene.pipeline(output: "formats: [classes, gpkg, csv]")
    #expect(try scene.run().status == 0)
    #expect(scene.published()["a/a.classes.tif"] == whole["a/a.classes.tif"])
    #expect(try scene.report()["inferredTiles"] as? Int ?? 0 > 0)
    #expect(try verify("--deep").status == 0)
  }

  @Test func verifyMissesWhatWasRemovedWhole() throws {
    let scene = try Scene()
    for name in ["a", "b", "c"] { try scene.raster(name + ".tif", width: 60, height: 60) }
    try scene.pipeline(output: "formats: [classes], prune: true", more: "run: {pruneLimit: 1}")
    #expect(try scene.run().status == 0)
    func verify() throws -> ProgramResult { try Program.run(Program.orthoweave, ["verify", "layers"], in: scene.folder.path) }
    try FileManager.default.removeItem(atPath: scene.folder("layers/a"))
    try FileManager.default.removeItem(atPath: scene.folder("layers/b/receipt.json"))
    let found = try verify()
    #expect(found.status == 3 && found.output.contains("will be processed again by the next run: a, b"), "\(found.output)")
    #expect(try scene.run().status == 0)
    #expect(try verify().status == 0)
    #expect(try scene.report()["done"] as? Int == 2)
    // What a run took away by itself is not missed.
    try FileManager.default.removeItem(atPath: scene.folder("in/c.tif"))
    #expect(try scene.run().status == 0)
    #expect(try scene.report()["removed"] as? Int == 1)
    #expect(try verify().status == 0)
    // The list has a checksum of its own.
    let list = scene.folder("layers/.orthoweave/published.json")
    var bytes = FileManager.default.contents(atPath: list) ?? Data()
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(fileURLWithPath: list))
    #expect(try verify().status == 3)
    #expect(try scene.run().status == 0)
    #expect(try verify().status == 0)
  }

  @Test(arguments: [["trace", "missing.tif"], ["trace", "in/words.tif"], ["preview", "missing.tif"], ["preview", "in/words.tif"]])
  func whatCannotBeReadIsAWrongCall(_ arguments: [String]) throws {
    let scene = try Scene()
    try scene.folder.write("no raster", to: "in/words.tif")
    let result = try Program.run(Program.orthoweave, arguments + ["--output", "made"], in: scene.folder.path)
    #expect(result.status == 2 && result.error.contains(arguments[1]), "\(result.status) \(result.error)")
  }

  @Test func traceMakesTheSamePolygonsFromAPublishedClassRaster() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 160, height: 120)
    try scene.pipeline(output: "formats: [classes, confidence, csv]")
    #expect(try scene.run().status == 0)
    let result = try Program.run(
      Program.orthoweave,
      ["trace", "layers/a/a.classes.tif", "--confidence", "layers/a/a.confidence.tif", "--output", "traced", "--formats", "csv,preview"],
      in: scene.folder.path)
    #expect(result.status == 0, "\(result.error)")
    #expect(scene.published("traced")["a/a.csv"] == scene.published()["a/a.csv"])
    let wrong = try Program.run(
      Program.orthoweave, ["trace", "layers/a/a.classes.tif", "--vectors", "{minimumAria: 3}"], in: scene.folder.path)
    #expect(wrong.status == 2 && wrong.error.contains("minimumArea"), "\(wrong.error)")
  }

  @Test func initWritesAPipelineThatRuns() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 100, height: 80)
    try scene.raster("b.tif", width: 100, height: 80)
    let made = try Program.run(Program.orthoweave, ["init", "in", "--model", Scene.checkpoint], in: scene.folder.path)
    #expect(made.status == 0 && made.output.contains("pipeline.yaml"), "\(made.error)")
    let plan = try Program.run(Program.orthoweave, ["plan", "pipeline.yaml"], in: scene.folder.path)
    #expect(plan.status == 0, "\(plan.error)")
    #expect(try Program.run(Program.orthoweave, ["init", "in", "--model", Scene.checkpoint], in: scene.folder.path).status == 2)
  }

  @Test func everyExitCodeIsDocumented() throws {
    let text = try String(contentsOfFile: Places.root + "/docs/exit-codes.md", encoding: .utf8)
    for code in [0, 1, 2, 3, 4, 130, 141] { #expect(text.contains("| \(code) |")) }
  }

  @Test func schemaIsJSON() throws {
    let result = try Program.orthoweave("schema")
    #expect(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) is [String: Any])
  }

  @Test func previewDrawsAPicture() throws {
    let scene = try Scene()
    let source = try scene.raster("a.tif", width: 90, height: 70)
    let result = try Program.run(Program.orthoweave, ["preview", source, "--output", "p.png"], in: scene.folder.path)
    #expect(result.status == 0, "\(result.error)")
    #expect(FileManager.default.contents(atPath: scene.folder("p.png"))?.prefix(4) == Data([0x89, 0x50, 0x4E, 0x47]))
  }
}
