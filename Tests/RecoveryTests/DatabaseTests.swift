import Foundation
import TestSupport
import Testing

/// The connection that `scripts/acceptance/postgis` sets.
private let connection = ProcessInfo.processInfo.environment["ORTHOWEAVE_POSTGIS"]

/// Runs that are killed while they write rows to a database.
@Suite(
  .serialized,
  .enabled(if: connection != nil && TestedProgram.built != nil, "scripts/acceptance/postgis starts a server for it"))
private struct DatabaseTests {
  @Test func aKilledRunLeavesEachSourcesRowsOldOrNew() throws {
    let server = try #require(connection)
    let program = try #require(TestedProgram.built)
    let name = "torture_" + UUID().uuidString.prefix(8).lowercased()
    func ask(_ query: String, _ connection: String) throws -> [String] {
      let result = try Program.run("/usr/bin/psql", ["-AXtq", "-v", "ON_ERROR_STOP=1", "-d", connection, "-c", query], in: "/tmp")
      try #require(result.status == 0, "\(query): \(result.error)")
      return result.output.split(separator: "\n").map(String.init)
    }
    _ = try ask("CREATE DATABASE \(name)", server)
    let database = server.replacing(#/dbname=\S+/#, with: "dbname=\(name)")
    _ = try ask("CREATE EXTENSION postgis", database)
    defer { _ = try? ask("DROP DATABASE \(name) WITH (FORCE)", server) }

    let home = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : NSTemporaryDirectory()
    let folder = "\(home)/orthoweave-database-\(UUID().uuidString)"
    defer { Disk.remove(folder) }
    for below in ["", "/in"] { mkdir(folder + below, 0o755) }
    for (index, source) in ["alder", "birch"].enumerated() {
      Disk.write("\(folder)/in/\(source).tif", SmallRaster.bytes(width: 120 + 40 * index, height: 200, seed: UInt64(index) + 1))
    }
    func edit(overlap: Int) {
      let pipeline = """
        input: {sources: ["in/*.tif"], settle: 0s}
        model: {checkpoint: "\(Places.seededCheckpoint)"}
        inference: {tile: 64, overlap: \(overlap)}
        output: {directory: layers, formats: [classes, gpkg, fgb, postgis], postgis: "${ORTHOWEAVE_TORTURE}", merge: true, prune: true}
        run: {pruneLimit: 100%, retry: {limit: 1000, after: 0s}}

        """
      Disk.write(folder + "/night.yaml", Array(pipeline.utf8))
    }
    func run(signal: (number: Int32, after: Double)? = nil) -> TestedProgram.Outcome {
      program.run(["run", "night.yaml", "--quiet", "--retry-failed"], in: folder, ["ORTHOWEAVE_TORTURE": database], signal: signal)
    }
    /// A line for each source: how many rows, and what is in them.
    func rows() throws -> [String: String] {
      guard
        let table = try ask("SELECT f_table_schema || '.' || f_table_name FROM geometry_columns WHERE f_geometry_column = 'geom'", database)
          .first
      else { return [:] }
      let lines = try ask(
        "SELECT source, count(*), sum(pixels), md5(string_agg(id || ST_AsText(geom), ',' ORDER BY id)) FROM \(table) GROUP BY source",
        database)
      return Dictionary(uniqueKeysWithValues: lines.map { line in (String(line.prefix { $0 != "|" }), line) })
    }
    func published() -> [String: Disk.Item] {
      // The page of the run says when it was.
      Disk.tree(folder + "/layers").filter { item in
        [".orthoweave", "report"].allSatisfy { item.key != $0 && !item.key.hasPrefix($0 + "/") }
      }
    }

    let overlaps = [16, 24]
    var expected: [(rows: [String: String], layers: [String: Disk.Item])] = []
    var seconds = 0.0
    for overlap in overlaps {
      edit(overlap: overlap)
      let outcome = run()
      try #require(outcome.exit == 0, "\(outcome)")
      expected.append((try rows(), published()))
      seconds = outcome.seconds
    }
    try #require(expected[0].rows.count >= 2 && expected[0].rows != expected[1].rows)

    var random = Seeded(seed: 8)
    let kills = Torture.count(full: 60, sample: 4)
    var (killed, wrong) = (0, 0)
    for round in 0..<kills {
      edit(overlap: overlaps[round % 2])
      let moment = Double.random(in: 0...seconds, using: &random)
      if run(signal: (SIGKILL, moment)).signal == SIGKILL { killed += 1 }
      let between = try rows()
      var faults = between.filter { $0.value != expected[0].rows[$0.key] && $0.value != expected[1].rows[$0.key] }.map {
        "\($0) is neither old nor new"
      }
      if between.count != expected[0].rows.count { faults.append("rows of \(between.keys.sorted()) are there") }
      let outcome = run()
      if outcome.exit != 0 { faults.append("\(outcome)") }
      if try rows() != expected[round % 2].rows { faults.append("the rows are others") }
      let now = published()
      let layers = expected[round % 2].layers
      faults += Set(now.keys).union(layers.keys).filter { now[$0] != layers[$0] }.sorted().map { "\($0) is another" }
      if !faults.isEmpty { wrong += 1 }
      #expect(faults.isEmpty, "round \(round), killed after \(moment) s: \(faults.joined(separator: "; "))")
    }
    print("database: \(kills) runs, \(killed) of them killed before their end, \(wrong) wrong")
    #expect(killed > kills / 2)

    unlink(folder + "/in/birch.tif")
    _ = run(signal: (SIGKILL, seconds / 2))
    let last = run()
    #expect(last.exit == 0, "\(last)")
    #expect(try rows().keys.filter { $0.contains("birch") }.isEmpty)
  }
}
