import FoundationEssentials
import Glibc

/// Who holds the lock: written into the lock file, for the message of whoever comes second.
public struct LockHolder: Sendable, Codable, Equatable, CustomStringConvertible {
  public var pid: Int32
  public var host: String
  /// Start of the run in ISO 8601 UTC.
  public var started: String
  /// What kind of run: "run", "shard 2/4".
  public var label: String

  static func current(label: String, now: Date) -> LockHolder {
    LockHolder(pid: getpid(), host: hostName, started: now.formatted(.iso8601), label: label)
  }

  /// Whether the process is certainly gone. Of another host's nothing can be told.
  var hasEnded: Bool { host == Self.hostName && pid > 0 && kill(pid, 0) != 0 && errno == ESRCH }

  public var description: String { "\(label), process \(pid) on \(host) since \(started)" }

  static let hostName: String = {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "an unknown host" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }()

  /// Bytes of the record: of fixed length, so that one write replaces it whole.
  static let recordBytes = 512

  var record: [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var bytes = (try? encoder.encode(self)).map { Array($0) } ?? []
    if bytes.count >= Self.recordBytes { bytes = [] }
    bytes += Array(repeating: UInt8(ascii: " "), count: Self.recordBytes - 1 - bytes.count)
    return bytes + [UInt8(ascii: "\n")]
  }

  /// The record in a lock file; nil where it is empty or not readable.
  static func read(_ path: String) -> LockHolder? {
    guard let bytes = try? Files.read(path, limit: 1 << 16) else { return nil }
    return try? JSONDecoder().decode(LockHolder.self, from: Data(bytes.prefix(recordBytes)))
  }
}
