import Foundation
import TestSupport
import Testing

/// The model's file: read once, said what it leaves open, fitted to sources and tiles.
@Suite struct ModelFileTests {
  private let scene: Scene

  init() throws {
    scene = try Scene("model")
    try scene.folder.copy(Scene.checkpoint, to: "model.pth")
  }

  private func pipeline(_ model: String = "", input: String = "settle: 0s", inference: String = "tile: 128, overlap: 32") throws {
    try scene.folder.write(
      """
      input: {sources: [in/], \(input)}
      model: {checkpoint: model.pth\(model.isEmpty ? "" : ", " + model)}
      inference: {\(inference)}
      output: {directory: layers, formats: [classes]}
      """, to: "pipeline.yaml")
  }

  private func program(_ arguments: String...) throws -> ProgramResult {
    try Program.run(Program.orthoweave, arguments, in: scene.folder.path)
  }

  private func receipt(_ name: String) throws -> String {
    try String(contentsOfFile: scene.folder("layers/\(name)/receipt.json"), encoding: .utf8)
  }

  /// Starts a run that waits for its source to settle, does something to the model meanwhile, and gives how the run ended.
  private func whileARunWaits(_ change: (String) throws -> Void) throws -> (status: Int32, error: String) {
    try pipeline(input: "settle: 3s")
    try scene.raster("a.tif", width: 60, height: 60)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Program.orthoweave)
    process.arguments = ["run", "pipeline.yaml"]
    process.currentDirectoryURL = URL(fileURLWithPath: scene.folder.path)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    _ = FileManager.default.createFile(atPath: scene.folder("error"), contents: nil)
    process.standardError = FileHandle(forWritingAtPath: scene.folder("error"))
    try process.run()
    // The lock file is there once the model has been read and the run has begun.
    let deadline = Date().addingTimeInterval(60)
    while !FileManager.default.fileExists(atPath: scene.folder("layers/.orthoweave/lock")), Date() < deadline { usleep(20_000) }
    usleep(300_000)
    try change(scene.folder("model.pth"))
    process.waitUntilExit()
    return (process.terminationStatus, try String(contentsOfFile: scene.folder("error"), encoding: .utf8))
  }

  private func overwrite(_ path: String, _ bytes: Data) throws {
    let file = try #require(FileHandle(forWritingAtPath: path))
    try file.truncate(atOffset: 0)
    try file.write(contentsOf: bytes)
    try file.close()
  }

  @Test func aModelThatIsOverwrittenWhileARunWaitsEndsTheRunAndChargesNoSource() throws {
    let old = try Data(contentsOf: URL(fileURLWithPath: scene.folder("model.pth")))
    let ended = try whileARunWaits { path in
      // Another network of the same size: one bit of its last weights.
      var other = old
      other[other.count / 2] ^= 1
      try overwrite(path, other)
    }
    #expect(ended.status == 1, "\(ended)")
    #expect(ended.error.contains("model.pth") && ended.error.contains("changed while it was in use"), "\(ended.error)")
    #expect(scene.published().isEmpty)
    // With the old model back, the source is done at once and not waited for.
    try overwrite(scene.folder("model.pth"), old)
    try pipeline()
    let again = try scene.run()
    #expect(again.status == 0 && again.error.contains("1 done"), "\(again.error)")
  }

  @Test func aModelThatIsCutShortWhileARunWaitsEndsTheRunAndChargesNoSource() throws {
    let old = try Data(contentsOf: URL(fileURLWithPath: scene.folder("model.pth")))
    let ended = try whileARunWaits { try overwrite($0, old.prefix(old.count / 3)) }
    #expect(ended.status == 1, "\(ended)")
    try overwrite(scene.folder("model.pth"), old)
    try pipeline()
    let again = try scene.run()
    #expect(again.status == 0 && again.error.contains("1 done") && !again.error.contains("another try"), "\(again.error)")
  }

  @Test func aModelThatIsReplacedByRenamingStaysTheOldOneForTheRun() throws {
    let old = try Data(contentsOf: URL(fileURLWithPath: scene.folder("model.pth")))
    let ended = try whileARunWaits { path in
      var other = old
      other[other.count / 2] ^= 1
      try other.write(to: URL(fileURLWithPath: path + ".new"))
      #expect(rename(path + ".new", path) == 0)
    }
    #expect(ended.status == 0, "\(ended)")
    let first = try receipt("a")
    try old.write(to: URL(fileURLWithPath: scene.folder("model.pth")))
    try pipeline()
    #expect(try scene.run().error.contains("1 unchanged"))
    #expect(try receipt("a") == first)
  }

  // MARK: - What is assumed

  @Test func whatABareStateDictionaryLeavesOpenIsSaidEverywhere() throws {
    try scene.raster("a.tif", width: 60, height: 60)
    #expect(try program("model", "convert", "model.pth", "whole.safetensors").status == 0)
    try strip("whole.safetensors", to: "bare.safetensors")
    try pipeline("mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375]")
    let text = try String(contentsOfFile: scene.folder("pipeline.yaml"), encoding: .utf8)
    try scene.folder.write(text.replacing("model.pth", with: "bare.safetensors"), to: "pipeline.yaml")
    let inspect = try program("model", "inspect", "bare.safetensors")
    let plan = try program("plan", "pipeline.yaml")
    let run = try program("run", "pipeline.yaml")
    #expect(inspect.status == 0 && plan.status == 0 && run.status == 0, "\(inspect.error)\(plan.error)\(run.error)")
    for word in ["align_corners", "strides", "channel order"] {
      #expect(
        inspect.output.split(separator: "\n").count { $0.contains(word) && $0.contains("assumed") } == 1, "\(word): \(inspect.output)")
      #expect(plan.output.split(separator: "\n").count { $0.contains(word) && $0.contains("assumed") } == 1, "\(word): \(plan.output)")
      #expect(run.error.split(separator: "\n").count { $0.contains(word) && $0.contains("assumed") } == 1, "\(word): \(run.error)")
    }
    #expect(inspect.output.contains("set model: {mean: [123.675, 116.28, 103.53]"), "\(inspect.output)")
    let model = try #require(try scene.report()["model"] as? [String: Any])
    #expect(model["file"] as? String == "bare.safetensors" && (model["sha256"] as? String)?.count == 64)
    #expect((model["assumed"] as? [String])?.contains { $0.contains("align_corners") } == true)
    #expect(try receipt("a").contains("align_corners") && receipt("a").contains(model["sha256"] as? String ?? "-"))
    // The whole checkpoint leaves nothing of that open.
    let whole = try program("model", "inspect", "model.pth")
    #expect(!whole.output.contains("align_corners False"), "\(whole.output)")
  }

  /// Writes a safetensors file without its metadata, names, shapes and numbers only; or with these class names.
  private func strip(_ name: String, to other: String, classes: [String]? = nil) throws {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: scene.folder(name))))
    let length = (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
    var header = try #require(JSONSerialization.jsonObject(with: Data(bytes[8..<8 + length])) as? [String: Any])
    header["__metadata__"] = nil
    if let classes {
      header["__metadata__"] = ["classes": String(decoding: try JSONSerialization.data(withJSONObject: classes), as: UTF8.self)]
    }
    let text = [UInt8](try JSONSerialization.data(withJSONObject: header))
    let size = (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
    try Data(size + text + bytes[(8 + length)...]).write(to: URL(fileURLWithPath: scene.folder(other)))
  }

  // MARK: - Classes

  private func planned(_ model: String, classes: [String], from checkpoint: String = "model.pth") throws -> ProgramResult {
    #expect(try program("model", "convert", checkpoint, "whole.safetensors").status == 0)
    try strip("whole.safetensors", to: "named.safetensors", classes: classes)
    try pipeline("mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375]\(model)")
    let text = try String(contentsOfFile: scene.folder("pipeline.yaml"), encoding: .utf8)
    try scene.folder.write(text.replacing("model.pth", with: "named.safetensors"), to: "pipeline.yaml")
    return try program("plan", "pipeline.yaml")
  }

  @Test func classNamesThatAreEqualOrEmptyAreRefused() throws {
    try scene.raster("a.tif", width: 60, height: 60)
    for (names, word) in [(["a", "b", "a", "c", "d", "e", "f"], "'a'"), (["a", "b", " ", "c", "d", "e", "f"], "empty")] {
      let refused = try planned("", classes: names)
      #expect(refused.status == 2 && refused.error.contains(word) && refused.error.contains("model.classes"), "\(refused)")
      #expect(try planned(", classes: [a, b, c, d, e, f, g]", classes: names).status == 0)
    }
    #expect(try planned("", classes: ["a", "b", "c", "d", "e", "f", "g"]).status == 0)
  }

  @Test func theOneClassOfANetworkWithOneOutputKeepsItsName() throws {
    try scene.raster("a.tif", width: 60, height: 60)
    try scene.folder.copy(Places.root + "/Tests/NeuralNetworkTests/Fixtures/ann_r18w4.pth", to: "one.pth")
    let whole = try planned(", classes: {roof: [building], ground: [background]}", classes: ["building"], from: "one.pth")
    #expect(whole.status == 0 && !whole.output.contains("numbered"), "\(whole)")
    let other = try planned(", classes: {roof: [house]}", classes: ["building"], from: "one.pth")
    #expect(other.status == 2 && other.error.contains("it has background, building"), "\(other)")
  }

  @Test func statisticsOfZeroToOneAreRefusedBeforeAnyWork() throws {
    try scene.raster("a.tif", width: 60, height: 60)
    try pipeline("mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]")
    for command in ["plan", "run"] {
      let refused = try program(command, "pipeline.yaml")
      #expect(
        refused.status == 2 && refused.error.contains("set model: {mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375]}"),
        "\(refused)")
    }
    try pipeline("mean: [0, 0, 0], std: [1, 1, 1]")
    let doubted = try program("plan", "pipeline.yaml")
    #expect(doubted.status == 0 && doubted.output.contains("std: [255, 255, 255]"), "\(doubted)")
  }

  // MARK: - Tiles

  @Test(arguments: [(64, 16), (128, 32), (256, 64)])
  func smallTilesRunWithTheDefaultOverlap(tile: Int, overlap: Int) throws {
    try scene.raster("a.tif", width: 300, height: 70)
    try pipeline(inference: "tile: \(tile)")
    let plan = try program("plan", "pipeline.yaml", "--json")
    #expect(plan.status == 0, "\(plan.error)")
    let report = try #require(JSONSerialization.jsonObject(with: Data(plan.output.utf8)) as? [String: Any])
    let source = try #require((report["sources"] as? [[String: Any]])?.first)
    #expect(source["overlap"] as? Int == overlap && source["tile"] as? [Int] == [tile, tile])
    #expect(try program("plan", "pipeline.yaml").output.contains("share \(overlap) pixels"))
    #expect(try scene.run().status == 0)
  }

  // MARK: - Ground resolution

  @Test func sourcesOfAnotherGroundResolutionAreWarnedAboutAndResampled() throws {
    try scene.raster("a.tif", width: 100, height: 100)
    try pipeline("resolution: 0.7")
    #expect(try !program("plan", "pipeline.yaml").output.contains("a pixel, the model"))
    try pipeline("resolution: 1")
    let plan = try program("plan", "pipeline.yaml")
    #expect(plan.output.contains("has 0.5 m a pixel, the model was trained with 1 m; set input.resolution: model"), "\(plan.output)")
    let run = try scene.run()
    #expect(run.status == 0 && run.error.contains("has 0.5 m a pixel, the model was trained with 1 m"), "\(run.error)")
    try pipeline("resolution: 1", input: "settle: 0s, resolution: model")
    let resampled = try program("plan", "pipeline.yaml")
    #expect(resampled.output.contains("50 × 50") && !resampled.output.contains("a pixel, the model"), "\(resampled.output)")
    try pipeline(input: "settle: 0s, resolution: model")
    let unknown = try program("plan", "pipeline.yaml")
    #expect(unknown.status == 2 && unknown.error.contains("model.resolution"), "\(unknown.error)")
  }

  @Test func aConvertedModelKeepsItsGroundResolutionAndInitSaysTheLine() throws {
    try scene.raster("a.tif", width: 100, height: 100)
    #expect(try program("model", "convert", "model.pth", "fine.safetensors", "--resolution", "0.1").status == 0)
    #expect(try program("model", "inspect", "fine.safetensors").output.contains("0.1 m"))
    // It stays when the file is converted again.
    #expect(try program("model", "convert", "fine.safetensors", "finer.safetensors", "--type", "float16").status == 0)
    #expect(try program("model", "inspect", "finer.safetensors").output.contains("0.1 m"))
    let made = try program("init", "in", "--model", "fine.safetensors", "--pipeline", "made.yaml")
    #expect(made.status == 0, "\(made.error)")
    let text = try String(contentsOfFile: scene.folder("made.yaml"), encoding: .utf8)
    #expect(text.contains("\n  resolution: model\n"))
    try scene.folder.write(text.replacing("input:\n", with: "input:\n  settle: 0s\n"), to: "made.yaml")
    #expect(try program("plan", "made.yaml").output.contains("500 × 500"))
    for wrong in ["0", "-1", "1e9"] {
      #expect(try program("model", "convert", "model.pth", "x.safetensors", "--resolution=\(wrong)").status == 2)
    }
  }

  // MARK: - Convert

  @Test func aConversionThatIsKilledLeavesTheOldFileOrTheNewOneAndNothingElse() throws {
    #expect(try program("model", "convert", "model.pth", "out/o.safetensors").status != 0)
    try FileManager.default.createDirectory(atPath: scene.folder("out"), withIntermediateDirectories: true)
    #expect(try program("model", "convert", "model.pth", "out/o.safetensors").status == 0)
    let whole = FileManager.default.contents(atPath: scene.folder("out/o.safetensors"))
    for step in 0..<8 {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: Program.orthoweave)
      process.arguments = ["model", "convert", "model.pth", "out/o.safetensors"]
      process.currentDirectoryURL = URL(fileURLWithPath: scene.folder.path)
      process.standardError = FileHandle.nullDevice
      try process.run()
      usleep(UInt32(2_000 + step * 6_000))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      #expect(FileManager.default.contents(atPath: scene.folder("out/o.safetensors")) == whole)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: scene.folder("out")) == ["o.safetensors"])
  }
}
