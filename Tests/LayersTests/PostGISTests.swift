import Foundation
import GeoTypes
import Geodata
import Layers
import Testing

/// The connection that `scripts/acceptance/postgis` sets.
private let connection = ProcessInfo.processInfo.environment["ORTHOWEAVE_POSTGIS"]

private func write(
  _ seed: UInt64, _ source: String, _ target: PostGISTarget, crs: String = "EPSG:32633", finishing: Bool = true
) throws -> Int {
  let map = SmallMap(width: 20, height: 15, count: 3, seed: seed)
  let layers = try VectorLayers(
    LayerRequest(
      directory: "/tmp", name: "sheet", formats: [.postGIS], source: source, size: map.size,
      geotransform: Geotransform(500_000, 1, 0, 5_000_000, 0, -1), crs: try CoordinateSystem(crs),
      catalog: ClassCatalog(names: ["바다", "it's", "c"]), postGIS: target))
  for region in map.regions() { try layers.add(region) }
  return finishing ? try layers.finish().features : 0
}

private func rows(_ target: PostGISTarget) throws -> [String: Int] {
  var result: [String: Int] = [:]
  try VectorReader("PG:" + target.connection, drivers: ["PostgreSQL"], layer: target.table).forEach { _, geometry, values in
    #expect(geometry.isValid() && !geometry.isEmpty)
    if case .text(let source) = values[3] { result[source, default: 0] += 1 }
  }
  return result
}

@Suite(.serialized, .enabled(if: connection != nil, "scripts/acceptance/postgis starts a server and runs these"))
private struct PostGISTests {
  private func target(_ table: String) throws -> PostGISTarget {
    PostGISTarget(connection: try #require(connection), table: table + "_" + UUID().uuidString.prefix(8).lowercased())
  }

  @Test func aSourcesRowsAreReplacedAndOthersStay() throws {
    let target = try target("replaced")
    let first = try write(1, "north's sheet", target)
    let other = try write(2, "south", target)
    #expect(try rows(target) == ["north's sheet": first, "south": other])
    let second = try write(3, "north's sheet", target)
    #expect(first != second)
    #expect(try rows(target) == ["north's sheet": second, "south": other])
    try PostGISTable.remove(sources: ["south"], from: target)
    #expect(try rows(target) == ["north's sheet": second])
  }

  @Test func theStyleIsStoredOnceAndReplacedWhenItChanges() throws {
    let target = try target("styled")
    let qml = QGISStyle.vector(ClassCatalog(names: ["Höfe & <b>", "=1+1"]), fields: [])
    #expect(try !PostGISTable.storeStyle(qml, sld: "<a/>", of: target))
    _ = try write(1, "a", target)
    func styles() throws -> [String] {
      var found: [String] = []
      let reader = try VectorReader("PG:" + target.connection, drivers: ["PostgreSQL"], layer: "layer_styles")
      let (table, style) = (reader.fieldNames.firstIndex(of: "f_table_name") ?? 0, reader.fieldNames.firstIndex(of: "styleqml") ?? 0)
      try reader.forEach { _, _, values in
        if values[table] == .text(target.table), case .text(let text) = values[style] { found.append(text) }
      }
      return found
    }
    for _ in 0..<2 {
      #expect(try PostGISTable.storeStyle(qml, sld: "<a/>", of: target))
      #expect(try styles().map { $0.contains("Höfe &amp; &lt;b&gt;") } == [true])
    }
    let other = QGISStyle.vector(ClassCatalog(names: ["other"]), fields: [])
    #expect(try PostGISTable.storeStyle(other, sld: "<a/>", of: target))
    #expect(try styles().map { $0.contains("label=\"other\"") } == [true])
  }

  @Test func whatIsNotFinishedIsNotSeen() throws {
    let target = try target("unfinished")
    let count = try write(1, "a", target)
    _ = try write(2, "a", target, finishing: false)
    #expect(try rows(target) == ["a": count])
  }

  @Test func anotherCrsIsRefusedWithTheRemedy() throws {
    let target = try target("crs")
    _ = try write(1, "a", target)
    #expect {
      _ = try write(1, "b", target, crs: "EPSG:3857")
    } throws: { error in
      "\(error)".contains("vectors.crs")
    }
  }

  @Test func aWrongPasswordIsNotShown() throws {
    let wrong = try #require(connection) + " password=hunter2 user=nobody"
    #expect {
      _ = try write(1, "a", PostGISTarget(connection: wrong))
    } throws: { error in
      !"\(error)".contains("hunter2") && "\(error)".contains("output.postgis")
    }
  }

  @Test func theTableHasItsKeyAndItsIndex() throws {
    let target = try target("indexed")
    _ = try write(1, "a", target)
    let psql = try #require(program("psql"))
    let indexes = try output(psql, [target.connection, "-Atc", "SELECT indexdef FROM pg_indexes WHERE tablename = '\(target.table)'"])
    #expect(indexes.contains("gist (geom)") && indexes.contains("UNIQUE") && indexes.contains("(pipeline, source, id)"))
    let areas = try output(
      psql,
      [
        target.connection, "-Atc",
        // Two decimals are written.
        "SELECT bool_and(abs(area_m2 - real_area) < 0.0051 + 1e-5 * real_area) "
          + "FROM (SELECT area_m2, ST_Area(ST_Transform(geom, 4326)::geography) AS real_area FROM \(target.table)) AS areas",
      ])
    #expect(areas.trimmingCharacters(in: .whitespacesAndNewlines) == "t")
  }

  @Test func manySourcesAreMergedIntoTheTable() throws {
    try withFolder { folder in
      let target = try target("merged")
      let map = SmallMap(width: 8, height: 8, count: 3, seed: 5)
      var sources: [MergeRequest.Source] = []
      for name in ["b", "a"] {
        let layers = try VectorLayers(
          LayerRequest(
            directory: folder, name: name, formats: [.geoPackage], source: name, size: map.size,
            geotransform: Geotransform(0, 1, 0, 0, 0, -1), crs: try CoordinateSystem("EPSG:3857"), catalog: ClassCatalog(names: ["x"])))
        for region in map.regions() { try layers.add(region) }
        _ = try layers.finish()
        sources.append(MergeRequest.Source(name: name, geoPackage: "\(folder)/\(name).gpkg"))
      }
      let request = MergeRequest(
        directory: folder, formats: [.postGIS], sources: sources, catalog: ClassCatalog(names: ["x"]), postGIS: target)
      for _ in 0..<2 { _ = try MergedLayers.write(request) }
      let count = map.regions().count
      #expect(try rows(target) == ["a": count, "b": count])
    }
  }
}
