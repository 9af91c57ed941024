import Foundation
import Geodata
import TestSupport
import Testing

/// What a file that somebody drops, or changes, does to the work on others.
@Suite struct DroppedFilesTests {
  /// With `run.verify: content` the files beside a source are hashed, too: pipes and devices would never end, and links lead anywhere.
  @Test(arguments: ["fifo", "/dev/zero", "secret"]) func sideFilesOfAnyKindAreHashedWithoutHarm(_ kind: String) throws {
    let scene = try Scene()
    for name in ["a", "b"] { try scene.raster(name + ".tif", width: 60, height: 60) }
    try scene.folder.write("private", to: "secret.txt")
    let beside = scene.folder("in/a.tfw")
    if kind == "fifo" {
      #expect(mkfifo(beside, 0o644) == 0)
    } else {
      let target = kind == "secret" ? scene.folder("secret.txt") : kind
      try FileManager.default.createSymbolicLink(atPath: beside, withDestinationPath: target)
    }
    try scene.pipeline(output: "formats: [classes]", more: "run: {verify: content}")
    let result = try scene.run()
    #expect([0, 3].contains(result.status), "\(result)")
    #expect(FileManager.default.fileExists(atPath: scene.folder("layers/b/receipt.json")), "\(result)")
    let receipt = (try? String(contentsOfFile: scene.folder("layers/a/receipt.json"), encoding: .utf8)) ?? ""
    // SHA-256 of "private".
    #expect(!receipt.contains("715dc8493c36579a5b116995100f635e3572fdf8703e708ef1a08d943b36774e"))
  }

