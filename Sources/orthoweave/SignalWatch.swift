import CSystem
import Glibc
import Runs

/// Asks a command to end on SIGINT, SIGTERM and SIGHUP, answers whoever sits at a terminal, and ends the process if the command has not ended within a
/// second and a half: whatever is on disk then is what a crash would leave, which the next run puts right.
///
/// The signal itself is noted without a thread. The thread that waits for it is made here, before anything else takes memory; where none
/// can be made, the process still ends after four seconds.
final class SignalWatch {
  static let words = "interrupted; the next run resumes from what is finished"

  /// The message shown while the command ends.
  static let answer = "stopping within 2 s; Ctrl-C again stops at once"

  /// - Parameters:
  ///   - line: written to standard error where the command does not end by itself.
  ///   - say: says `answer` on a terminal.
  init(
    _ stop: StopRequest, line: String = "orthoweave: \(words)",
    say: @escaping @Sendable (String) -> Void = { Standard.error("orthoweave: \($0)") }
  ) {
    let descriptor = csystem_note_stops(line + "\n")
    stop.follow { csystem_noted_stop() != 0 }
    guard descriptor >= 0 else { return }
    let watch = Unmanaged.passRetained(Watch(descriptor: descriptor, stop: stop, say: say))
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    // Enough for encoding a report.
    pthread_attr_setstacksize(&attributes, 1 << 20)
    defer { pthread_attr_destroy(&attributes) }
    var thread: pthread_t = 0
    let result = pthread_create(
      &thread, &attributes,
      { argument in
        if let argument { Unmanaged<Watch>.fromOpaque(argument).takeRetainedValue().wait() }
        return nil
      }, watch.toOpaque())
    if result != 0 { watch.release() }
  }

  func end() { csystem_end_noting() }

  /// What the waiting thread knows.
  private final class Watch {
    let descriptor: Int32
    let stop: StopRequest
    let say: @Sendable (String) -> Void

    init(descriptor: Int32, stop: StopRequest, say: @escaping @Sendable (String) -> Void) {
      self.descriptor = descriptor
      self.stop = stop
      self.say = say
    }

    func wait() {
      guard next(milliseconds: -1) == UInt8(ascii: "s"), next(milliseconds: 100) == nil else { return }
      // Elsewhere nobody waits for it, and a pipe that nobody empties would hold this thread up.
      if isatty(STDERR_FILENO) == 1 { say(SignalWatch.answer) }
      guard next(milliseconds: 1400) == nil else { return }
      csystem_end_within(2)
      stop.leaveLastReport()
      csystem_end_stopped()
    }

    /// The next byte that wakes it; `nil` where none comes in time.
    private func next(milliseconds: Int32) -> UInt8? {
      var event = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      while true {
        let count = poll(&event, 1, milliseconds)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return nil }
        var byte: UInt8 = 0
        let got = read(descriptor, &byte, 1)
        if got == 1 { return byte }
        guard got < 0, errno == EINTR || errno == EAGAIN else { return nil }
      }
    }
  }
}
