import Comparison
import Evaluation
import Foundation
import GeoTypes
import Geodata
import Runs
import TestSupport
import Testing

/// What a truth holds besides classes is counted and named; names say what is compared.
@Suite struct EvaluateTruthTests {
  private static let names = ["land", "road", "tree"]

  /// 12 × 6 pixels: columns 0–3 land, 4–7 road, 8–11 tree.
  private func prediction(_ scene: EvaluationScene, names: [String] = names) throws -> String {
    try scene.raster("map.tif", width: 12, height: 6, names: names) { column, _ in UInt8(column / 4) }
  }

  private func evaluate(
    _ prediction: String, _ truth: String, _ change: (inout EvaluateRequest.Options) -> Void = { _ in }
  ) throws -> EvaluateRequest.Report {
    var options = EvaluateRequest.Options()
    change(&options)
    return try EvaluateRequest(prediction: prediction, truth: truth, options: options).perform()
  }

  private func entry(_ report: EvaluateRequest.Report, _ reason: Omission.Reason, _ value: String? = nil) -> Omission? {
    report.leftOut.first { $0.reason == reason && $0.value == value }
  }

  private func refusal(_ body: () throws -> Void) -> String {
    do { try body() } catch { return (error as? RunError)?.code == .wrongCall ? "\(error)" : "not a wrong call: \(error)" }
    return "no error"
  }

  // MARK: - Places and names

  @Test func polygonsOfAnotherPlaceAreTheCauseWhateverTheirClasses() throws {
    let scene = try EvaluationScene()
    let map = try prediction(scene)
    for kind in ["land", "other"] {
      let far = try scene.polygons("far.geojson", [(500_000, 0, 500_010, 10, kind)])
      let text = refusal { _ = try evaluate(map, far) { $0.polygonField = "kind" } }
      #expect(text.contains("none of its polygons overlaps \(map)") && text.contains("correct the crs of either"), "\(text)")
    }
  }

  /// As a run warns of it, in prediction and truth.
  @Test func oddPlacesAreNotes() throws {
    let scene = try EvaluationScene()
    let map = try scene.translated(try prediction(scene), to: "far.tif", "-a_srs", "EPSG:2154")
    let truth = try scene.translated(map, to: "truth.tif", "-a_ullr", "0", "0", "12", "-6")
    let notes = try evaluate(map, map).notes
    #expect(notes.contains { $0.hasPrefix("\(map): by its crs EPSG:2154") && $0.contains("far from where that is used") }, "\(notes)")
    #expect(refusal { _ = try evaluate(map, truth) }.contains("does not overlap"))
  }

  @Test func aNameThatNearlyIsAClassIsAskedFor() throws {
    let scene = try EvaluationScene()
    let map = try prediction(scene, names: ["bare land", "road", "tree"])
    let truth = try scene.polygons("truth.geojson", [(0, 0, 4, 6, "bare_land"), (4, 0, 8, 6, "road")])
    let notes = try evaluate(map, truth) { $0.polygonField = "kind" }.notes
    #expect(notes.contains { $0.hasSuffix("; they are left out; is 'bare_land' meant to be 'bare land'?") }, "\(notes)")
  }

  /// As mmsegmentation counts them: in the union, and in no accuracy.
  @Test func labelsThatAreNoClassLowerIoUAlone() throws {
    let scene = try EvaluationScene()
    let map = try prediction(scene)
    let truth = try scene.raster("truth.tif", width: 12, height: 6) { column, _ in column == 0 ? 9 : UInt8(column / 4) }
    let report = try evaluate(map, truth)
    #expect(report.evaluation.scores.accuracy == 1 && report.evaluation.scores.meanIoU ?? 1 < 1)
    #expect(report.notes.contains { $0.contains("lower the IoU of what is predicted there, and count in no accuracy") }, "\(report.notes)")
  }

