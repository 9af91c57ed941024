import Foundation
import GeoTypes
import Report
import RunState

/// Brings the page of a run up to date, once the run is over.
struct RunPage {
  let context: RunContext
  /// The part that this run did; `nil` for a plain run.
  let shard: Shard?
  /// As it is, but for the page itself.
  let report: RunReport

  /// How long to wait for other shards that write theirs.
  private static let patience = 60.0

  /// - Parameters:
  ///   - entries: what there was to do; `nil` where the run ended before it knew.
  ///   - isWhole: whether these are all sources of the pipeline.
  /// - Throws: `RunStateError`.
  func write(_ entries: [DueWork.Entry]?, isWhole: Bool) throws {
    let output = context.output
    try output.updatePage(mark: ReportPage.mark, waiting: Self.patience) { (before: RunHistory?) in
      var history = before.flatMap { $0.version == RunHistory.currentVersion ? $0 : nil } ?? RunHistory()
      let joins = history.begin(figures)
      try history.update(seen(entries ?? []), joins: joins, isWhole: isWhole) { try output.receipt($0).map(PublishedFigures.init) }
      let content = try PageBuilder(context: context, history: history, report: report).content()
      return (history, ReportPage(content).bytes())
    }
  }

  private var figures: RunFigures {
    RunFigures(
      started: report.started, ended: report.ended, seconds: report.seconds, exitCode: report.exitCode, exitReason: report.exitReason,
      shard: shard?.index, shardCount: shard?.count, done: report.done, failed: report.failed, pixels: report.pixels, tiles: report.tiles,
      inferredTiles: report.inferredTiles, stages: report.secondsByStage, busyShare: report.busyShare, peakMemory: report.peakMemory,
      workers: report.workers)
  }

  private func seen(_ entries: [DueWork.Entry]) -> [RunHistory.Seen] {
    let results = Dictionary(report.sources.map { (ExactText($0.name), $0) }, uniquingKeysWith: { _, last in last })
    return entries.map { entry in
      var seen = RunHistory.Seen(name: entry.name, source: entry.source?.name ?? (try? SourceName(entry.name)))
      seen.outline = seen.source.flatMap { context.footprints[$0] }
      if let result = results[ExactText(entry.name)] {
        seen.outcome = Outcome(rawValue: result.state.rawValue)
        if result.state == .failed || result.state == .waiting { seen.reason = result.reason }
        if result.seconds > 0 { seen.seconds = result.seconds }
      } else if case .unchanged = entry.state {
        seen.outcome = .unchanged
      }
      if let outcome = seen.outcome, [.done, .retraced, .unchanged].contains(outcome) {
        seen.key = entry.source.map { PublishedFigures.short($0.layerKey) }
      }
      return seen
    }
  }
}
