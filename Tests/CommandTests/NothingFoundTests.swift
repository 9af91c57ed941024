import Foundation
import Geodata
import TestSupport
import Testing

/// What a run says, and how it ends, where sources are missing, alike, failing or empty.
struct NothingFoundTests {
  private func scene(_ names: String...) throws -> Scene {
    let scene = try Scene()
    for name in names { try scene.raster(name, width: 60, height: 50) }
    return scene
  }

  private func sources(
    _ scene: Scene, _ sources: String, output: String = "formats: [classes]", directory: String = "layers", more: String = ""
  ) throws {
    try scene.folder.write(
      """
      input: {sources: \(sources), settle: 0s}
      model: {checkpoint: \(Scene.checkpoint)}
      inference: {tile: 128, overlap: 32}
      output: {directory: \(directory), \(output)}
      \(more)
      """, to: "pipeline.yaml")
  }

  private func warnings(_ scene: Scene) throws -> [String] { try scene.report()["warnings"] as? [String] ?? [] }

  @Test func dirUppercaseGlobAndDirOnlyEcwWarnAlsoWhenQuiet() throws {
    let scene = try scene("A.TIF", "B.TIF")
    try scene.folder.write("", to: "ecw/a.ecw")
    try sources(scene, "[in/*.tif, ecw]")
    let result = try scene.run("--quiet")
    #expect(result.status == 0)
    #expect(result.error.contains("2 match in another letter case (A.TIF, B.TIF)") && result.error.contains(".ecw (1)"), "\(result.error)")
    let found = try warnings(scene)
    #expect(found.count == 3, "\(found)")
    let plan = try Program.run(Program.orthoweave, ["plan", "pipeline.yaml"], in: scene.folder.path)
    #expect(plan.output.contains("2 match in another letter case"), "\(plan.output)")
  }

  @Test func fewerSourcesThanRequiredEndTheRunBeforeAnythingIsRemoved() throws {
    let scene = try scene("a.tif", "b.tif")
    try sources(
      scene, "[in]", output: "formats: [classes, gpkg], prune: true, merge: true", more: "run: {requireSources: 2, pruneLimit: 9}")
    #expect(try scene.run().status == 0)
    let before = scene.published()
    try FileManager.default.removeItem(atPath: scene.folder("in/b.tif"))
    let result = try scene.run("--quiet")
    #expect(result.status == 1 && result.error.contains("1 source found where run.requireSources asks for 2"), "\(result.error)")
    #expect(scene.published() == before)
    #expect(try Program.run(Program.orthoweave, ["plan", "pipeline.yaml"], in: scene.folder.path).status == 1)
  }

  @Test func dirMergedNameIsRefusedByNameBeforeAnyWork() throws {
    let scene = try scene("merged.tif", "other.tif")
    try sources(scene, "[in]", output: "formats: [classes, gpkg], merge: true")
    for _ in 0..<2 {
      let result = try scene.run()
      #expect(result.status == 3 && result.error.contains("would be in the way of the merged layer 'merged'"), "\(result.error)")
      #expect(try scene.report()["failed"] as? Int == 1)
    }
    #expect(try scene.report()["unchanged"] as? Int == 1)
    // Without a merged layer it is a name like others.
    try sources(scene, "[in]", output: "formats: [classes]")
    #expect(try scene.run().status == 0)
  }

  @Test(arguments: [("merged/deep.tif", "within"), ("MERGED.tif", "merged")])
  func namesLikeTheMergedLayersAreRefused(name: String, words: String) throws {
    let scene = try scene(name, "other.tif")
    try sources(scene, "[in/**]", output: "formats: [classes, gpkg], merge: true")
    let result = try scene.run()
    #expect(result.status == 3 && result.error.contains("in the way of the merged layer"), "\(result.error)")
    #expect(try scene.report()["done"] as? Int == 1)
  }

  @Test func dirNfcAndNfdAreBothRefused() throws {
    let scene = try scene("\u{C4}.tif", "A\u{308}.tif", "b.tif")
    try sources(scene, "[in]")
    let result = try scene.run()
    #expect(result.status == 3 && result.error.contains("differ only in Unicode form"), "\(result.error)")
    let report = try scene.report()
    #expect(report["failed"] as? Int == 2 && report["done"] as? Int == 1 && report["found"] as? Int == 3)
  }

