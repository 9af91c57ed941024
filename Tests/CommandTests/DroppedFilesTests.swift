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
  @Test func verifyFindsWhatOthersSayBesideAPublishedRaster() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 60, height: 60)
    try scene.pipeline(output: "formats: [classes, confidence]")
    #expect(try scene.run().status == 0)
    func verify() throws -> ProgramResult { try Program.orthoweave("verify", scene.folder("layers")) }
    let names = scene.folder("layers/a/a.classes.tif.aux.xml")
    let text = try String(contentsOfFile: names, encoding: .utf8)
    func write(_ text: String, to path: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }
    let statistics = "<Metadata><MDI key=\"STATISTICS_MAXIMUM\">3</MDI></Metadata></PAMRasterBand>"
    try write(text.replacing("</PAMRasterBand>", with: statistics), to: names)
    var result = try verify()
    #expect(result.status == 0 && result.output.contains("not damage"), "\(result)")
    try write(text.replacing("<Category>", with: "<Category>un"), to: names)
    result = try verify()
    #expect(result.status == 3 && result.output.contains("gives its classes other names"), "\(result)")
    #expect(try scene.run().status == 0)
    #expect(try verify().status == 0)
    try FileManager.default.removeItem(atPath: names)
    result = try verify()
    #expect(result.status == 3 && result.output.contains("no longer names its classes"), "\(result)")
    #expect(try scene.run().status == 0)
    let beside = scene.folder("layers/a/a.confidence.tif.aux.xml")
    for (item, words) in [
      ("<GeoTransform>1, 1, 0, 5, 0, -1</GeoTransform>", "places it elsewhere"), ("<SRS>EPSG:3857</SRS>", "gives it another crs"),
      ("<PAMRasterBand band=\"1\"><NoDataValue>3</NoDataValue></PAMRasterBand>", "gives it another nodata value"),
      ("<PAMRasterBand band=\"1\"><Scale>3</Scale></PAMRasterBand>", "scales its values"),
    ] {
      try write("<PAMDataset>\(item)</PAMDataset>", to: beside)
      result = try verify()
      #expect(result.status == 3 && result.output.contains(words), "\(result)")
      // What belongs to the old file goes with it.
      #expect(try scene.run().status == 0)
      #expect(try verify().status == 0)
    }
  }

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
