import Foundation
import GeoTypes
import TestSupport
import Testing

/// Bad input gets one line with file, reason and remedy, the right exit code, and nothing half-written.
@Suite struct FailureTests {
  @Test func wrongPipelinesEndWithCode2AndTheLine() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 40, height: 40)
    let cases: [(text: String, says: [String])] = [
      (
        "input: {sources: [in/]}\nmodel: {checkpoint: \(Scene.checkpoint)}\noutput: {directory: layers}\ninference: {overlapp: 3}",
        ["overlapp", "overlap", "4:"]
      ),
      ("input: {sources: [in/]}\nmodel: {checkpoint: \(Scene.checkpoint)}\noutput: {directory: layers}\ninference: {tile: big}", ["tile"]),
      ("input: {sources: [in/]}\nmodel: {checkpoint: missing.pth}\noutput: {directory: layers}", ["missing.pth"]),
      ("input: {sources: [in/]}\nmodel: {checkpoint: in/a.tif}\noutput: {directory: layers}", ["a.tif"]),
      (
        "input: {sources: [in/]}\nmodel: {checkpoint: \(Scene.checkpoint)}\noutput: {directory: layers}\nvectors: {classes: [castle]}",
        ["castle", "building"]
      ),
      ("not: [yaml", ["pipeline.yaml"]),
      (
        "input: {sources: [in/]}\nmodel: {checkpoint: \(Scene.checkpoint)}\noutput: {directory: layers}\nvectors: {crs: \"EPSG:99999\"}",
        ["pipeline.yaml", "vectors.crs", "EPSG:99999"]
      ),
      (
        "input: {sources: [in/]}\nmodel: {checkpoint: \(Scene.checkpoint)}\noutput: {directory: layers}\nvectors: {crs: \"EPSG:4978\"}",
        ["vectors.crs", "EPSG:4978", "projected"]
      ),
    ]
    for (text, says) in cases {
      try scene.folder.write(text, to: "pipeline.yaml")
      let result = try scene.run()
      #expect(result.status == 2, "\(text): \(result.error)")
      for word in says { #expect(result.error.contains(word), "\(word) in \(result.error)") }
      #expect(!FileManager.default.fileExists(atPath: scene.folder("layers")))
    }
    #expect(try Program.orthoweave("run", "nowhere.yaml").status == 2)
    #expect(try Program.orthoweave("run").status == 2)
    #expect(try Program.orthoweave("fly").status == 2)
  }

  @Test func missingFolderOfSourcesEndsWithCode1() throws {
    let scene = try Scene()
    try scene.folder.write(
      "input: {sources: [gone/*.tif]}\nmodel: {checkpoint: \(Scene.checkpoint)}\noutput: {directory: layers}", to: "pipeline.yaml")
    let result = try scene.run()
    #expect(result.status == 1 && result.error.contains("gone") && result.error.contains("mounted"), "\(result.error)")
  }

  @Test func anEmptyInboxIsFine() throws {
    let scene = try Scene()
    try scene.pipeline()
    let result = try scene.run()
    #expect(result.status == 0, "\(result.error)")
  }

  @Test func outputDirectoryThatCannotBeMadeEndsWithCode1() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 40, height: 40)
    try scene.folder.write("a file", to: "block")
    try scene.pipeline(directory: "block/layers")
    let result = try scene.run()
    #expect(result.status == 1 && result.error.contains("block"), "\(result.error)")
  }

  @Test func brokenSourcesDoNotStopTheOthers() throws {
    let scene = try Scene()
    try scene.raster("good.tif", width: 150, height: 120)
    try scene.raster("one band.tif", width: 60, height: 60, bands: 1)
    try scene.raster("nothing.tif", width: 60, height: 60, mask: { _, _ in false })
    try scene.folder.write("this is not a tiff", to: "in/text.tif")
    try scene.folder.write("", to: "in/empty.tif")
    let whole = try scene.raster("cut.tif", width: 400, height: 300)
    let bytes = FileManager.default.contents(atPath: whole) ?? Data()
    try bytes.prefix(bytes.count / 3).write(to: URL(fileURLWithPath: whole))
    try scene.pipeline()
    let result = try scene.run()
    #expect(result.status == 3, "\(result.error)")
    let report = try scene.report()
    #expect(report["done"] as? Int == 1 && report["failed"] as? Int == 4 && report["empty"] as? Int == 1, "\(result.error)")
    for name in ["text.tif", "empty.tif", "cut.tif", "one band.tif"] {
      #expect(result.error.split(separator: "\n").contains { $0.contains(" error: ") && $0.contains(name) }, "\(name): \(result.error)")
    }
    #expect(result.error.contains("bands: [1, 1, 1]"))
    #expect(Set(scene.published().keys.map { $0.split(separator: "/")[0] }) == ["good"])
    // A second run does not try again before the time has come, and says so; --retry-failed does.
    let second = try scene.run()
    #expect(second.status == 3 && second.error.contains("4 waiting"), "\(second.error)")
    #expect(try scene.run("--retry-failed").status == 3)
  }

  /// Found by mutated rasters: so far from the origin, all corners of a pixel are one number, and its polygon was not valid.
  @Test func aPlaceThatDoesNotTellPixelsApartIsNotUsed() throws {
    let scene = try Scene()
    let size = RasterSize(width: 40, height: 30)
    for (origin, pixel, works) in [(5e67, 60.0, false), (4e12, 0.001, false), (.infinity, 1, false), (5e6, 0.001, true), (179, 1e-8, true)]
    {
      #expect(Geotransform(origin, pixel, 0, origin, 0, -pixel).tellsPixelsApart(in: size) == works, "\(origin)")
    }
    try scene.raster("far.tif", width: 40, height: 30, crs: nil, geotransform: Geotransform(5e67, 60, 0, 5e67, 0, -60))
    try scene.pipeline(output: "formats: [classes, gpkg]")
    let result = try scene.run()
    #expect(result.status == 0 && result.error.contains("does not tell its pixels apart"), "\(result.error)")
    #expect(try Program.run(Program.orthoweave, ["verify", "--deep", "layers"], in: scene.folder.path).status == 0)
  }

  @Test func namesThatBeginWithASpecialCharacterAreDone() throws {
    let scene = try Scene()
    let names = ["(1) copy", "-rf", "[x]", "$(id)", "*"]
    for name in names { try scene.raster("\(name).tif", width: 60, height: 50) }
    try scene.pipeline(output: "formats: [classes, gpkg, fgb, shp, csv], merge: true")
    let result = try scene.run()
    #expect(result.status == 0, "\(result.error)")
    let files = Set(scene.published().keys)
    for name in names { #expect(files.contains("\(name)/\(name).gpkg") && files.contains("\(name)/\(name).shp"), "\(name)") }
    #expect(try Program.run(Program.orthoweave, ["verify", "--deep", "layers"], in: scene.folder.path).status == 0)
  }

  @Test func theFolderOfTheSourcesIsRefusedAsOutputDirectory() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 40, height: 40)
    try scene.pipeline(directory: "in")
    let result = try scene.run()
    #expect(result.status == 2 && result.error.contains("output.directory"), "\(result.error)")
    try scene.pipeline(output: "formats: [classes]", directory: "in/layers")
    #expect(try scene.run().status == 0)
  }

  @Test func twoSourcesWithOneNameAreBothRefused() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 50, height: 50)
    try scene.raster("a.png.tif", width: 50, height: 50)
    try FileManager.default.copyItem(atPath: scene.folder("in/a.tif"), toPath: scene.folder("in/a.tiff"))
    try scene.pipeline(output: "formats: [classes]")
    let result = try scene.run()
    #expect(result.status == 3 && result.error.contains("output.name"), "\(result.error)")
    #expect(!scene.published().keys.contains("a/a.classes.tif"))
    try scene.pipeline(output: #"formats: [classes], name: "{file}-{extension}""#)
    #expect(try scene.run().status == 0)
    #expect(scene.published().keys.contains("a-tif/a-tif.classes.tif") && scene.published().keys.contains("a-tiff/a-tiff.classes.tif"))
  }

  @Test func theSourceFolderIsNeverWrittenTo() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 130, height: 90)
    try scene.folder.write("text", to: "in/b.tif")
    func listing() throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: scene.folder("in")).sorted().map { name in
        let attributes = try FileManager.default.attributesOfItem(atPath: scene.folder("in/\(name)"))
        return "\(name) \(attributes[.size] ?? 0) \(attributes[.modificationDate] ?? 0)"
      }
    }
    let before = try listing()
    try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: scene.folder("in"))
    try scene.pipeline()
    #expect(try scene.run().status == 3)
    #expect(try listing() == before)
  }

  @Test func maxFailuresStopsARunWhereEverythingFails() throws {
    let scene = try Scene()
    for number in 0..<6 { try scene.folder.write("text \(number)", to: "in/\(number).tif") }
    try scene.pipeline(more: "run: {maxFailures: 2}")
    let result = try scene.run()
    #expect(result.status == 3, "\(result.error)")
    #expect(try scene.report()["failed"] as? Int == 3)
  }

  @Test func quietSaysNothingUnlessSomethingIsWrong() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 60, height: 60)
    try scene.pipeline(output: "formats: [classes]")
    let result = try scene.run("--quiet")
    #expect(result.status == 0 && result.error.isEmpty && result.output.isEmpty, "\(result.error)\(result.output)")
  }
}
