import CGDAL
import Foundation

/// An open database, and the table in it that a target names.
struct PostGISDatabase: ~Copyable {
  let target: PostGISTarget
  let handle: GDALDatasetH
  private var isOwned = true
  private var shown: String { target.description }

  /// Connects.
  ///
  /// - Throws: `unsupported` where the connection string is not valid, `unwritable` where it leads nowhere. Neither shows a part of it.
  init(_ target: PostGISTarget) throws(GeodataError) {
    try GDALLibrary.allow(["PostgreSQL"])
    _ = Self.environment
    // Rows go through COPY; read by the driver at the first row.
    CPLSetConfigOption("PG_USE_COPY", "YES")
    let flags = UInt32(GDAL_OF_VECTOR | GDAL_OF_UPDATE | GDAL_OF_VERBOSE_ERROR)
    let connection = target.connection
    let isAddress = connection.hasPrefix("postgresql:") || connection.hasPrefix("postgres:")
    CPLErrorReset()
    let opened = withStringList(["PostgreSQL"]) { drivers in
      // Only tables with geometry are looked at: a database can hold thousands of others.
      withStringList(["LIST_ALL_TABLES=NO"]) { options in
        GDALOpenEx(isAddress ? connection : "PG:" + connection, flags, orthoweave_const_list(drivers), orthoweave_const_list(options), nil)
      }
    }
    guard let opened else { throw PostGISFailure.error(lastErrorMessage(), file: target.description) }
    self.target = target
    handle = opened
  }

  deinit { if isOwned { GDALClose(handle) } }

  /// Gives the open database away.
  consuming func release() -> GDALDatasetH {
    isOwned = false
    return handle
  }

  /// A server that does not answer must not hold up a run for ever.
  private static let environment: Void = { setenv("PGCONNECT_TIMEOUT", "15", 0) }()

  // MARK: - Statements

  func run(_ statement: String) throws(GeodataError) {
    try checked(.unwritable, file: shown, "running SQL") {
      if let result = GDALDatasetExecuteSQL(handle, statement, nil, nil) { GDALDatasetReleaseResultSet(handle, result) }
      return CE_None
    }
  }

  /// The rows that a query answers, as texts.
  func rows(_ query: String) throws(GeodataError) -> [[String]] {
    let result = try checkedHandle(.unwritable, file: shown, "running SQL") { GDALDatasetExecuteSQL(handle, query, nil, nil) }
    defer { GDALDatasetReleaseResultSet(handle, result) }
    var rows: [[String]] = []
    while let row = OGR_L_GetNextFeature(result) {
      defer { OGR_F_Destroy(row) }
      rows.append((0..<OGR_F_GetFieldCount(row)).map { OGR_F_GetFieldAsString(row, $0).map { String(cString: $0) } ?? "" })
    }
    return rows
  }

  /// Whether a query answers 1.
  func isTrue(_ condition: String) throws(GeodataError) -> Bool {
    try rows("SELECT CASE WHEN \(condition) THEN 1 ELSE 0 END AS answer").first?.first == "1"
  }

  /// Does what shards that begin together must not do at the same time.
  func locked(_ body: () throws(GeodataError) -> Void) throws(GeodataError) {
    let key = "hashtext(\(SQL.literal("orthoweave \(target.schema)")))"
    try run("SELECT pg_advisory_lock(\(key))")
    defer { try? run("SELECT pg_advisory_unlock(\(key))") }
    try body()
  }

  // MARK: - The table

  /// The table's name in SQL.
  var name: String { "\(SQL.identifier(target.schema)).\(SQL.identifier(target.table))" }

  /// The table as it was found when the database was opened; `nil` where it was not there, or has no geometry.
  var layer: OGRLayerH? {
    GDALDatasetGetLayerByName(handle, target.schema == "public" ? target.table : "\(target.schema).\(target.table)")
  }

  func tableExists() throws(GeodataError) -> Bool { try isTrue("to_regclass(\(SQL.literal(name))) IS NOT NULL") }

  func hasColumn(_ column: String) throws(GeodataError) -> Bool {
    try isTrue(
      "EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass(\(SQL.literal(name))) "
        + "AND attname = \(SQL.literal(column)) AND NOT attisdropped)")
  }

  /// Makes the table, unless another program has done so meanwhile.
  func makeTable(crs: CoordinateSystem?, fields: [VectorField]) throws(GeodataError) {
    try locked { () throws(GeodataError) in
      if try tableExists() { return }
      try checkedOGR(.unwritable, file: shown, "starting a transaction") { GDALDatasetStartTransaction(handle, 0) }
      _ = try OGRTable.createLayer(
        in: handle, path: shown, name: target.table, crs: crs, fields: fields.map(\.plain),
        options: ["SCHEMA=\(target.schema)", "GEOMETRY_NAME=geom", "FID=fid", "LAUNDER=NO", "SPATIAL_INDEX=GIST", "FID64=YES"])
      try run("ALTER TABLE \(name) ADD UNIQUE (\(PostGISTable.ownerColumn), source, id)")
      try run("COMMENT ON TABLE \(name) IS \(SQL.literal(PostGISComments.table))")
      for column in fields.map(\.name) + ["fid", "geom"] {
        guard let text = PostGISComments.columns[column] else { continue }
        try run("COMMENT ON COLUMN \(name).\(SQL.identifier(column)) IS \(SQL.literal(text))")
      }
      try checkedOGR(.unwritable, file: shown, "committing") { GDALDatasetCommitTransaction(handle) }
    }
  }

  func delete(_ source: String) throws(GeodataError) {
    try run(
      "DELETE FROM \(name) WHERE \(PostGISTable.ownerColumn) = \(SQL.literal(target.pipeline)) AND source = \(SQL.literal(source))")
  }

  /// Compares a table that is there with the one that would be made.
  func check(_ layer: OGRLayerH, crs: CoordinateSystem?, fields: [VectorField]) throws(GeodataError) {
    try checkForm()
    let definition = OGR_L_GetLayerDefn(layer)
    for (index, field) in fields.enumerated() {
      let found = OGR_FD_GetFieldDefn(definition, Int32(index)).flatMap { OGR_Fld_GetNameRef($0) }.map { String(cString: $0) }
      guard found == field.name else {
        throw GeodataError(
          .unwritable, file: shown, reason: "the table has other columns ('\(found ?? "none")' where '\(field.name)' belongs)",
          remedy: "drop it, or give another one as output.postgis.table")
      }
    }
    guard let crs, let reference = OGR_L_GetSpatialRef(layer) else { return }
    let same = try crs.withHandle { OSRIsSame($0, reference) != 0 }
    guard same else {
      let name = OSRGetName(reference).map { String(cString: $0) } ?? "another one"
      throw GeodataError(
        .unwritable, file: shown, reason: "the table's crs is '\(name)', the layer's is '\(crs.name)'",
        remedy: "set vectors.crs, so that all sources share one")
    }
  }

  /// - Throws: `unsupported` for a table that is not, or no longer, what this program makes.
  func checkForm() throws(GeodataError) {
    for column in [PostGISTable.ownerColumn, "date"] where try !hasColumn(column) {
      throw GeodataError(
        .unsupported, file: shown,
        reason: "the table has no column '\(column)': another program, or an earlier version of this one, made it",
        remedy: "drop it (its rows are written again), or give another one as output.postgis.table")
    }
  }
}
