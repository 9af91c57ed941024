import CGDAL
import Foundation

/// What can be known of the database before a run infers anything.
extension PostGISTable {
  /// Connects, and finds out whether rows can be written.
  ///
  /// - Parameters:
  ///   - target: Connection, schema and table.
  ///   - owner: The output directory that the pipeline's rows belong to; `nil` where it is not there yet.
  ///   - claims: Whether to note the owner in the database, as a run does; a plan does not write.
  /// - Returns: How many rows the pipeline has, by source, and what is worth a warning.
  /// - Throws: `unsupported` where pipeline or database have to be changed first; `unwritable` where the database cannot be reached or
  ///   does not let itself be written to.
  public static func check(
    _ target: PostGISTarget, owner: PostGISOwner?, claims: Bool
  ) throws(GeodataError) -> (rows: [String: Int], warnings: [String]) {
    let database = try PostGISDatabase(target)
    let shown = target.description
    guard try database.isTrue("EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'postgis')") else {
      throw GeodataError(.unsupported, file: shown, reason: "the database has no PostGIS", remedy: "run CREATE EXTENSION postgis in it")
    }
    let schema = SQL.literal(SQL.identifier(target.schema))
    guard try database.isTrue("to_regnamespace(\(schema)) IS NOT NULL") else {
      throw GeodataError(
        .unsupported, file: shown, reason: "the database has no schema '\(target.schema)'",
        remedy: "create it, or give another one as output.postgis.schema")
    }
    let exists = try database.tableExists()
    if exists { try database.checkForm() }
    let may =
      exists
      ? ["SELECT", "INSERT", "DELETE"].map { "has_table_privilege(\(SQL.literal(database.name)), '\($0)')" }.joined(separator: " AND ")
      : "has_schema_privilege(\(SQL.literal(target.schema)), 'CREATE')"
    guard try database.isTrue(may) else {
      throw GeodataError(
        .unwritable, file: shown,
        reason: exists ? "the database's user may not change this table" : "the database's user may not create a table",
        remedy: "grant it the right, or give another user in output.postgis.connection")
    }
    if let owner { try PostGISRegistry(database.target).check(owner, database, claims: claims) }
    guard exists else { return ([:], try earlierTable(database)) }
    var rows: [String: Int] = [:]
    let query =
      "SELECT source, count(*)::text AS number FROM \(database.name) WHERE \(ownerColumn) = \(SQL.literal(target.pipeline)) GROUP BY source"
    for row in try database.rows(query) where row.count == 2 { rows[row[0]] = Int(row[1]) }
    return (rows, [])
  }

  /// The table of versions that had one for all pipelines: its rows get old.
  private static func earlierTable(_ database: borrowing PostGISDatabase) throws(GeodataError) -> [String] {
    let earlier = PostGISTarget(connection: "", schema: "public", table: "orthoweave")
    guard earlier.table != database.target.table || earlier.schema != database.target.schema,
      try database.isTrue(
        "EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('public.orthoweave') AND attname = 'conf_mean') AND NOT EXISTS "
          + "(SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('public.orthoweave') AND attname = '\(ownerColumn)')")
    else { return [] }
    return [
      "\(database.target): rows go here now; public.orthoweave holds those of an earlier version, which nothing brings up to date: drop it"
    ]
  }
}

/// Which output directory the rows of each pipeline belong to: `orthoweave_pipelines`, beside the tables.
struct PostGISRegistry {
  private let target: PostGISTarget
  private var name: String { "\(SQL.identifier(target.schema)).orthoweave_pipelines" }

  init(_ target: PostGISTarget) { self.target = target }

  /// - Throws: `unsupported` where the rows belong to another directory: two pipelines of one name would replace each other's.
  func check(_ owner: PostGISOwner, _ database: borrowing PostGISDatabase, claims: Bool) throws(GeodataError) {
    let exists = try database.isTrue("to_regclass(\(SQL.literal(name))) IS NOT NULL")
    guard claims else {
      if exists { _ = try isOwn(owner, database) }
      return
    }
    try database.run("SELECT pg_advisory_lock(hashtext('orthoweave_pipelines'))")
    defer { try? database.run("SELECT pg_advisory_unlock(hashtext('orthoweave_pipelines'))") }
    if !exists {
      try database.run(
        "CREATE TABLE IF NOT EXISTS \(name) (table_name text, pipeline text, directory_id text NOT NULL, directory text NOT NULL, "
          + "PRIMARY KEY (table_name, pipeline))")
      try database.run(
        "COMMENT ON TABLE \(name) IS 'Which output directory the rows of each pipeline belong to; written by Orthoweave.'")
    }
    let values = [target.table, target.pipeline, owner.identity, owner.place].map { SQL.literal($0) }
    if try isOwn(owner, database) {
      try database.run(
        "UPDATE \(name) SET directory_id = \(values[2]), directory = \(values[3]) WHERE table_name = \(values[0]) AND pipeline = \(values[1]) "
          + "AND (directory_id, directory) <> (\(values[2]), \(values[3]))")
    } else {
      try database.run("INSERT INTO \(name) VALUES (\(values.joined(separator: ", ")))")
    }
  }

  /// Whether the directory owns the pipeline's rows; `false` where nobody does yet.
  private func isOwn(_ owner: PostGISOwner, _ database: borrowing PostGISDatabase) throws(GeodataError) -> Bool {
    let condition = "table_name = \(SQL.literal(target.table)) AND pipeline = \(SQL.literal(target.pipeline))"
    guard let found = try database.rows("SELECT directory_id, directory FROM \(name) WHERE \(condition)").first, found.count == 2 else {
      return false
    }
    if found[0] == owner.identity || found[1] == owner.place { return true }
    throw GeodataError(
      .unsupported, file: target.description,
      reason: "the rows of the pipeline '\(target.pipeline)' in it belong to the output directory \(found[1])",
      remedy: "give another table as output.postgis.table; if that directory is gone for good, run DELETE FROM \(name) WHERE \(condition)")
  }
}
