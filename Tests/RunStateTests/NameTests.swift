import Testing

@testable import RunState

@Suite struct NameTests {
  @Test(arguments: [
    "", "/", "/etc/passwd", "..", "a\\b", "../x", "a/../../x", "a/..", "a/./b", ".", "a//b", "a/", "a\0b", "a\nb", "a\u{7F}", "a\u{1B}[2J",
    "a\u{85}b", "a\u{2028}b", "a\u{202E}fit", "a\u{FFFD}b", ".orthoweave", ".ORTHOWEAVE/lock", "a/.orthoweave/x",
    String(repeating: "x", count: 201), String(repeating: "한", count: 67), String(repeating: "a/", count: 600) + "a",
  ])
  func hostileNamesAreRefused(_ text: String) {
    let error = #expect(throws: RunStateError.self) { try SourceName(text) }
    #expect(error?.code == .badName)
    #expect(error?.description.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 0x202E } == true)
  }

  @Test(arguments: ["sheet-17", "north/sheet 17", "한글/정사영상", "...", ".hidden", "a..b", "C:x", "-rf", "%2F", "a'b\"c", "~", "*"])
  func usualAndStrangeNamesAreKept(_ text: String) throws {
    #expect(try SourceName(text).text == text)
  }

  @Test func flatNamesDifferAndFitIntoADirectoryEntry() throws {
    let long = String(repeating: "abcdefghi/", count: 40)
    let names = ["a/b", "a%2Fb", "a%b", "a", "b", "%", "a%link", long + "x", long + "y"]
    let flats = try names.map { try SourceName($0).flat }
    #expect(Set(flats).count == names.count)
    #expect(flats.allSatisfy { !$0.contains("/") && $0.utf8.count <= 200 })
    #expect(try SourceName("a%link").flat != SourceName("a").flat + "%link")
  }

  @Test func collisionsOfThreeKindsAreFound() throws {
    func kinds(_ names: String...) throws -> [SourceName.Collision.Kind] {
      SourceName.collisions(among: try names.map { try SourceName($0) }).map(\.kind)
    }
    #expect(try kinds("a", "b", "ab", "a-b").isEmpty)
    #expect(try kinds("a", "b", "a") == [.equal])
    #expect(try kinds("Sheet", "sheet") == [.similar])
    #expect(try kinds("e\u{301}", "\u{E9}") == [.similar])
    #expect(try kinds("straße", "STRASSE") == [.similar])
    #expect(try kinds("a", "a/b") == [.nested])
    #expect(try kinds("a/b/c", "A") == [.nested])
    #expect(try kinds("a-", "a/b", "a0").isEmpty)
  }

  @Test func linksBelowTheDirectoryAreNotFollowed() throws {
    let scratch = try Scratch()
    try scratch.write("elsewhere/keep.txt", "mine")
    let output = OutputDirectory(scratch.path + "/layers")
    try output.prepare()
    try FileOperations.system.symbolicLink(to: scratch.path + "/elsewhere", at: scratch.path + "/layers/out")
    for text in ["out", "out/sheet"] {
      let name = try SourceName(text)
      let lock = try #require(try SourceLock.take(output, name, .exclusive))
      let folder = try output.beginBuilding(lock)
      try scratch.write("layers/.orthoweave/aside/\(name.flat)/sheet.tif", "pixels")
      let receipt = Receipt(
        source: name, rasterKey: RasterKey("r"), layerKey: LayerKey("l"), fingerprint: Fingerprint(files: []), versions: [:],
        files: try Receipt.describe(folder))
      let error = #expect(throws: RunStateError.self) { try output.publish(receipt, lock) }
      #expect(error?.code == .collision)
    }
    #expect(try snapshot(scratch.path + "/elsewhere").keys.sorted() == ["keep.txt"])
  }

  @Test func aLinkInPlaceOfTheStateIsRefused() throws {
    let scratch = try Scratch()
    try scratch.write("elsewhere/x", "")
    try scratch.write("layers/y", "")
    try FileOperations.system.symbolicLink(to: "../elsewhere", at: scratch.path + "/layers/.orthoweave")
    #expect(throws: RunStateError.self) { try OutputDirectory(scratch.path + "/layers").prepare() }
    #expect(try snapshot(scratch.path + "/elsewhere").count == 1)
  }
}
