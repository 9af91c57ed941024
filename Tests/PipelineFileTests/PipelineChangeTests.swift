import Testing

@testable import PipelineFile

/// Keys that a call sets in place of the file's.
@Suite struct PipelineChangeTests {
  private func read(_ changes: String..., text: String = "") throws(PipelineError) -> Pipeline {
    let file = "input: {sources: [a.tif]}\nmodel: {checkpoint: m.pth}\noutput: {directory: out}\n" + text
    return try PipelineReader.read(bytes: Array(file.utf8), file: "night.yaml", folder: "/data", changes: changes)
  }

  @Test func aKeyIsSetWhetherTheFileHasItOrNot() throws {
    #expect(try read("inference.tile=768").inference.tile == read(text: "inference: {tile: 768}").inference.tile)
    #expect(try read("inference.tile=768", text: "inference: {tile: 512}").inference.tile == read("inference.tile=768").inference.tile)
    #expect(try read("inference.overlap=64", text: "inference:").inference.overlap == read("inference.overlap=64").inference.overlap)
    // The last one counts; a value may be a list or a table; paths are relative to the file.
    #expect(try read("output.directory=b", "output.directory=c").output.directory.resolved == "/data/c")
    #expect(try read("vectors.minimumConfidence={oil: 30}").vectors == read(text: "vectors: {minimumConfidence: {oil: 30}}").vectors)
    #expect(try read("input.sources=[x.tif, y.tif]").input.sources.map(\.resolved) == ["/data/x.tif", "/data/y.tif"])
  }

  @Test(arguments: [
    "inference", "=3", "inference..tile=3", ".=3", "inference.tile=[1", "input.sources.x=3", "inference.tle=3",
  ])
  func whatCannotBeSetIsRefused(_ change: String) throws {
    let error = try #require(throws: PipelineError.self) { try read(change) }
    #expect(error.line == 0 && !error.remedy.isEmpty || error.description.contains("did you mean"), "\(error)")
  }

  @Test func noSecretIsShown() throws {
    #expect(PipelineChange.shown("output.postgis=host=a password=b") == "output.postgis=(not shown)")
    #expect(PipelineChange.shown("output={postgis: password=b}") == "output=(not shown)")
    #expect(PipelineChange.shown("output.directory=b") == "output.directory=b")
    for change in ["output.postgis: password=hush", "output.postgis..=hush", "output.postgis=[hush"] {
      let error = try #require(throws: PipelineError.self) { try read(change) }
      #expect(!"\(error.lines)".contains("hush") || !change.contains("=hush"), "\(error)")
    }
  }
}
