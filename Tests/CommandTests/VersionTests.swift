import Foundation
import Runs
import TestSupport
import Testing

/// `orthoweave --version`, and how it knows the commit.
struct VersionTests {
  @Test func versionNamesCommitAndLibraries() throws {
    let result = try Program.orthoweave("--version")
    #expect(result.status == 0)
    #expect(result.output.hasPrefix("orthoweave \(Versions.program) ("), "\(result.output)")
    for name in ["GDAL", "PROJ", "OpenBLAS"] { #expect(result.output.contains(name), "\(result.output)") }
    let isCheckout = FileManager.default.fileExists(atPath: Places.root + "/.git")
    let commit = try Regex(#"\(commit [0-9a-f]{12}\+?, GDAL "#)
    #expect(result.output.contains(commit) == isCheckout, "\(result.output)")
  }

  @Test func withoutACommitTheVersionStandsAlone() {
    #expect(Versions.current.text(commit: nil).hasPrefix("orthoweave \(Versions.program) (GDAL "))
    #expect(Versions.current.text(commit: "0123456789ab").hasPrefix("orthoweave \(Versions.program) (commit 0123456789ab, GDAL "))
  }

  @Test func theCommitIsThatOfThePackageAlone() throws {
    let folder = try TemporaryFolder("commit")
    let git = { (arguments: [String]) in
      try Program.run(
        "/usr/bin/env", ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"] + arguments, in: folder("package"))
    }
    func written(_ package: String) throws -> String {
      let result = try Program.run("/bin/sh", [Places.root + "/scripts/write-commit", folder(package), folder("out")])
      #expect(result.status == 0, "\(result.error)")
      let text = String(decoding: FileManager.default.contents(atPath: folder("out/BuiltFrom.swift")) ?? Data(), as: UTF8.self)
      return text.components(separatedBy: "String? = ").last?.components(separatedBy: "\n").first ?? ""
    }
    try folder.write("a", to: "package/file")
    try folder.write("a", to: "package/inner/file")
    #expect(try written("package") == "nil")
    for arguments in [["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "first"]] { #expect(try git(arguments).status == 0) }
    let commit = try git(["rev-parse", "--short=12", "HEAD"]).output.trimmingCharacters(in: .newlines)
    #expect(commit.count == 12)
    #expect(try written("package") == "\"\(commit)\"")
    // An archive that was unpacked within another repository is not of its commit.
    #expect(try written("package/inner") == "nil")
    try folder.write("b", to: "package/file")
    #expect(try written("package") == "\"\(commit)+\"")
    let before = try FileManager.default.attributesOfItem(atPath: folder("out/BuiltFrom.swift"))[.systemFileNumber] as? Int
    #expect(try written("package") == "\"\(commit)+\"")
    let after = try FileManager.default.attributesOfItem(atPath: folder("out/BuiltFrom.swift"))[.systemFileNumber] as? Int
    #expect(before != nil && before == after)
  }
}
