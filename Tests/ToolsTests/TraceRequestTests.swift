import Basics
import Foundation
import GeoTypes
import Geodata
import Runs
import TestSupport
import Testing
import Tools

/// Foreign class rasters: every one is traced rightly, or refused in one line.
@Suite struct TraceRequestTests {
  private static let formats = ["classes", "gpkg", "shp", "csv", "geojson", "fgb", "preview", "stac"]

  private func trace(_ scene: EvaluationScene, _ raster: String, confidence: String? = nil) throws -> TraceRequest.Report {
    try TraceRequest(
      raster: raster, confidence: confidence, directory: scene.folder("out"), formats: confidence == nil ? Self.formats : ["csv"],
      vectors: nil
    ).perform()
  }

  private func refusal(_ body: () throws -> Void) -> String {
    do { try body() } catch { return (error as? RunError)?.code == .wrongCall ? "\(error)" : "not a wrong call: \(error)" }
    return "no error"
  }

  /// Columns 0–3 are class 0, 4–7 class 1; the first row is 255.
  private func classes(_ scene: EvaluationScene, names: [String] = []) throws -> String {
    try scene.raster("map.tif", width: 8, height: 4, names: names) { column, row in row == 0 ? 255 : UInt8(column / 4) }
  }

  @Test func aRasterWithoutAnyValidPixelGivesWholeEmptyLayers() throws {
    let scene = try EvaluationScene()
    let empty = try scene.raster("empty.tif", width: 10, height: 10) { _, _ in 255 }
    let report = try trace(scene, empty)
    #expect(report.polygons == 0 && report.warnings.contains { $0.contains("has no valid pixel") })
    for name in ["gpkg", "shp", "geojson", "fgb"] { #expect(try VectorReader("\(report.folder)/empty.\(name)").count == 0, "\(name)") }
    let header = try String(contentsOfFile: report.folder + "/empty.csv", encoding: .utf8)
    #expect(header.hasPrefix("WKT,id,class_id,class") && header.hasSuffix("geom_cut\n"))
    #expect(try VectorReader(report.folder + "/empty.gpkg", layer: "layer_styles").count == 1)
    #expect(
      try JSONSerialization.jsonObject(with: FileManager.default.contents(atPath: report.folder + "/empty.geojson") ?? Data())
        is [String: Any])
    #expect(try ClassRasterReader(path: report.folder + "/empty.classes.tif").read(Window(column: 0, row: 0, width: 1, height: 1)) == [255])
  }

