import Foundation
import PipelineFile
import TestSupport
import Testing

@testable import Runs

/// What patterns of `input.sources` find, and what is reported where they find nothing.
@Suite struct SourcePatternTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder("patterns") }

  private func find(
    _ patterns: String..., drivers: [String]? = nil, naming: Pipeline.NamePattern = .auto, mosaic: Bool = false
  ) throws -> FoundSources {
    var input = Pipeline.Input()
    input.sources = patterns.map { PipelinePath(written: $0, resolved: folder.path + "/" + $0) }
    input.mosaic = mosaic
    if let drivers { input.drivers = drivers }
    return try SourceFinder(input: input, naming: naming, pipelineName: "pipeline", outputFolder: folder("layers")).find()
  }

  private func write(_ names: String...) throws {
    for name in names { try folder.write("", to: name) }
  }

  private func names(_ found: FoundSources) -> [String] { found.sources.map(\.name) }

  // MARK: - As written

  @Test(arguments: ["Ortho [2024]", "a*b", "what?", "[x", "Ortho [2024]/*.tif", "Ortho [2024]/**"])
  func aFolderThatExistsAsWrittenIsTakenAsWritten(pattern: String) throws {
    for name in ["Ortho [2024]", "a*b", "what?", "[x"] { try write("\(name)/a.tif") }
    try write("Ortho 2/b.tif", "acb/c.tif", "whatX/d.tif")
    let found = try find(pattern)
    #expect(names(found) == ["a"] && found.notes.isEmpty, "\(found)")
  }

  @Test func aFileThatExistsAsWrittenIsTakenAsWrittenAndWhatElseItCouldMeanIsSaid() throws {
    try write("in/sheet[1].tif", "in/sheet1.tif", "in/x[ab].tif")
    let found = try find("in/sheet[1].tif")
    #expect(names(found) == ["sheet[1]"])
    #expect(found.notes.count == 1 && found.notes[0].contains("is taken as it is written") && found.notes[0].contains("sheet1.tif"))
    #expect(try find("in/x[ab].tif").notes.isEmpty)
    // Below a pattern, too.
    #expect(names(try find("*/sheet[1].tif")) == ["in/sheet[1]"])
    // A backslash takes a character's meaning, as it always did.
    #expect(names(try find("in/sheet\\[1\\].tif")) == ["sheet[1]"])
  }

  // MARK: - Nothing found

  @Test func aPatternWithoutAMatchNamesWhatComesNear() throws {
    try write("in/A.TIF", "in/B.TIF", "in/c.ecw", "in/d.txt", "in/e.tiff")
    let upper = try find("in/*.tif")
    #expect(upper.sources.isEmpty)
    #expect(
      upper.notes == [
        "in/*.tif: 5 files below \(folder("in")), none matches; there are .TIF (2), .ecw (1), .tiff (1), .txt (1); "
          + "2 match in another letter case (A.TIF, B.TIF)"
      ])
    let none = try find("in/*.jp2")
    #expect(none.notes.count == 1 && none.notes[0].contains("there are .TIF (2)") && !none.notes[0].contains("letter case"))
    try write("empty/.hidden.tif")
    #expect(try find("empty/*.tif").notes.count == 1)
    #expect(try find("empty").notes == ["\(folder("empty")): no file is in this folder"])
  }

  @Test func filesThatMatchButForCaseAreSaidWhereOthersMatch() throws {
    try write("in/a.tif", "in/B.TIF", "in/C.TIF", "deep/x/y.Tif", "deep/x/z.tif")
    let found = try find("in/*.tif")
    #expect(names(found) == ["a"])
    #expect(
      found.notes == ["in/*.tif: 2 more files match only in another letter case and are left out (B.TIF, C.TIF); add a pattern for them"])
    #expect(try find("deep/**/*.tif").notes.count == 1)
    #expect(try find("in/*.tif", "in/*.TIF").sources.count == 3)
  }

  @Test func aFolderOfWhichNothingCountsSaysWhatItHolds() throws {
    try write("in/a.ecw", "in/b.sid", "in/c.img", "in/d.vrt", "in/e.gpkg", "in/f.jpx", "in/g.tif.zip")
    let found = try find("in")
    #expect(found.sources.isEmpty && found.notes.count == 1)
    #expect(found.notes.first?.contains("7 files, none of them a source") == true && found.notes.first?.contains(".ecw (1)") == true)
    try write("in/h.tif")
    let some = try find("in")
    #expect(names(some) == ["h"])
    #expect(some.notes.count == 1 && some.notes[0].contains("left out") && some.notes[0].contains(".img"), "\(some.notes)")
  }

  @Test func anotherUnicodeFormOrCaseOfAFolderIsNamed() throws {
    let (composed, decomposed) = ("M\u{FC}nchen", "Mu\u{308}nchen")
    try write("\(decomposed)/a.tif", "Berlin/b.tif", "Berlin/c.TIF")
    for pattern in ["\(composed)/*.tif", composed, "\(composed)/deep/*.tif"] {
      let error = #expect(throws: RunError.self) { _ = try find(pattern) }
      #expect(
        error?.code == .surroundings && error?.remedy.contains("another Unicode form") == true, "\(pattern): \(error.map { "\($0)" } ?? "")"
      )
    }
    let wrongCase = #expect(throws: RunError.self) { _ = try find("berlin/*.tif") }
    #expect(wrongCase?.remedy.contains("'Berlin' is there in another letter case") == true)
    let file = try find("Berlin/c.tif")
    #expect(file.refused.count == 1 && file.refused[0].error.remedy.contains("'c.TIF' is there in another letter case"))
    try write("in/\(decomposed).tif")
    let glob = try find("in/M\u{FC}*.tif")
    #expect(glob.notes.count == 1 && glob.notes[0].contains("another Unicode form"), "\(glob.notes)")
  }

  // MARK: - What counts

  @Test func filesThatBelongToOthersNeverCount() throws {
    try write("in/a.tif")
    let others = [
      "a.prj", "a.xml", "a.tif.aux.xml", "a.txt", "a.html", "a.rrd", "a.tif~", "a.tfw", "a.TFW", "a.tif.ovr", "a.tif.msk", "a.tab",
      "a.RPB", "a.imd", "a.tif.part", "a.tif.md5", "a.qml", "a.geojson", "a.shp", "a.dbf",
    ]
    for name in others { try write("in/\(name)") }
    for pattern in ["in/*", "in/**", "in", "in/a*", "in/a.*"] {
      #expect(try find(pattern).sources.map(\.files) == [[folder("in/a.tif")]], "\(pattern)")
    }
    #expect(try find("in/*.prj").sources.isEmpty)
    // What has no ending may be anything.
    try write("scans/scan_001")
    #expect(names(try find("scans/*")) == ["scan_001"])
  }

  @Test func driversSayWhichEndingsCount() throws {
    try write("in/a.tif", "in/b.jpg", "in/c.png", "in/d.jp2", "in/e.img", "in/f.scan")
    #expect(names(try find("in")) == ["a", "b", "c", "d"])
    #expect(names(try find("in", drivers: ["GTiff"])) == ["a"])
    #expect(names(try find("in/*", drivers: ["GTiff"])) == ["a", "f"])
    #expect(names(try find("in", drivers: ["GTiff", "PNG"])) == ["a", "c"])
    let none = try find("in/*.jpg", drivers: ["GTiff"])
    #expect(none.sources.isEmpty && none.notes.count == 1, "\(none.notes)")
    // A file that is named itself is opened, or refused by name.
    #expect(names(try find("in/b.jpg", drivers: ["GTiff"])) == ["b"])
  }

  @Test func fifosSocketsAndLinksToNothingAreNoSources() throws {
    try write("in/a.tif")
    #expect(mkfifo(folder("in/pipe.tif"), 0o600) == 0)
    try FileManager.default.createSymbolicLink(atPath: folder("in/device.tif"), withDestinationPath: "/dev/zero")
    try FileManager.default.createSymbolicLink(atPath: folder("in/gone.tif"), withDestinationPath: "nowhere.tif")
    try FileManager.default.createDirectory(atPath: folder("in/folder.tif"), withIntermediateDirectories: true)
    for pattern in ["in", "in/*.tif", "in/**"] {
      let found = try find(pattern)
      #expect(names(found) == ["a"], "\(pattern)")
      #expect(found.notes.count == 2 && found.notes.contains { $0.contains("pipe.tif: is a FIFO") }, "\(found.notes)")
      #expect(found.refused.map(\.name) == ["gone"] && found.refused[0].error.reason == "is a link whose target is missing")
    }
    #expect(try find("in/pipe.tif").refused.map(\.error.reason) == ["is a FIFO, not a file"])
  }

  @Test func aDeepFolderIsSearchedToItsEnd() throws {
    let deep = (0..<60).map { "d\($0)" }.joined(separator: "/")
    try write("in/\(deep)/a.tif")
    #expect(try find("in/**").sources.count == 1)
    #expect(try find("in/**/*.tif").sources.count == 1)
  }

  // MARK: - One file, one source

  @Test func theSameFileByTwoWaysIsOneFile() throws {
    try write("in/a.tif", "other/b.tif")
    try FileManager.default.createSymbolicLink(atPath: folder("link"), withDestinationPath: "in")
    let found = try find("in", "in/*.tif", "in/a.tif", "link/a.tif", "other/../in/a.tif", "in/../link")
    #expect(names(found) == ["a"] && found.collisions.isEmpty && found.notes.isEmpty, "\(found)")
    try FileManager.default.createSymbolicLink(atPath: folder("in/again.tif"), withDestinationPath: "a.tif")
    let linked = try find("in")
    #expect(names(linked) == ["a"])
    #expect(linked.notes == ["\(folder("in/again.tif")): is the same file as \(folder("in/a.tif")), and is processed once"])
    #expect(try find("in", mosaic: true).sources.first?.files.count == 1)
  }

  @Test func namesThatDifferInUnicodeFormAreTwo() throws {
    try write("in/\u{C4}.tif", "in/A\u{308}.tif")
    let found = try find("in")
    #expect(found.sources.count == 2 && found.fileCount == 2)
  }
}
