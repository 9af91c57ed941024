import Foundation
import PipelineFile
import Runs

/// The exit codes, decided here and documented in docs/exit-codes.md.
enum ExitStatus: Int32, CaseIterable {
  /// All done, or nothing to do.
  case done = 0
  /// Stopped by its surroundings: output directory, disk, a source folder that vanished.
  case surroundings = 1
  /// The pipeline, the checkpoint or the call is wrong; nothing was done.
  case wrongCall = 2
  /// Finished, but sources failed; `verify`: something is damaged.
  case failures = 3
  /// Another run holds the lock.
  case locked = 4
  /// SIGINT, SIGTERM or SIGHUP.
  case interrupted = 130
  /// Whoever read standard output went away; what a shell says of tools that SIGPIPE ends.
  case readerGone = 141

  /// In a few words, for the help.
  var words: String {
    switch self {
    case .done: "done"
    case .surroundings: "stopped by its surroundings"
    case .wrongCall: "wrong pipeline or call"
    case .failures: "sources failed"
    case .locked: "locked"
    case .interrupted: "interrupted"
    case .readerGone: "reader of the output gone"
    }
  }

  init(_ code: RunError.Code?) {
    switch code {
    case nil: self = .done
    case .surroundings: self = .surroundings
    case .wrongCall: self = .wrongCall
    case .source: self = .failures
    case .locked: self = .locked
    case .interrupted: self = .interrupted
    }
  }

  /// What an error that ended a command means.
  init(of error: any Error) {
    switch error {
    case let error as RunError: self.init(error.code)
    case is PipelineError: self = .wrongCall
    default: self = .surroundings
    }
  }
}

/// Ends a command with a code after it has said what it had to say.
struct ExitRequest: Error {
  let status: ExitStatus
}
