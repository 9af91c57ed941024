import Foundation
import Glibc

/// The time before a line of the log.
enum LogTime {
  /// Whether lines for people begin with it: not on a terminal, where somebody reads along, and not where journald notes it itself.
  static let isShown = isatty(STDERR_FILENO) == 0 && !isJournal

  /// Now, as RFC 3339 has it, in the time zone of the machine: "2026-11-27T01:15:03+01:00".
  static var now: String { text(time(nil)) }

  /// - Parameter moment: in seconds since 1970.
  static func text(_ moment: time_t) -> String {
    var moment = moment
    var parts = tm()
    guard localtime_r(&moment, &parts) != nil else { return "" }
    let minutes = abs(parts.tm_gmtoff) / 60
    return String(
      format: "%04d-%02d-%02dT%02d:%02d:%02d%@%02d:%02d", Int(parts.tm_year) + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
      parts.tm_min, parts.tm_sec, parts.tm_gmtoff < 0 ? "-" : "+", minutes / 60, minutes % 60)
  }

  /// systemd tells a service the device and inode of the stream that leads to the journal.
  private static var isJournal: Bool {
    var status = stat()
    guard let stream = getenv("JOURNAL_STREAM"), fstat(STDERR_FILENO, &status) == 0 else { return false }
    return String(cString: stream) == "\(status.st_dev):\(status.st_ino)"
  }
}

/// A value of the log in JSON, with the time among its fields.
struct TimedJSON<Value: Encodable>: Encodable {
  let value: Value
  let time: String

  private enum Keys: String, CodingKey { case time }

  func encode(to encoder: any Encoder) throws {
    try value.encode(to: encoder)
    var fields = encoder.container(keyedBy: Keys.self)
    try fields.encode(time, forKey: .time)
  }
}