  @Test(arguments: ["Int16", "UInt16", "Int32", "UInt32", "Float32", "Float64"])
  func rastersOfAnyWholeNumbersAreTraced(type: String) throws {
    let scene = try EvaluationScene()
    let bytes = try classes(scene)
    let typed = try scene.translated(bytes, to: "typed.tif", "-ot", type)
    #expect(try trace(scene, typed).polygons == 2)
    #expect(
      try ClassRasterReader(path: scene.folder("out/typed/typed.classes.tif")).read(Window(RasterSize(width: 8, height: 4)))
        == ClassRasterReader(path: bytes).read(Window(RasterSize(width: 8, height: 4))))
  }

  @Test func classesBeyond254AreRefused() throws {
    let scene = try EvaluationScene()
    let map = try classes(scene)
    let many = try scene.translated(map, to: "many.tif", "-ot", "UInt16", "-scale", "0", "1", "0", "300", "-a_nodata", "none")
    #expect(refusal { _ = try trace(scene, many) }.contains("holds the value"))
    let negative = try scene.translated(map, to: "negative.tif", "-ot", "Int16", "-scale", "0", "1", "0", "-1", "-a_nodata", "none")
    #expect(refusal { _ = try trace(scene, negative) }.contains("holds the value"))
    let halves = try scene.translated(map, to: "halves.tif", "-ot", "Float32", "-scale", "0", "1", "0", "0.5", "-a_nodata", "none")
    #expect(refusal { _ = try trace(scene, halves) }.contains("whole number"))
    #expect(!FileManager.default.fileExists(atPath: scene.folder("out/many")))
  }

  @Test func nodataThatIsAClassIsSaid() throws {
    let scene = try EvaluationScene()
    let map = try classes(scene, names: ["water", "road"])
    let zero = try scene.translated(map, to: "zero.tif", "-a_nodata", "0")
    let report = try trace(scene, zero)
    #expect(report.polygons == 1)
    #expect(report.warnings.contains { $0.contains("nodata value 0 is also its class 'water'") }, "\(report.warnings)")
    #expect(report.warnings.contains { $0.contains("8 pixels of 255") }, "\(report.warnings)")
    let none = try scene.translated(map, to: "none.tif", "-a_nodata", "none")
    let second = try trace(scene, none)
    #expect(second.polygons == 2 && second.warnings.contains { $0.contains("has no nodata value: 8 pixels of 255") })
    #expect(try trace(scene, map).warnings.isEmpty)
  }

  @Test func palettesGiveColorsAndNames() throws {
    let scene = try EvaluationScene()
    let map = try scene.raster(
      "p.tif", width: 8, height: 4, names: ["a=b <c>", "Straße"],
      colors: [Color(red: 1, green: 2, blue: 3), Color(red: 200, green: 100, blue: 0)]
    ) { column, _ in UInt8(column / 4) }
    let png = try scene.translated(map, to: "p.png", "-of", "PNG")
    for path in [map, png] {
      let report = try trace(scene, path)
      #expect(report.polygons == 2)
      let style = try String(contentsOfFile: report.folder + "/p.qml", encoding: .utf8)
      #expect(style.contains("200,100,0"), "\(path)")
      var names: [FieldValue] = []
      let reader = try VectorReader(report.folder + "/p.gpkg")
      try reader.forEach { _, _, values in names.append(values[reader.fieldNames.firstIndex(of: "class") ?? 0]) }
      #expect(names.contains(.text("a=b <c>")) && names.contains(.text("Straße")), "\(names)")
      try FileManager.default.removeItem(atPath: scene.folder("out"))
    }
  }

  @Test func confidencesAreWholePercentages() throws {
    let scene = try EvaluationScene()
    let map = try classes(scene)
    let good = try scene.raster("good.tif", width: 8, height: 4) { column, _ in UInt8(column) + 80 }
    #expect(try trace(scene, map, confidence: good).polygons == 2)
    let scaled = try scene.raster("scaled.tif", width: 8, height: 4) { column, _ in UInt8(column) + 180 }
    #expect(refusal { _ = try trace(scene, map, confidence: scaled) }.contains("percentages"))
    let shares = try scene.translated(good, to: "shares.tif", "-ot", "Float32", "-scale", "0", "100", "0", "1")
    #expect(
      refusal { _ = try trace(scene, map, confidence: shares) }
        .contains("which is not a whole number); its values look like shares of 0…1: multiply them by 100 and round them"))
  }

  @Test func aMaskInPlaceOfPercentagesIsSaid() throws {
    let scene = try EvaluationScene()
    let map = try classes(scene)
    let mask = try scene.raster("mask.tif", width: 8, height: 4) { column, _ in UInt8(column % 2) }
    let report = try trace(scene, map, confidence: mask)
    #expect(report.warnings.contains { $0.contains("none of its values is above 1, and they count as percentages") }, "\(report.warnings)")
    let ones = try scene.translated(mask, to: "ones.tif", "-ot", "Float32", "-scale", "0", "1", "1", "1")
    #expect(try trace(scene, map, confidence: ones).warnings.contains { $0.hasPrefix("\(ones): none of its values is above 1") })
    // Where nothing is a class, nothing is reported about its confidence.
    let few = try scene.raster("few.tif", width: 8, height: 4) { column, row in row == 0 ? 1 : UInt8(column) }
    #expect(!(try trace(scene, map, confidence: few).warnings.contains { $0.contains("none of its values") }))
  }

  @Test func severalBandsAreRefused() throws {
    let scene = try EvaluationScene()
    let map = try classes(scene)
    let three = try scene.translated(map, to: "three.tif", "-b", "1", "-b", "1", "-b", "1")
    #expect(refusal { _ = try trace(scene, three) }.contains("has 3 bands"))
  }

  @Test func namesThatNoClassHasAreRefused() throws {
    let scene = try EvaluationScene()
    let map = try scene.raster("map.tif", width: 12, height: 6, names: ["land", "road"]) { column, _ in UInt8(column / 6) }
    func trace(_ vectors: String) throws -> TraceRequest.Report {
      try TraceRequest(raster: map, confidence: nil, directory: scene.folder("out"), formats: ["gpkg"], vectors: vectors).perform()
    }
    for vectors in [
      "{classes: [raod]}", "{classes: [Road]}", "{regularize: [hut]}", "{nearest: {land: hut}}", "{thickness: {oil: [1, 2]}}",
    ] {
      let text = refusal { _ = try trace(vectors) }
      #expect(text.contains("there is no class '") && text.contains("there are land, road"), "\(vectors): \(text)")
    }
    #expect(refusal { _ = try trace("{minimumConfidence: 90}") }.contains("vectors.minimumConfidence needs confidences"))
    #expect(try trace("{classes: [road]}").polygons == 1)
  }

  @Test func aCRSWithoutAGeotransformPlacesNothing() throws {
    let scene = try EvaluationScene()
    let map = try scene.raster("map.tif", width: 12, height: 6, isPlaced: false) { column, _ in UInt8(column / 6) }
    let stated = try scene.translated(map, to: "stated.tif", "-a_srs", "EPSG:32633", "-of", "GTiff")
    let report = try trace(scene, stated)
    #expect(
      report.warnings.contains { $0.hasSuffix("has a crs but no geotransform: its layers are in pixel coordinates, without a crs") },
      "\(report.warnings)")
    #expect(try VectorReader("\(report.folder)/stated.gpkg").crs?.isGeodetic != true)
  }

  private static let cases = Places.shared.map { $0 + "/cases/models/trace" }.flatMap {
    FileManager.default.fileExists(atPath: $0) ? $0 : nil
  }

  @Test(.enabled(if: cases != nil, "needs the shared cases"))
  func casesFromOutside() throws {
    let scene = try EvaluationScene()
    let folder = try #require(Self.cases)
    #expect(try trace(scene, folder + "/empty.tif").polygons == 0)
    #expect(try VectorReader(scene.folder("out/empty/empty.gpkg")).count == 0)
  }

  /// As a run says it of a source.
  @Test func oddPlacesAndDatumsAreSaid() throws {
    let scene = try EvaluationScene()
    let map = try classes(scene)
    // Northing and easting exchanged; longitudes in place of meters.
    let swapped = try scene.translated(map, to: "swapped.tif", "-a_srs", "EPSG:25832", "-a_ullr", "5800000", "600000", "5800008", "599996")
    #expect(try trace(scene, swapped).warnings.contains { $0.hasPrefix("\(swapped): by its crs EPSG:25832") })
    let degrees = try scene.translated(map, to: "degrees.tif", "-a_srs", "EPSG:32633", "-a_ullr", "13.4", "52.5", "13.5", "52.45")
    #expect(try trace(scene, degrees).warnings.contains { $0.contains("look like degrees or pixels") })
    let impossible = try scene.translated(
      map, to: "impossible.tif", "-a_srs", "EPSG:4326", "-a_ullr", "400000", "5800000", "400008", "5799996")
    #expect(refusal { _ = try trace(scene, impossible) }.contains("are not positions in its crs"))
    let clarke = try scene.translated(
      map, to: "clarke.tif", "-a_srs", "+proj=tmerc +lon_0=13 +x_0=500000 +ellps=bessel +units=m", "-a_ullr", "400000", "5800000", "400008",
      "5799996")
    #expect(try trace(scene, clarke).warnings.contains { $0.contains("PROJ knows no transformation from the datum") })
  }
}
