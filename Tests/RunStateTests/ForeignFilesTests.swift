import CSystem
import FileWriting
import Foundation
import Synchronization
import Testing

@testable import RunState

/// What others lay beside outputs, in whatever form, at whatever moment.
@Suite struct ForeignFilesTests {
  /// What a file system can do.
  enum Disk: CaseIterable {
    case exchange, links, plain

    var gate: FaultGate { FaultGate(exchanges: self == .exchange, links: self != .plain) }
  }

  private func publish(_ output: OutputDirectory, _ files: [String: String]) throws {
    let name = try SourceName("s")
    let lock = try #require(try SourceLock.take(output, name, .exclusive))
    let folder = try output.beginBuilding(lock)
    for (file, content) in files { try Data(content.utf8).write(to: URL(fileURLWithPath: folder + "/" + file)) }
    let receipt = Receipt(
      source: name, rasterKey: RasterKey("r"), layerKey: LayerKey("l"), fingerprint: Fingerprint(files: []), versions: [:],
      files: try Receipt.describe(folder))
    try output.publish(receipt, lock)
  }

  private func output(_ operations: FileOperations, warn: @escaping @Sendable (String) -> Void = { _ in }) throws -> (
    Scratch, OutputDirectory
  ) {
    let scratch = try Scratch()
    let output = OutputDirectory(scratch.path + "/layers", operations: operations, warn: warn)
    try output.prepare()
    return (scratch, output)
  }

  private func raw(_ scratch: Scratch, _ path: String, _ bytes: [UInt8]) -> RawPath {
    RawPath(scratch.path + "/" + path).appending(RawPath(bytes))
  }

  private func mode(_ path: String) throws -> UInt32 {
    var status = stat()
    try #require(stat(path, &status) == 0, "\(path)")
    return status.st_mode & 0o7777
  }

