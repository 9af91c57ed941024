import Foundation
import TestSupport
import Testing

/// Real orthophotos and hostile files through the whole program. They do not ship with the project.
@Suite(.enabled(if: Places.hasShared, "the shared test data are not here")) struct SharedDataTests {
  /// What became of a file, after the lines that its refusal proposed were pasted into the pipeline.
  private struct Outcome {
    var isDone: Bool
    var reason: String
  }

  /// Runs a folder once as it is, then the refused files again with what the refusal proposed.
  private func outcomes(of folder: String, in scene: TemporaryFolder, checkpoint: String) throws -> [String: Outcome] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { name in
      ["tif", "png", "jpg"].contains((name as NSString).pathExtension)
    }.sorted()
    var found: [String: Outcome] = [:]
    var again: [String: [String]] = [:]
    func run(_ files: [String], lines: String, number: Int) throws {
      let sources = files.map { "\"\(folder)/\($0)\"" }.joined(separator: ", ")
      try scene.write(
        """
        input: {sources: [\(sources)], settle: 0s\(lines.isEmpty ? "" : ", " + lines)}
        model: {checkpoint: \(checkpoint)}
        inference: {tile: 256, overlap: 64}
        output: {directory: out\(number), formats: [classes, confidence, gpkg, shp, csv]}
        """, to: "p\(number).yaml")
      let result = try Program.run(Program.orthoweave, ["run", "p\(number).yaml"], in: scene.path, seconds: 900)
      #expect([0, 3].contains(result.status), "\(result.error.suffix(2000))")
      for file in files {
        let name = (file as NSString).deletingPathExtension
        let start = " error: \(name): "
        let line = result.error.components(separatedBy: "\n").first { $0.contains(start) }
        guard let line, let said = line.range(of: start)?.upperBound else {
          found[file] = Outcome(isDone: true, reason: lines)
          continue
        }
        let reason = line[said...].replacingOccurrences(of: folder + "/", with: "")
        found[file] = Outcome(isDone: false, reason: reason)
        if lines.isEmpty, let proposal = reason.range(of: "set in input: ") {
          again[reason[proposal.upperBound...].replacingOccurrences(of: " and ", with: ", "), default: []].append(file)
        }
      }
    }
    try run(names, lines: "", number: 0)
    for (number, (lines, files)) in again.sorted(by: { $0.key < $1.key }).enumerated() { try run(files, lines: lines, number: number + 1) }
    return found
  }

  @Test func everyGeoreferencingFileComesOutAsTheTableSays() throws {
    let scene = try TemporaryFolder("georeferencing")
    let folder = (Places.shared ?? "") + "/data/georeferencing"
    let found = try outcomes(of: folder, in: scene, checkpoint: Scene.checkpoint)
    let rows = found.sorted { $0.key < $1.key }.map { "\($0.key)\t\($0.value.isDone ? "done" : "refused")\t\($0.value.reason)" }
    let table = Places.root + "/Tests/CommandTests/georeferencing.tsv"
    if ProcessInfo.processInfo.environment["ORTHOWEAVE_RECORD"] != nil {
      try (["file\toutcome\treason, or the lines that it needed"] + rows).joined(separator: "\n").appending("\n")
        .write(toFile: table, atomically: true, encoding: .utf8)
    }
    let expected = try String(contentsOfFile: table, encoding: .utf8).split(separator: "\n").dropFirst().map(String.init)
    #expect(rows.count == expected.count)
    for (row, expected) in zip(rows, expected) { #expect(row == expected) }
  }

  @Test func all20SingleOrthophotosAreDone() throws {
    let scene = try TemporaryFolder("single")
    let folder = (Places.shared ?? "") + "/data/orthophotos/single"
    let found = try outcomes(of: folder, in: scene, checkpoint: Scene.checkpoint)
    #expect(found.count == 20)
    for (file, outcome) in found { #expect(outcome.isDone, "\(file): \(outcome.reason)") }
  }

  @Test(arguments: [
    ("test_tiled.slide", "data/orthophotos/single/test_tiled.tif", "tile: 512, overlap: 128, blend: mean"),
    ("tile6_004.slide", "data/landcover/Tile 6/images/image_part_004.jpg", "tile: 512, overlap: 128, blend: mean"),
    ("tile6_004.whole", "data/landcover/Tile 6/images/image_part_004.jpg", "tile: whole"),
    (
      "tile6_004.tta", "data/landcover/Tile 6/images/image_part_004.jpg", "tile: whole, scales: [0.75, 1.0, 1.25], flip: horizontal"
    ),
  ])
  func trainedNetworkGivesTheReferencesClasses(reference: String, source: String, inference: String) throws {
    let shared = Places.shared ?? ""
    let scene = try TemporaryFolder("trained")
    let name = ((source as NSString).lastPathComponent as NSString).deletingPathExtension
    try scene.write(
      """
      input: {sources: ["\(shared)/\(source)"], settle: 0s}
      model: {checkpoint: \(shared)/models/landcover_isanet_r18.pth}
      inference: {\(inference)}
      output: {directory: out, formats: [classes]}
      """, to: "p.yaml")
    let result = try Program.run(Program.orthoweave, ["run", "p.yaml"], in: scene.path)
    #expect(result.status == 0, "\(result.error)")
    let ours = try ClassMapFile.read(scene("out/\(name)/\(name).classes.tif"))
    let theirs = try ClassMapFile.read("\(shared)/reference/trained/\(reference).classes.png")
    #expect(ours.count == theirs.count)
    let different = zip(ours, theirs).reduce(0) { $0 + ($1.0 == $1.1 ? 0 : 1) }
    #expect(Double(different) <= 0.0005 * Double(ours.count), "\(different) of \(ours.count) pixels differ")
  }

  @Test func chipsInDegreesAreOneMosaicOrRefusedByName() throws {
    let scene = try TemporaryFolder("banepa")
    try scene.write(
      """
      input: {sources: ["\(Places.shared ?? "")/data/orthophotos/banepa/train"], mosaic: true, settle: 0s}
      model: {checkpoint: \(Scene.checkpoint)}
      inference: {tile: 512, overlap: 64}
      output: {directory: out, formats: [classes]}
      """, to: "chips.yaml")
    let result = try Program.run(Program.orthoweave, ["run", "chips.yaml"], in: scene.path)
    if result.status == 3 {
      #expect(result.error.contains("OAM-"), "\(result.error)")
    } else {
      #expect(result.status == 0, "\(result.error)")
    }
  }
}
