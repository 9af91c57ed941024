import Foundation
import Testing

@testable import RunState

@Suite struct PublishingTests {
  /// Builds a directory with files and publishes it.
  private func publish(_ output: OutputDirectory, _ text: String, _ files: [String: String], rows: [String: String] = [:]) throws {
    let name = try SourceName(text)
    let lock = try #require(try SourceLock.take(output, name, .exclusive))
    let folder = try output.beginBuilding(lock)
    for (file, content) in files {
      try FileManager.default.createDirectory(atPath: Files.parent(folder + "/" + file), withIntermediateDirectories: true)
      try Data(content.utf8).write(to: URL(fileURLWithPath: folder + "/" + file))
    }
    let receipt = Receipt(
      source: name, rasterKey: RasterKey("r"), layerKey: LayerKey("l"), fingerprint: Fingerprint(files: []), versions: [:],
      files: try Receipt.describe(folder, rows: rows))
    try output.publish(receipt, lock)
  }

  private func output(exchanges: Bool = true) throws -> (Scratch, OutputDirectory) {
    let scratch = try Scratch()
    let output = OutputDirectory(scratch.path + "/layers", operations: FaultGate(exchanges: exchanges).operations)
    try output.prepare()
    return (scratch, output)
  }

  @Test(arguments: [true, false]) func outputsReplaceTheirPredecessorsWhole(exchanges: Bool) throws {
    let (scratch, output) = try output(exchanges: exchanges)
    try publish(output, "n/s", ["s.tif": "one", "old.csv": "x", "deep/er/f": "y"])
    let reader = try FileHandle(forReadingFrom: URL(fileURLWithPath: scratch.path + "/layers/n/s/s.tif"))
    try publish(output, "n/s", ["s.tif": "two"])
    #expect(scratch.text("layers/n/s/s.tif") == "two")
    #expect(!scratch.exists("layers/n/s/old.csv") && !scratch.exists("layers/n/s/deep"))
    #expect(try String(decoding: reader.readToEnd() ?? Data(), as: UTF8.self) == "one")
    #expect(try output.publishedSources().map(\.text) == ["n/s"])
    #expect(try output.verify(try SourceName("n/s"), .content).isEmpty)
    #expect(try snapshot(output.aside).isEmpty)
    #expect((OutputDirectory.target(of: scratch.path + "/layers/n/s") != nil) == !exchanges)
  }

  @Test func aDirectoryFromAnotherFileSystemBecomesALinkWhereExchangeIsMissing() throws {
    let (scratch, output) = try output()
    try publish(output, "s", ["s.tif": "one"])
    try scratch.write("layers/s/mine.txt", "mine")
    let without = OutputDirectory(output.path, operations: FaultGate(exchanges: false).operations)
    for content in ["two", "three"] { try publish(without, "s", ["s.tif": content]) }
    #expect(scratch.text("layers/s/s.tif") == "three" && scratch.text("layers/s/mine.txt") == "mine")
    #expect(OutputDirectory.target(of: scratch.path + "/layers/s") == ".orthoweave/versions/s/v2")
    // And back, where it is there again.
    try publish(output, "s", ["s.tif": "four"])
    #expect(scratch.text("layers/s/s.tif") == "four" && scratch.text("layers/s/mine.txt") == "mine")
    #expect(OutputDirectory.target(of: scratch.path + "/layers/s") == nil && !scratch.exists("layers/.orthoweave/versions/s"))
  }

