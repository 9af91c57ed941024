import Foundation
import PipelineFile
import TestSupport
import Testing

@testable import Runs

@Suite struct SourceFinderTests {
  private func find(_ folder: TemporaryFolder, _ pattern: String, output: String = "layers") throws -> FoundSources {
    var input = Pipeline.Input()
    input.sources = [PipelinePath(written: pattern, resolved: folder(pattern))]
    return try SourceFinder(input: input, naming: .auto, pipelineName: "pipeline", outputFolder: folder(output)).find()
  }

  @Test func foldersThatAreLinksAreNotSearchedButMayBeNamed() throws {
    let folder = try TemporaryFolder("finder")
    for name in ["in/a.tif", "in/deep/b.tif", "elsewhere/c.tif"] { try folder.write("", to: name) }
    try FileManager.default.createSymbolicLink(atPath: folder("in/loop"), withDestinationPath: ".")
    try FileManager.default.createSymbolicLink(atPath: folder("in/deep/up"), withDestinationPath: "../..")
    try FileManager.default.createSymbolicLink(atPath: folder("in/d.tif"), withDestinationPath: "../elsewhere/c.tif")
    try FileManager.default.createSymbolicLink(atPath: folder("named"), withDestinationPath: "in")
    for pattern in ["in/**", "in/**/*.tif", "named/**"] {
      #expect(try find(folder, pattern).sources.map(\.name) == ["a", "d", "deep/b"], "\(pattern)")
    }
    #expect(try find(folder, "named").sources.map(\.name) == ["a", "d"])
  }

  @Test(.enabled(if: geteuid() != 0, "the superuser lists every folder"))
  func aFolderBelowThatCannotBeListedIsNamedAndLeftOut() throws {
    let folder = try TemporaryFolder("finder")
    for name in ["in/a.tif", "in/shut/b.tif"] { try folder.write("", to: name) }
    try FileManager.default.setAttributes([.posixPermissions: 0o000], ofItemAtPath: folder("in/shut"))
    for pattern in ["in/**", "in/**/*.tif"] {
      let found = try find(folder, pattern)
      #expect(found.sources.map(\.name) == ["a"] && found.unlisted == [folder("in/shut")], "\(pattern)")
    }
    #expect(throws: RunError.self) { _ = try find(folder, "in/shut/*.tif") }
  }

  @Test func sourcesWithinTheOutputDirectoryAreRefused() throws {
    let folder = try TemporaryFolder("finder")
    try folder.write("", to: "in/deep/a.tif")
    for (pattern, output) in [("in", "in"), ("in/*.tif", "in"), ("in/deep", "in"), ("in/deep/*", "in/deep")] {
      let error = #expect(throws: RunError.self) { _ = try find(folder, pattern, output: output) }
      #expect(error?.code == .wrongCall && error?.remedy.isEmpty == false, "\(pattern) \(output)")
    }
    #expect(try find(folder, "in/deep", output: "in/deep/layers").sources.map(\.name) == ["a"])
    // A file that is named itself is found wherever it lies.
    #expect(try find(folder, "in/deep/a.tif", output: "in").sources.map(\.name) == ["a"])
  }
}
