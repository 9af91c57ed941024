import FileWriting
import Foundation
import Testing

@testable import RunState

@Suite struct RecordTests {
  private let now = Date(timeIntervalSince1970: 1_790_000_000)

  private func output() throws -> (Scratch, OutputDirectory) {
    let scratch = try Scratch()
    let output = OutputDirectory(scratch.path + "/layers")
    try output.prepare()
    return (scratch, output)
  }

  @Test func failuresAreRetriedWithGrowingDistanceUpToTheLimit() throws {
    let (scratch, output) = try output()
    let name = try SourceName("n/sheet")
    let rule = RetryRule(limit: 4, after: 3600)
    var time = now
    for (tries, hours) in [(1, 1.0), (2, 2), (3, 4)] {
      let record = try output.recordFailure(name, error: "no crs", key: "k", rule: rule, now: time)
      #expect(record.tries == tries && record.first == now)
      let next = try #require(record.next)
      #expect(next.timeIntervalSince(time) == hours * 3600)
      let read = try #require(try output.failure(name))
      #expect(read == record)
      #expect(!read.isDue(key: "k", now: next.addingTimeInterval(-1)) && read.isDue(key: "k", now: next))
      time = next
    }
    let last = try output.recordFailure(name, error: "no crs", key: "k", rule: rule, now: time)
    #expect(last.next == nil && !last.isDue(key: "k", now: .distantFuture))
    #expect(last.isDue(key: "another source by now", now: time))
    #expect(try output.failures() == [last])
    #expect(try output.recordFailure(name, error: "again", key: "new", rule: rule, now: time).tries == 1)
    try output.clearFailure(name)
    try output.clearFailure(name)
    #expect(try output.failure(name) == nil && output.failures().isEmpty)
    withExtendedLifetime(scratch) {}
  }

  @Test func aClockSetBackDoesNotPutARetryOff() throws {
    let (scratch, output) = try output()
    let name = try SourceName("s")
    let record = try output.recordFailure(name, error: "e", key: "k", rule: RetryRule(limit: 9, after: 60), now: now)
    #expect(record.isDue(key: "k", now: now.addingTimeInterval(-86_400 * 365)))
    #expect(!record.isDue(key: "k", now: now.addingTimeInterval(30)))
    withExtendedLifetime(scratch) {}
  }

  @Test func waitsAreBoundedWhateverTheNumbers() {
    let rule = RetryRule(limit: .max, after: 3600)
    for tries in [1, 10, 100, 1_000_000, Int.max - 1] {
      let wait = rule.wait(afterTries: tries)
      #expect(wait.map { $0 >= 3600 && $0 <= 30 * 86_400 } == true, "\(tries)")
    }
    #expect(RetryRule(limit: 0, after: -1).wait(afterTries: 1) == nil)
  }

  @Test func aDamagedFailureRecordIsSaidAndTheSourceTriedAgain() throws {
    let (scratch, output) = try output()
    let name = try SourceName("s")
    try output.recordFailure(name, error: "e", key: "k", rule: RetryRule(limit: 3, after: 60), now: now)
    let whole = try #require(scratch.text("layers/.orthoweave/failed/s.json"))
    try scratch.write("layers/.orthoweave/failed/s.json", whole.replacingOccurrences(of: "\"e\"", with: "\"f\""))
    #expect(try output.failure(name) == nil)
    try scratch.write("layers/.orthoweave/failed/s.json", "")
    #expect(try output.failure(name) == nil)
  }

  @Test func reportsOfOneSecondDoNotCollideAndTheOldestGo() throws {
    let (scratch, output) = try output()
    let first = try output.writeReport(["number": 1], started: now)
    let second = try output.writeReport(["number": 2], started: now)
    #expect(first != second && Files.last(first).hasPrefix("2026-09-21T"))
    #expect(try output.latestReport().map { String(decoding: $0, as: UTF8.self) }?.contains("2") == true)
    for number in 0..<120 { try output.writeReport(["number": number], started: now.addingTimeInterval(Double(number) * 60)) }
    let names = try #require(try Files.list(output.reports))
    #expect(names.count == 101 && names.contains("latest.json"))
    #expect(!names.contains(Files.last(first)))
    // A clock that was set back: the new report is the oldest by name; `latest.json` has it all the same.
    try output.writeReport(["number": -7], started: now.addingTimeInterval(-86_400))
    #expect(try output.latestReport().map { String(decoding: $0, as: UTF8.self) }?.contains("-7") == true)
    withExtendedLifetime(scratch) {}
  }

