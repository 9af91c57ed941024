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
