import Foundation
import TestSupport
import Testing

@testable import Runs

/// Limits are found in the process's own control group and all above it, whatever is mounted where.
@Suite struct ControlGroupTests {
  private func groups(_ cgroup: String, mounts: [String], files: [String: String]) throws -> ControlGroups {
    let root = try TemporaryFolder("cgroups")
    var all = files
    all["/proc/self/cgroup"] = cgroup
    all["/proc/self/mountinfo"] = mounts.joined(separator: "\n") + "\n"
    for (path, text) in all {
      let file = root.path + path
      try FileManager.default.createDirectory(atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      try Data("\(text)\n".utf8).write(to: URL(fileURLWithPath: file))
    }
    return withExtendedLifetime(root) { ControlGroups(root: root.path) }
  }

  private let unified = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate"
  private let memory = "41 30 0:36 / /sys/fs/cgroup/memory rw,nosuid shared:9 - cgroup cgroup rw,memory"
  private let cpu = "42 30 0:37 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:10 - cgroup cgroup rw,cpu,cpuacct"

  @Test func ownGroupOfVersion1OutsideContainers() throws {
    let found = try groups(
      "9:memory:/system.slice/orthoweave.service\n4:cpu,cpuacct:/system.slice/orthoweave.service\n1:name=systemd:/x",
      mounts: [memory, cpu],
      files: [
        "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712",
        "/sys/fs/cgroup/memory/system.slice/memory.limit_in_bytes": "9223372036854771712",
        "/sys/fs/cgroup/memory/system.slice/orthoweave.service/memory.limit_in_bytes": "250000000",
        "/sys/fs/cgroup/cpu,cpuacct/system.slice/orthoweave.service/cpu.cfs_quota_us": "250000",
        "/sys/fs/cgroup/cpu,cpuacct/system.slice/orthoweave.service/cpu.cfs_period_us": "100000",
        "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1", "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000",
      ])
    #expect(found.memory == 250_000_000 && found.cores == 2.5)
    #expect(found.memoryFile == "/sys/fs/cgroup/memory/system.slice/orthoweave.service/memory.limit_in_bytes")
  }

  @Test func strictestOfAllLevelsOfVersion2() throws {
    let found = try groups(
      "0::/user.slice/job", mounts: [unified],
      files: [
        "/sys/fs/cgroup/user.slice/job/memory.max": "max", "/sys/fs/cgroup/user.slice/job/memory.high": "800000000",
        "/sys/fs/cgroup/user.slice/memory.max": "900000000", "/sys/fs/cgroup/user.slice/job/cpu.max": "max 100000",
        "/sys/fs/cgroup/user.slice/cpu.max": "150000 100000",
      ])
    #expect(found.memory == 800_000_000 && found.cores == 1.5)
  }

  @Test func bothVersionsAtOnce() throws {
    let found = try groups(
      "4:memory:/job\n0::/job", mounts: [memory, "35 30 0:31 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw"],
      files: [
        "/sys/fs/cgroup/memory/job/memory.limit_in_bytes": "500000000", "/sys/fs/cgroup/unified/job/cpu.max": "300000 100000",
        "/sys/fs/cgroup/unified/memory.max": "400000000",
      ])
    #expect(found.memory == 400_000_000 && found.cores == 3)
  }

  @Test func containerWithoutNamespaceSeesItsPart() throws {
    // The host's name of the group, of which only that part is mounted.
    let found = try groups(
      "4:memory:/docker/abc/sub", mounts: ["41 30 0:36 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory"],
      files: [
        "/sys/fs/cgroup/memory/memory.limit_in_bytes": "700000000", "/sys/fs/cgroup/memory/sub/memory.limit_in_bytes": "600000000",
      ])
    #expect(found.memory == 600_000_000)
  }

  @Test func groupOutsideOfItsNamespace() throws {
    let found = try groups("0::/../other", mounts: [unified], files: ["/sys/fs/cgroup/memory.max": "300000000"])
    #expect(found.memory == 300_000_000)
  }

  @Test func noLimitsAndNonsense() throws {
    #expect(try groups("", mounts: [], files: [:]).memory == nil)
    let found = try groups(
      "nonsense\n4:memory\n0::/a\n:::::", mounts: ["", "1 2 3", unified, "- - - - - - - -"],
      files: ["/sys/fs/cgroup/a/memory.max": "lots", "/sys/fs/cgroup/a/cpu.max": "0 0", "/sys/fs/cgroup/memory.max": "-5"])
    #expect(found.memory == nil && found.cores == nil)
  }

  @Test func whatIsAskedForIsCappedByWhatIsAllowed() {
    let allowed = AllowedMemory(bytes: 1_000_000_000, source: "its control group (x)")
    for (asked, bytes) in [(nil, 800_000_000), (900_000_000, 900_000_000)] as [(Int?, Int)] {
      let limit = allowed.limit(asked: asked)
      #expect(limit.bytes == bytes && limit.warning == nil)
    }
    let capped = allowed.limit(asked: 2_000_000_000)
    #expect(capped.bytes == 800_000_000 && capped.warning?.contains("control group") == true, "\(capped)")
  }

  @Test func firstOfARangeByBisection() {
    for count in 1...20 {
      for first in 0...count {
        var tries = 0
        let found = firstIndex(of: 1...count) {
          tries += 1
          return $0 > first
        }
        #expect(found == (first < count ? first + 1 : nil) && tries <= 6)
      }
    }
  }
}