  @Test func dirThumbnailJpgIsTakenForAPreview() throws {
    let scene = try scene("scene.tif", "other.tif")
    let gdal = try #require(Program.find("gdal_translate"))
    try scene.folder.write("", to: "plain/x")
    let made = try Program.run(
      gdal, ["-q", "-of", "JPEG", "-outsize", "20", "20", scene.folder("in/scene.tif"), scene.folder("plain/scene.jpg")])
    #expect(made.status == 0, "\(made.error)")
    // Without the side file that holds the place.
    try scene.folder.copy(scene.folder("plain/scene.jpg"), to: "in/scene.jpg")
    try sources(scene, "[in]")
    let result = try scene.run()
    #expect(
      result.status == 0 && result.error.contains("scene.jpg: is not georeferenced, and is left out as a preview of scene.tif"),
      "\(result.error)")
    #expect(try scene.report()["done"] as? Int == 2)
    // Two that are both georeferenced are two rasters of one name.
    try scene.folder.copy(scene.folder("in/scene.tif"), to: "in/scene.tiff")
    let both = try scene.run()
    #expect(both.status == 3 && both.error.contains("would both be written to 'scene'"), "\(both.error)")
  }

  @Test func aFailingSourceIsNamedInEveryRunWithSinceWhenAndHowOften() throws {
    let scene = try scene("good.tif")
    try scene.folder.write("no raster", to: "in/bad.tif")
    try sources(scene, "[in]")
    #expect(try scene.run().status == 3)
    let second = try scene.run("--quiet")
    #expect(second.status == 3 && second.error.contains("bad: failed before") && second.error.contains("tried once"), "\(second.error)")
    #expect(try scene.run("--retry-failed").error.contains("failing: bad (since "))
    let third = try scene.run()
    #expect(third.status == 3 && third.error.contains("tried 2 times"), "\(third.error)")
    let source = try #require((try scene.report()["sources"] as? [[String: Any]])?.first)
    #expect(source["state"] as? String == "waiting" && source["tries"] as? Int == 2 && source["failingSince"] is String)
    // For those who want it once.
    try sources(scene, "[in]", more: "run: {failures: new}")
    #expect(try scene.run("--quiet").status == 0)
    #expect(try scene.run("--retry-failed").status == 0)
    try scene.folder.write("no raster either", to: "in/worse.tif")
    #expect(try scene.run().status == 3)
    #expect(try scene.run().status == 0)
  }

  /// A folder that lost its x bits can be listed, and nothing in it can be looked at: that is not a folder whose sources are gone.
  @Test(.enabled(if: geteuid() == 0, "only the superuser may act as another user"), arguments: [false, true])
  func whatCannotBeLookedAtIsNotGone(isMosaic: Bool) throws {
    let setpriv = try #require(Program.find("setpriv"))
    let scene = try scene()
    try scene.raster("here/good.tif", width: 60, height: 50)
    try scene.raster("shut/deep/other.tif", width: 60, height: 50, column: 60)
    try sources(
      scene, isMosaic ? "[in/**], mosaic: true" : "[in/**]", output: "formats: [classes, gpkg], merge: \(!isMosaic), prune: \(!isMosaic)")
    #expect(try Program.run("/bin/chown", ["-R", "65534:65534", scene.folder.path]).status == 0)
    func run() throws -> ProgramResult {
      try Program.run(
        setpriv, ["--reuid=65534", "--regid=65534", "--clear-groups", "env", "HOME=/", Program.orthoweave, "run", "pipeline.yaml"],
        in: scene.folder.path)
    }
    let first = try run()
    #expect(first.status == 0, "\(first.error)")
    let before = scene.published()
    for mode in [0o644, 0o000] {
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: scene.folder("in/shut"))
      let second = try run()
      #expect(second.error.contains("in/shut: the folder cannot be listed"), "\(second.error)")
      #expect(second.status == (isMosaic ? 3 : 0), "\(second.error)")
      #expect(scene.published() == before, "\(second.error)")
    }
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: scene.folder("in/shut"))
  }

  @Test func aSourceWithoutAValidPixelIsLeftOut() throws {
    let scene = try scene("good.tif")
    try scene.raster("edge.tif", width: 60, height: 50, mask: { _, _ in false })
    try sources(scene, "[in]", output: "formats: [classes, gpkg], merge: true, prune: true")
    let result = try scene.run()
    #expect(result.status == 0 && result.error.contains("1 without a valid pixel"), "\(result.error)")
    #expect(try scene.report()["empty"] as? Int == 1)
    #expect(FileManager.default.fileExists(atPath: scene.folder("layers/merged/merged.gpkg")))
    // What it had is taken away, as for sources outside input.area.
    try scene.raster("good.tif", width: 60, height: 50, mask: { _, _ in false })
    let gone = try scene.run("--quiet")
    #expect(gone.status == 0 && gone.error.contains("no source has a valid pixel"), "\(gone.error)")
    #expect(!FileManager.default.fileExists(atPath: scene.folder("layers/good")))
  }

  @Test func onlyAndWindowThatMatchNothingAreWrongCalls() throws {
    let scene = try scene("a.tif", "b.tif")
    try sources(scene, "[in]")
    let only = try scene.run("--only", "c*")
    #expect(only.status == 2 && only.error.contains("no source is called 'c*'; there are a, b"), "\(only.error)")
    let window = try scene.run("--window", "500,500,10,10")
    #expect(window.status == 2 && window.error.contains("the window does not overlap any source"), "\(window.error)")
    try scene.raster("wide.tif", width: 600, height: 600)
    let some = try scene.run("--window", "500,500,10,10")
    #expect(some.status == 0 && some.error.contains("2 outside the window"), "\(some.error)")
    #expect(try Program.run(Program.orthoweave, ["plan", "pipeline.yaml", "--only", "c"], in: scene.folder.path).status == 2)
  }

  @Test func metricsOfTwoPipelinesDoNotCollide() throws {
    let scene = try scene("a.tif")
    for name in ["one", "two"] {
      try sources(scene, "[in]", directory: name, more: "run: {metrics: \(name).prom}")
      try scene.folder.copy(scene.folder("pipeline.yaml"), to: "\(name).yaml")
      #expect(try Program.run(Program.orthoweave, ["run", "\(name).yaml"], in: scene.folder.path).status == 0)
    }
    let samples = try ["one", "two"].map { name in
      Set(
        try String(contentsOfFile: scene.folder("\(name).prom"), encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }.map {
          $0.prefix { $0 != " " }
        })
    }
    #expect(samples[0].count > 10 && samples[0].isDisjoint(with: samples[1]))
    #expect(samples[0].contains { $0.contains("pipeline=\"") && $0.contains("/one.yaml\"") })
  }
}
