import Foundation
import GeoTypes
import Geodata
import Layers
import Synchronization
import Testing

private let utm = Geotransform(500_000.3, 0.25, 0, 5_800_000.7, 0, -0.25)
private let rotated = Geotransform(500_000.3, 0.2, 0.1, 5_800_000.7, 0.1, -0.2)
private let southUp = Geotransform(500_000, 0.5, 0, 5_800_000, 0, 0.5)
private let catalog = ClassCatalog(names: ["바다", "ship", "=road", "wood"])
private let files: [VectorFormat] = [.geoPackage, .shapefile, .csv, .geoJSON, .flatGeobuf]

private func request(
  _ map: SmallMap, _ folder: String, _ formats: [VectorFormat], _ geotransform: Geotransform, _ crs: String?, target: String? = nil
) throws -> LayerRequest {
  LayerRequest(
    directory: folder, name: "sheet", formats: formats, source: "north/sheet 1", size: map.size, geotransform: geotransform,
    crs: try crs.map { try CoordinateSystem($0) }, targetCRS: try target.map { try CoordinateSystem($0) }, catalog: catalog)
}

private func write(_ map: SmallMap, _ request: LayerRequest) throws -> LayersReport {
  let layers = try VectorLayers(request)
  for region in map.regions() { try layers.add(region) }
  return try layers.finish()
}

private func number(_ value: FieldValue?) -> Double? {
  switch value {
  case .integer(let number): Double(number)
  case .real(let number): number
  case .text(let text): Double(text)
  default: nil
  }
}

