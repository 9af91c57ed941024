import Foundation
import TestSupport
import Testing

/// The connection that `scripts/acceptance/postgis` sets.
private let connection = ProcessInfo.processInfo.environment["ORTHOWEAVE_POSTGIS"]

/// What runs do with other people's data. Each test has a schema of its own.
@Suite(.serialized, .enabled(if: connection != nil, "scripts/acceptance/postgis starts a server and runs these"))
struct PostGISRunTests {
  private let schema = "run_" + UUID().uuidString.prefix(8).lowercased()
  private let scene: Scene

  init() throws {
    scene = try Scene()
    for name in ["a.tif", "b.tif"] { try scene.raster(name, width: 60, height: 50) }
    _ = try ask("CREATE SCHEMA \(schema)")
  }

  private func ask(_ query: String) throws -> String {
    let psql = try #require(Program.find("psql"))
    let result = try Program.run(psql, ["-AXtq", "-F", " ", "-d", try #require(connection), "-c", query])
    #expect(result.status == 0, "\(query): \(result.error)")
    return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private func pipeline(
    _ name: String, directory: String, table: String? = nil, formats: String = "[classes, confidence, gpkg, postgis]", more: String = ""
  ) throws {
    let table = table.map { ", table: \($0)" } ?? ""
    try scene.folder.write(
      """
      input: {sources: [in/], settle: 0s}
      model: {checkpoint: \(Scene.checkpoint)}
      inference: {tile: 128, overlap: 32}
      output: {directory: \(directory), formats: \(formats), postgis: {connection: "${ORTHOWEAVE_POSTGIS}", schema: \(schema)\(table)}\(more)}
      """, to: "\(name).yaml")
  }

  private func run(_ name: String, _ arguments: String...) throws -> ProgramResult {
    try Program.run(Program.orthoweave, ["run", "\(name).yaml"] + arguments, in: scene.folder.path)
  }

  private func verify(_ what: String...) throws -> ProgramResult {
    try Program.run(Program.orthoweave, ["verify"] + what, in: scene.folder.path)
  }

  private func rows(_ table: String) throws -> String {
    try ask("SELECT pipeline, source, count(*) FROM \(schema).\(table) GROUP BY 1, 2 ORDER BY 1, 2")
  }

  @Test func operations6TwoPipelinesInOneTableKeepTheirRows() throws {
    try pipeline("cover", directory: "cover", table: "shared")
    try pipeline("roofs", directory: "roofs", table: "shared", more: ", prune: true")
    #expect(try run("cover").status == 0)
    let before = try rows("shared")
    #expect(try run("roofs").status == 0)
    let both = try rows("shared")
    #expect(both.hasPrefix(before) && both.contains("roofs a"))
    #expect(try run("cover").error.contains("2 unchanged"))
    // A source that is gone takes the rows of this pipeline along only.
    let whole = try rows("shared")
    try FileManager.default.removeItem(atPath: scene.folder("in/b.tif"))
    #expect(try run("roofs").status == 0)
    #expect(try rows("shared") == whole.split(separator: "\n").filter { !$0.hasPrefix("roofs b") }.joined(separator: "\n"))
    #expect(try ask("SELECT obj_description('\(schema).shared'::regclass)").contains("Orthoweave"))
    let comments = try ask(
      "SELECT count(*) FROM information_schema.columns c WHERE table_schema = '\(schema)' AND table_name = 'shared' AND col_description('\(schema).shared'::regclass, ordinal_position) IS NULL"
    )
    #expect(comments == "0")
  }

  @Test func theTableIsNamedAfterThePipelineAndTwoOfOneNameAreRefused() throws {
    try pipeline("land-cover 2024", directory: "one")
    #expect(try run("land-cover 2024").status == 0)
    #expect(try rows("land_cover_2024").contains("land-cover 2024 a"))
    let before = try rows("land_cover_2024")
    try scene.folder.write("", to: "elsewhere/x")
    try pipeline("land-cover 2024", directory: "two")
    let second = try run("land-cover 2024")
    #expect(
      second.status == 2 && second.error.contains("belong to the output directory") && second.error.contains("/one"), "\(second.error)")
    let plan = try Program.run(Program.orthoweave, ["plan", "land-cover 2024.yaml"], in: scene.folder.path)
    #expect(plan.status == 0 || plan.status == 2)
    #expect(try rows("land_cover_2024") == before)
    // The same place, emptied, is the same owner; so is the directory, moved.
    try FileManager.default.removeItem(atPath: scene.folder("one"))
    try pipeline("land-cover 2024", directory: "one")
    #expect(try run("land-cover 2024").status == 0)
    try FileManager.default.moveItem(atPath: scene.folder("one"), toPath: scene.folder("moved"))
    try pipeline("land-cover 2024", directory: "moved")
    #expect(try run("land-cover 2024").status == 0)
    #expect(try rows("land_cover_2024") == before)
  }

  @Test(arguments: ["DELETE FROM", "DROP TABLE", "DELETE one FROM"])
  func operations7DeletedRowsAreNoticedAndComeBack(how: String) throws {
    try pipeline("nightly", directory: "layers")
    #expect(try run("nightly").status == 0)
    let before = try rows("nightly")
    #expect(try verify("nightly.yaml").status == 0)
    let statement =
      how == "DELETE one FROM" ? "DELETE FROM \(schema).nightly WHERE source = 'a' AND id = 1" : "\(how) \(schema).nightly"
    _ = try ask(statement)
    let found = try verify("nightly.yaml")
    #expect(found.status == 3 && found.output.contains("in the database"), "\(found.output)")
    let again = try run("nightly")
    #expect(again.status == 0, "\(again.error)")
    #expect(try scene.report()["inferredTiles"] as? Int == 0)
    #expect(try rows("nightly") == before)
    #expect(try verify("nightly.yaml").status == 0)
  }

  @Test(arguments: [
    "UPDATE T SET class = 'meadow' WHERE source = 'a' AND id = 1", "UPDATE T SET area_m2 = area_m2 + 0.0001 WHERE source = 'a' AND id = 1",
    "UPDATE T SET geom = ST_Translate(geom, 0, 0.001) WHERE source = 'a' AND id = 1",
    "DELETE FROM T WHERE source = 'a' AND id = 1; INSERT INTO T (id, source, pipeline) VALUES (1, 'a', 'nightly')",
  ])
  func rowsOfOtherContentAreNoticedAndComeBack(statement: String) throws {
    try pipeline("nightly", directory: "layers")
    #expect(try run("nightly").status == 0)
    let sums = "SELECT md5(string_agg(md5(ROW(id, source, class, area_m2, geom)::text), ',' ORDER BY source, id)) FROM \(schema).nightly"
    let before = try ask(sums)
    // What concerns no row's content: another number, a column of someone else's, another order on the disk.
    _ = try ask("UPDATE \(schema).nightly SET fid = fid + 1000; ALTER TABLE \(schema).nightly ADD COLUMN remark text DEFAULT 'mine'")
    let sound = try verify("nightly.yaml")
    #expect(sound.status == 0 && sound.output.contains("\(schema).nightly: rows of 2 sources compared\n"), "\(sound.output)")
    _ = try ask(statement.replacing(/\bT\b/, with: "\(schema).nightly"))
    let plain = try verify("layers")
    #expect(
      plain.status == 0 && plain.output.contains("rows of 2 sources not compared, as no receipt holds the connection"), "\(plain.output)")
    let found = try verify("layers", "--pipeline", "nightly.yaml")
    #expect(found.status == 3 && found.output.contains("a/: its rows in the database are not those that were written"), "\(found.output)")
    let again = try run("nightly")
    #expect(again.status == 0 && again.error.contains("1 done, 1 unchanged"), "\(again.error)")
    #expect(try scene.report()["inferredTiles"] as? Int == 0)
    #expect(try ask(sums) == before)
    #expect(try verify("nightly.yaml").status == 0)
  }

  @Test func aPipelineOfAnotherDirectoryIsRefusedByVerify() throws {
    try pipeline("nightly", directory: "layers")
    #expect(try run("nightly").status == 0)
    try pipeline("other", directory: "elsewhere")
    let result = try verify("layers", "--pipeline", "other.yaml")
    #expect(result.status == 2 && result.error.contains("output.directory"), "\(result.error)")
  }

  @Test func rowsOfTheMergedLayerAloneComeBack() throws {
    try pipeline("merged only", directory: "layers", formats: "[classes, gpkg, postgis]", more: ", merge: only")
    #expect(try run("merged only").status == 0)
    let before = try rows("merged_only")
    #expect(before.contains("merged only b"))
    for statement in [
      "DELETE FROM \(schema).merged_only WHERE source = 'a'", "UPDATE \(schema).merged_only SET class = 'x' WHERE source = 'b'",
    ] {
      _ = try ask(statement)
      #expect(try verify("merged only.yaml").status == 3)
      #expect(try run("merged only").status == 0)
      #expect(try rows("merged_only") == before)
      let sound = try verify("merged only.yaml")
      #expect(sound.status == 0 && sound.output.contains("rows of 1 source compared"), "\(sound.output)")
    }
  }

  @Test func aTableOfTheOldFormIsLeftAloneAndSaid() throws {
    _ = try ask("CREATE TABLE \(schema).nightly (fid serial, geom geometry, id bigint, source text, conf_mean real)")
    try pipeline("nightly", directory: "layers")
    for command in ["plan", "run"] {
      let result = try Program.run(Program.orthoweave, [command, "nightly.yaml"], in: scene.folder.path)
      #expect(
        result.status == 2 && result.error.contains("no column 'pipeline'") && result.error.contains("output.postgis.table"),
        "\(result.error)")
    }
    #expect(try ask("SELECT count(*) FROM \(schema).nightly") == "0")
  }

