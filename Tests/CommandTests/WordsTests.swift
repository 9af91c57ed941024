import Foundation
import TestSupport
import Testing

/// What the program says to people, and to programs that read its log.
@Suite struct WordsTests {
  @Test func everyProblemOfAPipelineIsPrintedWithItsPlace() throws {
    let scene = try Scene()
    try scene.folder.write(
      "input: {sources: [in/]}\nmodel: {checkpoint: net.pth}\noutput: {directory: layers}\ninference: {tile: big}\nvectors: {conectivity: 4}\n",
      to: "pipeline.yaml")
    for command in ["run", "plan"] {
      let result = try Program.run(Program.orthoweave, [command, "pipeline.yaml"], in: scene.folder.path)
      let lines = result.error.split(separator: "\n")
      #expect(result.status == 2 && lines.count == 2, "\(result.error)")
      for place in ["pipeline.yaml:4:", "pipeline.yaml:5:"] { #expect(lines.contains { $0.contains(place) }, "\(result.error)") }
    }
    let result = try scene.run("--log-format", "json")
    #expect(result.status == 2)
    try expectJSONLines(result.error, atLeast: 2)
  }

  @Test func aLogOfJSONHasNothingElse() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 60, height: 60)
    try scene.pipeline(output: "formats: [classes]")
    let result = try scene.run("--log-format", "json")
    #expect(result.status == 0, "\(result.error)")
    try expectJSONLines(result.error, atLeast: 2)
    #expect(result.error.contains("1 done, 0 unchanged of 1 source in"), "\(result.error)")
  }

  @Test func controlCharactersInNamesReachNoTerminal() throws {
    let scene = try Scene()
    try scene.folder.write("no image", to: "in/a\u{1B}[31m\nb.tif")
    try scene.pipeline(output: "formats: [classes]")
    for command in ["plan", "run"] {
      let result = try Program.run(Program.orthoweave, [command, "pipeline.yaml"], in: scene.folder.path)
      let text = result.output + result.error
      #expect(!text.unicodeScalars.contains("\u{1B}"), "\(text.debugDescription)")
      #expect(text.contains("\\u{1B}[31m\\nb"), "\(text.debugDescription)")
    }
  }

  @Test func directionMarksInNamesTurnNoTerminal() throws {
    let scene = try Scene()
    for name in ["in/x\u{202E}gnp.tif", "in/a\u{2066}b.tif", "in/c\u{061C}d.tif"] { try scene.folder.write("no image", to: name) }
    try scene.pipeline(output: "formats: [classes]")
    for command in [["plan"], ["run"], ["plan", "--json"], ["run", "--log-format", "json"]] {
      let result = try Program.run(
        Program.orthoweave, Array(command.prefix(1) + ["pipeline.yaml"] + command.dropFirst()), in: scene.folder.path)
      let text = result.output + result.error
      #expect(!text.unicodeScalars.contains { [0x202E, 0x2066, 0x061C].contains($0.value) }, "\(text.debugDescription)")
      #expect(text.contains(command.count > 1 ? "x\\u202Egnp" : "x\\u{202E}gnp"), "\(text.debugDescription)")
    }
  }

  @Test func aPlanGathersEqualReasonsAndEndsWithTotals() throws {
    let scene = try Scene()
    for name in ["a", "b", "c", "d", "e"] { try scene.raster(name + ".tif", width: 60, height: 60) }
    try scene.pipeline(output: "formats: [classes]")
    let result = try Program.run(Program.orthoweave, ["plan", "pipeline.yaml"], in: scene.folder.path)
    let lines = result.output.split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("5 sources: ") }, "\(result.output)")
    #expect(lines.last?.hasPrefix("total: 5 sources due of 5, 5 tiles, about ") == true, "\(result.output)")
  }

  private func expectJSONLines(_ text: String, atLeast count: Int) throws {
    let lines = text.split(separator: "\n")
    #expect(lines.count >= count, "\(text)")
    for line in lines { #expect(try JSONSerialization.jsonObject(with: Data(line.utf8)) is [String: Any], "\(line)") }
  }
}
