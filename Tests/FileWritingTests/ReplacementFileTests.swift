import FileWriting
import Foundation
import Testing

@Suite struct ReplacementFileTests {
  /// A folder of its own for a test, removed with it.
  private final class Scratch {
    let path = NSTemporaryDirectory() + "orthoweave-writing-" + UUID().uuidString

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }

    func text(_ name: String) -> String? {
      FileManager.default.contents(atPath: path + "/" + name).map { String(decoding: $0, as: UTF8.self) }
    }

    func mode(_ name: String) -> UInt32 {
      var status = stat()
      return lstat(path + "/" + name, &status) == 0 ? status.st_mode & 0o777 : 0
    }
  }

  @Test func theOldFileStaysUntilTheNewOneIsWhole() throws {
    let scratch = try Scratch()
    let path = scratch.path + "/model.safetensors"
    try replaceFile(path, with: Array("old".utf8))
    do {
      let file = try ReplacementFile(path)
      try file.write(Array("half of the n".utf8))
      #expect(scratch.text("model.safetensors") == "old")
    }
    #expect(scratch.text("model.safetensors") == "old" && scratch.names == ["model.safetensors"])
    try replaceFile(path, with: Array("new".utf8))
    #expect(scratch.text("model.safetensors") == "new" && scratch.names == ["model.safetensors"])
  }

  @Test func aPrivateFileStaysPrivateAndANewOneFollowsTheUmask() throws {
    let scratch = try Scratch()
    let mask = umask(0o022)
    umask(mask)
    try replaceFile(scratch.path + "/report.json", with: [1])
    #expect(scratch.mode("report.json") == 0o666 & ~mask)
    chmod(scratch.path + "/report.json", 0o600)
    try replaceFile(scratch.path + "/report.json", with: [2])
    #expect(scratch.mode("report.json") == 0o600)
  }

  @Test func aLinkInThePlaceIsReplacedAndNotFollowed() throws {
    let scratch = try Scratch()
    try writeNewFile(scratch.path + "/victim", Array("mine".utf8))
    symlink("victim", scratch.path + "/picture.png")
    try replaceFile(scratch.path + "/picture.png", with: Array("picture".utf8))
    #expect(scratch.text("victim") == "mine" && scratch.text("picture.png") == "picture")
    symlink("victim", scratch.path + "/pipeline.yaml")
    let error = #expect(throws: FileError.self) { try writeNewFile(scratch.path + "/pipeline.yaml", [1]) }
    #expect(error?.number == EEXIST && scratch.text("victim") == "mine")
  }

  @Test func whatAKilledProcessLeftGoesAfterTenMinutesAndOtherFilesNever() throws {
    let scratch = try Scratch()
    let old = [timespec(tv_sec: 1_700_000_000, tv_nsec: 0), timespec(tv_sec: 1_700_000_000, tv_nsec: 0)]
    for (name, isOld) in [
      (".a.json.0123456789abcdef.orthoweave.tmp", true), (".a.json.0123456789abcde0.orthoweave.tmp", false),
      (".b.json.0123456789abcdef.orthoweave.tmp", true), (".a.json.orthoweave.tmp", true), ("a.json.tmp", true),
    ] {
      try writeNewFile(scratch.path + "/" + name, [])
      if isOld { utimensat(AT_FDCWD, scratch.path + "/" + name, old, 0) }
    }
    try replaceFile(scratch.path + "/a.json", with: [1])
    #expect(
      scratch.names == [
        ".a.json.0123456789abcde0.orthoweave.tmp", ".a.json.orthoweave.tmp", ".b.json.0123456789abcdef.orthoweave.tmp", "a.json",
        "a.json.tmp",
      ])
  }

  @Test(arguments: ["", "missing/file", "taken", String(repeating: "n", count: 300)])
  func whatCannotBeWrittenSaysWhy(name: String) throws {
    let scratch = try Scratch()
    mkdir(scratch.path + "/taken", 0o755)
    let error = #expect(throws: FileError.self) { try replaceFile(scratch.path + "/" + name, with: [1]) }
    #expect(error.map { "\($0)".hasPrefix($0.file + ": cannot be ") && "\($0)".contains("; ") } == true)
    #expect(scratch.names == ["taken"])
  }

  @Test func aNameOfTheGreatestLengthCanBeReplaced() throws {
    let scratch = try Scratch()
    let name = String(repeating: "ü", count: 127)
    try replaceFile(scratch.path + "/" + name, with: [1])
    try replaceFile(scratch.path + "/" + name, with: [1, 2])
    #expect(scratch.text(name)?.utf8.count == 2 && scratch.names.count == 1)
  }
}
