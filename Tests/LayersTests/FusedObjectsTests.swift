import Foundation
import GeoTypes
import Geodata
import TestSupport
import Testing

@testable import Layers

/// Frames of one pass over ships and oil, merged: each object once, where it is.
struct FusedObjectsTests {
  private static let layout = LayerFields(isGeodesic: true, pixelArea: 1, extras: [.positionError, .volume])
  private static let catalog = ClassCatalog(names: ["oil slick", "ship"])
  private static let thickness = [0: 0.04...0.3]

  /// An object as a frame shows it.
  private struct Row {
    var classID: Int
    var outline: MultiPolygonBuffer
    var sigma: Double
    var isCut = false
    var confidence = 80.0
  }

  private static func rectangle(_ x: Double, _ y: Double, _ width: Double, _ height: Double) -> MultiPolygonBuffer {
    MultiPolygonBuffer([
      Polygon(
        shell: Ring([Point(x: x, y: y), Point(x: x + width, y: y), Point(x: x + width, y: y + height), Point(x: x, y: y + height)]))
    ])
  }

  private static func ellipse(_ x: Double, _ y: Double, _ a: Double, _ b: Double, turn: Double) -> MultiPolygonBuffer {
    let points = (0..<60).map { step in
      let angle = Double(step) * .pi / 30
      let (u, v) = (a * cos(angle), b * sin(angle))
      return Point(x: x + u * cos(turn) - v * sin(turn), y: y + u * sin(turn) + v * cos(turn))
    }
    return MultiPolygonBuffer([Polygon(shell: Ring(points))])
  }

  private static func frame(_ name: String, time: String?, _ rows: [Row], in folder: String) throws -> MergeRequest.Source {
    let path = "\(folder)/\(name).gpkg"
    let crs = try CoordinateSystem("EPSG:32633")
    let table = try GeoPackageTable(path, layer: name, crs: crs, fields: layout.fields)
    let toGeographic = try CoordinateTransformation(from: crs, to: try CoordinateSystem("EPSG:4326"))
    for (index, row) in rows.enumerated() {
      let (area, center) = try #require(row.outline.planeCenter)
      let place = try toGeographic.apply(center)
      try table.add(
        id: index + 1, geometry: row.outline,
        values: [
          .integer(index + 1), .integer(row.classID), .text(catalog.name(row.classID)), .text(name), .integer(Int(area)), .real(area),
          .real(1), .real(row.confidence), .integer(1), .integer(99), .integer(row.isCut ? 1 : 0), .real(place.x), .real(place.y), .null,
          .real(row.sigma),
        ] + LayerFields.volumes(area: area, thickness[row.classID]))
    }
    var footprint = [FieldValue](repeating: .null, count: FootprintLayer.fields.count)
    footprint[1] = time.map { .text($0) } ?? .null
    table.addLayer(
      name + FootprintLayer.ending, crs: crs, fields: FootprintLayer.fields, rows: [(rectangle(500_000, 5_990_000, 10, 10), footprint)])
    try table.finish()
    return MergeRequest.Source(name: name, geoPackage: path)
  }

  private struct Merged {
    var outline: MultiPolygonBuffer
    var values: [String: FieldValue]
    func real(_ name: String) -> Double { if case .real(let value) = values[name] { value } else { .nan } }
  }

  private static func rows(_ sources: [MergeRequest.Source]) throws -> (rows: [Merged], warnings: [String]) {
    var request = MergeRequest(directory: "", formats: [], sources: sources, catalog: catalog)
    request.thickness = thickness
    let rows = try MergedRows(request)
    var result: [Merged] = []
    try rows.forEach { outline, values, _ in
      result.append(
        Merged(outline: copy outline, values: Dictionary(zip(rows.fields.map(\.name), values), uniquingKeysWith: { first, _ in first })))
    }
    return (result, rows.warnings)
  }

