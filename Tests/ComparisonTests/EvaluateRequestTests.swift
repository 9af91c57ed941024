import Comparison
import Evaluation
import Foundation
import GeoTypes
import Geodata
import Runs
import TestSupport
import Testing

@Suite struct EvaluateRequestTests {
  @Test func truthsAreReadWhereThePredictionsPixelsLie() throws {
    let scene = try EvaluationScene()
    // The truth begins 3 columns further left and 2 rows further up, with pixels of half the size.
    func world(_ x: Int, _ y: Int) -> UInt8 { UInt8((x / 5 + 2 * (y / 4) + 100) % 3) }
    let prediction = try scene.raster("map.tif", width: 40, height: 30) { column, row in column == row ? 0 : world(column, row) }
    let truth = try scene.raster(
      "truth.tif", width: 80, height: 60, origin: (9_520_000 - 3, 3_200_000 + 2), pixel: 0.5
    ) { column, row in world(Int((Double(column) / 2 - 3).rounded(.down)), Int((Double(row) / 2 - 2).rounded(.down))) }
    var options = EvaluateRequest.Options()
    options.classes = "3"
    let report = try EvaluateRequest(prediction: prediction, truth: truth, options: options).perform()
    var naive = ConfusionMatrix(LabelRule(classes: 3))
    // The truth is 40 × 30 m, and so ends 3 columns and 2 rows before the prediction does.
    for row in 0..<28 {
      for column in 0..<37 {
        naive.add(prediction: [column == row ? 0 : world(column, row)], truth: [world(column, row)])
      }
    }
    #expect(report.evaluation.confusion == naive.rows)
    #expect(report.sources.map(\.pixels) == [37 * 28])
  }

  @Test func rastersWithoutAPlaceMustHaveTheSameSize() throws {
    let scene = try EvaluationScene()
    let prediction = try scene.raster("a.tif", width: 20, height: 10, isPlaced: false) { column, _ in column < 10 ? 0 : 1 }
    let same = try scene.raster("b.tif", width: 20, height: 10, isPlaced: false) { column, _ in column < 12 ? 0 : 1 }
    let other = try scene.raster("c.tif", width: 21, height: 10, isPlaced: false) { _, _ in 0 }
    let report = try EvaluateRequest(prediction: prediction, truth: same).perform()
    #expect(report.evaluation.scores.accuracy == 0.9)
    #expect(report.evaluation.classNames == ["class 0", "class 1"])
    #expect { try EvaluateRequest(prediction: prediction, truth: other).perform() } throws: { ($0 as? RunError)?.code == .wrongCall }
  }

  @Test func masksOfColorsAreReadByPalette() throws {
    let scene = try EvaluationScene()
    let prediction = try scene.raster("a.tif", width: 4, height: 2, names: ["water", "road"], isPlaced: false) { column, _ in
      column < 2 ? 0 : 1
    }
    // Water, road, road, and a color that nobody has.
    let row: [UInt8] = [0, 0, 255, 200, 100, 0, 200, 100, 0, 1, 2, 3]
    let mask = PictureSamples(size: RasterSize(width: 4, height: 2), bands: 3, values: .bytes(row + row))
    try PictureWriter.write(mask, to: scene.folder("mask.png"), format: .png)
    var options = EvaluateRequest.Options()
    options.palette = "water=#0000ff,road=#c86400"
    let report = try EvaluateRequest(prediction: prediction, truth: scene.folder("mask.png"), options: options).perform()
    #expect(report.evaluation.confusion == [[2, 0, 0], [2, 2, 0], [0, 0, 0]])
    #expect(report.notes.contains { $0.contains("2 pixels have a color") })
  }

