import Basics
import Foundation
import GeoTypes
import Report

/// Contents of pages for tests.
enum SampleContent {
  static let start = Date(timeIntervalSince1970: 1_795_749_300)  // 2026-11-27T03:15:00Z
  static let utc = TimeZone(secondsFromGMT: 0) ?? .current

  static func run(
    _ exitCode: Int = 0, shard: Int? = nil, of count: Int? = nil, started: Date = start, seconds: Double = 90, done: Int = 3,
    failed: Int = 0
  ) -> RunFigures {
    RunFigures(
      started: started, ended: started.addingTimeInterval(seconds), seconds: seconds, exitCode: exitCode,
      exitReason: exitCode == 0 ? "done" : "failures", shard: shard, shardCount: count, done: done, failed: failed, pixels: 12_000_000,
      tiles: 40, inferredTiles: 40, stages: ["infer": 120, "trace": 3.5], busyShare: 0.8, peakMemory: 1_200_000_000, workers: 2)
  }

  static func square(_ longitude: Double, _ latitude: Double, _ side: Double = 0.01) -> [Point] {
    [(0.0, 0.0), (side, 0), (side, side), (0, side)].map { Point(x: longitude + $0.0, y: latitude + $0.1) }
  }

  /// A page in which every text is the given one.
  static func everywhere(_ text: String) -> PageContent {
    var content = PageContent(title: text, run: run(), timeZone: utc)
    content.run.exitReason = text
    content.sources = [
      .init(name: text, outcome: .done, outline: square(8, 47), seconds: 3),
      .init(name: text + "2", outcome: .failed, outline: square(8.02, 47), seconds: 2),
      .init(name: text, outcome: .waiting, outline: [], seconds: nil),
    ]
    content.failures = [.init(name: text, reason: text, since: start, tries: 2, next: nil)]
    let color = Color(red: 10, green: 120, blue: 200)
    content.areas = [
      .init(
        unit: .squareMeters,
        classes: [.init(name: text, color: color, area: 1200.5, before: 1000, sources: 2)])
    ]
    content.confidences = [.init(name: text, color: color, mean: 87.25)]
    content.hasBefore = true
    var change = PageContent.SourceChange(
      name: text, isNew: true, isRemoved: false, unit: .squareMeters, classes: [(text, color, 10, 20.5)])
    change.preview = .init(jpeg: [1, 2, 3], size: RasterSize(width: 10, height: 5), link: text)
    content.changes = [change]
    content.nights = Night.last(30, of: [run()], until: start, in: utc)
    content.warnings = [text]
    content.facts = [
      .init(heading: text, rows: [(text, text)]), .init(heading: text, rows: [(text, text)], isFolded: true),
    ]
    return content
  }
}
