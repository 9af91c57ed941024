import Foundation
import GeoTypes
import Report
import RunState
import Testing

@testable import Runs

@Suite struct RunHistoryTests {
  private static let start = Date(timeIntervalSince1970: 1_795_749_300)

  private func run(_ hours: Double, shard: Int? = nil, of count: Int? = nil) -> RunFigures {
    let started = Self.start.addingTimeInterval(hours * 3600)
    return RunFigures(
      started: started, ended: started, seconds: 1, exitCode: 0, exitReason: "done", shard: shard, shardCount: count, done: 0, failed: 0,
      pixels: 0, tiles: 0, inferredTiles: 0, stages: ["infer": 1], busyShare: nil, peakMemory: 0, workers: 1)
  }

  /// What is published, by source: the key, and areas by class.
  private typealias Published = [String: (key: String, areas: [String: Double])]

  private func figures(_ published: Published, _ source: SourceName) throws -> PublishedFigures? {
    guard let found = published[source.text] else { return nil }
    let classes = found.areas.sorted { $0.key < $1.key }.map {
      ["name": .string($0.key), "pixels": .integer(10), "area": .number($0.value)] as [String: JSONValue]
    }
    let details = JSONValue.object(["areaUnit": .string("m2"), "classes": .array(classes.map { .object($0) })])
    let key = RasterKey(found.key)
    return PublishedFigures(
      Receipt(
        source: source, rasterKey: key, layerKey: LayerKey(found.key), fingerprint: Fingerprint(files: []), versions: [:], details: details,
        files: []))
  }

  private func seen(_ outcomes: [String: Outcome?], _ published: Published) throws -> [RunHistory.Seen] {
    try outcomes.sorted { $0.key < $1.key }.map { name, outcome in
      var seen = RunHistory.Seen(name: name, source: try SourceName(name))
      seen.outcome = outcome
      if let outcome, [.done, .retraced, .unchanged].contains(outcome) { seen.key = published[name]?.key }
      return seen
    }
  }

  private func add(
    _ run: RunFigures, _ outcomes: [String: Outcome?], _ published: Published, isWhole: Bool = true, to history: inout RunHistory
  ) throws {
    let joins = history.begin(run)
    try history.update(try seen(outcomes, published), joins: joins, isWhole: isWhole) { try figures(published, $0) }
  }

  private func area(_ history: RunHistory, _ name: String) -> Double? {
    history.sources.first { $0.name == name }?.areas.classes.reduce(0) { $0 + $1.area }
  }

  private func before(_ history: RunHistory, _ name: String) -> Double? {
    history.sources.first { $0.name == name }?.before?.classes.reduce(0) { $0 + $1.area }
  }

  @Test func areasAreComparedWithTheRunBefore() throws {
    var history = RunHistory()
    try add(run(0), ["a": .done, "b": .done], ["a": ("k1", ["sea": 10]), "b": ("k1", ["sea": 20])], to: &history)
    #expect(!history.hasBefore && area(history, "a") == 10 && before(history, "a") == 0)
    try add(run(24), ["a": .done, "b": .unchanged], ["a": ("k2", ["sea": 7, "oil": 2]), "b": ("k1", ["sea": 20])], to: &history)
    #expect(history.hasBefore && area(history, "a") == 9 && before(history, "a") == 10)
    #expect(area(history, "b") == 20 && before(history, "b") == nil)
    // A night without a change has none to show.
    try add(run(48), ["a": .unchanged, "b": .unchanged], ["a": ("k2", ["sea": 7, "oil": 2]), "b": ("k1", ["sea": 20])], to: &history)
    #expect(before(history, "a") == nil && area(history, "a") == 9)
    #expect(history.classes == ["sea", "oil"])
  }

  @Test func whatWasPublishedByARunThatLeftNoPageCountsAsAChange() throws {
    var history = RunHistory()
    try add(run(0), ["a": .done], ["a": ("k1", ["sea": 10])], to: &history)
    // A run was killed after it had published: the next one finds the source unchanged, under another key.
    try add(run(24), ["a": .unchanged], ["a": ("k2", ["sea": 12])], to: &history)
    #expect(area(history, "a") == 12 && before(history, "a") == 10)
  }

