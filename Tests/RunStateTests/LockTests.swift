import CSystem
import Foundation
import Testing

@testable import RunState

@Suite struct LockTests {
  private let now = Date(timeIntervalSince1970: 1_790_000_000)

  private func output() throws -> (Scratch, OutputDirectory) {
    let scratch = try Scratch()
    let output = OutputDirectory(scratch.path + "/layers")
    try output.prepare()
    return (scratch, output)
  }

  @Test func theSecondRunIsToldWhoHoldsTheLock() throws {
    let (scratch, output) = try output()
    let first = try RunLock.acquire(output, .exclusive, label: "run", now: now)
    for mode in [LockMode.exclusive, .shared] {
      let error = #expect(throws: RunStateError.self) { try RunLock.acquire(output, mode, label: "run", now: now) }
      #expect(error?.code == .locked)
      #expect(error?.description.contains("process \(getpid()) on \(LockHolder.hostName) since 2026-09-21T") == true)
    }
    first.release()
    first.release()
    let second = try RunLock.acquire(output, .exclusive, label: "run", now: now)
    withExtendedLifetime((second, scratch)) {}
  }

  /// A lock takes no more than the permission to read.
  @Test func whoMayNotWriteTheLockFileMayNotReadIt() throws {
    for (own, expected) in [(0o644, 0o600), (0o664, 0o660), (0o666, 0o666), (0o600, 0o600), (0o640, 0o600), (0o646, 0o606)]
      as [(mode_t, mode_t)]
    {
      let (scratch, output) = try output()
      try scratch.write("layers/.orthoweave/lock", "")
      chmod(output.lockFile, own)
      let lock = try RunLock.acquire(output, .exclusive, label: "run", now: now)
      var status = stat()
      #expect(stat(output.lockFile, &status) == 0 && status.st_mode & 0o777 == expected, "\(String(own, radix: 8))")
      withExtendedLifetime((lock, scratch)) {}
    }
  }

  @Test func aLockWhoseRecordedHolderHasEndedSaysSo() throws {
    let (scratch, output) = try output()
    try RunLock.acquire(output, .exclusive, label: "run", now: now).release()
    var pid: pid_t = 0
    try #require(posix_spawn(&pid, "/bin/true", nil, nil, [strdup("true"), nil], environ) == 0 && waitpid(pid, nil, 0) == pid)
    let holder = LockHolder(pid: pid, host: LockHolder.hostName, started: "2026-09-21T00:00:00Z", label: "run")
    let file = open(output.lockFile, O_RDWR)
    defer { close(file) }
    #expect(holder.hasEnded && pwrite(file, holder.record, holder.record.count, 0) == holder.record.count)
    // Somebody else holds the file: a reader's lock is enough.
    #expect(csystem_lock(file, 0, 0, 1) == 0)
    let error = #expect(throws: RunStateError.self) { try RunLock.acquire(output, .exclusive, label: "run", now: now) }
    #expect(error?.code == .locked && error?.reason.contains("has ended, but another process") == true)
    #expect(error?.remedy.contains("fuser -v \(output.lockFile)") == true)
    withExtendedLifetime(scratch) {}
  }

  @Test func shardsShareAndAPlainRunWaitsOutside() throws {
    let (scratch, output) = try output()
    let shards = try (1...4).map { try RunLock.acquire(output, .shared, label: "shard \($0)/4", now: now) }
    let error = #expect(throws: RunStateError.self) { try RunLock.acquire(output, .exclusive, label: "run", now: now) }
    #expect(error?.reason.contains("shard 4/4") == true)
    for shard in shards { shard.release() }
    #expect(throws: Never.self) { try RunLock.acquire(output, .exclusive, label: "run", now: now) }
    withExtendedLifetime(scratch) {}
  }

  @Test func aLockThatIsDroppedIsGone() throws {
    let (scratch, output) = try output()
    do {
      let lock = try RunLock.acquire(output, .exclusive, label: "run", now: now)
      withExtendedLifetime(lock) {}
    }
    #expect(throws: Never.self) { try RunLock.acquire(output, .exclusive, label: "run", now: now) }
    withExtendedLifetime(scratch) {}
  }

  @Test func sourcesHaveLocksOfTheirOwn() throws {
    let (scratch, output) = try output()
    let run = try RunLock.acquire(output, .shared, label: "shard 1/2", now: now)
    let a = try SourceName("a")
    let first = try #require(try SourceLock.take(output, a, .shared))
    let second = try #require(try SourceLock.take(output, a, .shared))
    #expect(try SourceLock.take(output, a, .exclusive) == nil)
    #expect(try SourceLock.take(output, try SourceName("b"), .exclusive) != nil)
    first.release()
    #expect(try SourceLock.take(output, a, .exclusive) == nil)
    second.release()
    let alone = try #require(try SourceLock.take(output, a, .exclusive))
    #expect(try SourceLock.take(output, a, .shared) == nil)
    #expect(try SourceLock.take(output, a, .shared, waiting: 0.1) { true } == nil)
    #expect(try SourceLock.take(output, a, .shared, waiting: 60) { false } == nil)
    withExtendedLifetime((run, alone, scratch)) {}
  }