  @Test(arguments: [true, false]) func filesOfOthersStayAndSidecarsOfOursGo(exchanges: Bool) throws {
    let (scratch, output) = try output(exchanges: exchanges)
    try publish(output, "s", ["s.gpkg": "1", "s.shp": "1", "s.tif": "1"])
    for name in ["s.gpkg-wal", "s.gpkg-shm", "s.tif.aux.xml", "s.qix", "s.SBN"] { try scratch.write("layers/s/" + name, "reader") }
    for name in ["project.qgz", "s.qgz", "notes/today.txt", "s.gpkg.bak"] { try scratch.write("layers/s/" + name, "mine") }
    try FileOperations.system.symbolicLink(to: "../elsewhere", at: scratch.path + "/layers/s/shortcut")
    try publish(output, "s", ["s.gpkg": "2", "s.shp": "2"])
    #expect(
      try snapshot(scratch.path + "/layers/s").keys.sorted() == [
        "notes", "notes/today.txt", "project.qgz", "receipt.json", "s.gpkg", "s.gpkg.bak", "s.qgz", "s.shp", "shortcut",
      ])
    #expect(try output.verify(try SourceName("s"), .content).isEmpty)

    let lock = try #require(try SourceLock.take(output, try SourceName("s"), .exclusive))
    try output.unpublish(lock)
    #expect(try output.publishedSources().isEmpty)
    #expect(scratch.text("layers/s/notes/today.txt") == "mine" && !scratch.exists("layers/s/s.gpkg"))
  }

  @Test(arguments: [true, false]) func unpublishedOutputsLeaveNothing(exchanges: Bool) throws {
    let (scratch, output) = try output(exchanges: exchanges)
    try publish(output, "a/b/s", ["s.tif": "1"])
    try publish(output, "a/t", ["t.tif": "1"])
    let lock = try #require(try SourceLock.take(output, try SourceName("a/b/s"), .exclusive))
    try output.unpublish(lock)
    try output.unpublish(lock)
    #expect(!scratch.exists("layers/a/b") && scratch.exists("layers/a/t/t.tif"))
    #expect(try snapshot(output.aside).isEmpty)
  }

  /// A run may be killed after it has emptied the folder of a source that is gone, and before it has removed it.
  @Test func anEmptiedFolderOnItsWayOutIsNotPutBack() throws {
    let (scratch, output) = try output()
    let source = try SourceName("s")
    let lock = try #require(try SourceLock.take(output, source, .exclusive))
    #expect(mkdir(output.asideOld(source), 0o755) == 0)
    try output.recover(lock)
    #expect(try !scratch.exists("layers/s") && snapshot(output.aside).isEmpty)
    #expect(mkdir(output.asideOld(source), 0o755) == 0)
    try Data("mine".utf8).write(to: URL(fileURLWithPath: output.asideOld(source) + "/today.txt"))
    try output.recover(lock)
    #expect(try scratch.text("layers/s/today.txt") == "mine" && snapshot(output.aside).isEmpty)
  }

  @Test func nestedNamesAndForeignFilesInTheWayAreRefused() throws {
    let (scratch, output) = try output()
    try publish(output, "a/b", ["b.tif": "1"])
    for name in ["a", "a/b/c"] {
      let error = #expect(throws: RunStateError.self) { try publish(output, name, ["x.tif": "1"]) }
      #expect(error?.code == .collision, "\(name)")
    }
    #expect(scratch.text("layers/a/b/b.tif") == "1")
    try scratch.write("layers/file", "mine")
    #expect(throws: RunStateError.self) { try publish(output, "file", ["x.tif": "1"]) }
    #expect(scratch.text("layers/file") == "mine")
  }

  @Test func aReceiptThatIsGoneOrDamagedMakesTheSourceDueAndItIsReplaced() throws {
    let (scratch, output) = try output()
    try publish(output, "s", ["s.tif": "1", "s.csv": "1"])
    try FileManager.default.removeItem(atPath: scratch.path + "/layers/s/receipt.json")
    #expect(try output.receipt(try SourceName("s")) == nil)
    #expect(try output.verify(try SourceName("s"), .sizes).map(\.kind) == [.receipt])
    try publish(output, "s", ["s.tif": "2"])
    #expect(try snapshot(scratch.path + "/layers/s").keys.sorted() == ["receipt.json", "s.tif"])
    try scratch.write("layers/s/receipt.json", "{")
    #expect(try output.receipt(try SourceName("s")) == nil)
    try publish(output, "s", ["s.tif": "3"])
    #expect(try output.verify(try SourceName("s"), .content).isEmpty)
  }

  @Test func verificationFindsWhatIsMissingChangedOrTouched() throws {
    let (scratch, output) = try output()
    let name = try SourceName("s")
    try publish(output, "s", ["s.gpkg": "rows", "s.tif": "pixels", "s.csv": "text"], rows: ["s.gpkg": "R"])
    try scratch.write("layers/s/s.tif", "pixelz")
    try scratch.write("layers/s/s.gpkg", "rows and a reader's notes")
    try FileManager.default.removeItem(atPath: scratch.path + "/layers/s/s.csv")
    #expect(try output.verify(name, .sizes).map(\.kind) == [.missing, .size])
    #expect(try output.verify(name, .content) { _ in "R" }.map(\.kind) == [.missing, .touched, .content])
    #expect(try output.verify(name, .content) { _ in "other" }.map(\.kind) == [.missing, .size, .content])
    #expect(try output.verify(name, .content) { _ in "R" }.first?.message == "s/s.csv: is missing")
    #expect(try output.verify(try SourceName("nowhere"), .sizes).map(\.kind) == [.receipt])

    let store = SegmentStore(output, name, key: RasterKey("k"))
    for row in [0, 1, 2] { try store.write(SegmentWindow(row: row, column: 0, height: 1, width: 1), [1, 2, 3]) }
    #expect(try output.verifySegments().isEmpty)
    let path = store.path(SegmentWindow(row: 1, column: 0, height: 1, width: 1))
    var bytes = try #require(try Files.read(path, limit: 1 << 20))
    bytes[170] ^= 4
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    #expect(try output.verifySegments().map(\.kind) == [.segment])
  }

  @Test func statisticsThatAReaderWritesBesideARasterAreNoDamage() throws {
    let (scratch, output) = try output()
    let name = try SourceName("s")
    let beside = "s.classes.tif.aux.xml"
    try publish(output, "s", ["s.classes.tif": "pixels", beside: "names"], rows: [beside: "names"])
    let path = scratch.path + "/layers/s/" + beside
    func says(_ path: String) -> String? {
      (try? String(contentsOfFile: path, encoding: .utf8))?.split(separator: " ").first.map(String.init)
    }
    try scratch.write("layers/s/" + beside, "names and statistics")
    #expect(try output.verify(name, .content, rows: says).map(\.kind) == [.touched])
    #expect(try output.verify(name, .sizes).map(\.kind) == [.touched])
    try scratch.write("layers/s/" + beside, "nomen")
    #expect(try output.verify(name, .content, rows: says).map(\.kind) == [.content])
    try FileManager.default.removeItem(atPath: path)
    for depth in [Verification.Depth.sizes, .content] { #expect(try output.verify(name, depth).map(\.kind) == [.missing]) }
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    #expect(try output.verify(name, .sizes).map(\.kind) == [.missing])
  }

  @Test func aVanishedOutputDirectoryIsNotMadeAgain() throws {
    let (scratch, output) = try output()
    let name = try SourceName("s")
    let store = SegmentStore(output, name, key: RasterKey("k"))
    let lock = try #require(try SourceLock.take(output, name, .exclusive))
    try FileManager.default.removeItem(atPath: output.path)
    try FileManager.default.createDirectory(atPath: output.path, withIntermediateDirectories: true)
    let error = #expect(throws: RunStateError.self) { try store.write(SegmentWindow(row: 0, column: 0, height: 1, width: 1), [1]) }
    #expect(error?.code == .vanished && error?.endsRun == true)
    #expect(throws: RunStateError.self) { try output.beginBuilding(lock) }
    #expect(try snapshot(scratch.path + "/layers").isEmpty)
  }

  @Test func outputsOfAReadOnlyDirectorySayItOnce() throws {
    let scratch = try Scratch()
    let gate = FileOperations { operation, _ in operation == .makeDirectory ? .fail(EROFS) : .proceed }
    let error = #expect(throws: RunStateError.self) { try OutputDirectory(scratch.path + "/layers", operations: gate).prepare() }
    #expect(error?.code == .readOnly && error?.endsRun == true)
  }

  /// What is not asked for any more goes, with what a kill left; what others wrote stays.
  @Test func documentsOfThisProgramAloneAreRemoved() throws {
    let (scratch, output) = try output()
    try output.replaceDocument("collection.json", with: Array("{\"ours\": 1}".utf8), mark: "ours")
    try Data("x".utf8).write(to: URL(fileURLWithPath: scratch.path + "/layers/model.json"))
    #expect(try output.removeDocument("collection.json", mark: "ours"))
    #expect(!scratch.exists("layers/collection.json"))
    #expect(try !output.removeDocument("collection.json", mark: "ours"))
    #expect(try !output.removeDocument("model.json", mark: "ours"))
    #expect(scratch.text("layers/model.json") == "x")
    try FileManager.default.createDirectory(atPath: scratch.path + "/layers/folder.json", withIntermediateDirectories: true)
    #expect(try !output.removeDocument("folder.json", mark: "ours"))
    #expect(scratch.exists("layers/folder.json"))
  }
}

