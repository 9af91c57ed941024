import Foundation
import GeoTypes
import Geodata
import Testing

private let fields = [
  VectorField("id", .long), VectorField("class", .text(bytes: 10)), VectorField("area_m2", .real(decimals: 3)),
  VectorField("edge", .integer),
]

private func square(_ x: Double, _ y: Double, _ size: Double) -> MultiPolygonBuffer {
  MultiPolygonBuffer([
    Polygon(shell: Ring([Point(x: x, y: y), Point(x: x + size, y: y), Point(x: x + size, y: y + size), Point(x: x, y: y + size)]))
  ])
}

private func row(_ id: Int, _ name: String) -> [FieldValue] { [.integer(id), .text(name), .real(1.5), .null] }

private func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("orthoweave-vector-\(UUID().uuidString) 정사").path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try body(folder)
}

private func open(_ format: VectorFormat, _ folder: String, _ crs: CoordinateSystem?) throws -> any VectorTable {
  let path = "\(folder)/sheet v1.2.\(format.rawValue)"
  switch format {
  case .geoPackage: return try GeoPackageTable(path, layer: "sheet v1.2", crs: crs, fields: fields)
  case .shapefile: return try ShapefileTable(path, crs: crs, fields: fields)
  case .csv: return try CSVTable(path, crs: crs, fields: fields)
  case .geoJSON: return try GeoJSONTable(path, name: "sheet v1.2", fields: fields, digits: 9)
  default: return try OGRTable.flatGeobuf(path, layer: "sheet v1.2", crs: crs, fields: fields)
  }
}

private let fileFormats: [VectorFormat] = [.geoPackage, .shapefile, .csv, .geoJSON, .flatGeobuf]

