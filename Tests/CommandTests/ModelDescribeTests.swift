import Foundation
import RunState
import TestSupport
import Testing

/// `model describe`: a checkpoint as an item for catalogs.
@Suite struct ModelDescribeTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder("describe") }

  private func program(_ arguments: String...) throws -> ProgramResult {
    try Program.run(Program.orthoweave, ["model"] + arguments, in: folder.path)
  }

  private func properties(_ path: String) throws -> (item: [String: Any], properties: [String: Any]) {
    let data = try Data(contentsOf: URL(fileURLWithPath: folder(path)))
    let item = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    return (item, try #require(item["properties"] as? [String: Any]))
  }

  @Test func theItemSaysWhatTheFileSays() throws {
    try folder.copy(Places.seededCheckpoint, to: "models/seeded & more.pth")
    try FileManager.default.createDirectory(atPath: folder("catalog/models"), withIntermediateDirectories: true)
    let result = try program("describe", "models/seeded & more.pth", "catalog/models/item.json")
    #expect(result.status == 0 && result.error.isEmpty, "\(result)")
    let (item, properties) = try properties("catalog/models/item.json")
    let asset = try #require((item["assets"] as? [String: [String: Any]])?["weights"])
    #expect(asset["href"] as? String == "../../models/seeded%20%26%20more.pth")
    #expect(asset["file:checksum"] as? String == "1220" + (try Digest.sha256(file: Places.seededCheckpoint)))
    #expect(asset["file:size"] as? Int == (try Data(contentsOf: URL(fileURLWithPath: Places.seededCheckpoint))).count)
    #expect(properties["mlm:architecture"] as? String == "isanet" && properties["mlm:name"] as? String == "seeded---more.pth")
    let input = try #require((properties["mlm:input"] as? [[String: Any]])?.first)
    #expect((input["value_scaling"] as? [[String: Any]])?.compactMap { $0["mean"] as? Double } == [123.675, 116.28, 103.53])
    let output = try #require((properties["mlm:output"] as? [[String: Any]])?.first)
    let classes = try #require(output["classification:classes"] as? [[String: Any]])
    #expect(classes.map { $0["title"] as? String } == ["building", "road", "vegetation", "water", "bare land", "oil slick", "ship"])
    // The same file, the same bytes.
    _ = try program("describe", "models/seeded & more.pth", "catalog/models/again.json")
    let texts = try ["item", "again"].map { try String(contentsOfFile: folder("catalog/models/\($0).json"), encoding: .utf8) }
    #expect(texts[0] == texts[1])
  }

  @Test func whatTheFileLeavesOpenIsLeftOutWithAWarning() throws {
    try folder.copy(Places.seededCheckpoint, to: "full.pth")
    try folder.write("model = dict(type='EncoderDecoder')\n", to: "bare.py")
    let result = try program("describe", "full.pth", "item.json", "--config", "bare.py")
    #expect(result.status == 0, "\(result)")
    #expect(result.error.contains("does not say how pixels are normalized"), "\(result.error)")
    let input = try #require((try properties("item.json").properties["mlm:input"] as? [[String: Any]])?.first)
    #expect(input["value_scaling"] == nil)
  }

  @Test func aFileThatIsReadIsNotWrittenOver() throws {
    try folder.copy(Places.seededCheckpoint, to: "model.pth")
    let before = try Digest.sha256(file: folder("model.pth"))
    let result = try program("describe", "model.pth", "./model.pth")
    #expect(result.status == 2 && result.error.contains("would overwrite a file that is read"), "\(result)")
    #expect(try Digest.sha256(file: folder("model.pth")) == before)
    let missing = try program("describe", "model.pth", "nowhere/item.json")
    #expect(missing.status == 1 && missing.error.contains("nowhere/item.json: cannot be written"), "\(missing)")
    #expect(try program("describe", "absent.pth", "item.json").status == 2)
    #expect(!FileManager.default.fileExists(atPath: folder("item.json")))
  }
}