  /// A thread that starts a program gives it a copy of every descriptor, until the program begins.
  @Test func aLockThatIsLetGoIsFreeThoughAProgramBeingStartedHasACopyOfItsDescriptor() throws {
    let (scratch, output) = try output()
    let name = try SourceName("a")
    func copies() throws -> [Int32] {
      let file = try FileManager.default.attributesOfItem(atPath: output.lockFile)[.systemFileNumber] as? UInt64
      let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { Int32($0) }.filter { descriptor in
        var status = stat()
        return fstat(descriptor, &status) == 0 && UInt64(status.st_ino) == file
      }
      return open.map { dup($0) }
    }
    let run = try RunLock.acquire(output, .exclusive, label: "run", now: now)
    let source = try #require(try SourceLock.take(output, name, .exclusive))
    let held = try copies()
    #expect(held.count == 2)
    source.release()
    #expect(try SourceLock.take(output, name, .exclusive) != nil)
    run.release()
    #expect(throws: Never.self) { try RunLock.acquire(output, .exclusive, label: "run", now: now) }
    for descriptor in held { close(descriptor) }
    withExtendedLifetime(scratch) {}
  }

  /// Perl is part of every Debian; it takes the lock as another process would.
  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/perl"), "needs perl"))
  func aLivingProcessHoldsTheLockAndADeadOneDoesNot() throws {
    let (scratch, output) = try output()
    try scratch.write("layers/.orthoweave/lock", "")
    let other = Process()
    other.executableURL = URL(fileURLWithPath: "/usr/bin/perl")
    other.arguments = [
      "-e",
      """
      open(my $file, "+<", $ARGV[0]) or die; my $lock = pack("s s x4 q q l x4", 1, 0, 0, 1, 0);
      fcntl($file, 37, $lock) or die; $| = 1; print "held\\n"; sleep 60
      """, output.lockFile,
    ]
    let pipe = Pipe()
    other.standardOutput = pipe
    try other.run()
    defer { if other.isRunning { other.terminate() } }
    #expect(String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self) == "held\n")

    let error = #expect(throws: RunStateError.self) { try RunLock.acquire(output, .exclusive, label: "run", now: now) }
    #expect(error?.code == .locked)
    #expect(error?.reason.contains("another process") == true)
    kill(other.processIdentifier, SIGKILL)
    other.waitUntilExit()
    #expect(throws: Never.self) { try RunLock.acquire(output, .exclusive, label: "run", now: now) }
    withExtendedLifetime(scratch) {}
  }

  @Test func aRemovedLockFileDoesNotLetTwoIn() throws {
    let (scratch, output) = try output()
    let first = try RunLock.acquire(output, .exclusive, label: "run", now: now)
    first.release()
    try FileManager.default.removeItem(atPath: output.lockFile)
    let second = try RunLock.acquire(output, .exclusive, label: "run", now: now)
    #expect(throws: RunStateError.self) { try RunLock.acquire(output, .exclusive, label: "run", now: now) }
    withExtendedLifetime((second, scratch)) {}
  }

  @Test func fileSystemsThatKeepLocksToOneHostAreRefused() {
    #expect(LockSupport.reasonAgainst(type: "ext4", options: ["rw"]) == nil)
    #expect(LockSupport.reasonAgainst(type: "nfs4", options: ["rw", "vers=4.2", "local_lock=none"]) == nil)
    #expect(LockSupport.reasonAgainst(type: "nfs", options: ["nolock"])?.contains("nolock") == true)
    #expect(LockSupport.reasonAgainst(type: "nfs", options: ["local_lock=all"]) != nil)
    #expect(LockSupport.reasonAgainst(type: "cifs", options: ["nobrl"]) != nil)
    #expect(LockSupport.reasonAgainst(type: "fuse.sshfs", options: []) == "sshfs does not share locks between hosts")
    #expect(LockSupport.reasonAgainst(type: "fuse.mergerfs", options: []) == nil)
  }

  @Test func theMountOfAPathIsTheLongestOneAbove() {
    let info = """
      22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
      30 22 0:40 / /srv/data\\040sets rw shared:1 - nfs4 host:/x rw,local_lock=none
      31 30 0:41 / /srv/data\\040sets/in rw - fuse.sshfs host: rw
      """
    #expect(LockSupport.mount(of: "/srv/data sets/layers", in: info)?.type == "nfs4")
    #expect(LockSupport.mount(of: "/srv/data sets/in/layers", in: info)?.type == "fuse.sshfs")
    #expect(LockSupport.mount(of: "/srv/data sets/inner", in: info)?.type == "nfs4")
    #expect(LockSupport.mount(of: "/srv", in: info)?.type == "ext4")
    #expect(LockSupport.mount(of: "/srv/data sets", in: info)?.options.contains("local_lock=none") == true)
  }
}