  /// Names of an attribute table, in the file's .aux.xml and as ArcGIS writes them.
  @Test(arguments: [true, false]) func classNamesOfAttributeTablesCount(isArcGIS: Bool) throws {
    let scene = try EvaluationScene()
    let map = try prediction(scene)
    let plain = try scene.raster("plain.tif", width: 12, height: 6) { column, _ in UInt8(2 - column / 4) }
    let truth = try scene.translated(plain, to: "truth.tif", "-of", "GTiff")
    let labels = ["tree", "road", "land"]
    if isArcGIS {
      try scene.folder.write(
        "Value,Count,Class\n" + labels.enumerated().map { "\($0.offset),24,\($0.element)\n" }.joined(), to: "table.csv")
      try scene.folder.write("Integer,Integer,String", to: "table.csvt")
      let made = try Program.run("/usr/bin/ogr2ogr", ["-f", "ESRI Shapefile", scene.folder("table.dbf"), scene.folder("table.csv")])
      #expect(made.status == 0, "\(made.error)")
      try FileManager.default.moveItem(atPath: scene.folder("table.dbf"), toPath: truth + ".vat.dbf")
    } else {
      let rows = labels.enumerated().map { "<Row index=\"\($0.offset)\"><F>\($0.offset)</F><F>\($0.element)</F></Row>" }.joined()
      try scene.folder.write(
        "<PAMDataset><PAMRasterBand band=\"1\"><GDALRasterAttributeTable><FieldDefn index=\"0\"><Name>Value</Name><Type>0</Type><Usage>5</Usage>"
          + "</FieldDefn><FieldDefn index=\"1\"><Name>Class_Name</Name><Type>2</Type><Usage>2</Usage></FieldDefn>\(rows)"
          + "</GDALRasterAttributeTable></PAMRasterBand></PAMDataset>", to: "truth.tif.aux.xml")
    }
    let report = try evaluate(map, truth)
    #expect(report.evaluation.scores.accuracy == 1, "\(report.notes)")
    #expect(report.notes.contains { $0.hasSuffix("has its classes in another order: they are compared by name") }, "\(report.notes)")
  }

  // MARK: - Polygons