  @Test func aSourceThatIsGoneIsShownOnceAsRemoved() throws {
    var history = RunHistory()
    let published: Published = ["a": ("k1", ["sea": 10]), "b": ("k1", ["sea": 20])]
    try add(run(0), ["a": .done, "b": .done], published, to: &history)
    try add(run(1), ["a": .unchanged], published, isWhole: false, to: &history)
    #expect(history.sources.map(\.outcome) == [.unchanged, .elsewhere])
    // Its outputs stay where output.prune is off.
    try add(run(24), ["a": .unchanged], published, to: &history)
    #expect(history.sources.map(\.outcome) == [.unchanged, .elsewhere] && area(history, "b") == 20)
    try add(run(48), ["a": .unchanged], ["a": ("k1", ["sea": 10])], to: &history)
    #expect(history.sources.map(\.outcome) == [.unchanged, .removed] && area(history, "b") == 0 && before(history, "b") == 20)
    try add(run(72), ["a": .unchanged], ["a": ("k1", ["sea": 10])], to: &history)
    #expect(history.sources.map(\.name) == ["a"])
  }

  @Test func shardsOfOneWorkMakeOnePage() throws {
    var history = RunHistory()
    var published: Published = ["a": ("k1", ["sea": 10]), "b": ("k1", ["sea": 20])]
    try add(run(0), ["a": .done, "b": .done], published, to: &history)
    published["a"] = ("k2", ["sea": 11])
    try add(run(24, shard: 0, of: 2), ["a": .done, "b": nil], published, isWhole: false, to: &history)
    #expect(history.sources.map(\.outcome) == [.done, .pending] && history.lastRuns.count == 1)
    published["b"] = ("k2", ["sea": 25])
    try add(run(24.2, shard: 1, of: 2), ["a": nil, "b": .done], published, isWhole: false, to: &history)
    #expect(history.sources.map(\.outcome) == [.done, .done] && history.lastRuns.count == 2)
    #expect(before(history, "a") == 10 && before(history, "b") == 20 && history.hasBefore)
    // The next night, and a shard whose mate never came, begin another work.
    try add(run(48, shard: 1, of: 2), ["a": .unchanged, "b": .unchanged], published, isWhole: false, to: &history)
    #expect(history.lastRuns.count == 1 && before(history, "a") == nil)
    try add(run(72, shard: 0, of: 2), ["a": .unchanged, "b": .unchanged], published, isWhole: false, to: &history)
    #expect(history.lastRuns.count == 1)
  }

  @Test func itStaysBounded() throws {
    var history = RunHistory()
    for hour in 0..<5000 { _ = history.begin(run(Double(hour) / 4)) }
    #expect(history.runs.count == 2000)
    #expect(history.runs.filter { !$0.stages.isEmpty }.count == 1)
    for day in 60..<200 { _ = history.begin(run(Double(day) * 24)) }
    #expect(history.runs.count == RunHistory.nights + 2)
  }

  @Test func itIsReadBackAsItWasAndRefusesWhatIsNotIts() throws {
    var history = RunHistory()
    try add(run(0), ["a": .done], ["a": ("k1", ["수면": 10.25, "a;b 1": 3])], to: &history)
    history.sources[0].outline = OutlineText([Point(x: 8.123456, y: -47), Point(x: 180.5, y: 0)])
    let encoder = JSONEncoder()
    let data = try encoder.encode(history)
    let back = try JSONDecoder().decode(RunHistory.self, from: data)
    #expect(back.sources[0].areas == history.sources[0].areas && back.sources[0].outline == history.sources[0].outline)
    #expect(back.classes == history.classes)
    for text in ["0 1 2", "0 nan 2 -", "-1 1 2 -", "0 1 2 x", "x"] {
      #expect(throws: DecodingError.self) { try JSONDecoder().decode(ClassFiguresText.self, from: Data("\"\(text)\"".utf8)) }
    }
    for text in ["1", "1 x", "1e9 0", "nan 0"] {
      #expect(throws: DecodingError.self) { try JSONDecoder().decode(OutlineText.self, from: Data("\"\(text)\"".utf8)) }
    }
  }
}