  @Test(arguments: Disk.allCases) func whateverOthersLayBesideOutputsStays(disk: Disk) throws {
    let (scratch, output) = try output(disk.gate.operations)
    try publish(output, ["s.gpkg": "1", "s.shp": "1", "s.classes.tif": "1"])
    let folder = scratch.path + "/layers/s"
    for name in ["my%x.tmp", "s.shp.xml", "s.gpkg.xml", "s.qmd", "a%0.tmp", "~lock", "notes/deep/er/today.txt"] {
      try scratch.write("layers/s/" + name, name)
    }
    mkdir(folder + "/empty", 0o755)
    mkdir(folder + "/private", 0o700)
    try scratch.write("layers/s/private/key", "secret")
    #expect(mkfifo(folder + "/pipe", 0o600) == 0)
    let strange = raw(scratch, "layers/s", Array("caf".utf8) + [0xE9])
    let strangeFolder = raw(scratch, "layers/s", [0xFF, 0x2F - 1])
    #expect(strange.withCPath { close(open($0, O_CREAT | O_WRONLY, 0o644)) } == 0)
    #expect(strangeFolder.withCPath { mkdir($0, 0o711) } == 0)
    #expect(strangeFolder.appending(RawPath("inside")).withCPath { close(open($0, O_CREAT | O_WRONLY, 0o644)) } == 0)

    for content in ["2", "3"] {
      try publish(output, ["s.gpkg": content, "s.shp": content])
      #expect(
        Set(try #require(try Files.list(folder))) == [
          "s.gpkg", "s.shp", "receipt.json", "my%x.tmp", "s.shp.xml", "s.gpkg.xml", "s.qmd", "a%0.tmp", "~lock", "notes", "empty",
          "private", "pipe",
        ])
      #expect(
        scratch.text("layers/s/notes/deep/er/today.txt") == "notes/deep/er/today.txt" && scratch.text("layers/s/private/key") == "secret")
      #expect(try mode(folder + "/private") == 0o700 && Files.status(folder + "/pipe")?.kind == .other)
      #expect(try Files.status(strange)?.kind == .file && Files.status(strangeFolder.appending(RawPath("inside")))?.kind == .file)
      #expect(try output.verify(try SourceName("s"), .content).isEmpty)
      #expect(try Files.rawList(output.aside) == [])
    }
    let lock = try #require(try SourceLock.take(output, try SourceName("s"), .exclusive))
    try output.unpublish(lock)
    #expect(try output.publishedSources().isEmpty && scratch.exists("layers/s/empty") && !scratch.exists("layers/s/s.gpkg"))
    #expect(try Files.status(strange)?.kind == .file)
  }

  @Test(arguments: Disk.allCases) func theFolderKeepsItsModeOwnerAndAttributes(disk: Disk) throws {
    let (scratch, output) = try output(disk.gate.operations)
    try publish(output, ["s.tif": "1"])
    let folder = scratch.path + "/layers/s"
    chmod(folder, 0o2750)
    let isRoot = geteuid() == 0
    if isRoot { #expect(chown(folder, 12_345, 54_321) == 0 && chmod(folder, 0o2750) == 0) }
    let hasAttributes = setxattr(folder, "user.note", "mine", 4, 0) == 0
    for _ in 0..<2 {
      try publish(output, ["s.tif": "2"])
      #expect(try mode(folder) == 0o2750)
      var status = stat()
      stat(folder, &status)
      if isRoot { #expect(status.st_uid == 12_345 && status.st_gid == 54_321) }
      var value = [UInt8](repeating: 0, count: 8)
      if hasAttributes { #expect(getxattr(folder, "user.note", &value, 8) == 4 && value.prefix(4).elementsEqual("mine".utf8)) }
    }
  }

  /// A gate that lays files into the published directory right before and right after the exchange.
  private final class Visitor: Sendable {
    private let seen = Mutex(0)
    private let crashes: Bool
    let folder = Mutex("")

    init(crashes: Bool = false) { self.crashes = crashes }

    var operations: FileOperations {
      FileOperations { [self] operation, path in
        let folder = folder.withLock { $0 }
        guard !folder.isEmpty else { return .proceed }
        if seen.withLock({ $0 }) > 0, crashes { return .fail(EIO) }
        guard operation == .exchange, path == folder else { return .proceed }
        seen.withLock { $0 += 1 }
        for (name, text) in [("late.txt", "late"), ("notes.txt", "newer"), ("late/er", "x")] {
          mkdir(folder + "/late", 0o755)
          // As editors do: another file in its place.
          try? Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/new"))
          rename(folder + "/new", folder + "/" + name)
        }
        return .proceed
      }
    }
  }

  @Test func whatComesInTheLastMomentStays() throws {
    let visitor = Visitor()
    let (scratch, output) = try output(visitor.operations)
    try publish(output, ["s.tif": "1"])
    try scratch.write("layers/s/notes.txt", "old")
    visitor.folder.withLock { $0 = output.path + "/s" }
    try publish(output, ["s.tif": "2"])
    #expect(
      scratch.text("layers/s/late.txt") == "late" && scratch.text("layers/s/notes.txt") == "newer"
        && scratch.text("layers/s/late/er") == "x")
    #expect(scratch.text("layers/s/s.tif") == "2")
    #expect(try Files.rawList(output.aside) == [])
  }

  @Test(arguments: [false, true]) func whatCameBeforeAKillIsBroughtBackByTheNextRun(byAShard: Bool) throws {
    let visitor = Visitor(crashes: true)
    let (scratch, output) = try output(visitor.operations)
    try publish(output, ["s.tif": "1"])
    visitor.folder.withLock { $0 = output.path + "/s" }
    #expect(throws: RunStateError.self) { try publish(output, ["s.tif": "2"]) }
    let next = OutputDirectory(output.path)
    if byAShard {
      try next.recover(try #require(try SourceLock.take(next, try SourceName("s"), .exclusive)))
    } else {
      try next.recover(try RunLock.acquire(next, .exclusive, label: "run", now: Date()))
    }
    #expect(scratch.text("layers/s/late.txt") == "late" && scratch.text("layers/s/late/er") == "x")
    #expect(try next.verify(try SourceName("s"), .content).isEmpty)
    #expect(try Files.rawList(next.aside) == [])
  }

  @Test(arguments: Disk.allCases) func aFileWhoseNameAnOutputTakesIsKeptUnderAnother(disk: Disk) throws {
    let words = Mutex<[String]>([])
    let (scratch, output) = try output(disk.gate.operations, warn: { word in words.withLock { $0.append(word) } })
    try publish(output, ["s.tif": "1"])
    try scratch.write("layers/s/s.csv", "the user's table")
    try publish(output, ["s.tif": "2", "s.csv": "ours"])
    #expect(scratch.text("layers/s/s.csv") == "ours" && scratch.text("layers/s/s.csv~") == "the user's table")
    #expect(words.withLock { $0.contains { $0.contains("kept as s.csv~") } })
    try publish(output, ["s.tif": "3"])
    #expect(!scratch.exists("layers/s/s.csv") && scratch.text("layers/s/s.csv~") == "the user's table")
  }

  @Test(arguments: Disk.allCases) func withoutAReceiptOutputsOfTheNamesThatComeAreOurs(disk: Disk) throws {
    let (scratch, output) = try output(disk.gate.operations)
    try publish(output, ["s.tif": "1", "stac-item.json": "1"])
    try scratch.write("layers/s/receipt.json", "{")
    try scratch.write("layers/s/notes.txt", "mine")
    try publish(output, ["s.tif": "2", "stac-item.json": "2"])
    #expect(try Files.list(scratch.path + "/layers/s") == ["notes.txt", "receipt.json", "s.tif", "stac-item.json"])
  }

  @Test func namesThatAreNotUTF8StopNothingAnywhere() throws {
    let (scratch, output) = try output(.system)
    try publish(output, ["s.tif": "1"])
    let name = try SourceName("s")
    try output.prepareWork(name)
    for folder in [
      "", "s", ".orthoweave", ".orthoweave/work", ".orthoweave/work/s", ".orthoweave/reports", ".orthoweave/failed", ".orthoweave/aside",
    ] {
      let path = raw(scratch, "layers/" + folder, Array("caf".utf8) + [0xE9])
      #expect(path.withCPath { close(open($0, O_CREAT | O_WRONLY, 0o644)) } == 0)
    }
    let lock = try RunLock.acquire(output, .exclusive, label: "run", now: Date())
    try output.recover(lock)
    #expect(try output.publishedSources() == [name] && output.verify(name, .content).isEmpty && output.verifySegments().isEmpty)
    try output.rememberPublished()
    try output.writeReport(["exit": 0], started: Date())
    try output.removeFailures(exceptOf: [], lock: lock)
    try publish(output, ["s.tif": "2"])
    try output.finish(name)
    #expect(!scratch.exists("layers/.orthoweave/work/s"))
    #expect(try output.sourcesToPrune([], present: [], limit: .count(9)) == [name])
    #expect(try DiskSpace.bytes(below: output.path) > 0)
  }
}
