import Glibc
import TestSupport

/// The built program, run as a user would, and stopped as nobody should.
struct TestedProgram: Sendable {
  let path: String

  struct Outcome: CustomStringConvertible {
    /// The exit code; nil where a signal ended it.
    var exit: Int32?
    var signal: Int32?
    var seconds: Double
    /// The last of what it said on standard error.
    var words: String

    var description: String {
      "\(exit.map { "exit \($0)" } ?? "signal \(signal ?? 0)") after \((seconds * 100).rounded() / 100) s: \(words)"
    }
  }

  /// The program under test; nil where it is not built.
  static let built: TestedProgram? = access(Program.orthoweave, X_OK) == 0 ? TestedProgram(path: Program.orthoweave) : nil

  /// Starts the program in a folder and waits for its end.
  ///
  /// - Parameters:
  ///   - variables: Added to the environment.
  ///   - signal: Sent after so many seconds, unless it has ended by then.
  func run(
    _ arguments: [String], in folder: String, _ variables: [String: String] = [:], signal: (number: Int32, after: Double)? = nil,
    timeout: Double = 120
  ) -> Outcome {
    let child = start(arguments, in: folder, variables)
    return child.wait(signal: signal, timeout: timeout)
  }

  /// Starts the program without waiting for it.
  func start(_ arguments: [String], in folder: String, _ variables: [String: String] = [:]) -> Child {
    let words = "\(folder)/.words-\(UInt32.random(in: 0 ... .max))"
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, words, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
    // `env` changes the folder and adds the variables, not being touched by them itself.
    let line = ["/usr/bin/env", "-C", folder] + variables.map { "\($0.key)=\($0.value)" } + [path] + arguments
    var argv = line.map { strdup($0) } + [nil]
    defer { for text in argv { free(text) } }
    var pid: pid_t = 0
    // A test runner may ignore signals, which its children would inherit.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var usual = sigset_t()
    sigemptyset(&usual)
    for number in [SIGXFSZ, SIGTERM, SIGINT, SIGPIPE] { sigaddset(&usual, number) }
    posix_spawnattr_setsigdefault(&attributes, &usual)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
    let result = posix_spawn(&pid, line[0], &actions, &attributes, &argv, environ)
    precondition(result == 0, "\(path) cannot be started: \(String(cString: strerror(result)))")
    return Child(pid: pid, words: words)
  }
}

/// A program that was started.
struct Child {
  let pid: pid_t
  fileprivate let words: String
  private let began = Child.now()

  fileprivate init(pid: pid_t, words: String) {
    self.pid = pid
    self.words = words
  }

  static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Waits for the end; kills what takes longer than the timeout.
  func wait(signal: (number: Int32, after: Double)? = nil, timeout: Double = 120) -> TestedProgram.Outcome {
    var status: Int32 = 0
    var sent = false
    while true {
      let result = waitpid(pid, &status, WNOHANG)
      if result == pid { break }
      precondition(result == 0, "waiting for \(pid): \(String(cString: strerror(errno)))")
      let seconds = Child.now() - began
      if let signal, !sent, seconds >= signal.after {
        kill(pid, signal.number)
        sent = true
      }
      if seconds > timeout { kill(pid, SIGKILL) }
      usleep(1000)
    }
    let ended = status & 0x7F
    let said = Disk.read(words).map { String(decoding: $0.suffix(600), as: UTF8.self) } ?? ""
    unlink(words)
    return TestedProgram.Outcome(
      exit: ended == 0 ? (status >> 8) & 0xFF : nil, signal: ended == 0 ? nil : ended, seconds: Child.now() - began, words: said)
  }
}
