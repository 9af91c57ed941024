import Foundation
import GeoTypes
import Geodata
import TestSupport
import Testing

/// `orthoweave init`: what it says of a folder, and what it proposes.
struct InitTests {
  private func look(_ scene: Scene, _ arguments: [String] = ["--model", Scene.checkpoint]) throws -> (result: ProgramResult, text: String) {
    let result = try Program.run(Program.orthoweave, ["init", "in"] + arguments, in: scene.folder.path)
    let written = FileManager.default.contents(atPath: scene.folder("pipeline.yaml")) ?? Data()
    return (result, String(decoding: written, as: UTF8.self))
  }

  @Test func neighborsInFoldersOfFoldersBecomeOneMosaic() throws {
    let scene = try Scene()
    for (index, name) in ["west/a.tif", "west/b.tif", "east/c.tif"].enumerated() {
      try scene.raster(name, width: 120, height: 90, column: index * 120)
    }
    let (result, text) = try look(scene)
    #expect(result.status == 0, "\(result.error)")
    #expect(text.contains("\n  sources: [in/**]\n") && text.contains("\n  mosaic: true "), "\(text)")
    #expect(result.error.contains("called 'pipeline'") && result.error.contains("360 × 90 pixels"), "\(result.error)")
    #expect(result.error.contains("for 1 source, and "), "\(result.error)")
    let run = try scene.run("--no-settle")
    #expect(run.status == 0 && scene.published().keys.contains("pipeline/pipeline.gpkg"), "\(run.error)")
  }

  /// A pipeline within the folder of folders that it reads: outputs must not lie among the sources.
  @Test func layersOfAFolderOfFoldersLieBesideIt() throws {
    let scene = try Scene()
    try scene.raster("west/a.tif", width: 120, height: 90)
    try scene.raster("east/b.tif", width: 120, height: 90, column: 500)
    let result = try Program.run(Program.orthoweave, ["init", ".", "--model", Scene.checkpoint], in: scene.folder("in"))
    #expect(result.status == 0 && result.error.contains("for 2 sources, and "), "\(result.error)")
    let run = try Program.run(Program.orthoweave, ["run", "pipeline.yaml", "--no-settle"], in: scene.folder("in"))
    #expect(run.status == 0, "\(run.error)")
    #expect(FileManager.default.fileExists(atPath: scene.folder("in-layers/west/a/a.gpkg")), "\(run.error)")
  }

  @Test func gapsAndPlacesTakenTwiceAreNotAMosaic() throws {
    let gaps = try Scene()
    try gaps.raster("a.tif", width: 100, height: 80)
    try gaps.raster("b.tif", width: 100, height: 80, column: 100)
    try gaps.raster("far.tif", width: 100, height: 80, column: 300)
    var (result, text) = try look(gaps)
    #expect(
      !text.contains("\n  mosaic: true")
        && result.error.contains("2 groups of neighbors with gaps between them; without neighbors: far.tif"))
    let twice = try Scene()
    for name in ["2023.tif", "2024.tif"] { try twice.raster(name, width: 100, height: 80) }
    (result, text) = try look(twice)
    #expect(!text.contains("\n  mosaic: true") && result.error.contains("2023.tif and 2024.tif show the same place"), "\(result.error)")
  }

  @Test func whatDiffersOrCannotBeReadIsNamed() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 100, height: 80)
    try scene.raster("b.tif", width: 100, height: 80, column: 100)
    try scene.raster("c.tif", width: 100, height: 80, crs: "EPSG:25833")
    try scene.folder.write("not a raster", to: "in/broken.tif")
    let size = RasterSize(width: 70, height: 60)
    let values = (0..<size.area * 3).map { UInt16($0 % 2900) }
    try PictureWriter.write(
      PictureSamples(size: size, bands: 3, values: .words(values)), geotransform: Geotransform(500_000, 0.5, 0, 6_000_000, 0, -0.5),
      crs: CoordinateSystem("EPSG:32633"), to: scene.folder("in/wide.tif"), format: .cogDeflate)
    let (result, text) = try look(scene)
    #expect(result.status == 0, "\(result.error)")
    #expect(result.error.contains("EPSG:32633") && result.error.contains("(1: c.tif)"), "\(result.error)")
    #expect(result.error.contains("values: Byte (3), UInt16 (1: wide.tif)"), "\(result.error)")
    #expect(result.error.contains("broken.tif cannot be read: "), "\(result.error)")
    #expect(text.contains("\n  scale: {min: ") && !text.contains("\n  mosaic: true"), "\(text)")
    let plan = try Program.run(Program.orthoweave, ["plan", "--json", "--no-settle", "pipeline.yaml"], in: scene.folder.path)
    let report = try #require(try JSONSerialization.jsonObject(with: Data(plan.output.utf8)) as? [String: Any])
    let states = (report["sources"] as? [[String: Any]] ?? []).compactMap { $0["state"] as? String }
    #expect(states.sorted() == ["due", "due", "due", "due", "refused"], "\(plan.output)")
  }

  @Test func linksThatLeadOutOfTheFolderAreNotFollowed() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 100, height: 80)
    try scene.raster("../elsewhere/b.tif", width: 100, height: 80, column: 100)
    try FileManager.default.createSymbolicLink(atPath: scene.folder("in/b.tif"), withDestinationPath: "../elsewhere/b.tif")
    let (result, text) = try look(scene)
    #expect(result.status == 0 && !text.contains("\n  mosaic: true"), "\(result.error)")
    #expect(result.error.contains("b.tif cannot be read: it needs settings that others do not: follow: links"), "\(result.error)")
  }

  @Test func withoutAModelNothingIsWritten() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 100, height: 80)
    let (result, text) = try look(scene, [])
    #expect(result.status == 2 && text.isEmpty && result.output.isEmpty)
    for word in ["1 raster; EPSG:32633", "--model FILE", "orthoweave demo", "docs/published-models.md", "docs/training.md"] {
      #expect(result.error.contains(word), "\(result.error)")
    }
  }

  @Test func aFolderWithoutRastersSaysWhatIsThere() throws {
    let scene = try Scene()
    try scene.folder.write("x", to: "in/readme.txt")
    let (result, _) = try look(scene)
    #expect(result.status == 2 && result.error.contains("contains no rasters (") && result.error.contains(".txt"), "\(result.error)")
  }
}