@Test(arguments: [utm, rotated, southUp])
private func verticesLieOnPixelCorners(_ geotransform: Geotransform) throws {
  let map = SmallMap(width: 40, height: 30, count: 3, seed: 7)
  try withFolder { folder in
    let report = try write(map, try request(map, folder, files, geotransform, "EPSG:32633"))
    let inverse = try #require(geotransform.inverse)
    let regions = map.regions()
    #expect(report.features == regions.count)
    for format in [VectorFormat.geoPackage, .shapefile, .csv, .flatGeobuf] {
      let reader = try VectorReader("\(folder)/sheet.\(format.rawValue)")
      var count = 0
      var planar: [Int: Double] = [:]
      try reader.forEach { _, geometry, values in
        count += 1
        #expect(geometry.isValid())
        let id = Int(try #require(number(values[reader.fieldNames.firstIndex(of: "id") ?? 0])))
        for point in geometry.points {
          let pixel = inverse.apply(point)
          #expect(abs(pixel.x - pixel.x.rounded()) < 1e-6 && abs(pixel.y - pixel.y.rounded()) < 1e-6)
        }
        let area = geometry.polygons.reduce(0) { $0 + $1.area }
        planar[regions[id - 1].classID, default: 0] += area
        #expect(abs(area - Double(regions[id - 1].pixels) * abs(geotransform.determinant)) < 1e-6)
        #expect(geometry.polygons.allSatisfy { $0.shell.signedArea != 0 })
      }
      #expect(count == regions.count)
      for id in 0..<3 {
        let pixels = map.classes.filter { $0 == UInt8(id) }.count
        #expect(abs((planar[id] ?? 0) - Double(pixels) * abs(geotransform.determinant)) < 1e-5)
      }
    }
  }
}

@Test(arguments: [("EPSG:32633", utm), ("EPSG:3857", utm), ("EPSG:4326", Geotransform(179.9999, 2e-6, 0, 61, 0, -1e-6))])
private func areasSumUpToThePixels(_ crs: String, _ geotransform: Geotransform) throws {
  let map = SmallMap(width: 50, height: 40, count: 4, seed: 3)
  try withFolder { folder in
    let request = try request(map, folder, [.geoPackage], geotransform, crs)
    let report = try write(map, request)
    let pixels = try PixelMeasure(crs: request.crs, geotransform: geotransform, size: map.size)
    var truth: [Int: Double] = [:]
    for row in 0..<map.height {
      for column in 0..<map.width where map.classes[row * map.width + column] != 255 {
        truth[Int(map.classes[row * map.width + column]), default: 0] += try pixels.area(
          of: Window(column: column, row: row, width: 1, height: 1))
      }
    }
    var written: [Int: Double] = [:]
    let reader = try VectorReader("\(folder)/sheet.gpkg")
    let column = try #require(reader.fieldNames.firstIndex(of: "area_m2"))
    var polygons: [Int: Int] = [:]
    try reader.forEach { _, _, values in
      let id = Int(try #require(number(values[1])))
      written[id, default: 0] += try #require(number(values[column]))
      polygons[id, default: 0] += 1
    }
    for (id, area) in truth {
      // Each polygon's area is rounded, to a tenth of a pixel at least.
      #expect(abs((written[id] ?? 0) - area) < Double(polygons[id] ?? 0) * 0.0005 + area * 1e-6)
      #expect(abs((report.classes.first { $0.id == id }?.area ?? 0) / area - 1) < 1e-6)
    }
    #expect(report.isGeodesic)
  }
}

@Test func theFieldsAreThoseOfTheDesign() throws {
  let map = SmallMap(["0011", "0211", "33.."])
  try withFolder { folder in
    _ = try write(map, try request(map, folder, [.geoPackage], utm, "EPSG:32633"))
    let reader = try VectorReader("\(folder)/sheet.gpkg")
    let names = "id class_id class source pixels area_m2 perim_m conf_mean conf_min conf_max edge lon lat date"
    #expect(reader.fieldNames == names.split(separator: " ").map(String.init))
    #expect(reader.name == "sheet")
    var rows: [[FieldValue]] = []
    try reader.forEach { id, _, values in
      #expect(number(values[0]) == Double(id))
      rows.append(values)
    }
    #expect(rows.count == 4)
    #expect(rows[0][2] == .text("바다") && rows[0][3] == .text("north/sheet 1"))
    #expect(rows[2][1] == .integer(2) && rows[2][4] == .integer(1) && rows[2][7] == .real(71.3) && rows[2][10] == .integer(0))
    let (area, perimeter) = (try #require(number(rows[2][5])), try #require(number(rows[2][6])))
    #expect(abs(area - 0.0625) <= 0.0006 && abs(perimeter - 1) < 1e-3)
    let (longitude, latitude) = (try #require(number(rows[2][11])), try #require(number(rows[2][12])))
    #expect(abs(longitude - 15) < 0.01 && abs(latitude - 52.35) < 0.1)
  }
}

@Test func withoutACrsAreasAreInPixels() throws {
  let map = SmallMap(["0011", "0211", "33.."])
  try withFolder { folder in
    let report = try write(map, try request(map, folder, files, .pixels, nil))
    #expect(!report.isGeodesic)
    let reader = try VectorReader("\(folder)/sheet.gpkg")
    #expect(reader.fieldNames.contains("area_px") && reader.fieldNames.contains("perim_px"))
    var sum = 0.0
    try reader.forEach { _, _, values in
      sum += try #require(number(values[5]))
      #expect(values[11] == .null)
    }
    #expect(sum == 10)
  }
}

@Test func nothingFoundGivesEmptyLayersWithFieldsAndCrs() throws {
  let map = SmallMap(["..", ".."])
  try withFolder { folder in
    let report = try write(map, try request(map, folder, files, utm, "EPSG:32633"))
    #expect(report.features == 0 && report.classes.count == 4)
    for format in files {
      let reader = try VectorReader("\(folder)/sheet.\(format.rawValue)")
      #expect(reader.count == 0)
      if format != .geoJSON { #expect(reader.fieldNames.contains("area_m2")) }
      if format == .geoPackage || format == .flatGeobuf { #expect(reader.crs?.authority == "EPSG:32633") }
    }
  }
}

@Test func twoRunsGiveTheSameBytes() throws {
  let map = SmallMap(width: 20, height: 20, count: 3, seed: 1)
  try withFolder { folder in
    var contents: [[String: Data]] = []
    for run in 0..<2 {
      let place = "\(folder)/\(run)"
      try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
      _ = try write(map, try request(map, place, files, utm, "EPSG:32633", target: "EPSG:4326"))
      var found: [String: Data] = [:]
      for name in try FileManager.default.contentsOfDirectory(atPath: place) {
        found[name] = try Data(contentsOf: URL(fileURLWithPath: "\(place)/\(name)"))
      }
      contents.append(found)
      if run == 0 { Thread.sleep(forTimeInterval: 1.1) }
    }
    #expect(contents[0].keys.sorted() == contents[1].keys.sorted())
    for (name, data) in contents[0] { #expect(contents[1][name] == data, "\(name) differs") }
  }
}

@Test(.enabled(if: program("gdal_rasterize") != nil && program("gdal_translate") != nil, "gdal-bin is not installed"))
func rasterizedPolygonsGiveTheClassMapBack() throws {
  let rasterize = try #require(program("gdal_rasterize"))
  for (seed, geotransform) in [(11, utm), (12, southUp), (13, rotated)] as [(UInt64, Geotransform)] {
    let map = SmallMap(width: 33, height: 27, count: 4, seed: seed)
    try withFolder { folder in
      _ = try write(map, try request(map, folder, [.geoPackage, .shapefile, .flatGeobuf], geotransform, "EPSG:32633"))
      for format in ["gpkg", "shp", "fgb"] {
        let pixels = [UInt8](repeating: 255, count: map.classes.count)
        let raw = "\(folder)/back-\(format)"
        try Data(pixels).write(to: URL(fileURLWithPath: raw + ".img"))
        let vrt = """
          <VRTDataset rasterXSize="\(map.width)" rasterYSize="\(map.height)">
          <GeoTransform>\(geotransform.coefficients.map { $0.description }.joined(separator: ", "))</GeoTransform>
          <VRTRasterBand dataType="Byte" band="1" subClass="VRTRawRasterBand">
          <SourceFilename relativeToVRT="1">back-\(format).img</SourceFilename></VRTRasterBand></VRTDataset>
          """
        try vrt.write(toFile: raw + ".vrt", atomically: true, encoding: .utf8)
        let message = try output(rasterize, ["-q", "-l", "sheet", "-a", "class_id", "\(folder)/sheet.\(format)", raw + ".vrt"])
        let back = try Data(contentsOf: URL(fileURLWithPath: raw + ".img"))
        #expect([UInt8](back) == map.classes, "\(format), seed \(seed): \(message)")
      }
    }
  }
}

@Test(arguments: [nil, "2024-06-01"])
private func everyFormatHasTheDate(_ date: String?) throws {
  let map = SmallMap(width: 12, height: 9, count: 2, seed: 3)
  try withFolder { folder in
    var request = try request(map, folder, files, utm, "EPSG:32633")
    request.date = date
    _ = try write(map, request)
    for format in [VectorFormat.geoPackage, .shapefile, .csv, .geoJSON, .flatGeobuf] {
      let reader = try VectorReader("\(folder)/sheet.\(format.rawValue)")
      let column = try #require(reader.fieldNames.firstIndex(of: "date"), "\(format)")
      var found: Set<FieldValue> = []
      try reader.forEach { _, _, values in
        // GDAL takes texts of GeoJSON that look like dates for dates, which it writes with slashes.
        if case .text(let text) = values[column] {
          found.insert(.text(text.replacingOccurrences(of: "/", with: "-")))
        } else {
          found.insert(values[column])
        }
      }
      // CSV and Shapefile have no null texts.
      #expect(found == [date.map { .text($0) } ?? .null] || (date == nil && found == [.text("")]), "\(format): \(found)")
    }
  }
}

/// Indexes are made in memory when everything else is written: whether there is room is asked before.
@Test private func theEndOfATableAsksForItsMemory() throws {
  struct Full: Error {}
  let map = SmallMap(width: 40, height: 30, count: 3, seed: 7)
  try withFolder { folder in
    var asked = try request(map, folder, files, utm, "EPSG:32633")
    let bytes = Mutex<[Int]>([])
    asked.reserve = { more in
      bytes.withLock { $0.append(more) }
      if bytes.withLock({ $0.count }) == 2 { throw Full() }
    }
    #expect(throws: Full.self) { _ = try write(map, asked) }
    #expect(bytes.withLock { $0 } == [Int](repeating: map.regions().count * 120, count: 2))
  }
}
