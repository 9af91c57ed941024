import CGDAL
import Foundation

/// Where rows go in a PostgreSQL database with PostGIS.
public struct PostGISTarget: Sendable, Hashable, CustomStringConvertible {
  /// As libpq takes it: "host=… dbname=… user=… password=…", or "postgresql://…". Never shown.
  public let connection: String
  public let schema: String
  public let table: String

  public init(connection: String, schema: String = "public", table: String = "orthoweave") {
    self.connection = connection
    self.schema = schema
    self.table = table
  }

  /// Without the connection: it may hold a password.
  public var description: String { "PostGIS table \(schema).\(table)" }
}

/// Rows of sources in a PostGIS table that many sources share: those of an earlier run are replaced, in one transaction.
///
/// The table is made where it is missing; its key is (source, id). Nothing is seen by others before `finish()`.
public final class PostGISTable: VectorTable {
  private let table: OGRTable

  public var files: [String] { [] }
  public var warnings: [String] { table.warnings }

  /// Connects, and takes out the sources' old rows.
  ///
  /// - Parameters:
  ///   - sources: those whose rows follow; there is none for `[]`, so that all rows stay.
  ///   - fields: among them `source` and `id`.
  public init(_ target: PostGISTarget, sources: [String], crs: CoordinateSystem?, fields: [VectorField]) throws(GeodataError) {
    let shown = target.description
    let hidden = Self.secrets(in: target.connection)
    do {
      let dataset = try Self.open(target.connection, shown)
      var isAdopted = false
      defer { if !isAdopted { GDALClose(dataset) } }
      let layer = try Self.layer(target, dataset, shown, crs, fields)
      try checkedOGR(.unwritable, file: shown, "starting a transaction") { GDALDatasetStartTransaction(dataset, 0) }
      for source in sources { try Self.delete(source, target, dataset, shown) }
      table = try OGRTable(adopting: dataset, layer: layer, shownPath: shown, hidden: hidden, fields: fields)
      isAdopted = true
    } catch { throw error.hiding(hidden) }
  }

  public func add(id: Int, geometry: MultiPolygonBuffer, values: [FieldValue]) throws(GeodataError) {
    try table.add(id: id, geometry: geometry, values: values)
  }

  public func finish() throws(GeodataError) { try table.finish() }

  /// Takes out the rows of sources that are no more. A table that is not there is no fault.
  public static func remove(sources: [String], from target: PostGISTarget) throws(GeodataError) {
    let shown = target.description
    let hidden = secrets(in: target.connection)
    do {
      let dataset = try open(target.connection, shown)
      defer { GDALClose(dataset) }
      guard find(target, dataset) != nil else { return }
      try checkedOGR(.unwritable, file: shown, "starting a transaction") { GDALDatasetStartTransaction(dataset, 0) }
      for source in sources { try delete(source, target, dataset, shown) }
      try checkedOGR(.unwritable, file: shown, "committing") { GDALDatasetCommitTransaction(dataset) }
    } catch { throw error.hiding(hidden) }
  }

  // MARK: - Helpers

  private static func open(_ connection: String, _ shown: String) throws(GeodataError) -> GDALDatasetH {
    try GDALLibrary.allow(["PostgreSQL"])
    // Rows go through COPY; read by the driver at the first row.
    CPLSetConfigOption("PG_USE_COPY", "YES")
    let flags = UInt32(GDAL_OF_VECTOR | GDAL_OF_UPDATE | GDAL_OF_VERBOSE_ERROR)
    let isAddress = connection.hasPrefix("postgresql:") || connection.hasPrefix("postgres:")
    return try withStringList(["PostgreSQL"]) { (drivers) throws(GeodataError) -> GDALDatasetH in
      // Only tables with geometry are looked at: a database can hold thousands of others.
      try withStringList(["LIST_ALL_TABLES=NO"]) { (options) throws(GeodataError) -> GDALDatasetH in
        try checkedHandle(
          .unwritable, file: shown, "connecting to the database", remedy: "look at `output.postgis` and whether the server runs"
        ) {
          GDALOpenEx(
            isAddress ? connection : "PG:" + connection, flags, orthoweave_const_list(drivers), orthoweave_const_list(options), nil)
        }
      }
    }
  }

