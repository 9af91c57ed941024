import Foundation

/// What ends the work on a source early: a request to stop, and `run.timeLimit`. Any thread may ask.
package struct SourceLimits: Sendable {
  private let stop: StopRequest
  private let end: ContinuousClock.Instant?
  private let file: String

  /// - Parameters:
  ///   - timeLimit: from now on.
  ///   - file: what messages name.
  package init(stop: StopRequest, timeLimit: Duration? = nil, file: String) {
    self.stop = stop
    end = timeLimit.map { .now + $0 }
    self.file = file
  }

  /// - Throws: `RunError`: interrupted, or source where the time is over.
  package func check() throws {
    try stop.check()
    if let end, end < .now {
      throw RunError(.source, file: file, reason: "takes longer than run.timeLimit", remedy: "raise run.timeLimit or leave it out")
    }
  }
}