@Test(arguments: fileFormats)
private func whatIsWrittenIsReadBack(_ format: VectorFormat) throws {
  try withFolder { folder in
    let crs = try CoordinateSystem("EPSG:32633")
    let table = try open(format, folder, crs)
    for id in 1...300 { try table.add(id: id, geometry: square(Double(id) * 0.25, 5, 0.25), values: row(id, "물")) }
    try table.finish()
    for file in table.files { #expect(FileManager.default.fileExists(atPath: file)) }
    let reader = try VectorReader(try #require(table.files.first))
    var ids: [Int] = []
    try reader.forEach { _, geometry, values in
      let id = reader.fieldNames.firstIndex(of: "id").map { values[$0] } ?? .null
      let number: Int =
        switch id {
        case .integer(let value): value
        case .text(let text): Int(text) ?? 0
        default: 0
        }
      ids.append(number)
      let name = reader.fieldNames.firstIndex(of: "class").map { values[$0] }
      #expect(name == .text("물"))
      #expect(geometry.polygons.count == 1 && geometry.points.count == 4)
      #expect(geometry.points.contains(Point(x: Double(number) * 0.25, y: 5)))
    }
    #expect(ids.sorted() == Array(1...300))
    if format != .csv && format != .geoJSON {
      #expect(reader.crs?.authority == "EPSG:32633" || reader.crs?.name.contains("33N") == true)
    }
  }
}

@Test(arguments: fileFormats)
private func anEmptyLayerIsAValidLayer(_ format: VectorFormat) throws {
  try withFolder { folder in
    let table = try open(format, folder, try CoordinateSystem("EPSG:32633"))
    try table.finish()
    let reader = try VectorReader(try #require(table.files.first))
    #expect(reader.count == 0)
    if format != .geoJSON { #expect(fields.allSatisfy { reader.fieldNames.contains($0.name) }) }
  }
}

@Test(arguments: fileFormats)
private func twoRunsGiveTheSameBytes(_ format: VectorFormat) throws {
  try withFolder { folder in
    var contents: [[Data]] = []
    for run in 0..<2 {
      let place = "\(folder)/\(run)"
      try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
      let table = try open(format, place, try CoordinateSystem("EPSG:3857"))
      for id in 1...50 { try table.add(id: id, geometry: square(Double(id), 5, 1), values: row(id, "a")) }
      try table.finish()
      contents.append(try table.files.map { try Data(contentsOf: URL(fileURLWithPath: $0)) })
      if run == 0 { Thread.sleep(forTimeInterval: 1.1) }
    }
    #expect(contents[0] == contents[1])
  }
}

@Test func aShapefileThatGrowsTooLargeGoesOnInTheNextPart() throws {
  try withFolder { folder in
    let table = try ShapefileTable("\(folder)/big.shp", crs: nil, fields: fields, limit: 5000)
    for id in 1...100 { try table.add(id: id, geometry: square(Double(id), 0, 1), values: row(id, "a")) }
    try table.finish()
    #expect(table.parts.count > 1)
    #expect(table.parts[1].hasSuffix("big_2"))
    #expect(table.warnings.count == 1)
    var ids: Set<Int> = []
    for part in table.parts {
      for ending in ["shp", "dbf"] {
        let size = try FileManager.default.attributesOfItem(atPath: "\(part).\(ending)")[.size] as? Int
        #expect(try #require(size) <= 5000)
      }
      try VectorReader(part + ".shp").forEach { _, _, values in
        if case .integer(let id) = values[0] { ids.insert(id) }
      }
    }
    #expect(ids == Set(1...100))
  }
}

@Test func thePredictedShapefileSizeIsTheRealOne() throws {
  try withFolder { folder in
    // 136 bytes a square (header, box, counts, one part, five points): exactly ten fit.
    let table = try ShapefileTable("\(folder)/exact.shp", crs: nil, fields: fields, limit: 100 + 10 * 136)
    for id in 1...11 { try table.add(id: id, geometry: square(Double(id), 0, 1), values: row(id, "a")) }
    try table.finish()
    #expect(table.parts.count == 2)
    let size = try FileManager.default.attributesOfItem(atPath: "\(folder)/exact.shp")[.size] as? Int
    #expect(size == 100 + 10 * 136)
  }
}

@Test func textIsCutBetweenCharacters() throws {
  #expect("가나다라".prefixOfUTF8(10) == "가나다")
  #expect("e\u{301}e\u{301}".prefixOfUTF8(4) == "e\u{301}")
  try withFolder { folder in
    let table = try ShapefileTable("\(folder)/cut.shp", crs: nil, fields: fields)
    try table.add(id: 1, geometry: square(0, 0, 1), values: row(1, "가나다라"))
    try table.finish()
    #expect(table.warnings.count == 1)
    try VectorReader("\(folder)/cut.shp").forEach { _, _, values in #expect(values[1] == .text("가나다")) }
    let page = try String(contentsOfFile: "\(folder)/cut.cpg", encoding: .utf8)
    #expect(page == "UTF-8")
  }
}

@Test func aHugeGeometryIsGivenAsItsBoxInCSV() throws {
  try withFolder { folder in
    let table = try CSVTable("\(folder)/huge.csv", crs: nil, fields: fields, limit: 60)
    try table.add(id: 1, geometry: square(0, 0, 1), values: row(1, "a"))
    let star = (0..<30).map { Point(x: cos(Double($0)), y: sin(Double($0))) }
    try table.add(id: 2, geometry: MultiPolygonBuffer([Polygon(shell: Ring(star))]), values: row(2, "a"))
    try table.finish()
    #expect(table.warnings.count == 1)
    var cuts: [FieldValue] = []
    let reader = try VectorReader("\(folder)/huge.csv")
    try reader.forEach { _, geometry, values in
      cuts.append(try #require(values.last))
      #expect(geometry.points.count == 4)
    }
    #expect(cuts == [.integer(0), .integer(1)])
  }
}

/// A file system of 256 kB, for programs that may mount one; others see the text tables alone.
private func withSmallDisk(_ body: (String) throws -> Void) throws {
  try withFolder { folder in
    let mount = Process()
    mount.executableURL = URL(fileURLWithPath: "/bin/mount")
    mount.arguments = ["-t", "tmpfs", "-o", "size=256k", "tmpfs", folder]
    mount.standardError = Pipe()
    try mount.run()
    mount.waitUntilExit()
    guard mount.terminationStatus == 0 else { return }
    defer {
      let unmount = Process()
      unmount.executableURL = URL(fileURLWithPath: "/bin/umount")
      unmount.arguments = ["-l", folder]
      try? unmount.run()
      unmount.waitUntilExit()
    }
    try body(folder)
  }
}

@Test(arguments: [VectorFormat.csv, .geoJSON])
private func aFullDiskIsAnErrorOfTextTables(_ format: VectorFormat) throws {
  guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
  let table: any VectorTable =
    try format == .csv ? CSVTable("/dev/full", crs: nil, fields: fields) : GeoJSONTable("/dev/full", name: "a", fields: fields, digits: 3)
  try table.add(id: 1, geometry: square(0, 0, 1), values: row(1, "a"))
  #expect(throws: GeodataError.self) { try table.finish() }
}

/// In a process of its own: GDAL's drivers may leave their memory in disorder after a failed write, which only shows when a process ends.
@Test func aFullDiskIsAnErrorOfEveryFormat() async {
  await #expect(processExitsWith: .exitCode(7)) {
    for format in fileFormats {
      try withSmallDisk { folder in
        do {
          let table = try open(format, folder, nil)
          for id in 1...4000 { try table.add(id: id, geometry: square(Double(id), 0, 1), values: row(id, "a")) }
          try table.finish()
          _exit(3)
        } catch {
          guard error is GeodataError else { _exit(4) }
        }
      }
    }
    _exit(7)
  }
}

/// The last bytes alone do not fit: only closing notices.
@Test(arguments: [0, 1, 2, 3, 4, 5, 6, 7])
func aDiskThatFillsUpAtTheEndIsAnError(_ step: Int) async {
  await #expect(processExitsWith: .exitCode(7)) { [step] in
    for format in fileFormats {
      try withSmallDisk { folder in
        // What is free in the end is less than the layer needs, by ever less.
        let probe = "\(folder)/probe"
        try FileManager.default.createDirectory(atPath: probe, withIntermediateDirectories: true)
        func write(_ place: String) throws -> Int {
          let table = try open(format, place, nil)
          for id in 1...150 { try table.add(id: id, geometry: square(Double(id), 0, 1), values: row(id, "a")) }
          try table.finish()
          return try table.files.reduce(0) { sum, file in
            // A file takes whole pages.
            let size = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int ?? 0
            return sum + (size + 4095) / 4096 * 4096
          }
        }
        let need = try write(probe)
        try FileManager.default.removeItem(atPath: probe)
        let room = max(0, 262_144 - need + 4096 * (1 + step % 2) + 8192 * step)
        guard room < 262_144 else { return }
        guard FileManager.default.createFile(atPath: "\(folder)/filler", contents: Data(count: room)) else { return }
        do {
          _ = try write(folder)
          _exit(3)
        } catch {
          guard error is GeodataError else { _exit(4) }
        }
      }
    }
    _exit(7)
  }
}

@Test func aFolderThatIsNotThereIsAnErrorThatNamesTheFile() throws {
  for format in fileFormats {
    #expect {
      _ = try open(format, "/nonexistent/folder", nil)
    } throws: { error in
      "\(error)".contains("/nonexistent/folder/sheet v1.2")
    }
  }
}

@Test func whatIsNotFinishedIsLeftAlone() throws {
  try withFolder { folder in
    do {
      let table = try GeoPackageTable("\(folder)/left.gpkg", layer: "left", crs: nil, fields: fields)
      try table.add(id: 1, geometry: square(0, 0, 1), values: row(1, "a"))
    }
    let count = try? VectorReader("\(folder)/left.gpkg").count
    #expect(count == nil || count == 0)
  }
}

@Test func aTargetDoesNotShowItsConnection() {
  #expect("\(PostGISTarget(connection: "password=x"))" == "PostGIS table public.orthoweave")
}

/// Every box of the index lies where its feature is, and SQLite itself finds the tree sound.
@Test(arguments: [0, 1, 51, 52, 700, 3000], [4_000_000, 10])
private func theSpatialIndexIsWhole(_ count: Int, _ treeLimit: Int) throws {
  try withFolder { folder in
    let path = "\(folder)/index.gpkg"
    let table = try GeoPackageTable(path, layer: "it's \"x\"", crs: nil, fields: fields, treeLimit: treeLimit)
    for id in 0..<count {
      try table.add(id: id + 1, geometry: square(Double(id * 37 % 1009) * 0.3, Double(id * 91 % 677) * 0.7, 0.25), values: row(id, "a"))
    }
    try table.finish()
    #expect(GeoPackageContents.isIntact(path))
    let reader = try VectorReader(path)
    #expect(reader.count == count)
    #expect(try reader.spatialIndexFault() == nil)
    let window = Bounds(minX: 30, minY: 40, maxX: 90, maxY: 200)
    var expected: [Int] = []
    try reader.forEach { id, geometry, _ in
      guard let box = geometry.bounds else { return }
      if box.minX <= window.maxX, box.maxX >= window.minX, box.minY <= window.maxY, box.maxY >= window.minY { expected.append(id) }
    }
    #expect(reader.ids(in: window).sorted() == expected)
  }
}