  @Test func whatOthersSayBesideAPublishedRasterDoesNotGoIntoItsLayers() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 120, height: 90)
    func layers(_ minimum: String) throws -> [String: Data] {
      try scene.pipeline(output: "formats: [classes, confidence, csv]", more: "vectors: {minimumArea: \(minimum)}")
      let result = try scene.run()
      #expect(result.status == 0, "\(result)")
      return scene.published()
    }
    _ = try layers("0")
    let expected = try layers("0.01")
    _ = try layers("0")
    for value in 0..<5 {
      try Data("<PAMDataset><PAMRasterBand band=\"1\"><NoDataValue>\(value)</NoDataValue></PAMRasterBand></PAMDataset>".utf8)
        .write(to: URL(fileURLWithPath: scene.folder("layers/a/a.classes.tif.aux.xml")))
      #expect(try layers("0.01")["a/a.csv"] == expected["a/a.csv"])
      _ = try layers("0")
    }
  }

  /// What GDAL takes for the last word about a raster is compared, statistics that readers leave are not.
  @Test func verifyFindsWhatOthersSayInTheDescriptionOfAPublishedRaster() throws {
    let scene = try published("formats: [classes]")
    let names = scene.folder("layers/a/a.classes.tif.aux.xml")
    let text = try String(contentsOfFile: names, encoding: .utf8)
    let statistics =
      "<Metadata><MDI key=\"STATISTICS_MAXIMUM\">3</MDI></Metadata><Histograms><HistItem/></Histograms></PAMRasterBand>"
    try write(text.replacing("</PAMRasterBand>", with: statistics), to: names)
    var result = try verify(scene)
    #expect(result.status == 0 && result.output.contains("not damage"), "\(result)")
    // Statistics change the size, and a run compares sizes.
    #expect(try scene.run().error.contains("1 unchanged"))
    for (old, new) in [
      ("<Category>", "<Category>un"), ("<F>0</F>", "<F>1</F>"), ("</PAMRasterBand>", "<Scale>2</Scale></PAMRasterBand>"),
      ("</PAMRasterBand>", "<Metadata><MDI key=\"CLASS_0\">x</MDI></Metadata></PAMRasterBand>"),
    ] {
      try write(text.replacing(old, with: new, maxReplacements: 1), to: names)
      result = try verify(scene)
      #expect(result.status == 3 && result.output.contains("damaged: a/a.classes.tif.aux.xml: "), "\(new) \(result)")
      #expect(try scene.run().status == 0)
      #expect(try verify(scene).status == 0)
    }
    try FileManager.default.removeItem(atPath: names)
    #expect(try verify(scene).status == 3)
    #expect(try scene.run().error.contains("1 done"))
  }

  @Test func verifyFindsWhatOthersLayBesideAPublishedRaster() throws {
    let scene = try published("formats: [confidence]")
    let raster = scene.folder("layers/a/a.confidence.tif")
    let beside = raster + ".aux.xml"
    try write(
      "<PAMDataset><PAMRasterBand band=\"1\"><Metadata><MDI key=\"STATISTICS_MEAN\">5</MDI></Metadata></PAMRasterBand></PAMDataset>",
      to: beside)
    #expect(try verify(scene).status == 0)
    for item in [
      "<GeoTransform>1, 1, 0, 5, 0, -1</GeoTransform>", "<SRS>EPSG:3857</SRS>", "<SRS dataAxisToSRSAxisMapping=\"2,1\">EPSG:32633</SRS>",
      "<PAMRasterBand band=\"1\"><NoDataValue>3</NoDataValue></PAMRasterBand>",
      "<PAMRasterBand band=\"1\"><Scale>3</Scale></PAMRasterBand>",
      "<Metadata domain=\"RPC\"><MDI key=\"LINE_OFF\">1</MDI></Metadata>",
      "<PAMRasterBand band=\"1\"><Metadata><MDI key=\"CLASS_0\">x</MDI></Metadata></PAMRasterBand>",
      "<PAMRasterBand band=\"1\"><UnitType>m</UnitType></PAMRasterBand>",
    ] {
      try write("<PAMDataset>\(item)</PAMDataset>", to: beside)
      let result = try verify(scene)
      #expect(
        result.status == 3
          && result.output.contains("a/a.confidence.tif.aux.xml: is not one of the outputs, and is read as a part of one"),
        "\(item) \(result)")
      // What belongs to the old file goes with it.
      #expect(try scene.run().status == 0)
      #expect(try verify(scene).status == 0)
    }
    for ending in [".msk", ".ovr", ".OVR", ".aux", ".rrd"] {
      try FileManager.default.copyItem(atPath: raster, toPath: raster + ending)
      let result = try verify(scene)
      #expect(result.status == 3 && result.output.contains("a.confidence.tif\(ending)"), "\(result)")
      #expect(try scene.run().status == 0)
      #expect(!FileManager.default.fileExists(atPath: raster + ending))
    }
  }

  /// A log beside a GeoPackage is a part of it for whoever opens the file.
  @Test(arguments: ["-wal", "-journal"]) func aLogBesideAPublishedGeoPackageIsDamage(_ ending: String) throws {
    let scene = try published("formats: [gpkg], merge: true")
    let before = scene.published()
    let table = scene.folder("layers/a/a.gpkg")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: table))
    // One without content, as a program leaves it that only looks, is none.
    try write("", to: table + ending)
    #expect(try verify(scene).status == 0)
    try write("\u{37}\u{7f} changes", to: table + ending)
    let result = try verify(scene)
    #expect(result.status == 3 && result.output.contains("a/a.gpkg: 'a.gpkg\(ending)' beside it holds changes"), "\(result)")
    #expect(try Data(contentsOf: URL(fileURLWithPath: table)) == bytes)
    #expect(try Data(contentsOf: URL(fileURLWithPath: table + ending)).count == 10)
    let next = try scene.run()
    #expect(next.status == 0 && next.error.contains("1 done"), "\(next)")
    #expect(scene.published() == before)
    #expect(try verify(scene).status == 0)
  }

  /// Overviews of ERDAS Imagine leave out the raster's ending, and a picture may be given another place, too.
  @Test func otherDescriptionsOfOutputsAreDamage() throws {
    let scene = try published("formats: [confidence, preview]")
    for name in ["a.confidence.aux", "a.preview.png.aux.xml", "a.preview.png.ovr"] {
      let path = scene.folder("layers/a/" + name)
      try write("<PAMDataset><SRS>EPSG:4326</SRS></PAMDataset>", to: path)
      let result = try verify(scene)
      #expect(result.status == 3 && result.output.contains("a/\(name): is not one of the outputs"), "\(result)")
      #expect(try scene.run().status == 0)
      #expect(!FileManager.default.fileExists(atPath: path), "\(name)")
    }
    // Notes of people stay.
    try write("mine", to: scene.folder("layers/a/a.confidence.txt"))
    #expect(try verify(scene).status == 0)
  }

  /// A folder keeps no output from being what it is, and stays; what cannot be read is never left out without a word.
  @Test func aFolderNamedAsALogStopsNothing() throws {
    let scene = try Scene()
    for name in ["a", "b"] { try scene.raster(name + ".tif", width: 60, height: 60) }
    try scene.pipeline(output: "formats: [gpkg], merge: true")
    #expect(try scene.run().status == 0)
    let before = scene.published()
    try FileManager.default.createDirectory(atPath: scene.folder("layers/a/a.gpkg-wal"), withIntermediateDirectories: false)
    #expect(try verify(scene).status == 0)
    #expect(try scene.run().error.contains("2 unchanged"))
    #expect(scene.published().filter { before.keys.contains($0.key) } == before)
  }

  @Test func aPublishedFolderThatBecameALinkIsNoLongerPublished() throws {
    let scene = try published("formats: [classes]")
    try FileManager.default.moveItem(atPath: scene.folder("layers/a"), toPath: scene.folder("elsewhere"))
    try FileManager.default.createSymbolicLink(atPath: scene.folder("layers/a"), withDestinationPath: scene.folder("elsewhere"))
    #expect(try verify(scene).status == 3)
    let result = try scene.run()
    #expect(result.status == 3 && result.error.contains("is a link that this program did not make"), "\(result)")
  }

  /// Where damage took the mark by which the program knows its documents, the file is kept aside.
  @Test func documentsThatLostTheirMarkAreWrittenAgain() throws {
    let scene = try published("formats: [classes, stac]")
    for document in ["collection.json", "model.json", "report/index.html"] {
      let path = scene.folder("layers/" + document)
      let text = try String(contentsOfFile: path, encoding: .utf8)
      try write("{}", to: path)
      #expect(try verify(scene).status == 3)
      let result = try scene.run()
      #expect(result.status == 0 && result.error.contains("is not what this program wrote there; it is kept as"), "\(result)")
      #expect(try String(contentsOfFile: path + "~", encoding: .utf8) == "{}")
      if document != "report/index.html" { #expect(try String(contentsOfFile: path, encoding: .utf8) == text) }
      #expect(try verify(scene).status == 0)
    }
  }

  /// The collection, the model's item and the page follow from all sources, and are compared, too.
  @Test func damagedDocumentsAreFoundAndRewritten() throws {
    let scene = try published("formats: [classes, stac]")
    for document in ["collection.json", "model.json", "report/index.html"] {
      let path = scene.folder("layers/" + document)
      let text = try String(contentsOfFile: path, encoding: .utf8)
      try write(text.replacing("a", with: "e", maxReplacements: 1), to: path)
      let result = try verify(scene)
      #expect(result.status == 3 && result.output.contains("damaged: \(document): does not match its checksum"), "\(result)")
      #expect(try scene.run().status == 0)
      #expect(try verify(scene).status == 0)
      try FileManager.default.removeItem(atPath: path)
      #expect(try verify(scene).output.contains("damaged: \(document): is missing"))
      #expect(try scene.run().status == 0)
      #expect(try verify(scene).status == 0)
      if document != "report/index.html" { #expect(try String(contentsOfFile: path, encoding: .utf8) == text) }
    }
    // What is larger than any document of this program is kept aside unread.
    #expect(truncate(scene.folder("layers/collection.json"), 100_000_000) == 0)
    #expect(try verify(scene).output.contains("damaged: collection.json: does not match its checksum"))
    let large = try scene.run()
    #expect(large.status == 0 && large.error.contains("it is kept as collection.json~"), "\(large)")
    #expect(try verify(scene).status == 0)
    try scene.pipeline(output: "formats: [classes, stac], report: false")
    try FileManager.default.removeItem(atPath: scene.folder("layers/report"))
    #expect(try scene.run().status == 0)
    #expect(try verify(scene).status == 0)
  }

  /// A scene of one source whose outputs are published.
  private func published(_ output: String) throws -> Scene {
    let scene = try Scene()
    try scene.raster("a.tif", width: 60, height: 60)
    try scene.pipeline(output: output)
    #expect(try scene.run().status == 0)
    return scene
  }

  private func verify(_ scene: Scene) throws -> ProgramResult { try Program.orthoweave("verify", scene.folder("layers")) }
  private func write(_ text: String, to path: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }

  @Test func aFileThatIsDroppedBesideAPublishedOneOfAlmostItsNameDoesNotStopIt() throws {
    let scene = try Scene()
    try scene.raster("sheet.tif", width: 60, height: 60)
    try scene.pipeline(output: "formats: [classes]")
    #expect(try scene.run().status == 0)
    try scene.raster("sheet.tif", width: 60, height: 60, row: 7)
    try scene.raster("SHEET.tif", width: 60, height: 60)
    let result = try scene.run()
    #expect(result.status == 3 && result.error.contains("SHEET"), "\(result)")
    let report = try scene.report()
    #expect(report["done"] as? Int == 1 && report["failed"] as? Int == 1, "\(result)")
  }

  @Test func anAreaThatMeetsNoSourceIsAWarning() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 60, height: 60)
    try scene.folder.write(
      """
      {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry":
      {"type": "Polygon", "coordinates": [[[1, 1], [2, 1], [2, 2], [1, 1]]]}}]}
      """, to: "area.geojson")
    try scene.pipeline(input: "area: area.geojson", output: "formats: [classes]")
    let result = try scene.run("--quiet")
    #expect(result.status == 0 && result.error.contains("no source has a pixel inside input.area"), "\(result)")
  }

  @Test func aConfidenceOfAnotherPlaceIsNotTraced() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 60, height: 60, bands: 1)
    try scene.raster("b.tif", width: 60, height: 60, bands: 1, column: 2)
    let result = try Program.run(
      Program.orthoweave, ["trace", "in/a.tif", "--confidence", "in/b.tif", "--output", "out"], in: scene.folder.path)
    #expect(result.status == 2 && result.error.contains("lies in another place than the class raster"), "\(result)")
  }

  @Test func bandsThatAreDescribedAsOthersThanTheirInterpretationAreAWarning() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 60, height: 60)
    let edit = try #require(Program.find("gdal_translate"))
    for (number, names) in [("cir", ["NIR", "Red", "Green"]), ("infra", ["infra-red", "red", "green"])] {
      let made = try Program.run(edit, ["-q", "-of", "VRT", scene.folder("in/a.tif"), scene.folder("in/\(number).vrt")])
      #expect(made.status == 0, "\(made)")
      var text = try String(contentsOfFile: scene.folder("in/\(number).vrt"), encoding: .utf8)
      for (band, name) in zip(1..., names) {
        text = text.replacing(try Regex("<VRTRasterBand[^>]*band=\"\(band)\"[^>]*>")) { "\($0.0)<Description>\(name)</Description>" }
      }
      try Data(text.utf8).write(to: URL(fileURLWithPath: scene.folder("in/\(number).vrt")))
      let tiff = try Program.run(edit, ["-q", scene.folder("in/\(number).vrt"), scene.folder("in/\(number).tif")])
      #expect(tiff.status == 0, "\(tiff)")
      try FileManager.default.removeItem(atPath: scene.folder("in/\(number).vrt"))
    }
    try scene.pipeline(output: "formats: [classes]")
    let result = try scene.run()
    for name in ["cir", "infra"] {
      #expect(result.error.contains("warning: \(name): its band descriptions call band 1, taken as red, 'infrared'"), "\(result.error)")
    }
    #expect(!result.error.contains("warning: a: its band descriptions"), "\(result.error)")
  }
}