  /// Twenty frames along a line over ships and slicks, each frame wrong by its own error: whatever is seen is reported once, and lies within
  /// two of its standard errors in 95 of 100 cases.
  @Test func aPassReportsEachObjectOnceWithinItsError() throws {
    var random = Seeded(seed: 24)
    func normal() -> Double {
      let (u, v) = (Double.random(in: 1e-9..<1, using: &random), Double.random(in: 0..<1, using: &random))
      return (-2 * log(u)).squareRoot() * cos(2 * .pi * v)
    }
    var (inside, all) = (0, 0)
    for pass in 0..<8 {
      // At least 60 m apart: more than four standard errors of 4 m and a ship's length.
      var truths: [(classID: Int, outline: MultiPolygonBuffer)] = []
      for index in 0..<14 {
        let (x, y) = (500_060 + 60 * Double(index), 6_000_000 + (index % 2 == 0 ? -35.0 : 35))
        truths.append(
          index % 3 == 0
            ? (0, Self.ellipse(x, y, 18, 9, turn: Double.random(in: 0..<3, using: &random))) : (1, Self.rectangle(x - 10, y - 3, 20, 6)))
      }
      try withFolder { folder in
        var sources: [MergeRequest.Source] = []
        for number in 0..<20 {
          let sigma = Double.random(in: 2...4, using: &random)
          let (dx, dy) = (sigma * normal(), sigma * normal())
          let left = 500_000 + 38 * Double(number)
          let view = Bounds(minX: left, minY: 5_999_920, maxX: left + 200, maxY: 6_000_080)
          var rows: [Row] = []
          for truth in truths {
            guard var part = truth.outline.clipped(to: view) else { continue }
            part.orient()
            guard let seen = part.planeCenter?.area, let whole = truth.outline.planeCenter?.area
            else { continue }
            var row = Row(classID: truth.classID, outline: part, sigma: sigma, isCut: seen < whole * 0.999)
            row.outline = row.outline.mapped { Point(x: $0.x + dx, y: $0.y + dy) }
            rows.append(row)
          }
          let time = "2026-06-01T10:\(number < 10 ? "0" : "")\(number):00Z"
          sources.append(try Self.frame("f\(100 + number)", time: time, rows, in: folder))
        }
        let merged = try Self.rows(sources)
        #expect(merged.rows.count == truths.count, "pass \(pass)")
        #expect(merged.warnings.isEmpty)
        for truth in truths {
          let center = try #require(truth.outline.planeCenter?.center)
          let distances = merged.rows.compactMap { row -> (distance: Double, sigma: Double)? in
            guard row.values["class_id"] == .integer(truth.classID), let found = row.outline.planeCenter?.center else { return nil }
            return (hypot(found.x - center.x, found.y - center.y), row.real("sigma_m"))
          }
          let nearest = try #require(distances.min { $0.distance < $1.distance })
          all += 1
          inside += nearest.distance <= 2 * nearest.sigma ? 1 : 0
        }
      }
    }
    #expect(Double(inside) >= 0.95 * Double(all), "\(inside) of \(all)")
  }