  @Test func metricsAreInPrometheusTextAndReplacedWhole() throws {
    let scratch = try Scratch()
    var metrics = Metrics()
    metrics.add(
      "orthoweave_sources", .gauge, help: "Sources by outcome.",
      [
        (labels: [("outcome", "done")], value: 12), (labels: [("outcome", "a \"b\"\\\n")], value: 0.5),
      ])
    metrics.add("orthoweave_exit_code", .gauge, help: "Exit code of the last run.", 0)
    #expect(
      metrics.text == """
        # HELP orthoweave_sources Sources by outcome.
        # TYPE orthoweave_sources gauge
        orthoweave_sources{outcome="done"} 12
        orthoweave_sources{outcome="a \\"b\\"\\\\\\n"} 0.5
        # HELP orthoweave_exit_code Exit code of the last run.
        # TYPE orthoweave_exit_code gauge
        orthoweave_exit_code 0

        """)
    let path = scratch.path + "/x.prom"
    try scratch.write("x.prom", "old")
    try scratch.write(".x.prom.orthoweave%000000000000001f.tmp", "left by a killed run")
    try scratch.write("other.tmp", "someone else's")
    for point in 1...20 {
      let gate = FaultGate(at: point, .crashHalfWay)
      do {
        try metrics.write(path, operations: gate.operations, now: now.timeIntervalSince1970)
      } catch {
        #expect(["old", metrics.text].contains(scratch.text("x.prom")))
      }
    }
    let later = Date.now.timeIntervalSince1970 + 3600
    try metrics.write(path, now: later)
    #expect(try Files.list(scratch.path) == ["other.tmp", "x.prom"])
    #expect(throws: RunStateError.self) { try metrics.write(scratch.path + "/nowhere/x.prom", now: later) }
  }

  @Test func nothingIsPrunedWhereAMountMayBeMissing() throws {
    let (scratch, output) = try output()
    for number in 0..<20 { try scratch.write("layers/s\(number)/receipt.json", "") }
    try scratch.write("in/a.tif", "")
    let folder = scratch.path + "/in"
    let all = Set(try (0..<20).map { try SourceName("s\($0)") })
    let most = [PatternMatch(pattern: "in/*.tif", fixedFolder: folder, matches: 18)]
    try output.rememberMatches(most)
    let gone: Set<SourceName> = [try SourceName("s3"), try SourceName("s4")]
    #expect(try output.sourcesToPrune(most, present: all, limit: .share(0.1)).isEmpty)
    #expect(try output.sourcesToPrune(most, present: all.subtracting(gone), limit: .share(0.1)) == gone.sorted())

    func refusal(_ matches: [PatternMatch], _ present: Set<SourceName>, _ limit: PruneLimit) -> RunStateError.Code? {
      do {
        _ = try output.sourcesToPrune(matches, present: present, limit: limit)
        return nil
      } catch { return error.code }
    }
    let half = Set(all.sorted().prefix(10))
    #expect(refusal(most, half, .share(0.1)) == .pruneRefused)
    #expect(refusal(most, half, .count(9)) == .pruneRefused)
    #expect(refusal(most, half, .count(10)) == nil)
    let nothing = [PatternMatch(pattern: "in/*.tif", fixedFolder: folder, matches: 0)]
    #expect(refusal(nothing, all, .share(1)) == .vanished)
    try output.rememberMatches(nothing)
    #expect(refusal(nothing, all, .share(1)) == .vanished, "a second empty night does not make it right")
    let missing = [PatternMatch(pattern: "mnt/*.tif", fixedFolder: scratch.path + "/mnt", matches: 0)]
    #expect(refusal(missing, all, .share(1)) == .vanished)
    let empty = [PatternMatch(pattern: "new/*.tif", fixedFolder: folder, matches: 0)]
    #expect(refusal(empty, all, .share(1)) == nil, "an inbox that was always empty is not an error")
    #expect(PruneLimit.share(0.1).most(of: 3) == 1 && PruneLimit.share(0.1).most(of: 45) == 4)
  }

  private struct Plan: Codable, Equatable {
    var kernels: String
  }

  @Test func plansAreReadAsWrittenOrNotAtAll() throws {
    let (scratch, output) = try output()
    let name = try SourceName("s")
    #expect(try output.plan(Plan.self, name) == nil)
    try output.writePlan(Plan(kernels: "avx512"), name)
    #expect(try output.plan(Plan.self, name) == Plan(kernels: "avx512"))
    let text = try #require(scratch.text("layers/.orthoweave/work/s/plan.json"))
    try scratch.write("layers/.orthoweave/work/s/plan.json", text.replacingOccurrences(of: "avx512", with: "avx256"))
    #expect(try output.plan(Plan.self, name) == nil)
  }

  @Test func workOfSourcesThatAreGoneIsRemoved() throws {
    let (scratch, output) = try output()
    for text in ["a", "b/c", "d"] { try output.prepareWork(try SourceName(text)) }
    let lock = try RunLock.acquire(output, .exclusive, label: "run", now: now)
    #expect(try output.removeWork(exceptOf: [try SourceName("b/c")], lock: lock) == 2)
    #expect(try Files.list(scratch.path + "/layers/.orthoweave/work") == ["b%2Fc"])
  }

  @Test func sizesAreInWords() throws {
    #expect(DiskSpace.describe(999) == "999 bytes")
    #expect(DiskSpace.describe(12_345_678) == "12.3 MB")
    #expect(try #require(DiskSpace.left(near: "/nowhere/at/all")).bytes > 0)
    let scratch = try Scratch()
    try scratch.write("a/b", String(repeating: "x", count: 100_000))
    #expect(try DiskSpace.bytes(below: scratch.path) >= 100_000)
  }
}
