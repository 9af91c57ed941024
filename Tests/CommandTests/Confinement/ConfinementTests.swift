import Foundation
import TestSupport
import Testing

/// What a run touches, as the kernel saw it: nothing but its sources, its model, its outputs and the system's own files, and no network.
@Suite(.enabled(if: SystemCallTrace.isPossible, "strace is missing, or may not watch other processes"))
struct ConfinementTests {
  /// Folders that hold the system's libraries, tables and devices.
  private static let system = [
    "/usr/", "/lib/", "/lib64/", "/etc/", "/proc/", "/sys/", "/dev/", "/opt/", "/run/", "/var/cache/fontconfig/",
  ]

  /// Checks one traced call of the program.
  ///
  /// - Parameter folders: may be listed, while what is in them stays closed.
  private func check(
    _ trace: SystemCallTrace, reads: [String], folders: [String] = [], writes: [String], what: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    func isBelow(_ path: String, _ folders: [String]) -> Bool { folders.contains { path == $0 || path.hasPrefix($0 + "/") } }
    /// Beside a new output directory, which gets its name once its state is in it.
    func isNew(_ path: String) -> Bool { writes.contains { path.hasPrefix(($0 as NSString).deletingLastPathComponent + "/.orthoweave%") } }
    let binary = (Program.orthoweave as NSString).deletingLastPathComponent
    let foreignReads = trace.read.filter { path in
      !isBelow(path, reads + writes + [binary]) && !isNew(path) && !Self.system.contains(where: path.hasPrefix) && path != "/"
        && !folders.contains(path)
    }
    #expect(foreignReads.isEmpty, "\(what) read \(foreignReads.sorted().prefix(5))", sourceLocation: sourceLocation)
    let foreignWrites = trace.written.filter { !isBelow($0, writes) && !isNew($0) && $0 != "/dev/null" && $0 != "/dev/tty" }
    #expect(foreignWrites.isEmpty, "\(what) wrote \(foreignWrites.sorted().prefix(5))", sourceLocation: sourceLocation)
    #expect(trace.sockets.isEmpty, "\(what): \(trace.sockets.prefix(5))", sourceLocation: sourceLocation)
  }

