import CSystem
import Foundation

/// What this process may use of the machine.
package enum Machine {
  /// Cores allowed by affinity and control groups, at least 1.
  package static var cores: Int {
    // On Linux the active processors are those of the affinity mask.
    let allowed = max(1, ProcessInfo.processInfo.activeProcessorCount)
    guard let quota = ControlGroups().cores else { return allowed }
    return max(1, min(allowed, Int(quota.rounded(.up))))
  }

  /// The largest resident set of this process so far, in bytes.
  package static var peakMemory: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  }

  /// The resident set of this process now, in bytes.
  package static var residentMemory: Int { pages[0] * Int(sysconf(Int32(_SC_PAGESIZE))) }

  /// That of it which lies in no file, in bytes: what nobody but this process gives back.
  package static var anonymousMemory: Int { (pages[0] - pages[1]) * Int(sysconf(Int32(_SC_PAGESIZE))) }

  /// Resident pages, and those of them that files back.
  private static var pages: [Int] {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return [0, 0] }
    let fields = text.split(separator: " ").map { Int($0) ?? 0 }
    return fields.count > 2 ? [fields[1], fields[2]] : [0, 0]
  }

  /// Has the threads of a run keep some of the memory that they free for what they take next: 2 % of what the run may have in all.
  static func keepFreed(of limit: Int, workers: Int) { csystem_keep_freed(UInt64(max(0, limit) / 50 / (3 * workers + 8))) }

  /// How many files this process may have open.
  static var mostOpenFiles: Int {
    var limits = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 else { return 1024 }
    return Int(clamping: limits.rlim_cur)
  }

  /// Raises this process's own limit of open files as far as it may, where that is low.
  static func raiseOpenFiles(to wanted: Int) {
    var limits = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0, limits.rlim_cur < wanted else { return }
    limits.rlim_cur = min(limits.rlim_max, rlim_t(wanted))
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits)
  }

  package static var hostName: String { ProcessInfo.processInfo.hostName }
}
