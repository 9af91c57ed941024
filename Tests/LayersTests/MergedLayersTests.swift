import Foundation
import GeoTypes
import Geodata
import Layers
import Testing

private let catalog = ClassCatalog(names: ["a", "b", "c"])

private func source(_ name: String, _ seed: UInt64, _ folder: String, crs: String? = "EPSG:32633") throws -> MergeRequest.Source {
  let map = SmallMap(width: 12, height: 9, count: 3, seed: seed)
  let place = "\(folder)/\(name)"
  try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
  let layers = try VectorLayers(
    LayerRequest(
      directory: place, name: name, formats: [.geoPackage], source: name, size: map.size,
      geotransform: Geotransform(500_000, 1, 0, 5_000_000, 0, -1), crs: try crs.map { try CoordinateSystem($0) }, catalog: catalog))
  for region in map.regions() { try layers.add(region) }
  _ = try layers.finish()
  return MergeRequest.Source(name: name, geoPackage: "\(place)/\(name).gpkg")
}

private func merge(_ sources: [MergeRequest.Source], _ folder: String) throws -> LayersReport {
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  return try MergedLayers.write(
    MergeRequest(directory: folder, formats: [.geoPackage, .flatGeobuf, .csv], sources: sources, catalog: catalog))
}

@Test func allRowsOfAllSourcesAreInTheMergedLayer() throws {
  try withFolder { folder in
    let sources = [try source("south", 1, folder), try source("north", 2, folder)]
    let report = try merge(sources, "\(folder)/merged")
    #expect(
      report.files.map { URL(fileURLWithPath: $0).lastPathComponent } == [
        "merged.gpkg", "merged.fgb", "merged.qml", "merged.sld", "merged.qmd",
      ])
    for file in report.files.prefix(2) {
      let reader = try VectorReader(file)
      #expect(reader.count == report.features)
      #expect(reader.crs?.authority == "EPSG:32633")
    }
    var keys: [[FieldValue]] = []
    try VectorReader("\(folder)/merged/merged.gpkg").forEach { _, geometry, values in
      #expect(geometry.isValid())
      keys.append([values[3], values[0]])
    }
    #expect(Set(keys).count == keys.count)
    // Sources come in the order of their names.
    #expect(keys.first?[0] == .text("north") && keys.last?[0] == .text("south"))
    let single = try sources.map { try VectorReader($0.geoPackage).count }.reduce(0, +)
    #expect(keys.count == single)
  }
}

@Test func specialCharactersBecomeUnderscoresInLayersNamesOnly() throws {
  let names = ["(1) copy", "-rf", "+5", "[x]", "#1", "'q", "$(id)", "*", "\"", "`", "~", ".hidden", " space", "plain (1)"]
  try withFolder { folder in
    var sources: [MergeRequest.Source] = []
    for (index, name) in names.enumerated() {
      let source = try source(name, UInt64(index + 1), folder)
      let layer = LayerFiles(directory: folder, name: name).layer
      #expect(layer.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }, "\(name)")
      #expect(try VectorReader(source.geoPackage, layer: layer).count > 0, "\(name)")
      #expect(GeoPackageContents.isIntact(source.geoPackage), "\(name)")
      var styled: [FieldValue] = []
      let styles = try VectorReader(source.geoPackage, layer: "layer_styles")
      try styles.forEach { _, _, values in styled.append(values[styles.fieldNames.firstIndex(of: "f_table_name") ?? 0]) }
      #expect(styled == [.text(layer)], "\(name)")
      sources.append(source)
    }
    _ = try merge(sources, "\(folder)/merged")
    var seen: Set<FieldValue> = []
    try VectorReader("\(folder)/merged/merged.gpkg").forEach { _, _, values in seen.insert(values[3]) }
    #expect(seen == Set(names.map { FieldValue.text($0) }))
  }
}

@Test func theMergedBytesDoNotDependOnTheOrderOfSources() throws {
  try withFolder { folder in
    let sources = [try source("b", 1, folder), try source("a", 2, folder), try source("c", 3, folder)]
    _ = try merge(sources, "\(folder)/m1")
    _ = try merge(sources.reversed(), "\(folder)/m2")
    for file in ["merged.gpkg", "merged.fgb"] {
      let first = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/m1/\(file)"))
      #expect(first == (try Data(contentsOf: URL(fileURLWithPath: "\(folder)/m2/\(file)"))))
    }
  }
}

@Test func sourcesInDifferentCrsAreRefusedByName() throws {
  try withFolder { folder in
    let sources = [try source("a", 1, folder), try source("b", 2, folder, crs: "EPSG:32634")]
    #expect {
      _ = try merge(sources, "\(folder)/merged")
    } throws: { error in
      "\(error)".contains("UTM zone 33N): a;") && "\(error)".contains("UTM zone 34N): b)") && "\(error)".contains("set vectors.crs")
    }
  }
}

@Test func mergingNothingGivesAnEmptyLayer() throws {
  try withFolder { folder in
    let report = try merge([], "\(folder)/merged")
    #expect(report.features == 0)
    #expect(try VectorReader("\(folder)/merged/merged.gpkg").count == 0)
  }
}

@Test func rowsAreTheSameBytesAfterAnotherProgramTouchedTheFile() throws {
  try withFolder { folder in
    let file = try source("a", 4, folder).geoPackage
    func rows() throws -> String {
      var all = ""
      try GeoPackageContents.forEachRow(of: file) { all += $0 }
      return all
    }
    let before = try rows()
    #expect(!before.isEmpty && GeoPackageContents.isIntact(file))
    if let sqlite = program("sqlite3") {
      try output(sqlite, [file, "PRAGMA journal_mode=WAL; CREATE TABLE x(y); DROP TABLE x; PRAGMA journal_mode=DELETE;"])
    }
    #expect(try rows() == before)
    // What every table holds counts, not only polygons.
    if let sqlite = program("sqlite3") {
      for change in [
        "UPDATE gpkg_spatial_ref_sys SET definition = definition || ' '", "UPDATE gpkg_contents SET max_x = max_x + 1",
        "UPDATE layer_styles SET styleName = 'x'", "UPDATE \"rtree_a_geom_node\" SET data = zeroblob(length(data))",
      ] {
        try FileManager.default.copyItem(atPath: file, toPath: file + "~")
        try output(sqlite, [file, change])
        #expect(try rows() != before, "\(change)")
        try FileManager.default.removeItem(atPath: file)
        try FileManager.default.moveItem(atPath: file + "~", toPath: file)
      }
    }
    var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
    for index in 0..<4000 { bytes[bytes.count / 2 + index] = 0x5A }
    try bytes.write(to: URL(fileURLWithPath: file))
    #expect(!GeoPackageContents.isIntact(file))
  }
}
