import Foundation
import Synchronization

/// What ends the work on a source early: a request to stop, and `run.timeLimit`. Any thread may ask.
package final class SourceLimits: Sendable {
  private let stop: StopRequest
  private let limit: Duration?
  private let file: String
  private let clock: Mutex<Clock>

  /// How long the source was worked on, and since when it is now; `nil` while it waits for others.
  private struct Clock {
    var spent: Duration = .zero
    var since: ContinuousClock.Instant? = .now
  }

  /// - Parameters:
  ///   - timeLimit: from now on, but for the time that the source waits for others.
  ///   - file: what messages name.
  package init(stop: StopRequest, timeLimit: Duration? = nil, file: String) {
    self.stop = stop
    limit = timeLimit
    self.file = file
    clock = Mutex(Clock())
  }

  /// The source waits for others from now on: for memory, or for a thread that is free.
  func pause() {
    clock.withLock { clock in
      if let since = clock.since { clock.spent += .now - since }
      clock.since = nil
    }
  }

  /// The source is worked on again.
  func resume() { clock.withLock { if $0.since == nil { $0.since = .now } } }

  /// - Throws: `RunError`: interrupted, or source where the time is over.
  package func check() throws {
    try stop.check()
    guard let limit else { return }
    let spent = clock.withLock { $0.spent + ($0.since.map { ContinuousClock.now - $0 } ?? .zero) }
    if spent > limit {
      throw RunError(.source, file: file, reason: "takes longer than run.timeLimit", remedy: "raise run.timeLimit or leave it out")
    }
  }
}
