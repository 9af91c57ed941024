import Foundation
import PipelineFile
import Testing

/// The schema and docs/pipeline-file.md say what the reader does.
struct DocumentsTests {
  private func schema() throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: Data(PipelineSchema.json.utf8)) as? [String: Any])
  }

  @Test func theSchemaHasEveryKey() throws {
    let schema = try schema()
    #expect(schema["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
    for key in PipelineReference.keys {
      var node = schema
      for part in key.path.split(separator: ".") {
        let properties = try #require(node["properties"] as? [String: Any], "\(key.path)")
        #expect(node["additionalProperties"] as? Bool == false)
        node = try #require(properties[String(part)] as? [String: Any], "\(key.path)")
      }
      #expect(node["description"] as? String == key.summary)
      #expect((node["default"] == nil) == (key.defaultText == nil), "\(key.path)")
    }
    #expect(schema["required"] as? [String] == ["input", "model", "output"])
  }

  @Test func thereAreAsManyKeysAsTheDesignHas() {
    #expect(PipelineReference.keys.count == 93)
    #expect(
      PipelineReference.keys.filter { $0.defaultText == nil }.map(\.path) == ["input.sources", "model.checkpoint", "output.directory"])
  }

  /// ORTHOWEAVE_UPDATE_DOCS=1 writes the tables.
  @Test func theDocumentHoldsEveryTableOfKeys() throws {
    let file = try repositoryFile("docs/pipeline-file.md")
    var text = try String(contentsOf: file, encoding: .utf8)
    for section in ["input", "model", "inference", "vectors", "output", "run", "about"] {
      let open = "<!-- keys of \(section) -->\n"
      let close = "<!-- end of \(section) -->"
      let start = try #require(text.range(of: open), "\(section)")
      let end = try #require(text.range(of: close), "\(section)")
      let table = PipelineReference.markdown(section: section)
      if ProcessInfo.processInfo.environment["ORTHOWEAVE_UPDATE_DOCS"] == "1" {
        text.replaceSubrange(start.upperBound..<end.lowerBound, with: table)
      } else {
        #expect(text[start.upperBound..<end.lowerBound] == table, "\(section): run with ORTHOWEAVE_UPDATE_DOCS=1")
      }
    }
    if ProcessInfo.processInfo.environment["ORTHOWEAVE_UPDATE_DOCS"] == "1" { try text.write(to: file, atomically: true, encoding: .utf8) }
  }

  @Test func everyPipelineOfTheHowToIsOne() throws {
    let text = try String(contentsOf: repositoryFile("docs/how-to.md"), encoding: .utf8)
    let blocks = text.components(separatedBy: "```yaml\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
    #expect(blocks.count >= 10)
    for block in blocks { #expect(throws: Never.self, "\(block)") { try read(block) } }
  }

  /// scripts/acceptance/documents runs the commands of two pages; all others say why they are not run.
  @Test func everyCommandOfTheDocumentsIsRunOrSaysWhyNot() throws {
    let folder = try repositoryFile("docs").path
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasSuffix(".md") {
      let lines = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8).components(separatedBy: "\n")
      for (index, line) in lines.enumerated() where line.trimmingCharacters(in: .whitespaces) == "```sh" {
        let mark = index > 0 ? lines[index - 1].trimmingCharacters(in: .whitespaces) : ""
        #expect(["start.md", "how-to.md"].contains(name) || mark.hasPrefix("<!-- not run: "), "\(name):\(index + 1)")
      }
    }
  }

  @Test func theDocumentsExampleIsAPipeline() throws {
    let text = try String(contentsOf: repositoryFile("docs/pipeline-file.md"), encoding: .utf8)
    let blocks = text.components(separatedBy: "```yaml\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
    #expect(blocks.count >= 2)
    for block in blocks {
      #expect(throws: Never.self, "\(block)") { try read(block, environment: ["PGPASSWORD": "x", "ORTHOPHOTOS": "/data"]) }
    }
  }

  @Test func everyPipelineToCopyIsOne() throws {
    let folder = try repositoryFile("Pipelines")
    let files = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String }.filter { $0.hasSuffix(".yaml") } ?? []
    var pipelines = 0
    for file in files {
      let path = folder.appendingPathComponent(file).path
      let text = try String(contentsOfFile: path, encoding: .utf8)
      // Kubernetes and systemd have YAML of their own.
      guard text.contains("\nmodel:") else { continue }
      var environment: [String: String] = [:]
      for part in text.components(separatedBy: "${").dropFirst() { environment[part.components(separatedBy: "}")[0]] = "value" }
      #expect(throws: Never.self, "\(file)") { try PipelineReader.read(path: path, environment: environment) }
      pipelines += 1
    }
    #expect(pipelines > 0)
  }

  private func repositoryFile(_ path: String) throws -> URL {
    var folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    while folder.path != "/" {
      let file = folder.appendingPathComponent(path)
      if FileManager.default.fileExists(atPath: file.path) { return file }
      folder = folder.deletingLastPathComponent()
    }
    throw CocoaError(.fileNoSuchFile)
  }
}
