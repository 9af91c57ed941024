import Foundation
import TestSupport
import Testing

/// Folders after public bug reports of comparable tools. They do not ship with the project.
@Suite(.enabled(if: FolderCase.folder != nil, "the shared cases are not here")) struct SharedFolderCasesTests {
  @Test(arguments: FolderCase.all) func theFolderIsDoneAsItShouldBe(_ row: FolderCase) throws {
    let scene = try TemporaryFolder("case")
    let file = try #require(FolderCase.folder) + "/\(row.name)/pipeline.yaml"
    let result = try Program.run(
      Program.orthoweave, ["run", "--quiet", file], in: scene.path,
      environment: ["ORTHOWEAVE_MODEL": Places.seededCheckpoint, "ORTHOWEAVE_OUT": scene.path])
    #expect(result.status == row.status, "\(result.error)")
    if row.words.isEmpty { #expect(result.error.isEmpty, "\(result.error)") }
    for words in row.words { #expect(result.error.contains(words), "\(result.error)") }
    let report = FileManager.default.contents(atPath: scene("\(row.name)/.orthoweave/reports/latest.json")) ?? Data()
    let done = (try JSONSerialization.jsonObject(with: report) as? [String: Any])?["done"] as? Int
    #expect(done == row.done, "\(result.error)")
  }
}

struct FolderCase: Sendable, CustomTestStringConvertible {
  let name: String
  let status: Int32
  let done: Int
  /// What standard error holds, also with `--quiet`.
  let words: [String]

  var testDescription: String { name }

  static let folder: String? = {
    let path = (Places.shared ?? "") + "/cases/rasters"
    return FileManager.default.fileExists(atPath: path + "/README.md") ? path : nil
  }()

  static let all = [
    FolderCase(name: "dir-merged-name", status: 3, done: 1, words: ["in the way of the merged layer 'merged'"]),
    FolderCase(name: "dir-brackets-folder", status: 0, done: 1, words: []),
    FolderCase(name: "dir-brackets-file", status: 0, done: 1, words: []),
    FolderCase(name: "dir-nfc-and-nfd", status: 3, done: 0, words: ["differ only in Unicode form"]),
    FolderCase(name: "dir-nfd", status: 1, done: 0, words: ["is there in another Unicode form"]),
    FolderCase(name: "dir-only-ecw", status: 0, done: 0, words: ["none of them a source", ".ecw (1)", "no sources were found"]),
    FolderCase(name: "dir-uppercase-glob", status: 0, done: 0, words: ["2 match in another letter case (A.TIF, B.TIF)"]),
    FolderCase(name: "dir-thumbnail-jpg", status: 0, done: 2, words: ["left out as a preview of scene.tif"]),
    FolderCase(name: "dir-star-prj", status: 0, done: 1, words: ["crs"]),
    FolderCase(name: "dir-same-file-twice", status: 0, done: 1, words: []),
    FolderCase(name: "raw-photo-in-folder", status: 0, done: 2, words: ["'DJI_0001' is left out: it is not georeferenced"]),
  ]
}
