import Foundation
import Geodata
import TestSupport
import Testing

/// The merged layer follows from the content of its sources' GeoPackages, and from nothing else.
struct MergedRunTests {
  private func scene(_ formats: String = "[classes, gpkg, fgb]") throws -> Scene {
    let scene = try Scene()
    for (index, name) in ["a.tif", "b.tif", "c.tif"].enumerated() { try scene.raster(name, width: 90, height: 70, column: 100 * index) }
    try scene.pipeline(output: "formats: \(formats), merge: true")
    #expect(try scene.run().status == 0)
    return scene
  }

  private func verify(_ scene: Scene, _ arguments: String...) throws -> ProgramResult {
    try Program.run(Program.orthoweave, ["verify"] + arguments + ["layers"], in: scene.folder.path)
  }

  private func sql(_ statement: String, _ file: String) throws {
    let ogrinfo = try #require(Program.find("ogrinfo"))
    let result = try Program.run(ogrinfo, ["-q", "-sql", statement, file])
    #expect(result.status == 0, "\(result.error)")
  }

  /// Changes one byte of a class's name in the file, which keeps its size: somewhere in the rows or the style.
  private func flip(_ file: String) throws {
    var name = ""
    try VectorReader(file, drivers: ["GPKG"]).forEach { _, _, values in if case .text(let text) = values[2] { name = text } }
    var data = try #require(FileManager.default.contents(atPath: file))
    let place = try #require(name.isEmpty ? nil : data.range(of: Data(name.utf8), options: .backwards))
    data[place.lowerBound] ^= 1
    try data.write(to: URL(fileURLWithPath: file))
  }