  @Test func operations25ShardsAtOnceMakeTheTableTogether() async throws {
    for name in ["c.tif", "d.tif", "e.tif"] { try scene.raster(name, width: 60, height: 50) }
    for round in 0..<4 {
      try pipeline("shards", directory: "shards\(round)", table: "shards\(round)")
      try await withThrowingTaskGroup(of: ProgramResult.self) { group in
        for shard in 0..<3 { group.addTask { try run("shards", "--shard", "\(shard)/3") } }
        for try await result in group { #expect(result.status == 0, "\(result.error)") }
      }
      let last = try run("shards")
      #expect(last.status == 0 && last.error.contains("5 unchanged"), "\(last.error)")
      #expect(try rows("shards\(round)").split(separator: "\n").count == 5)
    }
  }

  @Test func whatKeepsRowsFromBeingWrittenIsSaidBeforeAnythingIsInferred() throws {
    let good = try #require(connection)
    let cases: [(String, Int32, String)] = [
      (good.replacing("dbname=gis", with: "dbname=missing"), 1, "no database of that name"),
      (good.replacing(/host=\S+/, with: "host=/tmp/nowhere"), 1, "cannot be reached"),
      ("host=nobody.invalid dbname=gis", 1, "host"),
      ("host=127.0.0.1 port=1 dbname=gis", 1, "cannot be reached"),
      ("dbname", 2, "not a valid connection string"),
      ("dbname=gis port=many", 2, "not a valid connection string"),
    ]
    for (text, code, words) in cases {
      try pipeline("nightly", directory: "layers")
      for command in ["plan", "run"] {
        let result = try Program.run(
          Program.orthoweave, [command, "nightly.yaml"], in: scene.folder.path, environment: ["ORTHOWEAVE_POSTGIS": text])
        #expect(result.status == code && result.error.contains(words), "\(text): \(result.error)")
      }
    }
    #expect(scene.published().isEmpty)
  }
}