  @Test func polygonClassesThatAreTyposNullOrOutOfRangeAreCountedAndNamed() throws {
    let scene = try EvaluationScene()
    let map = try prediction(scene)
    let text = try scene.features(
      "text.geojson",
      [
        (EvaluationScene.polygon(0, 0, 4, 6), "{\"c\":\"land\"}"), (EvaluationScene.polygon(4, 0, 8, 6), "{\"c\":\"Road \"}"),
        (EvaluationScene.polygon(8, 0, 12, 3), "{\"c\":\"trees\"}"), (EvaluationScene.polygon(8, 3, 9, 6), "{\"c\":null}"),
        (EvaluationScene.polygon(9, 3, 10, 6), "{\"c\":\"302\"}"), (EvaluationScene.polygon(10, 3, 11, 6), "{\"c\":\"-1\"}"),
        (EvaluationScene.polygon(11, 3, 12, 6), "{\"c\":\"  \"}"),
      ])
    let report = try evaluate(map, text) { $0.polygonField = "c" }
    #expect(report.evaluation.confusion == [[24, 0, 0, 0], [0, 24, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]])
    #expect(entry(report, .unknownClass, "'trees'")?.features == 1)
    #expect(entry(report, .unknownClass, "302")?.features == 1 && entry(report, .unknownClass, "-1")?.features == 1)
    #expect(entry(report, .noClass)?.features == 1 && entry(report, .noClass, "''")?.features == 1)
    #expect(entry(report, .beyondTruth)?.pixels == 24)
    let note = report.notes.first { $0.contains("5 polygons have a class that is not one of land, road, tree") } ?? ""
    for part in ["'trees' (1)", "NULL (1)", "302 (1)", "-1 (1)"] { #expect(note.contains(part), "\(report.notes)") }
    #expect(report.table.contains("polygons of class 'trees'"))
    #expect(try report.json().contains("\"leftOut\""))

    let numbers = try scene.features(
      "numbers.geojson",
      [
        (EvaluationScene.polygon(0, 0, 4, 6), "{\"c\":0}"), (EvaluationScene.polygon(4, 0, 8, 6), "{\"c\":302}"),
        (EvaluationScene.polygon(8, 0, 12, 3), "{\"c\":-1}"), (EvaluationScene.polygon(8, 3, 12, 6), "{\"c\":255}"),
      ])
    let second = try evaluate(map, numbers) { $0.polygonField = "c" }
    #expect(entry(second, .unknownClass, "302")?.features == 1 && entry(second, .unknownClass, "-1")?.features == 1)
    #expect(entry(second, .ignored, "255")?.features == 1, "255 is ignored unless told otherwise")
    let reals = try scene.features(
      "reals.geojson", [(EvaluationScene.polygon(0, 0, 4, 6), "{\"c\":0.0}"), (EvaluationScene.polygon(4, 0, 8, 6), "{\"c\":1.5}")])
    #expect(entry(try evaluate(map, reals) { $0.polygonField = "c" }, .unknownClass, "'1.5'")?.features == 1)
  }

  @Test func aTextColumnMayHoldIds() throws {
    let scene = try EvaluationScene()
    let truth = try scene.features(
      "t.geojson", [(EvaluationScene.polygon(0, 0, 4, 6), "{\"c\":\"0\"}"), (EvaluationScene.polygon(4, 0, 9, 6), "{\"c\":\" 1 \"}")])
    let report = try evaluate(try prediction(scene), truth) { $0.polygonField = "c" }
    #expect(report.evaluation.confusion == [[24, 0, 0, 0], [0, 24, 6, 0], [0, 0, 0, 0], [0, 0, 0, 0]])
    #expect(report.notes.isEmpty, "\(report.notes)")
  }

  /// A class may be called by a number that is another class's id: names come first.
  @Test func aNameThatIsANumberComesBeforeTheId() throws {
    let scene = try EvaluationScene()
    let truth = try scene.features(
      "t.geojson", [(EvaluationScene.polygon(0, 0, 4, 6), "{\"c\":\"1\"}"), (EvaluationScene.polygon(4, 0, 8, 6), "{\"c\":2}")])
    let report = try evaluate(try prediction(scene, names: ["1", "2", "3"]), truth) { $0.polygonField = "c" }
    #expect(report.evaluation.confusion == [[24, 0, 0, 0], [0, 24, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]])
  }

  @Test func namesThatDifferByCaseAloneStayApart() throws {
    let scene = try EvaluationScene()
    let truth = try scene.features(
      "t.geojson",
      [
        (EvaluationScene.polygon(0, 0, 4, 6), "{\"c\":\"a\"}"), (EvaluationScene.polygon(4, 0, 8, 6), "{\"c\":\"A\"}"),
        (EvaluationScene.polygon(8, 0, 12, 6), "{\"c\":\"B\"}"),
      ])
    let report = try evaluate(try prediction(scene, names: ["a", "A", "b"]), truth) { $0.polygonField = "c" }
    #expect(report.evaluation.scores.accuracy == 1)
  }

  @Test func linesPointsAndMissingGeometryAreNamedAndCurvesAreRead() throws {
    let scene = try EvaluationScene()
    let map = try prediction(scene)
    let line = "{\"type\":\"LineString\",\"coordinates\":[[9520000,3200000],[9520004,3199998]]}"
    let mixed = "{\"type\":\"GeometryCollection\",\"geometries\":[\(EvaluationScene.polygon(4, 0, 8, 6)),\(line)]}"
    let truth = try scene.features(
      "t.geojson",
      [
        (EvaluationScene.polygon(0, 0, 4, 6), "{\"c\":\"land\"}"), (line, "{\"c\":\"road\"}"), (line, "{\"c\":\"road\"}"),
        ("{\"type\":\"Point\",\"coordinates\":[9520001,3199999]}", "{\"c\":\"tree\"}"), ("null", "{\"c\":\"tree\"}"),
        (mixed, "{\"c\":\"road\"}"),
      ])
    let report = try evaluate(map, truth) { $0.polygonField = "c" }
    #expect(report.evaluation.confusion == [[24, 0, 0, 0], [0, 24, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]])
    #expect(entry(report, .notPolygons, "line string")?.features == 3 && entry(report, .notPolygons, "point")?.features == 1)
    #expect(entry(report, .noGeometry)?.features == 1)
    #expect(report.notes.contains { $0.contains("4 features are not polygons") }, "\(report.notes)")

    let curves = try scene.folder.write(
      "WKT,c\n\"CURVEPOLYGON(COMPOUNDCURVE((9520000 3200000,9520004 3200000,9520004 3199994,9520000 3199994,9520000 3200000)))\",land\n",
      to: "curves.csv")
    let curved = try evaluate(map, curves) { $0.polygonField = "c" }
    #expect(curved.evaluation.scores.classes[0].labeled == 24)
    #expect(curved.notes.contains { $0.contains("has no crs") }, "\(curved.notes)")
  }

  @Test func aRefusalNamesTheTrueCause() throws {
    let scene = try EvaluationScene()
    let map = try prediction(scene)
    let typos = try scene.polygons("typos.geojson", [(0, 0, 4, 6, "lnad"), (4, 0, 8, 6, "raod")])
    let unknown = refusal { _ = try evaluate(map, typos) { $0.polygonField = "kind" } }
    #expect(unknown.contains("2 polygons have a class that is not one of land, road, tree: 'lnad' (1), 'raod' (1)"), "\(unknown)")
    #expect(unknown.contains("names of the classes") && !unknown.contains("palette"), "\(unknown)")
    let lines = try scene.features(
      "lines.geojson", [("{\"type\":\"LineString\",\"coordinates\":[[9520000,3200000],[9520004,3199998]]}", "{\"kind\":\"land\"}")])
    let line = refusal { _ = try evaluate(map, lines) { $0.polygonField = "kind" } }
    #expect(line.contains("line string") && line.contains("give polygons"), "\(line)")
    let far = try scene.polygons("far.geojson", [(5000, 0, 5010, 10, "land")])
    let away = refusal { _ = try evaluate(map, far) { $0.polygonField = "kind" } }
    #expect(away.contains("overlaps") && away.contains("the same area"), "\(away)")
    let whole = refusal { _ = try evaluate(map, try scene.polygons("t.geojson", [(0, 0, 4, 4, "land")])) }
    #expect(whole.contains("neither a class nor a column") && whole.contains("kind"), "\(whole)")
    let words = refusal { _ = try evaluate(map, try scene.folder.write("words", to: "words.md")) }
    #expect(words.contains("cannot be read as a raster or as a vector file"), "\(words)")
    let missing = refusal { _ = try evaluate(map, scene.folder("missing.gpkg")) { $0.polygonClass = "road" } }
    #expect(missing.contains("there is no such file"), "\(missing)")
  }

  @Test func aPolygonWithoutCoordinatesInThePredictionIsNamed() throws {
    let scene = try EvaluationScene()
    let truth = try scene.folder.write(
      """
      {"type":"FeatureCollection","features":[
      {"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[85,26],[86,26],[86,28],[85,28],[85,26]]]}},
      {"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[0,91],[1,91],[1,95],[0,95],[0,91]]]}}]}
      """, to: "t.geojson")
    let report = try evaluate(try prediction(scene), truth) { $0.polygonClass = "land" }
    #expect(entry(report, .unplaceable)?.features == 1, "\(report.leftOut)")
  }

  // MARK: - Names

  @Test func truthRastersWithClassesInAnotherOrderAreComparedByName() throws {
    let scene = try EvaluationScene()
    let map = try prediction(scene)
    let truth = try scene.raster("truth.tif", width: 12, height: 6, names: ["tree", "Land", "road"]) { column, _ in
      [1, 2, 0][column / 4]
    }
    let report = try evaluate(map, truth)
    #expect(report.evaluation.scores.accuracy == 1)
    #expect(report.notes.contains { $0.contains("compared by name") }, "\(report.notes)")
    // --ignore speaks of the truth's own labels.
    #expect(try evaluate(map, truth) { $0.ignore = [2] }.evaluation.scores.classes.map(\.labeled) == [24, 0, 24])
    // Where nobody names a class, numbers stay what they were, with a word on it.
    let foreign = try scene.raster("foreign.tif", width: 12, height: 6, names: ["Feld", "Straße", "Baum"]) { column, _ in UInt8(column / 4)
    }
    let numbered = try evaluate(map, foreign)
    #expect(numbered.evaluation.scores.accuracy == 1 && numbered.notes.contains { $0.contains("compared by number") })
    // Who remaps speaks of numbers, and is told where the names say something else.
    let remapped = try evaluate(map, truth) { $0.remap = [0: 0] }
    #expect(remapped.notes.contains { $0.contains("'tree', counts as 'land'") }, "\(remapped.notes)")
  }

  @Test func predictionsWithClassesInAnotherOrderAreComparedByName() throws {
    let scene = try EvaluationScene()
    try FileManager.default.createDirectory(atPath: scene.folder("p"), withIntermediateDirectories: true)
    try scene.raster("p/a.tif", width: 4, height: 2, names: ["road", "land"]) { column, _ in column < 2 ? 0 : 1 }
    try scene.raster("p/b.tif", width: 4, height: 2, names: ["land", "road"]) { column, _ in column < 2 ? 1 : 0 }
    let truth = try scene.raster("t.tif", width: 4, height: 2) { column, _ in column < 2 ? 0 : 1 }
    let report = try evaluate(scene.folder("p"), truth)
    #expect(report.evaluation.scores.accuracy == 1 && report.evaluation.classNames == ["road", "land"])
    #expect(report.notes.contains { $0.contains("b.tif") && $0.contains("compared by name") }, "\(report.notes)")
  }

  @Test func aPaletteWithNamesInAnotherOrderIsReadByName() throws {
    let scene = try EvaluationScene()
    let map = try prediction(scene)
    let row: [UInt8] = [UInt8](repeating: 0, count: 12) + [UInt8](repeating: 100, count: 12) + [UInt8](repeating: 200, count: 12)
    var values: [UInt8] = []
    for _ in 0..<6 { values += row }
    let mask = PictureSamples(size: RasterSize(width: 12, height: 6), bands: 3, values: .bytes(values))
    try PictureWriter.write(mask, to: scene.folder("mask.png"), format: .png)
    for palette in ["tree=#c8c8c8,land=#000000,road=#646464", "land=#000000,road=#646464,tree=#c8c8c8"] {
      let report = try evaluate(map, scene.folder("mask.png")) { $0.palette = palette }
      #expect(report.evaluation.scores.accuracy == 1, "\(palette)")
      #expect(report.notes.contains { $0.contains("compared by name") } == palette.hasPrefix("tree"))
    }
    let twice = try evaluate(map, scene.folder("mask.png")) { $0.palette = "land=#000000,road=#646464,tree=#646464" }
    #expect(twice.notes.contains { $0.contains("'road' and 'tree' of the palette have one color") }, "\(twice.notes)")
  }

  @Test func namesWithSignsAndUmlautsSurvive() throws {
    let scene = try EvaluationScene()
    let names = ["a=b", "<5 m", "Gebäude, groß"]
    let map = try prediction(scene, names: names)
    let row: [UInt8] = [UInt8](repeating: 0, count: 12) + [UInt8](repeating: 100, count: 12) + [UInt8](repeating: 200, count: 12)
    let mask = PictureSamples(size: RasterSize(width: 12, height: 1), bands: 3, values: .bytes(row))
    try PictureWriter.write(mask, to: scene.folder("mask.png"), format: .png)
    _ = try scene.raster("one.tif", width: 12, height: 1, names: names, isPlaced: false) { column, _ in UInt8(column / 4) }
    let report = try evaluate(scene.folder("one.tif"), scene.folder("mask.png")) {
      $0.palette = "<5 m=#646464,a=b=#000000"
      $0.confusion = scene.folder("c.csv")
    }
    #expect(report.evaluation.scores.classes.map(\.intersection) == [4, 4, 0])
    #expect(try String(contentsOfFile: scene.folder("c.csv"), encoding: .utf8).contains("a=b,<5 m,\"Gebäude, groß\",other"))
    let json = try #require(try JSONSerialization.jsonObject(with: Data(try report.json().utf8)) as? [String: Any])
    #expect((json["classes"] as? [[String: Any]])?.compactMap { $0["name"] as? String } == names)
    let polygons = try scene.features("t.geojson", [(EvaluationScene.polygon(8, 0, 12, 6), "{\"c\":\"gebäude, groß\"}")])
    #expect(try evaluate(map, polygons) { $0.polygonField = "c" }.evaluation.scores.pixels == 24)
  }

  // MARK: - Rasters

  @Test(arguments: ["Int16", "UInt16", "Int32", "UInt32", "Float32", "Float64"])
  func truthRastersOfWholeNumbersInAnyTypeAreRead(type: String) throws {
    let scene = try EvaluationScene()
    let truth = try scene.raster("bytes.tif", width: 12, height: 6) { column, row in row == 0 ? 255 : UInt8(column / 4) }
    let typed = try scene.translated(truth, to: "typed.tif", "-ot", type, "-a_nodata", "none")
    let report = try evaluate(try prediction(scene), typed)
    #expect(report.evaluation.scores.accuracy == 1 && report.evaluation.scores.pixels == 60)
    #expect(entry(report, .ignored, "255")?.pixels == 12)
    // A nodata value that no byte holds; 65535 and -9999 are what QGIS writes.
    let wide = try scene.translated(
      typed, to: "wide.tif", "-ot", type, "-scale", "0", "255", "0", type.hasPrefix("U") ? "65535" : "-32640", "-a_nodata",
      type.hasPrefix("U") ? "65535" : "-32640")
    let second = try evaluate(try prediction(scene), wide)
    #expect(entry(second, .nodata)?.pixels == 12, "\(second.leftOut)")
    #expect(second.evaluation.confusion[0][0] == 20 && second.evaluation.confusion[3][1] == 20, "\(second.evaluation.confusion)")
    #expect(second.notes.contains { $0.contains("a label that is not a class") }, "\(second.notes)")
  }

  @Test func valuesThatAreNotWholeNumbersAreRefused() throws {
    let scene = try EvaluationScene()
    let truth = try scene.raster("bytes.tif", width: 12, height: 6) { column, _ in UInt8(column / 4) }
    let halves = try scene.translated(truth, to: "halves.tif", "-ot", "Float32", "-scale", "0", "2", "0", "1", "-a_nodata", "none")
    let message = refusal { _ = try evaluate(try prediction(scene), halves) }
    #expect(message.contains("0.5") && message.contains("whole number"), "\(message)")
  }

  @Test(arguments: [("truth.vrt", "VRT"), ("truth.img", "HFA"), ("truth.asc", "AAIGrid"), ("truth", "GTiff")])
  func truthRastersOfOtherFormatsAreRead(name: String, format: String) throws {
    let scene = try EvaluationScene()
    let truth = try scene.raster("bytes.tif", width: 12, height: 6) { column, _ in UInt8(column / 4) }
    let other = try scene.translated(truth, to: name, "-of", format, "-a_nodata", "none")
    #expect(try evaluate(try prediction(scene), other).evaluation.scores.accuracy == 1)
  }

  @Test func labelsThatAreNotAClassAreCountedAndNamed() throws {
    let scene = try EvaluationScene()
    let truth = try scene.raster("t.tif", width: 12, height: 6) { column, row in row < 2 ? 7 : row == 2 ? 5 : UInt8(column / 4) }
    let report = try evaluate(try prediction(scene), truth) { $0.ignore = [5, 255] }
    let seven = entry(report, .notAClass, "7")
    #expect(seven?.pixels == 24 && seven?.counts == true)
    #expect(entry(report, .ignored, "5")?.pixels == 12)
    #expect(report.notes.contains { $0.contains("24 pixels have a label that is not a class of land, road, tree: 7 (24)") })
    #expect(report.evaluation.confusion[3] == [8, 8, 8, 0])
    // The same of a prediction.
    let stray = try scene.raster("stray.tif", width: 12, height: 6, names: Self.names) { column, row in row == 5 ? 9 : UInt8(column / 4) }
    let plain = try scene.raster("plain.tif", width: 12, height: 6) { column, row in row == 0 ? 255 : UInt8(column / 4) }
    let second = try evaluate(stray, plain)
    #expect(entry(second, .predictedNotAClass, "9")?.pixels == 12, "\(second.leftOut)")
  }

  @Test func pixelsWithoutTruthOrPredictionAreCounted() throws {
    let scene = try EvaluationScene()
    let map = try scene.raster("map.tif", width: 12, height: 6, names: Self.names) { column, row in row == 0 ? 255 : UInt8(column / 4) }
    let truth = try scene.raster("t.tif", width: 8, height: 6) { column, _ in UInt8(column / 4) }
    let report = try evaluate(map, truth)
    #expect(entry(report, .beyondTruth)?.pixels == 24)
    #expect(entry(report, .noPrediction)?.pixels == 8 && entry(report, .noPrediction)?.counts == true)
    let skipped = try evaluate(map, truth) { $0.skipsNodata = true }
    #expect(entry(skipped, .noPrediction)?.pixels == 12 && entry(skipped, .noPrediction)?.counts == false)
    let area = try scene.polygons("area.geojson", [(0, 0, 12, 2, "area")])
    #expect(entry(try evaluate(map, truth) { $0.area = area }, .outsideArea)?.pixels == 48)
  }

  @Test func aMaskOfTheTruthIsHonored() throws {
    let scene = try EvaluationScene()
    let truth = try scene.raster("bytes.tif", width: 12, height: 6) { column, _ in UInt8(column / 4) }
    let mask = try scene.raster("mask.tif", width: 12, height: 6) { column, _ in column < 6 ? 255 : 0 }
    let vrt = try scene.translated(truth, to: "two.vrt", "-of", "VRT", "-a_nodata", "none")
    let text = try String(contentsOfFile: vrt, encoding: .utf8).replacingOccurrences(
      of: "</VRTDataset>",
      with: """
        <MaskBand><VRTRasterBand dataType="Byte"><SimpleSource><SourceFilename relativeToVRT="1">mask.tif</SourceFilename>
        <SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></MaskBand></VRTDataset>
        """)
    try scene.folder.write(text, to: "two.vrt")
    let masked = try scene.translated(vrt, to: "masked.tif", "--config", "GDAL_TIFF_INTERNAL_MASK", "YES")
    _ = mask
    let report = try evaluate(try prediction(scene), masked)
    #expect(entry(report, .nodata)?.pixels == 36 && report.evaluation.scores.pixels == 36, "\(report.leftOut)")
  }

  @Test func aMaskOf0And255IsSaid() throws {
    let scene = try EvaluationScene()
    let map = try scene.raster("map.tif", width: 12, height: 6, names: ["rest", "roof"]) { column, _ in column < 6 ? 1 : 0 }
    let bytes = try scene.raster("bytes.tif", width: 12, height: 6) { column, _ in column < 6 ? 255 : 0 }
    let mask = try scene.translated(bytes, to: "mask.tif", "-a_nodata", "none")
    let report = try evaluate(map, mask)
    #expect(
      report.notes.contains { $0.hasSuffix("and 255 is ignored (36 pixels): where 255 is a class, relabel it, as 255:1") },
      "\(report.notes)")
    let right = try evaluate(map, mask) { $0.remap = [255: 1] }
    #expect(right.evaluation.scores.accuracy == 1 && right.notes.allSatisfy { !$0.contains("relabel") }, "\(right.notes)")
    // Where there are other classes, 255 is what is to be ignored.
    let both = try scene.raster("both.tif", width: 12, height: 6) { column, row in row == 0 ? 1 : column < 6 ? 255 : 0 }
    #expect(try evaluate(map, both).notes.allSatisfy { !$0.contains("relabel") })
  }

