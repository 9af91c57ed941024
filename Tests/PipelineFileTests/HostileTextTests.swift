import Foundation
import PipelineFile
import Testing

/// Texts that were made to hurt: each gets a `PipelineError`, soon.
struct HostileTextTests {
  @Test func laughsAreRefused() throws {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1..<12 { text += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", "))]\n" }
    #expect(try #require(refusal(text)).reason == "has more than 32 aliases")
    // Within that bound, copies still multiply: 2^16 with two a level.
    var pairs = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1...16 { pairs += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
    #expect(try #require(refusal(pairs)).code == .syntax)
    // As keys they would be hashed.
    var keys = "? &a0 [x, x]\n: 1\n"
    for level in 1...30 { keys += "? &a\(level) {*a\(level - 1) : 1}\n: 1\n" }
    _ = refusal(keys)
  }

  @Test func aliasesServeWhereTheyAreModest() throws {
    let pipeline = try read(pipelineText("inference: {workers: &n 3}\nrun: {retry: {limit: *n}}"))
    #expect(pipeline.run.retry.limit == 3)
    #expect(try #require(refusal(pipelineText("run: *nothing"))).remedy.contains("quotes"))
    #expect(try #require(refusal("input: {sources: [*.tif]}")).code == .syntax)
    let patterns = (0..<60).map { "\"*_\($0).tif\"" }.joined(separator: ", ")
    #expect(try read("input: {sources: [\(patterns)]}\nmodel: {checkpoint: x}\noutput: {directory: y}").input.sources.count == 60)
  }

  @Test func depthIsBounded() throws {
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", ""), ("!!x ", ""), ("&a ", "")] {
      for count in [25, 900, 5000, 200_000 / open.utf8.count] {
        let text = "input: " + String(repeating: open, count: count) + "x" + String(repeating: close, count: count)
        let error = try #require(refusal(text))
        #expect(error.problems[0].description.utf8.count < 1000)
        _ = refusal("\n" + String(repeating: open, count: count))
      }
    }
  }

  @Test func otherEncodingsAreRefused() throws {
    func code(_ bytes: [UInt8]) -> PipelineError? {
      do throws(PipelineError) { _ = try PipelineReader.read(bytes: bytes, folder: "/") } catch { return error }
      return nil
    }
    let latin = Array(pipelineText().utf8) + Array("# caf".utf8) + [0xE9, 0x0A]
    #expect(code(latin)?.reason == "is not UTF-8 text")
    #expect(code(latin)?.line == 4 && code(latin)?.column == 6)
    let wide = Array(pipelineText().utf16).flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    #expect(code([0xFF, 0xFE] + wide)?.code == .unreadable)
    #expect(code(wide)?.code == .syntax)
    #expect(code([0])?.code == .syntax)
    #expect(code(Array(repeating: 0x20, count: 1_000_001))?.code == .unreadable)
    #expect(code(Array(repeating: 0x20, count: 1_000_000))?.code == .missingKey)
    // A byte order mark is not an error.
    #expect(throws: Never.self) { try PipelineReader.read(bytes: [0xEF, 0xBB, 0xBF] + Array(pipelineText().utf8), folder: "/") }
  }

  @Test func secondDocumentsTabsAndBrokenTextAreRefused() throws {
    for text in [
      "a: b\n---\nc: d", "\tinput: x", "input:\n\tsources: a", "input: [", "input: \"", "{", "input: {sources: [a]", "- a\n- b",
      "just text", "%YAML 9.9\n---\na: b",
      "input: !<tag:x> {sources: a}\n<<: {a: b}", "? {a: b}\n: c", "input: |\n  x\n y", "\u{0001}", "a: \u{FFFE}", "'a': 'b' 'c'", "@a: b",
      "input: `x`",
    ] {
      let error = try #require(refusal(text))
      #expect(!error.description.isEmpty && !error.description.contains("\n"), "\(error)")
    }
  }

  @Test func longNamesAreShownShort() throws {
    let long = String(repeating: "k", count: 100_000)
    for text in [
      pipelineText("\(long): 1"), pipelineText("inference: {blend: \(long)}"), pipelineText("run: {metrics: \"${\(long)}\"}"),
      pipelineText("output2: {a: \"\\n\\n\"}"),
    ] {
      #expect(try #require(refusal(text)).description.utf8.count < 600)
    }
  }

  @Test func manyProblemsStayReadable() throws {
    let text = pipelineText((0..<5000).map { "unknown\($0): 1" }.joined(separator: "\n"))
    #expect(try #require(refusal(text)).problems.count == 100)
  }

  /// Seeded mutations of good and odd files. ORTHOWEAVE_FUZZ sets how many; a crash or a hang is the failure.
  @Test func mutatedFilesNeverCrashTheReader() throws {
    let count = ProcessInfo.processInfo.environment["ORTHOWEAVE_FUZZ"].flatMap(Int.init) ?? 4000
    var mutator = TextMutator(seed: 20_261_121)
    var accepted = 0
    var longest = Duration.zero
    let clock = ContinuousClock()
    for _ in 0..<count {
      let bytes = mutator.next()
      let start = clock.now
      do throws(PipelineError) {
        _ = try PipelineReader.read(bytes: bytes, file: "fuzz.yaml", folder: "/data", environment: ["A": "b", "C": "${A}"])
        accepted += 1
      } catch {
        #expect(!error.description.contains("\n"))
      }
      longest = max(longest, clock.now - start)
    }
    print("pipeline fuzz: \(count) texts, \(accepted) accepted, slowest \(longest)")
    #expect(longest < .seconds(20))
    #expect(accepted > 0)
  }
}
