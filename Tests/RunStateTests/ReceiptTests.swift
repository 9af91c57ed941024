import Foundation
import TestSupport
import Testing

@testable import RunState

@Suite struct ReceiptTests {
  private func receipt() throws -> Receipt {
    let file = Fingerprint.File(
      path: "/x/sheet.tif", name: "sheet.tif",
      status: Files.Status(
        kind: .file, size: 99, allocated: 0, modified: 1_700_000_000_123_456_789, changed: 5, inode: 6, links: 1, device: 7),
      sha256: nil)
    return Receipt(
      source: try SourceName("north/sheet"), rasterKey: RasterKey(Digest.sha256("r")), layerKey: LayerKey(Digest.sha256("l")),
      fingerprint: Fingerprint(files: [file]), versions: ["gdal": "3.6.2", "orthoweave": "0.1"],
      details: .object(["classes": .array([.string("Gebäude"), .string("도로")]), "share": .number(0.25), "pixels": .integer(1 << 60)]),
      files: [
        .init(name: "sheet.gpkg", size: 98_304, sha256: Digest.sha256("g"), rows: Digest.sha256("rows")),
        .init(name: "sheet.classes.tif", size: 4_096, sha256: Digest.sha256("c")),
      ])
  }

  @Test func aReceiptIsReadAsItWasWrittenAndHoldsNoTimeOrPlace() throws {
    let scratch = try Scratch()
    let receipt = try receipt()
    try receipt.write(scratch.path, .system)
    let read = try #require(try Receipt.read(scratch.path))
    #expect(read.files == receipt.files && read.details == receipt.details && read.rasterKey == receipt.rasterKey)
    #expect(read.fingerprint.identity == receipt.fingerprint.identity)
    #expect(read.fingerprint.difference(from: receipt.fingerprint) == nil)
    #expect(scratch.text("receipt.json")?.contains("/x/") == false)
    let other = try Scratch()
    try read.write(other.path, .system)
    #expect(other.text("receipt.json") == scratch.text("receipt.json"))
    #expect(try Receipt.read(scratch.path + "/nowhere") == nil)
  }

  @Test func everyFlippedBitTruncationAndAdditionIsFound() throws {
    var random = Seeded(seed: 3)
    let whole = try SealedJSON.seal(try receipt(), file: "receipt.json")
    #expect(throws: Never.self) { try SealedJSON.open(Receipt.self, whole, file: "") }
    // Every bit of the file once …
    var tried = 0
    for index in whole.indices {
      for bit in 0..<8 {
        var bytes = whole
        bytes[index] ^= 1 << UInt8(bit)
        expectDamaged(bytes)
        tried += 1
      }
    }
    // … every length, and seeded changes of several bytes until it is ten thousand.
    for length in 0..<whole.count {
      expectDamaged(Array(whole.prefix(length)))
      tried += 1
    }
    while tried < 10_000 || tried % 100 != 0 {
      var bytes = whole
      for _ in 0..<Int.random(in: 2...9, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      if bytes != whole { expectDamaged(bytes) }
      tried += 1
    }
    expectDamaged(whole + [10])
    print("receipts: \(tried) changes of bits, bytes and lengths, all found")
  }

  private func expectDamaged(_ bytes: [UInt8]) {
    do {
      _ = try SealedJSON.open(Receipt.self, bytes, file: "receipt.json")
      Issue.record("a change is not found")
    } catch {
      if error.code != .damaged { Issue.record("\(error)") }
    }
  }

  @Test func aReceiptThatNamesFilesOutsideIsRefused() throws {
    let scratch = try Scratch()
    for name in ["../x", "/etc/passwd", "a/../../b", ""] {
      var receipt = try receipt()
      receipt.files[0].name = name
      try receipt.write(scratch.path, .system)
      #expect(throws: RunStateError.self) { try Receipt.read(scratch.path) }
    }
  }

  @Test func aReceiptOfAnotherVersionOrALinkIsNotTaken() throws {
    let scratch = try Scratch()
    var receipt = try receipt()
    receipt.version = 2
    try receipt.write(scratch.path, .system)
    #expect(throws: RunStateError.self) { try Receipt.read(scratch.path) }
    try FileManager.default.removeItem(atPath: scratch.path + "/receipt.json")
    try FileOperations.system.symbolicLink(to: "/etc/passwd", at: scratch.path + "/receipt.json")
    #expect(throws: RunStateError.self) { try Receipt.read(scratch.path) }
  }

  @Test func theChecksumCanBeMadeWithoutThisProgram() throws {
    let scratch = try Scratch()
    try receipt().write(scratch.path, .system)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    let zeros = String(repeating: "0", count: 64)
    process.arguments = ["-c", "sed '2s/[0-9a-f]\\{64\\}/\(zeros)/' \(scratch.path)/receipt.json | sha256sum | cut -c1-64"]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    process.waitUntilExit()
    let sum = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self).filter(\.isHexDigit)
    #expect(scratch.text("receipt.json")?.contains("\"checksum\" : \"\(sum)\"") == true)
  }
}

