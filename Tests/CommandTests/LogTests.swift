import Foundation
import Runs
import TestSupport
import Testing

/// Lines of the log, and whether the documents name every field of log and report.
@Suite struct LogTests {
  @Test(arguments: [("UTC0", "+00:00"), ("CET-1", "+01:00"), ("NST3:30", "-03:30")])
  func timesAreThoseOfTheMachine(zone: String, offset: String) throws {
    let scene = try Scene()
    let start = Date()
    let result = try scene.run(environment: ["TZ": zone])
    let time = String(result.error.prefix { $0 != " " })
    #expect(time.hasSuffix(offset), "\(result.error)")
    let moment = try #require(ISO8601DateFormatter().date(from: time))
    #expect(moment.timeIntervalSince(start) > -2 && moment.timeIntervalSinceNow < 2)
  }

  @Test func everyLineOfALogFileBeginsWithItsTime() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 60, height: 60)
    try scene.folder.write("no image", to: "in/b.tif")
    try scene.pipeline(output: "formats: [classes]")
    let result = try scene.run("--verbose")
    let line = try Regex(#"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d (error: |warning: )?\S"#)
    let lines = result.error.split(separator: "\n")
    #expect(result.status == 3 && lines.count > 3 && lines.allSatisfy { $0.contains(line) }, "\(result.error)")
    try scene.folder.write("input: {}", to: "pipeline.yaml")
    let refused = try scene.run()
    let reason = try Regex(#"^\d{4}-\S+ orthoweave: pipeline.yaml"#)
    #expect(refused.status == 2 && refused.error.contains(reason), "\(refused.error)")
  }

  @Test func theDocumentsNameEveryField() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 200, height: 160)
    try scene.pipeline(output: "formats: [classes, gpkg]")
    let result = try scene.run("--log-format", "json", "--progress", "json", "--verbose")
    #expect(result.status == 0, "\(result.error)")
    var messages: Set<String> = []
    var progress: Set<String> = ["secondsLeft"]
    for line in result.error.split(separator: "\n") {
      let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      if object["message"] == nil { progress.formUnion(object.keys) } else { messages.formUnion(object.keys) }
    }
    let running = try Self.tables("docs/running.md")
    #expect(running["field of a message"] == messages)
    #expect(running["field of progress"] == progress)
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    let data = try #require(FileManager.default.contents(atPath: scene.folder("layers/.orthoweave/reports/latest.json")))
    let report = try decoder.decode(RunReport.self, from: data)
    func fields(_ value: Any) -> Set<String> { Set(Mirror(reflecting: value).children.compactMap(\.label)) }
    let documented = try Self.tables("docs/report.md")
    #expect(documented["field"] == fields(report))
    #expect(documented["field of a source"] == fields(try #require(report.sources.first)))
  }

  /// The names in the first column of each table of a document, by the heading of that column.
  private static func tables(_ document: String) throws -> [String: Set<String>] {
    var tables: [String: Set<String>] = [:]
    var heading = ""
    var before = ""
    for line in try String(contentsOfFile: Places.root + "/" + document, encoding: .utf8).components(separatedBy: "\n") {
      let cells = line.split(separator: "|")
      if line.hasPrefix("| ---") {
        heading = before
      } else if line.hasPrefix("|"), let cell = cells.first {
        before = cell.trimmingCharacters(in: .whitespaces)
        let names = cell.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }.map {
          String($0.element)
        }
        if !heading.isEmpty { tables[heading, default: []].formUnion(names) }
      } else {
        heading = ""
      }
    }
    return tables
  }
}
