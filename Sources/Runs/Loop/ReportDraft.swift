import Foundation
import Inference
import RunState

/// The exit code of a run that ended in a way; `nil` is done. The program's, not decided here.
public typealias ExitCodes = @Sendable (RunError.Code?) -> Int32

/// The report of a run while it grows, and its end: by the run itself, or by whoever has to end the process before the run does.
///
/// `@unchecked Sendable`: `storage` and `isEnded` are touched only with `lock` held.
final class ReportDraft: @unchecked Sendable {
  private let lock = NSLock()
  private var storage: RunReport
  private var isEnded = false
  private let start = ContinuousClock.now
  private let output: OutputDirectory
  private let metrics: (path: String, pipeline: String)?
  private let meter: Meter
  private let crew: Crew
  private let exitCode: ExitCodes

  /// - Parameter metrics: `run.metrics`, and the pipeline's file, absolute, which labels the numbers.
  init(
    _ report: RunReport, output: OutputDirectory, metrics: (path: String, pipeline: String)?, meter: Meter, crew: Crew,
    exitCode: @escaping ExitCodes
  ) {
    storage = report
    self.output = output
    self.metrics = metrics
    self.meter = meter
    self.crew = crew
    self.exitCode = exitCode
  }

  var report: RunReport {
    get { lock.withLock { storage } }
    _modify {
      lock.lock()
      defer { lock.unlock() }
      yield &storage
    }
  }

  /// Completes the report and writes it, with the metrics.
  ///
  /// - Returns: the report's file; `nil` where the report was left before.
  /// - Throws: `RunStateError` where it cannot be written.
  @discardableResult
  func finish(_ code: RunError.Code?, reason: String) throws(RunStateError) -> String? {
    let isOurs = lock.withLock {
      defer { isEnded = true }
      return !isEnded
    }
    guard isOurs else { return nil }
    let report = completed(code, reason: reason)
    let file = try output.writeReport(report, started: report.started)
    if let metrics { try report.metrics(pipeline: metrics.pipeline).write(metrics.path, now: report.ended.timeIntervalSince1970) }
    return file
  }

  /// The report as it would be if the run ended now.
  func completed(_ code: RunError.Code?, reason: String) -> RunReport {
    lock.withLock {
      storage.ended = Date()
      // Not by the time of day, which may be set meanwhile.
      storage.seconds = (start.secondsAgo * 1000).rounded() / 1000
      storage.secondsByStage = meter.stages
      let usage = crew.usage
      storage.busyShare = usage.available > 0 ? (usage.busy / usage.available * 1000).rounded() / 1000 : 0
      // Several sources are in flight, and end in any order.
      let ordered = storage.sources.enumerated().sorted {
        (ExactText($0.element.name), $0.offset) < (ExactText($1.element.name), $1.offset)
      }
      storage.sources = ordered.map(\.element)
      storage.peakMemory = Machine.peakMemory
      storage.exitCode = Int(exitCode(code))
      storage.exitReason = reason
      return storage
    }
  }

  /// Leaves the report of a run that does not end in time, unless it is just about to.
  func leaveInterrupted() { _ = try? finish(.interrupted, reason: "interrupted") }
}
