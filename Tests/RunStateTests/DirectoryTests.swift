import Foundation
import Synchronization
import Testing

@testable import RunState

/// Whose output directory it is, and whether it is there at all.
@Suite struct DirectoryTests {
  private func prepared(warn: @escaping @Sendable (String) -> Void = { _ in }) throws -> (Scratch, OutputDirectory) {
    let scratch = try Scratch()
    let output = OutputDirectory(scratch.path + "/layers", warn: warn)
    try output.prepare()
    for name in ["a.yaml", "b.yaml", "moved/a.yaml"] { try scratch.write(name, name) }
    return (scratch, output)
  }

  @Test func twoPipelinesInOneDirectoryAreRefused() throws {
    let (scratch, output) = try prepared()
    try output.claim(for: scratch.path + "/a.yaml")
    try scratch.write("a.yaml", "edited")
    try output.claim(for: scratch.path + "/a.yaml")
    for other in ["/b.yaml", "/moved/a.yaml"] {
      let error = #expect(throws: RunStateError.self) { try output.claim(for: scratch.path + other) }
      #expect(error?.code == .collision && error?.description.contains("/a.yaml; give each pipeline") == true, "\(other)")
    }
    // Another way to the same file.
    try FileOperations.system.symbolicLink(to: "a.yaml", at: scratch.path + "/link.yaml")
    try output.claim(for: scratch.path + "/link.yaml")
    // What the message says.
    unlink(output.path + "/.orthoweave/pipeline.json")
    try output.claim(for: scratch.path + "/b.yaml")
    #expect(throws: RunStateError.self) { try output.claim(for: scratch.path + "/a.yaml") }
  }

  @Test func aPipelineThatMovedTakesItsDirectoryAlong() throws {
    let words = Mutex<[String]>([])
    let (scratch, output) = try prepared(warn: { word in words.withLock { $0.append(word) } })
    try output.claim(for: scratch.path + "/a.yaml")
    rename(scratch.path + "/a.yaml", scratch.path + "/c.yaml")
    try output.claim(for: scratch.path + "/c.yaml")
    #expect(words.withLock { $0.count } == 1)
    #expect(throws: RunStateError.self) { try output.claim(for: scratch.path + "/b.yaml") }
    try scratch.write("layers/.orthoweave/pipeline.json", "{")
    try output.claim(for: scratch.path + "/b.yaml")
  }

  @Test func aRecordOfAnotherHostCountsByTheFilesName() throws {
    let (scratch, output) = try prepared()
    let mark = output.path + "/.orthoweave/pipeline.json"
    func record(_ file: String) throws {
      try Data(SealedJSON.seal(["pipeline": "/elsewhere/" + file, "host": "node-7"], file: mark)).write(to: URL(fileURLWithPath: mark))
    }
    try record("a.yaml")
    let error = #expect(throws: RunStateError.self) { try output.claim(for: scratch.path + "/b.yaml") }
    #expect(error?.reason.contains("on node-7") == true)
    try output.claim(for: scratch.path + "/a.yaml")
  }

  @Test func anEmptyFolderMayBeAMissingMountAndIsRefusedUnlessTold() throws {
    let scratch = try Scratch()
    let output = OutputDirectory(scratch.path + "/layers")
    for creation in [DirectoryCreation.auto, .always] { try output.checkPlace(creation, fstab: "", mounts: ["/"]) }
    mkdir(output.path, 0o755)
    let error = #expect(throws: RunStateError.self) { try output.checkPlace(.auto, fstab: "", mounts: ["/"]) }
    #expect(error?.code == .vanished && error?.endsRun == true && error?.remedy.contains("output.create: always") == true)
    try output.checkPlace(.always, fstab: "", mounts: ["/"])
    // A disk that was just formatted; a folder with something in it; one with our state.
    try output.checkPlace(.auto, fstab: "", mounts: ["/", Files.resolved(output.path)])
    try scratch.write("layers/notes.txt", "x")
    try output.checkPlace(.auto, fstab: "", mounts: ["/"])
    #expect(throws: RunStateError.self) { try output.checkPlace(.never, fstab: "", mounts: ["/"]) }
    try output.prepare()
    for creation in [DirectoryCreation.auto, .always, .never] { try output.checkPlace(creation, fstab: "", mounts: ["/"]) }
  }

