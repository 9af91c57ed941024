import Foundation

/// What this process may use of the machine.
enum Machine {
  /// Cores allowed by affinity and cgroup, at least 1.
  static var cores: Int {
    // On Linux the active processors are those of the affinity mask.
    let allowed = max(1, ProcessInfo.processInfo.activeProcessorCount)
    guard let quota = cgroupCores else { return allowed }
    return max(1, min(allowed, Int(quota.rounded(.up))))
  }

  /// Bytes of memory: the smaller of the machine's and the cgroup's limit.
  static var memory: Int {
    let physical = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    let limits = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"].compactMap { number(in: $0) }
    return limits.reduce(physical, min)
  }

  /// The largest resident set of this process so far, in bytes.
  static var peakMemory: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  }

  /// The resident set of this process now, in bytes.
  static var residentMemory: Int {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
    let fields = text.split(separator: " ")
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
  }

  static var hostName: String { ProcessInfo.processInfo.hostName }

  private static var cgroupCores: Double? {
    if let text = try? String(contentsOfFile: "/sys/fs/cgroup/cpu.max", encoding: .utf8) {
      let fields = text.split(whereSeparator: \.isWhitespace)
      if fields.count == 2, let quota = Double(fields[0]), let period = Double(fields[1]), period > 0 { return quota / period }
      return nil
    }
    guard let quota = number(in: "/sys/fs/cgroup/cpu/cpu.cfs_quota_us"), quota > 0,
      let period = number(in: "/sys/fs/cgroup/cpu/cpu.cfs_period_us"), period > 0
    else { return nil }
    return Double(quota) / Double(period)
  }

  private static func number(in file: String) -> Int? {
    guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
    return Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
  }
}
