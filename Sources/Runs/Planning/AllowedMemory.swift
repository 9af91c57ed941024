import CSystem
import Foundation

/// How much memory this process may use, and what says so.
public struct AllowedMemory: Sendable {
  package let bytes: Int
  /// "this machine", "its control group (/sys/fs/cgroup/…/memory.max)", "the limit of address space (ulimit -v)".
  package let source: String

  /// What the program takes before it does anything, libraries included.
  package static let least = 100_000_000

  /// To be asked before a command begins: what little there is would be refused to a library in the middle, without a word from it.
  ///
  /// - Throws: `RunError` (surroundings) where memory is so limited that nothing can be begun.
  public static func check() throws {
    let allowed = current
    guard allowed.bytes < least else { return }
    throw RunError(
      .surroundings,
      reason: "\(allowed.source) leaves \(Runs.bytes(allowed.bytes)) of memory, and the program alone takes \(Runs.bytes(least))",
      remedy: "raise that limit")
  }

  /// What is free for this process now: the least of the machine's memory and of all limits that are set for it.
  package static var current: AllowedMemory {
    var least = AllowedMemory(bytes: Int(clamping: ProcessInfo.processInfo.physicalMemory), source: "this machine")
    func consider(_ bytes: Int, _ source: @autoclosure () -> String) {
      if bytes < least.bytes { least = AllowedMemory(bytes: max(0, bytes), source: source()) }
    }
    let groups = ControlGroups()
    if let bytes = groups.memory { consider(bytes, "its control group (\(groups.memoryFile))") }
    // These limits count what is reserved, touched or not: what is reserved already does not come back, but some of it is in use.
    if let left = left(of: csystem_limit_of_address_space(), line: "VmSize:") {
      consider(left, "the limit of address space (ulimit -v)")
    }
    if let left = left(of: csystem_limit_of_data(), line: "VmData:") { consider(left, "the limit of data (ulimit -d)") }
    return least
  }

  /// What a plan may count on: what is asked for, if this process may have it, else four fifths of what it may have.
  ///
  /// - Parameter asked: `inference.memory`; `nil` for `auto`.
  /// - Returns: bytes, and a warning where less than asked for is taken.
  package func limit(asked: Int?) -> (bytes: Int, warning: String?) {
    let share = bytes / 10 * 8
    guard let asked else { return (share, nil) }
    if asked <= bytes { return (asked, nil) }
    return (
      share,
      "inference.memory is \(Runs.bytes(asked)), but \(source) leaves \(Runs.bytes(bytes)): \(Runs.bytes(share)) are used for planning"
    )
  }

  /// Stacks of the threads that read and infer, and of those of libraries.
  private static let stacks = 64 << 20

  private static func left(of limit: UInt64, line: String) -> Int? {
    guard limit != .max else { return nil }
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let fields = status.split(separator: "\n").first { $0.hasPrefix(line) }?.split(whereSeparator: \.isWhitespace) ?? []
    let reserved = fields.count > 1 ? (Int(fields[1]) ?? 0) * 1024 : 0
    return Int(clamping: limit) - reserved + Machine.residentMemory - stacks
  }
}
