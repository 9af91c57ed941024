import Foundation

/// What the control groups of a process let it have, in version 1, 2, or both at once: the strictest of its own group and all above it.
struct ControlGroups {
  /// Bytes; `nil` for no limit.
  let memory: Int?
  /// Where the limit on memory stands, for people.
  let memoryFile: String
  /// Cores' worth of time; `nil` for no limit. (Which cores: that is the affinity mask, which cpusets are part of.)
  let cores: Double?

  /// - Parameter root: what is put before every path, for tests.
  init(root: String = "") {
    let groups = Self.text("\(root)/proc/self/cgroup") ?? ""
    let mounts = (Self.text("\(root)/proc/self/mountinfo") ?? "").split(separator: "\n").compactMap { Mount($0) }
    var memory: (bytes: Int, file: String)?
    var cores: Double?
    for line in groups.split(separator: "\n") {
      // "4:memory:/batch/job7" in version 1, "0::/batch/job7" in version 2.
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let controllers = Set(fields[1].split(separator: ",").map(String.init))
      let isUnified = fields[1].isEmpty
      for mount in mounts where isUnified ? mount.type == "cgroup2" : mount.type == "cgroup" && !mount.options.isDisjoint(with: controllers)
      {
        for folder in mount.folders(of: String(fields[2])) {
          let names = isUnified ? ["memory.max", "memory.high"] : controllers.contains("memory") ? ["memory.limit_in_bytes"] : []
          for name in names {
            guard let bytes = Self.number("\(root)\(folder)/\(name)"), bytes >= 0, bytes < memory?.bytes ?? .max else { continue }
            memory = (bytes, "\(folder)/\(name)")
          }
          if let share = isUnified
            ? Self.quota("\(root)\(folder)/cpu.max") : controllers.contains("cpu") ? Self.oldQuota(root + folder) : nil
          {
            cores = min(cores ?? share, share)
          }
        }
      }
    }
    // Version 1 says "no limit" by a number that no machine has.
    if let memory, memory.bytes < 1 << 60 { (self.memory, memoryFile) = memory } else { (self.memory, memoryFile) = (nil, "") }
    self.cores = cores
  }

  /// A hierarchy as it is mounted: a container often sees a part of one.
  private struct Mount {
    var root: String
    var point: String
    var type: String
    var options: Set<String>

    /// A line of mountinfo: "36 25 0:31 ROOT POINT OPTIONS [FIELDS] - TYPE SOURCE OPTIONS".
    init?(_ line: Substring) {
      let fields = line.split(separator: " ")
      guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count > dash + 1 else { return nil }
      root = String(fields[3])
      point = String(fields[4])
      type = String(fields[dash + 1])
      options = fields.count > dash + 3 ? Set(fields[dash + 3].split(separator: ",").map(String.init)) : []
    }

    /// The folder of a group and those of the groups above it, as far as this mount shows them.
    func folders(of group: String) -> [String] {
      var rest: Substring
      if root == "/" {
        rest = group[...]
      } else if group == root || group.hasPrefix(root + "/") {
        rest = group.dropFirst(root.count)
      } else {
        // Another namespace's name: what is mounted is all that there is to see.
        rest = ""
      }
      // A group outside of this namespace's root.
      if rest.split(separator: "/").contains("..") { rest = "" }
      var folders: [String] = []
      while true {
        while rest.hasSuffix("/") { rest = rest.dropLast() }
        folders.append(point + rest)
        guard let slash = rest.lastIndex(of: "/") else { return folders }
        rest = rest[..<slash]
      }
    }
  }

  /// cpu.max: "QUOTA PERIOD" in microseconds, or "max PERIOD".
  private static func quota(_ file: String) -> Double? {
    let fields = (text(file) ?? "").split(whereSeparator: \.isWhitespace).map { Double($0) }
    guard fields.count == 2, let quota = fields[0], let period = fields[1], quota > 0, period > 0 else { return nil }
    return quota / period
  }

  private static func oldQuota(_ folder: String) -> Double? {
    guard let quota = number("\(folder)/cpu.cfs_quota_us"), quota > 0, let period = number("\(folder)/cpu.cfs_period_us"), period > 0
    else { return nil }
    return Double(quota) / Double(period)
  }

  private static func number(_ file: String) -> Int? {
    text(file).flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }

  private static func text(_ file: String) -> String? { try? String(contentsOfFile: file, encoding: .utf8) }
}