  /// The table's layer, made where it is missing: in a transaction of its own, under a lock, as shards may start at the same time.
  private static func layer(
    _ target: PostGISTarget, _ dataset: GDALDatasetH, _ shown: String, _ crs: CoordinateSystem?, _ fields: [VectorField]
  ) throws(GeodataError) -> OGRLayerH {
    if let layer = find(target, dataset) {
      try check(layer, shown, crs, fields)
      return layer
    }
    let key = "hashtext(\(SQL.literal("orthoweave \(target.schema).\(target.table)")))"
    try run("SELECT pg_advisory_lock(\(key))", dataset, shown)
    defer { try? run("SELECT pg_advisory_unlock(\(key))", dataset, shown) }
    if try exists(target, dataset, shown) {
      throw GeodataError(
        .unwritable, file: shown, reason: "another program has just made the table, or it has no geometry",
        remedy: "try again, or name another table")
    }
    let layer = try OGRTable.createLayer(
      in: dataset, path: shown, name: target.table, crs: crs, fields: fields.map(\.plain),
      options: ["SCHEMA=\(target.schema)", "GEOMETRY_NAME=geom", "FID=fid", "LAUNDER=NO", "SPATIAL_INDEX=GIST", "FID64=YES"])
    try run("ALTER TABLE \(name(target)) ADD UNIQUE (source, id)", dataset, shown)
    return layer
  }

  private static func find(_ target: PostGISTarget, _ dataset: GDALDatasetH) -> OGRLayerH? {
    GDALDatasetGetLayerByName(dataset, target.schema == "public" ? target.table : "\(target.schema).\(target.table)")
  }

  private static func exists(_ target: PostGISTarget, _ dataset: GDALDatasetH, _ shown: String) throws(GeodataError) -> Bool {
    CPLErrorReset()
    let query = "SELECT to_regclass(\(SQL.literal(name(target)))) IS NOT NULL AS found"
    guard let result = GDALDatasetExecuteSQL(dataset, query, nil, nil) else { return false }
    defer { GDALDatasetReleaseResultSet(dataset, result) }
    guard let row = OGR_L_GetNextFeature(result) else { return false }
    defer { OGR_F_Destroy(row) }
    return OGR_F_GetFieldAsInteger(row, 0) != 0
  }

  private static func delete(
    _ source: String, _ target: PostGISTarget, _ dataset: GDALDatasetH, _ shown: String
  ) throws(GeodataError) {
    try run("DELETE FROM \(name(target)) WHERE source = \(SQL.literal(source))", dataset, shown)
  }

  private static func check(
    _ layer: OGRLayerH, _ shown: String, _ crs: CoordinateSystem?, _ fields: [VectorField]
  ) throws(GeodataError) {
    let definition = OGR_L_GetLayerDefn(layer)
    for (index, field) in fields.enumerated() {
      let found = OGR_FD_GetFieldDefn(definition, Int32(index)).flatMap { OGR_Fld_GetNameRef($0) }.map { String(cString: $0) }
      guard found == field.name else {
        throw GeodataError(
          .unwritable, file: shown, reason: "the table has other columns ('\(found ?? "none")' where '\(field.name)' belongs)",
          remedy: "drop the table or name another one")
      }
    }
    guard let crs, let reference = OGR_L_GetSpatialRef(layer) else { return }
    let same = try crs.withHandle { OSRIsSame($0, reference) != 0 }
    guard same else {
      let name = OSRGetName(reference).map { String(cString: $0) } ?? "another one"
      throw GeodataError(
        .unwritable, file: shown, reason: "the table's crs is '\(name)', the layer's is '\(crs.name)'",
        remedy: "set `vectors.crs` so that all sources share one")
    }
  }

  private static func run(_ statement: String, _ dataset: GDALDatasetH, _ shown: String) throws(GeodataError) {
    try checked(.unwritable, file: shown, "running SQL") {
      if let result = GDALDatasetExecuteSQL(dataset, statement, nil, nil) { GDALDatasetReleaseResultSet(dataset, result) }
      return CE_None
    }
  }

  private static func name(_ target: PostGISTarget) -> String { "\(SQL.identifier(target.schema)).\(SQL.identifier(target.table))" }

  /// The connection itself and the password in it, whichever way it is written.
  package static func secrets(in connection: String) -> [String] {
    var result = [connection]
    if let range = connection.range(of: #"password\s*=\s*('[^']*'|\S+)"#, options: .regularExpression) {
      let value = connection[range].split(separator: "=", maxSplits: 1).last.map(String.init) ?? ""
      result.append(value.trimmingCharacters(in: CharacterSet(charactersIn: " '")))
    }
    if let range = connection.range(of: #"://[^/@]*:[^@]*@"#, options: .regularExpression) {
      let login = connection[range].dropFirst(3).dropLast()
      if let colon = login.firstIndex(of: ":") { result.append(String(login[login.index(after: colon)...])) }
    }
    return result.filter { !$0.isEmpty }
  }
}
