import Foundation
import Glibc
import TestSupport
import Testing

/// Where outputs go, and what must not be there.
@Suite struct OutputDirectoryTests {
  @Test func anEmptyMountPointIsNotTakenForANewOutputDirectory() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 60, height: 60)
    try scene.pipeline(output: "formats: [classes]")
    #expect(try scene.run().status == 0)
    let layers = scene.folder.path + "/layers"
    rename(layers, layers + ".away")
    mkdir(layers, 0o755)
    for command in ["run", "plan"] {
      let result = try Program.run(Program.orthoweave, [command, "pipeline.yaml"], in: scene.folder.path)
      #expect(result.status == 1 && result.error.contains("its disk may not be mounted; mount it"), "\(result.error)")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: layers).isEmpty)
    rmdir(layers)
    rename(layers + ".away", layers)
    #expect(try scene.run().error.contains("1 unchanged"))
    // Told to, it starts over in an empty folder, and never does where it must not.
    rename(layers, layers + ".away")
    mkdir(layers, 0o755)
    try scene.pipeline(output: "formats: [classes], create: never")
    #expect(try scene.run().status == 1)
    try scene.pipeline(output: "formats: [classes], create: always")
    #expect(try scene.run().status == 0)
  }

  @Test(arguments: ["layers", "mount/layers"], ["auto", "always"])
  func aLinkToADiskThatIsNotMountedIsNamed(_ directory: String, _ creation: String) throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 60, height: 60)
    try scene.pipeline(output: "formats: [classes], create: \(creation)", directory: directory)
    let link = scene.folder(directory.hasPrefix("mount") ? "mount" : "layers")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: scene.folder("disk/outputs"))
    for command in ["plan", "run"] {
      let result = try Program.run(Program.orthoweave, [command, "pipeline.yaml"], in: scene.folder.path)
      #expect(
        result.status == 1 && result.error.contains("a link to \(scene.folder("disk/outputs")), where nothing is; mount the disk"),
        "\(command): \(result.error)")
    }
    try FileManager.default.createDirectory(atPath: scene.folder("disk/outputs"), withIntermediateDirectories: true)
    try scene.pipeline(output: "formats: [classes], create: always", directory: directory)
    #expect(try scene.run().status == 0)
  }

  @Test func aSecondPipelineInTheDirectoryIsRefusedWithTheFirstOnesName() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 60, height: 60)
    try scene.pipeline(output: "formats: [classes]")
    #expect(try scene.run().status == 0)
    let path = scene.folder.path
    try FileManager.default.copyItem(atPath: path + "/pipeline.yaml", toPath: path + "/other.yaml")
    let other = try Program.run(Program.orthoweave, ["run", "other.yaml"], in: path)
    #expect(other.status == 2 && other.error.contains("belongs to the pipeline \(path)/pipeline.yaml"), "\(other.error)")
    #expect(other.error.contains("remove \(path)/layers/.orthoweave/pipeline.json"))
    #expect(try scene.run().error.contains("1 unchanged"))
    unlink(path + "/layers/.orthoweave/pipeline.json")
    #expect(try Program.run(Program.orthoweave, ["run", "other.yaml"], in: path).status == 0)
  }

  /// Four nights with sources all around the output directory: outputs never become sources.
  @Test(arguments: [
    "in/../**", "link/**", "through/**", "**", "link/layers-link/**", "layers-link/**", "in/../layers/**", "layers/a/a.classes.tif",
  ])
  func outputsAreNotSourcesByWhateverWayTheyAreNamed(pattern: String) throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 60, height: 60)
    let path = scene.folder.path
    symlink(path, path + "/link")
    mkdir(path + "/through", 0o755)
    symlink("../in", path + "/through/in")
    symlink("layers", path + "/layers-link")
    for real in [true, false] {
      try? FileManager.default.removeItem(atPath: path + "/layers")
      try scene.pipeline(output: "formats: [classes, preview]")
      #expect(try scene.run().status == 0)
      let text = try #require(FileManager.default.contents(atPath: path + "/pipeline.yaml").map { String(decoding: $0, as: UTF8.self) })
      let directory = real ? "layers" : "layers-link"
      let changed = text.replacing(#/sources: \[[^\]]*\]/#, with: "sources: [\"\(pattern)\"]")
        .replacing(#/directory: [^,}]*/#, with: "directory: \(directory)")
      try scene.folder.write(changed, to: "pipeline.yaml")
      for _ in 0..<4 { _ = try scene.run() }
      let files = try FileManager.default.subpathsOfDirectory(atPath: path + "/layers").filter { $0.hasSuffix(".classes.tif") }
      #expect(files.count <= 2, "\(pattern) into \(directory): \(files)")
    }
  }

  @Test func aFailureOfASourceThatIsGoneIsForgotten() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 60, height: 60)
    try scene.pipeline(output: "formats: [classes]")
    for night in 0..<3 {
      try scene.folder.write("no image", to: "in/broken-\(night).tif")
      #expect(try scene.run().status == 3)
      unlink(scene.folder.path + "/in/broken-\(night).tif")
    }
    #expect(try scene.run().status == 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: scene.folder.path + "/layers/.orthoweave/failed").isEmpty)
  }
}