  @Test func aNewDirectoryIsNeverSeenEmptyWhereverARunEnds() throws {
    let calls = Mutex(0)
    let counting = FileOperations { _, _ in
      calls.withLock { $0 += 1 }
      return .proceed
    }
    let undisturbed = try Scratch()
    try OutputDirectory(undisturbed.path + "/deep/layers", operations: counting).prepare()
    for point in 1...calls.withLock({ $0 }) {
      let scratch = try Scratch()
      let place = scratch.path + "/deep/layers"
      let call = Mutex(0)
      // From this call on nothing is done any more, as after a kill.
      let killed = FileOperations { _, _ in
        call.withLock {
          $0 += 1; return $0 >= point ? .fail(EIO) : .proceed
        }
      }
      #expect(throws: RunStateError.self) { try OutputDirectory(place, operations: killed).prepare() }
      let next = OutputDirectory(place)
      try next.checkPlace(.auto, fstab: "", mounts: ["/"])
      try next.prepare()
      #expect(try Files.rawList(scratch.path + "/deep")?.count == 1, "at \(point)")
    }
  }

  @Test func manyRunsThatBeginOneDirectoryTogetherAllFindItMade() throws {
    for _ in 0..<20 {
      let scratch = try Scratch()
      let failures = Mutex<[String]>([])
      DispatchQueue.concurrentPerform(iterations: 8) { _ in
        let output = OutputDirectory(scratch.path + "/layers")
        do {
          try output.checkPlace(.auto, fstab: "", mounts: ["/"])
          try output.prepare()
          try output.checkPresent()
        } catch { failures.withLock { $0.append("\(error)") } }
      }
      #expect(failures.withLock { $0 } == [])
      #expect(try Files.rawList(scratch.path)?.count == 1)
    }
  }

  @Test(arguments: ["layers", "layers/deep/er", "layers/../layers"]) func aDiskThatFstabNamesAndThatIsNotMountedIsRefused(below: String)
    throws
  {
    let scratch = try Scratch()
    let place = Files.resolved(scratch.path)
    let fstab = """
      # comment /layers
      UUID=1 / ext4 defaults 0 1
      UUID=2\t\(place)/layers/\text4\tnoauto,x-systemd.automount 0 2
      /swap none swap sw 0 0
      """
    mkdir(scratch.path + "/layers", 0o755)
    let output = OutputDirectory(scratch.path + "/" + below)
    let error = #expect(throws: RunStateError.self) { try output.checkPlace(.auto, fstab: fstab, mounts: ["/"]) }
    #expect(error?.reason.contains("/etc/fstab") == true && error?.reason.contains(place + "/layers") == true)
    try output.checkPlace(.always, fstab: fstab, mounts: ["/"])
    try output.checkPlace(.auto, fstab: fstab, mounts: ["/", place + "/layers"])
  }

  @Test func failuresOfSourcesThatAreGoneAreForgotten() throws {
    let (scratch, output) = try prepared()
    let rule = RetryRule(limit: 3, after: 60)
    for name in ["a", "n/b", "c"] {
      try output.recordFailure(try SourceName(name), error: "x", key: "k", rule: rule, now: Date(timeIntervalSince1970: 1_790_000_000))
    }
    let lock = try RunLock.acquire(output, .exclusive, label: "run", now: Date())
    #expect(try output.removeFailures(exceptOf: [SourceName("n/b"), SourceName("d")], lock: lock) == 2)
    #expect(try output.failures().map(\.source) == ["n/b"])
    withExtendedLifetime(scratch) {}
  }
}