@Suite struct WriteWatchTests {
  /// Paths longer than any buffer for them: the folder is known by its inode.
  @Test func failedWritesBelowPathsOf1200BytesAreNoticed() throws {
    let scratch = try Scratch()
    let deep = (0..<6).map { _ in String(repeating: "d", count: 200) }.joined(separator: "/")
    let output = OutputDirectory(scratch.path + "/" + deep)
    try output.prepare()
    let lock = try #require(try SourceLock.take(output, try SourceName("s"), .exclusive))
    let folder = try output.beginBuilding(lock)
    // Below another name for the same folder, and elsewhere.
    try FileOperations.system.symbolicLink(to: folder, at: scratch.path + "/other")
    mkdir(scratch.path + "/taken", 0o755)
    #expect(fopen(scratch.path + "/taken", "w") == nil)
    try lock.checkWrites()
    mkdir(folder + "/taken", 0o755)
    #expect(fopen(scratch.path + "/other/taken", "w").map { fclose($0) } == 0)
    let error = #expect(throws: RunStateError.self) { try lock.checkWrites() }
    #expect(error?.file.hasSuffix("/other/taken") == true)
  }

  @Test func aFailedWriteThatALibraryLosesIsNotPublished() throws {
    let scratch = try Scratch()
    let output = OutputDirectory(scratch.path + "/layers")
    try output.prepare()
    let name = try SourceName("s")
    let lock = try #require(try SourceLock.take(output, name, .exclusive))
    for round in 0..<3 {
      let folder = try output.beginBuilding(lock)
      try scratch.write("layers/.orthoweave/aside/s/s.tif", "pixels")
      try scratch.write("layers/.orthoweave/aside/s/limited", "")
      // A file that refuses writing, as one on a full disk does: its descriptor is open for reading.
      if round == 1 { try #require(mkdir(folder + "/taken.dbf", 0o755) == 0) }
      if round == 1 { #expect(fopen(folder + "/taken.dbf", "w").map { fclose($0) } == 0) }
      if round == 1 { try #require(rmdir(folder + "/taken.dbf") == 0) }
      let receipt = Receipt(
        source: name, rasterKey: RasterKey("r"), layerKey: LayerKey("\(round)"), fingerprint: Fingerprint(files: []), versions: [:],
        files: try Receipt.describe(folder))
      if round == 1 {
        let error = #expect(throws: RunStateError.self) { try output.publish(receipt, lock) }
        #expect(error?.file.hasSuffix("aside/s/taken.dbf") == true && error?.endsRun == true)
        #expect(throws: RunStateError.self) { try lock.checkWrites() }
      } else {
        try output.publish(receipt, lock)
        try lock.checkWrites()
        #expect(try output.receipt(name)?.layerKey == LayerKey("\(round)"))
      }
    }
  }
}