  @Test func noHostileFileReachesBeyondItsFolder() throws {
    let hostile = try HostileFolder()
    let scene = hostile.scene
    try scene.folder.write(
      """
      input: {sources: [in/**, in/*/*.vrt, "in/link-folder/*.tif"], settle: 0s}
      model: {checkpoint: \(Scene.checkpoint)}
      inference: {tile: 128, overlap: 32}
      output: {directory: layers, formats: [classes, gpkg, csv, preview, stac]}
      run: {retry: {limit: 1000}}
      """, to: "pipeline.yaml")
    let temporary = FileManager.default.temporaryDirectory.path
    let reads = [scene.folder("in"), scene.folder("pipeline.yaml"), Places.root + "/Tests/Models", Places.root + "/SampleData"]
    // A folder behind a link that a pattern of the pipeline names is listed, and the folder of the output directory is synced; no file in
    // either is opened.
    let folders = [scene.folder("private"), scene.folder.path]
    var said = ""
    for call in [["plan", "pipeline.yaml"], ["run", "pipeline.yaml"], ["run", "pipeline.yaml"], ["verify", "--deep", "layers"]] {
      let trace = try SystemCallTrace(Program.orthoweave, call, in: scene.folder.path)
      check(trace, reads: reads, folders: folders, writes: [scene.folder("layers")], what: call[0])
      #expect([0, 3].contains(trace.result.status), "\(call): \(trace.result.status) \(trace.result.error.suffix(1000))")
      if call[0] == "run" { said += trace.result.error }
    }
    #expect(!temporary.isEmpty)
    // Each is done as if the hostile file were not there, or refused by name.
    for (name, _) in hostile.sources {
      let refusal = said.split(separator: "\n").first { $0.contains(" error: \(name)/a: ") }
      let isDone = FileManager.default.fileExists(atPath: scene.folder("layers/\(name)/a/receipt.json"))
      #expect(isDone != (refusal != nil), "\(name): \(refusal ?? "neither done nor refused")")
    }
    for (path, bytes) in hostile.kept { #expect(FileManager.default.contents(atPath: path) == bytes, "\(path) has changed") }
    #expect(try FileManager.default.contentsOfDirectory(atPath: scene.folder("victim")) == ["authorized_keys"])
    #expect(hostile.sources.count > 60)
  }

  @Test func previewInitAndTraceOfHostileFilesStayInTheirFolder() throws {
    let hostile = try HostileFolder()
    let scene = hostile.scene
    let reads = [scene.folder("in"), Places.root + "/Tests/Models", Places.root + "/SampleData", Scene.checkpoint]
    // A raster that the user names is read wherever it leads: links to rasters are left out here.
    for (name, file) in hostile.sources where !name.hasPrefix("link-raster") {
      let picture = scene.folder("picture.png")
      let trace = try SystemCallTrace(Program.orthoweave, ["preview", file, "--output", "picture.png"], in: scene.folder.path)
      check(trace, reads: reads, writes: [scene.folder.path], what: "preview of \(name)")
      #expect(trace.read.isDisjoint(with: hostile.kept.keys), "preview of \(name)")
      try? FileManager.default.removeItem(atPath: picture)
    }
    let folders = Set(hostile.sources.map { ($0.file as NSString).deletingLastPathComponent }).filter { !$0.contains("/link-raster") }
    for folder in folders.sorted().prefix(12) {
      let trace = try SystemCallTrace(
        Program.orthoweave, ["init", folder, "--model", Scene.checkpoint, "--pipeline", "made.yaml"], in: scene.folder.path)
      check(trace, reads: reads, writes: [scene.folder.path], what: "init of \(folder)")
      #expect(trace.read.isDisjoint(with: hostile.kept.keys), "init of \(folder)")
    }
    for (path, bytes) in hostile.kept { #expect(FileManager.default.contents(atPath: path) == bytes, "\(path) has changed") }
    #expect(try FileManager.default.contentsOfDirectory(atPath: scene.folder("victim")) == ["authorized_keys"])
  }

  /// Every case of the shared data; takes minutes, so only `scripts/acceptance/confinement` asks for it.
  @Test(
    .enabled(
      if: ProcessInfo.processInfo.environment["ORTHOWEAVE_CONFINEMENT"] == "all" && Places.hasShared,
      "scripts/acceptance/confinement runs it, where the shared data are"))
  func noCaseReachesBeyondItsFolder() throws {
    let output = try TemporaryFolder("cases")
    let shared = FilePathReal.of(Places.shared ?? "")
    let model = Places.sampleData + "/models/sample.pth"
    var traced = 0
    let cases = try FileManager.default.contentsOfDirectory(atPath: shared + "/cases/rasters").sorted()
    for name in cases where FileManager.default.fileExists(atPath: "\(shared)/cases/rasters/\(name)/pipeline.yaml") {
      let folder = "\(shared)/cases/rasters/\(name)"
      for call in ["plan", "run"] {
        let trace = try SystemCallTrace(
          Program.orthoweave, [call, "pipeline.yaml"], in: folder,
          environment: ["ORTHOWEAVE_MODEL": model, "ORTHOWEAVE_OUT": output.path])
        check(trace, reads: [folder, Places.sampleData], writes: [output.path], what: "\(call) of \(name)")
        traced += 1
      }
    }
    for name in ["georeferencing", "orthophotos/single"] {
      let folder = "\(shared)/data/\(name)"
      try output.write(
        """
        input: {sources: ["\(folder)"], settle: 0s}
        model: {checkpoint: \(Scene.checkpoint)}
        inference: {tile: 256, overlap: 64}
        output: {directory: "\(output(traced.description))", formats: [classes, gpkg]}
        """, to: "p.yaml")
      for call in ["plan", "run"] {
        let trace = try SystemCallTrace(Program.orthoweave, [call, output("p.yaml")], in: output.path)
        check(trace, reads: [folder, Places.root + "/Tests/Models"], writes: [output.path], what: "\(call) of \(name)")
        traced += 1
      }
    }
    print("confinement: \(traced) calls of \(cases.count) cases traced")
    #expect(traced > 80)
  }
}

private enum FilePathReal {
  static func of(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
}
