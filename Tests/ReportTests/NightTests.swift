import Foundation
import Report
import Testing

@Suite struct NightTests {
  private func moment(_ text: String) throws -> Date { try Date(text, strategy: .iso8601) }

  @Test func runsAroundMidnightAreOneNightAndNightsWithoutARunAreShown() throws {
    let runs = [
      SampleContent.run(0, started: try moment("2026-11-25T22:00:00Z"), done: 5),
      SampleContent.run(3, started: try moment("2026-11-26T04:00:00Z"), done: 2, failed: 1),
      SampleContent.run(130, started: try moment("2026-11-26T05:00:00Z"), done: 0),
      SampleContent.run(0, started: try moment("2026-11-27T13:00:00Z"), done: 1),
    ]
    let nights = Night.last(4, of: runs, until: try moment("2026-11-27T13:05:00Z"), in: SampleContent.utc)
    #expect(nights.map(\.day) == ["2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27"])
    #expect(nights.map(\.runs) == [0, 3, 0, 1])
    #expect(nights[1].exitCode == 3 && nights[1].done == 7 && nights[1].failed == 1 && nights[1].seconds == 270)
  }

  @Test func aNightIsThatOfTheZone() throws {
    let zone = try #require(TimeZone(secondsFromGMT: 9 * 3600))
    let runs = [SampleContent.run(started: try moment("2026-11-26T18:00:00Z"))]  // 03:00 on the 27th
    let nights = Night.last(2, of: runs, until: try moment("2026-11-26T18:10:00Z"), in: zone)
    #expect(nights.map(\.day) == ["2026-11-25", "2026-11-26"] && nights.map(\.runs) == [0, 1])
  }

  @Test func shardsAreOneRunWithTheWorstEnd() throws {
    let first = SampleContent.run(0, shard: 0, of: 2, started: SampleContent.start, seconds: 100, done: 3)
    let second = SampleContent.run(
      3, shard: 1, of: 2, started: SampleContent.start.addingTimeInterval(50), seconds: 100, done: 4, failed: 1)
    let whole = RunFigures(of: [first, second])
    #expect(whole.seconds == 150 && whole.done == 7 && whole.failed == 1 && whole.exitCode == 3 && whole.workers == 4)
    #expect(whole.stages["infer"] == 240 && whole.busyShare == 0.8)
    #expect(RunFigures(of: [first]) == first)
  }
}