  @Test(arguments: [false, true]) func operations4DamageIsRepairedBeforeItIsMerged(byStatement: Bool) throws {
    let scene = try scene()
    let before = scene.published()
    if byStatement {
      try sql("UPDATE a SET class = 'XXXXX' WHERE fid = 1", scene.folder("layers/a/a.gpkg"))
    } else {
      try flip(scene.folder("layers/a/a.gpkg"))
    }
    #expect(scene.published()["a/a.gpkg"] != before["a/a.gpkg"])
    // Another source changes, so that the merged layer is due.
    try scene.raster("b.tif", width: 90, height: 71, column: 100)
    let result = try scene.run()
    #expect(result.status == 0 && result.error.contains("it is processed again before it is merged"), "\(result.error)")
    let after = scene.published()
    #expect(after["a/a.gpkg"] == before["a/a.gpkg"])
    #expect(try verify(scene, "--deep").status == 0)
    // The same bytes as from a fresh start.
    try scene.pipeline(output: "formats: [classes, gpkg, fgb], merge: true", directory: "fresh")
    #expect(try scene.run().status == 0)
    for file in ["merged/merged.gpkg", "merged/merged.fgb"] { #expect(scene.published("fresh")[file] == after[file], "\(file)") }
  }

  @Test func aDamagedSourceThatFailsIsNotMerged() throws {
    let scene = try scene()
    try flip(scene.folder("layers/a/a.gpkg"))
    try scene.folder.write("no raster", to: "in/a.tif")
    // Another source changes, so that the merged layer is due.
    try scene.raster("b.tif", width: 90, height: 71, column: 100)
    let result = try scene.run()
    #expect(result.status == 3, "\(result.error)")
    let merged = try #require(scene.published()["merged/merged.gpkg"])
    let receipt = String(decoding: try #require(scene.published()["merged/receipt.json"]), as: UTF8.self)
    #expect(!merged.isEmpty && !receipt.contains("\"a\" :") && receipt.contains("\"b\" :"), "\(receipt)")
  }

  @Test func verifyDeepComparesTheMergedLayerWithItsSources() throws {
    let scene = try scene()
    #expect(try verify(scene, "--deep").status == 0)
    // As if an earlier version had merged damaged rows: file and receipt agree, the sources do not.
    try sql("DELETE FROM merged WHERE fid = 1", scene.folder("layers/merged/merged.gpkg"))
    try reseal(scene.folder("layers/merged"), "merged.gpkg")
    #expect(try verify(scene).output.contains("0 damaged"))
    let deep = try verify(scene, "--deep")
    #expect(deep.status == 3 && deep.output.contains("merged.gpkg differs from its sources"), "\(deep.output)")
    #expect(try scene.run().status == 0)
    #expect(try verify(scene, "--deep").status == 0)
  }

  @Test func aSourceDoneAloneIsSaidToBeNewerThanTheMergedLayer() throws {
    let scene = try scene()
    try scene.raster("b.tif", width: 90, height: 71, column: 100)
    let only = try scene.run("--only", "b")
    #expect(only.status == 0)
    let deep = try verify(scene, "--deep")
    #expect([0, 3].contains(deep.status) && !deep.output.contains("differs from its sources"), "\(deep.output)")
    #expect(try scene.run().status == 0)
    #expect(try verify(scene, "--deep").status == 0)
  }

  @Test func rawPhotoInFolderIsLeftOutOfTheMergedLayerAndNamed() throws {
    let scene = try Scene()
    try scene.raster("ortho.tif", width: 60, height: 50)
    let gdal = try #require(Program.find("gdal_translate"))
    let made = try Program.run(gdal, ["-q", "-of", "PNG", scene.folder("in/ortho.tif"), scene.folder("photo.png")])
    #expect(made.status == 0, "\(made.error)")
    try scene.folder.copy(scene.folder("photo.png"), to: "in/a photo.png")
    for crs in ["source", "EPSG:4326"] {
      try scene.pipeline(output: "formats: [classes, gpkg], merge: true", more: "vectors: {crs: \(crs)}")
      let plan = try Program.run(Program.orthoweave, ["plan", "pipeline.yaml"], in: scene.folder.path)
      #expect(plan.output.contains("output.merge: left out, as they are not georeferenced: a photo"), "\(plan.output)")
      let result = try scene.run()
      #expect(result.status == 0 && result.error.contains("'a photo' is left out: it is not georeferenced"), "\(result.error)")
      #expect(scene.published().keys.contains("merged/merged.gpkg"))
      #expect(try scene.run().status == 0)
    }
  }

  @Test func differingCrsAreKnownToPlan() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 60, height: 50)
    try scene.raster("b.tif", width: 60, height: 50, crs: "EPSG:32632")
    try scene.pipeline(output: "formats: [classes, gpkg], merge: true")
    let plan = try Program.run(Program.orthoweave, ["plan", "pipeline.yaml"], in: scene.folder.path)
    #expect(
      plan.output.contains("the sources differ in crs") && plan.output.contains("EPSG:32632") && plan.output.contains("set vectors.crs"),
      "\(plan.output)")
    // The run says it before it infers anything, and again where the merge fails by it.
    let run = try scene.run()
    let words = "the sources differ in crs (EPSG:32633"
    let (first, last) = (run.error.range(of: words), run.error.range(of: words, options: .backwards))
    #expect(run.status == 3 && run.error.contains("2 done"), "\(run.error)")
    #expect(first != last && first.map { $0.lowerBound < run.error.range(of: "done in")?.lowerBound ?? run.error.startIndex } == true)
    try scene.pipeline(output: "formats: [classes, gpkg], merge: true", more: "vectors: {crs: \"EPSG:4326\"}")
    let fine = try Program.run(Program.orthoweave, ["plan", "pipeline.yaml"], in: scene.folder.path)
    #expect(!fine.output.contains("differ in crs"))
    #expect(try scene.run().status == 0)
  }

  /// Gives a receipt the present size and checksum of a file, without its checksum over rows, and seals it.
  private func reseal(_ folder: String, _ file: String) throws {
    func sum(_ path: String) throws -> String { String(try Program.run(try #require(Program.find("sha256sum")), [path]).output.prefix(64)) }
    let path = folder + "/receipt.json"
    var lines = try String(contentsOfFile: path, encoding: .utf8).components(separatedBy: "\n")
    let name = try #require(lines.firstIndex { $0.contains("\"name\" : \"\(file)\"") })
    let size = try #require(FileManager.default.attributesOfItem(atPath: folder + "/" + file)[.size] as? Int)
    let digest = try sum(folder + "/" + file)
    for index in name..<min(name + 4, lines.count) {
      if lines[index].contains("\"sha256\"") { lines[index] = lines[index].replacing(/[0-9a-f]{64}/, with: digest) }
      if lines[index].contains("\"size\"") { lines[index] = lines[index].replacing(/\d+/, with: "\(size)") }
    }
    lines[1] = lines[1].replacing(/[0-9a-f]{64}/, with: String(repeating: "0", count: 64))
    try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path))
    lines[1] = lines[1].replacing(/[0-9a-f]{64}/, with: try sum(path))
    try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path))
  }
}