  @Test func aFusedObjectTellsItsFramesAndItsBestConfidence() throws {
    try withFolder { folder in
      var (one, two) = (
        Row(classID: 1, outline: Self.rectangle(500_000, 6_000_000, 20, 6), sigma: 2),
        Row(classID: 1, outline: Self.rectangle(500_005, 6_000_000, 20, 6), sigma: 4)
      )
      one.confidence = 60
      two.confidence = 90
      let sources = [
        try Self.frame("a\"b", time: "2026-06-01T10:00:00Z", [one], in: folder),
        try Self.frame(
          "c", time: "2026-06-01T10:30:00Z", [two, Row(classID: 0, outline: Self.rectangle(500_400, 6_000_000, 9, 9), sigma: 4)], in: folder
        ),
      ]
      let rows = try Self.rows(sources).rows
      try #require(rows.count == 2)
      let ship = rows[0].values
      #expect(ship["time_first"] == .text("2026-06-01T10:00:00Z") && ship["time_last"] == .text("2026-06-01T10:30:00Z"))
      #expect(ship["n_frames"] == .integer(2) && ship["frames"] == .text(#"["a\"b","c"]"#))
      #expect(ship["conf_mean"] == .real(90) && ship["source"] == .text("a\"b") && ship["edge"] == .integer(0))
      // Weights 1/4 and 1/16: the center moves by a fifth of 5 m; the error is the mean of both by the same weights.
      let center = try #require(rows[0].outline.planeCenter?.center)
      #expect(abs(center.x - 500_011) < 0.01 && abs(center.y - 6_000_003) < 0.01, "\(center)")
      #expect(rows[0].real("sigma_m") == 2.4)
      let slick = rows[1].values
      #expect(
        slick["n_frames"] == .integer(1) && slick["frames"] == .text(#"["c"]"#) && slick["time_first"] == .text("2026-06-01T10:30:00Z"))
    }
  }

  /// What every frame cuts off is put together from all of them, with its area and its liters.
  @Test func aStrandLongerThanAnyFrameIsTheUnionOfItsParts() throws {
    try withFolder { folder in
      let sources = try (0..<4).map { number in
        let part = Row(classID: 0, outline: Self.rectangle(500_000 + 80 * Double(number), 6_000_000, 100, 10), sigma: 3, isCut: true)
        return try Self.frame("f\(number)", time: "2026-06-01T10:00:0\(number)Z", [part], in: folder)
      }
      let rows = try Self.rows(sources).rows
      try #require(rows.count == 1)
      // UTM is 0.04 % too small in the middle of its zone.
      let area = 3400 / (0.9996 * 0.9996)
      #expect(abs(rows[0].real("area_m2") - area) < 0.01, "\(rows[0].real("area_m2"))")
      #expect(abs(rows[0].real("vol_min_l") - rows[0].real("area_m2") * 0.04 / 1000) < 1e-6)
      #expect(abs(rows[0].real("vol_max_l") - rows[0].real("area_m2") * 0.3 / 1000) < 1e-6)
      #expect(rows[0].values["edge"] == .integer(1) && rows[0].values["pixels"] == .null)
      #expect(rows[0].outline.isValid())
    }
  }

  @Test func onePassEndsAfterAnHourAndTimelessFramesAreWarnedAbout() throws {
    try withFolder { folder in
      let ship = Row(classID: 1, outline: Self.rectangle(500_000, 6_000_000, 20, 6), sigma: 2)
      let morning = try Self.frame("a", time: "2026-06-01T08:00:00Z", [ship], in: folder)
      let noon = try Self.frame("b", time: "2026-06-01T12:00:00Z", [ship], in: folder)
      #expect(try Self.rows([morning, noon]).rows.count == 2)
      let timeless = try Self.frame("c", time: nil, [ship], in: folder)
      let merged = try Self.rows([morning, timeless])
      #expect(merged.rows.count == 1 && merged.rows[0].values["n_frames"] == .integer(2))
      #expect(merged.warnings == ["1 of 2 sources are frames without a time: which objects are one follows from their places alone"])
    }
  }

  /// Two ships in one frame stay two; a slick that one frame shows in pieces is one where another shows it whole.
  @Test func objectsThatOneFrameShowsApartStayApartUnlessAnotherShowsThemAsOne() throws {
    func groups(_ views: [(source: Int, outline: MultiPolygonBuffer)], sigma: Double) throws -> [[Int]] {
      let sightings = views.enumerated().map { index, view in
        // A meter is 1e-5 degrees near the equator: exact enough to choose candidates.
        let box = view.outline.bounds ?? Bounds(minX: 0, minY: 0, maxX: 0, maxY: 0)
        return Sighting(
          source: view.source, row: index, classID: 0, area: view.outline.planeCenter?.area ?? 0, sigma: sigma,
          bounds: Bounds(minX: box.minX * 1e-5, minY: box.minY * 1e-5, maxX: box.maxX * 1e-5, maxY: box.maxY * 1e-5))
      }
      let candidates = SightingGroups.candidates(sightings, Array(repeating: nil, count: 9))
      return try SightingGroups.find(sightings, candidates) { try #require(views[$0].outline.distance(to: views[$1].outline)) }
    }
    let (left, right) = (Self.rectangle(0, 0, 20, 6), Self.rectangle(26, 0, 20, 6))
    // Both within reach of each other, in both frames.
    #expect(try groups([(0, left), (0, right), (1, left), (1, right)], sigma: 5) == [[0, 2], [1, 3]])
    // A third frame shows something of the size of one.
    #expect(try groups([(0, left), (0, right), (1, Self.rectangle(13, 0, 20, 6))], sigma: 5).map(\.count) == [2])
    // It shows one as large as both.
    #expect(try groups([(0, left), (0, right), (1, Self.rectangle(0, 0, 46, 6))], sigma: 5) == [[0, 1, 2]])
    #expect(try groups([(0, left), (1, right)], sigma: 1).isEmpty)
  }

  @Test func theOrderOfFramesChangesNoByte() throws {
    var random = Seeded(seed: 3)
    try withFolder { folder in
      var sources: [MergeRequest.Source] = []
      for number in 0..<5 {
        let shift = Double.random(in: -3...3, using: &random)
        let rows = (0..<6).map {
          Row(classID: $0 % 2, outline: Self.rectangle(500_000 + 50 * Double($0) + shift, 6_000_000, 20, 9), sigma: 3)
        }
        sources.append(try Self.frame("f\(number)", time: "2026-06-01T10:00:00Z", rows, in: folder))
      }
      func bytes(_ name: String, _ sources: [MergeRequest.Source]) throws -> [Data?] {
        try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        let report = try MergedLayers.write(
          MergeRequest(directory: "\(folder)/\(name)", formats: [.geoPackage, .flatGeobuf], sources: sources, catalog: Self.catalog))
        #expect(report.features == 6)
        return report.files.map { FileManager.default.contents(atPath: $0) }
      }
      let first = try bytes("one", sources)
      #expect(try bytes("two", sources.reversed()) == first)
      #expect(try bytes("three", sources.shuffled(using: &random)) == first)
    }
  }
}