  @Test func eachPixelOfUnknownColorIsCountedOnce() throws {
    let scene = try EvaluationScene()
    // Many strips, whose windows of the truth overlap.
    let size = RasterSize(width: 30, height: 1500)
    let prediction = try scene.raster("a.tif", width: size.width, height: size.height, names: ["water"], isPlaced: false) { _, _ in 0 }
    let row: [UInt8] = [0, 0, 255] + [UInt8](repeating: 9, count: (size.width - 1) * 3)
    var values: [UInt8] = []
    for _ in 0..<size.height { values += row }
    let samples = PictureSamples(size: size, bands: 3, values: .bytes(values))
    try PictureWriter.write(samples, to: scene.folder("mask.png"), format: .png)
    var options = EvaluateRequest.Options()
    options.palette = "water=#0000ff"
    let report = try EvaluateRequest(prediction: prediction, truth: scene.folder("mask.png"), options: options).perform()
    #expect(report.evaluation.scores.pixels == UInt64(size.height))
    #expect(report.notes.contains { $0.contains(" \(29 * size.height) pixels have a color") }, "\(report.notes)")
  }

  @Test func whereNoPixelIsLeftToCompareTheCallIsWrong() throws {
    let scene = try EvaluationScene()
    let prediction = try scene.raster("a.tif", width: 8, height: 8, names: ["a", "b"]) { _, _ in 0 }
    let truth = try scene.raster("t.tif", width: 8, height: 8, names: ["a", "b"]) { _, _ in 1 }
    var options = EvaluateRequest.Options()
    options.ignore = [1]
    #expect {
      try EvaluateRequest(prediction: prediction, truth: truth, options: options).perform()
    } throws: { error in
      (error as? RunError)?.code == .wrongCall && "\(error)".contains("no pixel to compare")
    }
  }

  @Test func polygonsAreTruthOfOneClassWithObjects() throws {
    let scene = try EvaluationScene()
    let prediction = try scene.raster("map.tif", width: 40, height: 20, names: ["land", "building"]) { column, row in
      if column >= 38 { return 255 }
      // One building found, shifted by a column; one invented.
      return (6..<16).contains(column) && (5..<15).contains(row) || (30..<33).contains(column) && row < 3 ? 1 : 0
    }
    let truth = try scene.polygons("b.geojson", [(5, 5, 15, 15, "x"), (20, 5, 24.4, 9, "x"), (100, 0, 110, 10, "far")])
    var options = EvaluateRequest.Options()
    options.polygonClass = "building"
    options.countsObjects = true
    options.boundary = 1
    options.errors = scene.folder("errors.png")
    options.confusion = scene.folder("c.csv")
    let report = try EvaluateRequest(prediction: prediction, truth: truth, options: options).perform()
    let labeled: UInt64 = 100 + 16
    #expect(report.evaluation.classNames == ["background", "building"])
    #expect(report.evaluation.scores.classes[1].labeled == labeled)
    #expect(report.evaluation.scores.classes[1].intersection == 90)
    #expect(report.evaluation.scores.classes[1].predicted == 109)
    #expect(report.evaluation.scores.pixels == 38 * 20, "pixels without prediction lie outside the image")
    let objects = try #require(report.evaluation.objects?.classes[1])
    #expect((objects.labeled, objects.predicted, objects.matched) == (2, 2, 1))
    #expect(report.evaluation.boundary?.classes[1].predicted ?? 0 > 0)
    let picture = try ClassRasterReader(path: scene.folder("errors.png"))
    #expect(picture.size.width >= 40 && picture.bands == 4)
    #expect(try picture.read(Window(column: 5, row: 7, width: 1, height: 1), band: 1) == [33], "missed: blue")
    #expect(try picture.read(Window(column: 31, row: 1, width: 1, height: 1), band: 1) == [214], "invented: red")
    #expect(try picture.read(Window(column: 39, row: 1, width: 1, height: 1), band: 4) == [0])
    // Below the map, a line for each color: right, wrong, missed, not compared.
    #expect(picture.size.height == 20 + 10 + 4 * 26)
    let swatches = try (0..<4).map { try picture.read(Window(column: 20, row: 20 + 10 + $0 * 26 + 7, width: 1, height: 1), band: 1) }
    #expect(swatches == [[224], [214], [33], [255]])
    let band = Window(column: 42, row: 30, width: picture.size.width - 42, height: 4 * 26)
    #expect(try picture.read(band, band: 1).contains { $0 < 80 }, "no text")
    #expect(try picture.read(band, band: 4).allSatisfy { $0 == 255 })
    #expect(try String(contentsOfFile: scene.folder("c.csv"), encoding: .utf8).hasPrefix("true \\ predicted,background,building,other"))
    #expect(try report.json().contains("\"mIoU\""))
  }

  @Test func aColumnSaysThePolygonsClasses() throws {
    let scene = try EvaluationScene()
    let prediction = try scene.raster("map.tif", width: 20, height: 10, names: ["land", "road"]) { column, _ in column < 10 ? 0 : 1 }
    let truth = try scene.polygons("b.geojson", [(0, 0, 5, 10, "Land"), (5, 0, 20, 5, "road"), (0, 0, 1, 1, "cloud")])
    var options = EvaluateRequest.Options()
    options.polygonField = "kind"
    let report = try EvaluateRequest(prediction: prediction, truth: truth, options: options).perform()
    #expect(report.evaluation.confusion == [[50, 0, 0], [25, 50, 0], [0, 0, 0]])
  }

  @Test func onlyPixelsInsideTheAreaCount() throws {
    let scene = try EvaluationScene()
    let prediction = try scene.raster("a.tif", width: 20, height: 10, names: ["a", "b"]) { column, _ in column < 10 ? 0 : 1 }
    let truth = try scene.raster("t.tif", width: 20, height: 10) { column, _ in column < 12 ? 0 : 1 }
    var options = EvaluateRequest.Options()
    options.area = try scene.polygons("area.geojson", [(8, 2, 14, 6, "area")])
    let report = try EvaluateRequest(prediction: prediction, truth: truth, options: options).perform()
    #expect(report.evaluation.confusion == [[8, 8, 0], [0, 8, 0], [0, 0, 0]])
  }

  @Test func wrongCallsAreRefusedInOneLine() throws {
    let scene = try EvaluationScene()
    let prediction = try scene.raster("a.tif", width: 8, height: 8, names: ["a", "b"]) { _, _ in 0 }
    let far = try scene.raster("far.tif", width: 8, height: 8, origin: (0, 0)) { _, _ in 0 }
    let truth = try scene.polygons("t.geojson", [(0, 0, 4, 4, "a")])
    func refused(_ truth: String, _ change: (inout EvaluateRequest.Options) -> Void) -> Bool {
      var options = EvaluateRequest.Options()
      change(&options)
      do {
        _ = try EvaluateRequest(prediction: prediction, truth: truth, options: options).perform()
        return false
      } catch {
        return (error as? RunError)?.code == .wrongCall && !"\(error)".contains("\n")
      }
    }
    #expect(refused(far) { _ in })
    #expect(refused(truth) { _ in })
    #expect(refused(truth) { $0.polygonClass = "c" })
    #expect(refused(truth) { $0.polygonField = "c" })
    #expect(refused(far) { $0.countsObjects = true })
    #expect(refused(far) { $0.palette = "no such thing" })
    #expect(refused(prediction) { $0.confusion = prediction })
    #expect(refused(prediction) { $0.area = scene.folder("missing.gpkg") })
    #expect(refused(scene.folder("missing.tif")) { _ in })
  }

  /// mmsegmentation's IoUMetric on the same two files, with labels 5, 6 and 255 left out.
  @Test(.enabled(if: Places.hasShared, "needs the shared test data"))
  func countsEqualMmsegmentations() throws {
    let shared = try #require(Places.shared)
    var options = EvaluateRequest.Options()
    options.ignore = [5, 6, 255]
    options.classes = "5"
    let report = try EvaluateRequest(
      prediction: shared + "/reference/trained/tile6_001.slide.classes.png",
      truth: shared + "/data/landcover/Tile 6/masks/image_part_001.png", options: options
    ).perform()
    let classes = report.evaluation.scores.classes
    #expect(classes.map(\.intersection) == [54963, 317171, 28026, 64, 224873])
    #expect(classes.map(\.union) == [81697, 395046, 65900, 10620, 238832])
    #expect(classes.map(\.predicted) == [75481, 336786, 57836, 446, 238047])
    #expect(classes.map(\.labeled) == [61179, 375431, 36090, 10238, 225658])
    #expect(abs((report.evaluation.scores.accuracy ?? 0) - 0.8821627497673035) < 1e-7)
  }
}
