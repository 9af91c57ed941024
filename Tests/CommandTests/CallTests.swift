import Foundation
import TestSupport
import Testing

/// What a call says beside the pipeline file.
@Suite struct CallTests {
  private func run(_ scene: Scene, _ arguments: String...) throws -> ProgramResult {
    try Program.run(Program.orthoweave, arguments, in: scene.folder.path)
  }

  @Test func aMisspeltCommandIsAnsweredWithTheNearest() throws {
    let scene = try Scene()
    let result = try run(scene, "rnu", "pipeline.yaml")
    #expect(result.status == 2 && result.error.contains("did you mean 'run'?"), "\(result)")
    #expect(try run(scene, "zzzzzzzz").error.contains("orthoweave --help"))
  }

  @Test func setKeysCountAndAreInTheReport() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 60, height: 60)
    try scene.pipeline(output: "formats: [classes]")
    let result = try run(scene, "run", "pipeline.yaml", "--set", "output.formats=[classes, csv]", "--no-settle")
    #expect(result.status == 0, "\(result)")
    #expect(FileManager.default.fileExists(atPath: scene.folder("layers/a/a.csv")))
    #expect(try scene.report()["changes"] as? [String] == ["output.formats=[classes, csv]", "input.settle=0s"])
    // The next run has the file's own settings, and does the layers again.
    #expect(try scene.run().status == 0)
    #expect(!FileManager.default.fileExists(atPath: scene.folder("layers/a/a.csv")))
  }

  @Test func aDryRunChangesNothingAndAForcedOneDoesAllAgain() throws {
    let scene = try Scene()
    for name in ["a", "b"] { try scene.raster(name + ".tif", width: 60, height: 60) }
    try scene.pipeline(output: "formats: [classes, gpkg]")
    let plan = try run(scene, "run", "-n", "pipeline.yaml")
    #expect(plan.status == 0 && plan.output.contains("2 sources due of 2"), "\(plan)")
    #expect(!FileManager.default.fileExists(atPath: scene.folder("layers")))
    #expect(try scene.run().status == 0)
    let whole = scene.published()
    let forced = try run(scene, "run", "-f", "-v", "pipeline.yaml")
    #expect(forced.status == 0 && forced.error.contains(" that share "), "\(forced)")
    let report = try scene.report()
    #expect(report["done"] as? Int == 2 && report["inferredTiles"] as? Int ?? 0 > 0, "\(report)")
    #expect(scene.published() == whole)
    #expect(try run(scene, "run", "-q", "pipeline.yaml").error == "")
    #expect(try run(scene, "run", "-q", "-v", "pipeline.yaml").status == 2)
  }

  @Test func whoIsToBeToldIsToldOfFailureAndRecovery() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 60, height: 60)
    try Data("no raster".utf8).write(to: URL(fileURLWithPath: scene.folder("in/b.tif")))
    let notify = "run.notify={command: 'echo $ORTHOWEAVE_OUTCOME >> told; cat > report-told.json'}"
    try scene.pipeline(output: "formats: [classes]", more: "run: {retry: {limit: 0}}")
    func told() -> [String] {
      (try? String(contentsOfFile: scene.folder("told"), encoding: .utf8))?.split(separator: "\n").map(String.init) ?? []
    }
    #expect(try run(scene, "run", "pipeline.yaml", "--set", notify).status == 3)
    #expect(told() == ["failure"])
    let input = try Data(contentsOf: URL(fileURLWithPath: scene.folder("report-told.json")))
    #expect((try JSONSerialization.jsonObject(with: input) as? [String: Any])?["failed"] as? Int == 1)
    try FileManager.default.removeItem(atPath: scene.folder("in/b.tif"))
    for _ in 0..<2 { #expect(try run(scene, "run", "pipeline.yaml", "--set", notify).status == 0) }
    #expect(told() == ["failure", "recovery"])
    // A source that still fails has not recovered.
    try Data("no raster".utf8).write(to: URL(fileURLWithPath: scene.folder("in/c.tif")))
    let once = ["--set", "run.failures=new", "--set", "run.notify={command: 'echo $ORTHOWEAVE_OUTCOME >> told', when: always}"]
    for status: Int32 in [3, 0] {
      #expect(try Program.run(Program.orthoweave, ["run", "pipeline.yaml"] + once, in: scene.folder.path).status == status)
    }
    #expect(told() == ["failure", "recovery", "failure", "done"])
    try FileManager.default.removeItem(atPath: scene.folder("in/c.tif"))
    let failing = try run(scene, "run", "pipeline.yaml", "--set", "run.notify={command: exit 7, when: always}")
    #expect(failing.status == 0 && failing.error.contains("run.notify: the command ended with exit code 7"), "\(failing)")
  }

  @Test func aPatternThatFindsLessThanHalfIsAWarning() throws {
    let scene = try Scene()
    for name in ["a", "b", "c"] { try scene.raster(name + ".tif", width: 40, height: 40) }
    try scene.pipeline(output: "formats: [classes]")
    #expect(try scene.run().status == 0)
    for name in ["a", "b"] { try FileManager.default.removeItem(atPath: scene.folder("in/\(name).tif")) }
    let result = try scene.run()
    #expect(result.status == 0 && result.error.contains("matched 3 files in the run before, and 1 now"), "\(result)")
    #expect(try scene.report()["warnings"] as? [String] != [])
    #expect(!(try scene.run()).error.contains("in the run before"))
  }
}