@Suite struct KeyTests {
  @Test func canonicalJSONDoesNotDependOnOrderOrNotation() throws {
    struct One: Encodable {
      var b = 1.0
      var a = ["ü/\"", "\n"]
    }
    struct Two: Encodable {
      var a = ["ü/\"", "\n"]
      var b = 1
    }
    #expect(try JSONValue(encoding: One()).canonical == #"{"a":["ü/\"","\u000a"],"b":1}"#)
    #expect(try SettingsDigest(One()) == SettingsDigest(Two()))
    #expect(try JSONValue(encoding: "x").canonical == "\"x\"")
    #expect(try JSONValue(encoding: [0.1, 1e300, -0.5]).canonical == "[0.1,1e+300,-0.5]")
    #expect(throws: (any Error).self) { try SettingsDigest([Double.nan]) }
  }

  @Test func keysFollowEveryPartOfAFingerprint() throws {
    let scratch = try Scratch()
    try scratch.write("in/a.tif", "one")
    try scratch.write("in/a.tfw", "two")
    let paths = ["in/a.tif", "in/a.tfw"].map { scratch.path + "/" + $0 }
    let settings = try SettingsDigest(["tile": 512])
    let before = try Fingerprint.of(paths)
    #expect(try Fingerprint.of(paths) == before)
    #expect(before.bytes == 6)
    let key = RasterKey(settings: settings, fingerprint: before)
    #expect(RasterKey(settings: settings, fingerprint: before) == key)
    #expect(RasterKey(settings: try SettingsDigest(["tile": 256]), fingerprint: before) != key)
    #expect(LayerKey(raster: key, settings: settings).text != key.text)

    var time = timespec(tv_sec: 1_000_000, tv_nsec: 5)
    var times = [time, time]
    #expect(utimensat(AT_FDCWD, paths[1], &times, 0) == 0)
    let touched = try Fingerprint.of(paths)
    #expect(touched.files[1].modified == 1_000_000_000_000_005)
    #expect(RasterKey(settings: settings, fingerprint: touched) != key)
    #expect(before.changedFiles() == [paths[1]])
    #expect(touched.difference(from: before) == "a.tfw was written since")
    time.tv_sec = 0

    // By content, the time does not count, and the content does.
    let content = try Fingerprint.of(paths, below: scratch.path, content: true)
    #expect(content.files.map(\.name) == ["in/a.tif", "in/a.tfw"])
    #expect(utimensat(AT_FDCWD, paths[0], &times, 0) == 0)
    #expect(try Fingerprint.of(paths, below: scratch.path, content: true).identity == content.identity)
    try scratch.write("in/a.tif", "eno")
    let other = try Fingerprint.of(paths, below: scratch.path, content: true)
    #expect(other.difference(from: content) == "in/a.tif has other content")
    try FileManager.default.removeItem(atPath: paths[0])
    #expect(other.changedFiles() == [paths[0]])
    let error = #expect(throws: RunStateError.self) { try Fingerprint.of(paths) }
    #expect(error?.code == .vanished)
  }

  @Test func aFileWrittenInPlaceWithItsTimePutBackIsAnother() throws {
    let scratch = try Scratch()
    try scratch.write("in/a.tif", "one")
    let path = scratch.path + "/in/a.tif"
    let before = try Fingerprint.of([path])
    // A backup takes a second name of it, and later drops it.
    #expect(link(path, scratch.path + "/in/b.tif") == 0)
    #expect(before.changedFiles().isEmpty)
    let withBackup = try Fingerprint.of([path])
    #expect(unlink(scratch.path + "/in/b.tif") == 0)
    #expect(withBackup.changedFiles().isEmpty)

    let now = try Fingerprint.of([path])
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try file.write(contentsOf: Data("two".utf8))
    try file.close()
    let times = [Int64](repeating: now.files[0].modified, count: 2).map {
      timespec(tv_sec: Int($0 / 1_000_000_000), tv_nsec: Int($0 % 1_000_000_000))
    }
    #expect(utimensat(AT_FDCWD, path, times, 0) == 0)
    #expect(try Fingerprint.of([path]).identity == now.identity)
    #expect(now.changedFiles() == [path])
  }

  @Test func settlingLooksAtBothTimesAndTakesTheFutureForOld() {
    func file(modified: Double, changed: Double) -> Fingerprint {
      let status = Files.Status(
        kind: .file, size: 1, allocated: 0, modified: Int64(modified * 1e9), changed: Int64(changed * 1e9), inode: 1, links: 1, device: 1)
      return Fingerprint(files: [.init(path: "a", name: "a", status: status, sha256: nil)])
    }
    let now = Date(timeIntervalSince1970: 1000)
    #expect(file(modified: 900, changed: 900).isSettled(60, now: now))
    #expect(file(modified: 990, changed: 990).secondsUntilSettled(60, now: now) == 50)
    #expect(file(modified: 100, changed: 970).secondsUntilSettled(60, now: now) == 30)
    #expect(file(modified: 5000, changed: 900).isSettled(60, now: now))
    #expect(file(modified: 5000, changed: 5000).isSettled(60, now: now))
    #expect(file(modified: 1000, changed: 1000).isSettled(0, now: now))
  }
}
