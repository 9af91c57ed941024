import Foundation
import Runs

/// Asks a run to end on SIGINT and SIGTERM, and ends the process if it has not within a second and a half: whatever is on
/// disk then is what a crash would leave, which the next run puts right.
final class SignalWatch {
  private let sources: [any DispatchSourceSignal]

  init(_ stop: StopRequest) {
    let queue = DispatchQueue(label: "signals")
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        stop.request()
        queue.asyncAfter(deadline: .now() + 1.5) { _exit(ExitStatus.interrupted.rawValue) }
      }
      source.resume()
      return source
    }
  }

  func end() {
    for source in sources { source.cancel() }
  }
}
