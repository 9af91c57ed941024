import Foundation
import Synchronization

/// What ends the work on a source early: a request to stop, and `run.timeLimit`. Any thread may ask.
package final class SourceLimits: Sendable {
  private let stop: StopRequest
  private let limit: Duration?
  private let file: String
  private let clock: Mutex<Clock>

  /// How long the source was worked on, and since when it is now, by how many threads. Where there is none, it waits for others.
  private struct Clock {
    var spent: Duration = .zero
    var since = ContinuousClock.now
    var hands = 1

    var total: Duration { spent + (hands > 0 ? ContinuousClock.now - since : .zero) }
  }

  /// - Parameters:
  ///   - stop: the run's.
  ///   - timeLimit: from now on, but for the time that the source waits for others.
  ///   - file: what messages name.
  package init(stop: StopRequest, timeLimit: Duration? = nil, file: String) {
    self.stop = stop
    limit = timeLimit
    self.file = file
    clock = Mutex(Clock())
  }

  /// A thread takes the source in hand, or puts it down: to wait for memory, for its turn, or for a worker that is free. The clock stands still
  /// while it is in nobody's hands. The thread that made this has it in hand at first.
  func hand(_ takes: Bool) {
    clock.withLock { clock in
      if takes {
        if clock.hands == 0 { clock.since = .now }
        clock.hands += 1
      } else {
        clock.spent = clock.total
        clock.since = .now
        clock.hands -= 1
      }
    }
  }

  /// How long the source was in somebody's hands.
  package var spent: Duration { clock.withLock { $0.total } }

  /// - Throws: `RunError`: interrupted, or source where the time is over.
  package func check() throws {
    try stop.check()
    guard let limit else { return }
    if spent > limit {
      throw RunError(.source, file: file, reason: "takes longer than run.timeLimit", remedy: "raise run.timeLimit or leave it out")
    }
  }
}