  @Test func lossyTruthIsSaid() throws {
    let scene = try EvaluationScene()
    let truth = try scene.raster("bytes.tif", width: 12, height: 6) { column, _ in UInt8(column / 4) }
    let plain = try scene.translated(truth, to: "plain.tif", "-expand", "rgb", "-a_nodata", "none")
    let lossy = try scene.translated(plain, to: "lossy.tif", "-b", "1", "-co", "COMPRESS=JPEG")
    #expect(try evaluate(try prediction(scene), lossy).notes.contains { $0.contains("with loss (JPEG)") })
  }

  @Test func truthsThatNobodyPredictedAndDoubtfulNamesAreSaid() throws {
    let scene = try EvaluationScene()
    let map = try prediction(scene)
    try scene.folder.copy(map, to: "p/a.tif")
    for name in ["t/a.tif", "t/b.tif"] { try scene.folder.copy(map, to: name) }
    #expect(try evaluate(scene.folder("p"), scene.folder("t")).notes.contains { $0.contains("no prediction for 1 truth") })
    _ = try scene.translated(map, to: "t/a.vrt", "-of", "VRT")
    #expect(refusal { _ = try evaluate(scene.folder("p"), scene.folder("t")) }.contains("may both be the truth of 'a'"))
  }

  // MARK: - The cases from outside

  private static let cases = Places.shared.map { $0 + "/cases/models/evaluate" }.flatMap {
    FileManager.default.fileExists(atPath: $0) ? $0 : nil
  }

  @Test(.enabled(if: cases != nil, "needs the shared cases"))
  func casesFromOutside() throws {
    let folder = try #require(Self.cases)
    let map = folder + "/pred.tif"
    for truth in ["truth.tif", "truth_i16.tif", "truth.vrt"] {
      let report = try evaluate(map, "\(folder)/\(truth)")
      #expect(abs((report.evaluation.scores.meanIoU ?? 0) - 0.7379) < 1e-4, "\(truth)")
    }
    let texts = try evaluate(map, folder + "/poly_idtext.geojson") { $0.polygonField = "cls" }
    #expect(abs((texts.evaluation.scores.meanIoU ?? 0) - 0.7379) < 1e-4)
    let typos = try evaluate(map, folder + "/poly_typo.gpkg") { $0.polygonField = "cls" }
    #expect(typos.notes.contains { $0.contains("417 polygons") && $0.contains("'trees' (417)") }, "\(typos.notes)")
    #expect(try evaluate(map, folder + "/truth_names_other.tif").notes.contains { $0.contains("compared by name") })
  }
}
