import CGDAL
import Foundation

/// What a GeoPackage holds, whatever a program that only looked at it did to the file around it.
public enum GeoPackageContents {
  /// Gives the rows of all tables as text, table by table in the order of their names, each in the order of its ids, and what the tables
  /// look like. Equal rows, equal texts.
  ///
  /// Meant for a checksum: QGIS changes a GeoPackage that it only reads, but no row. All tables count: a layer whose coordinate system,
  /// style or index were damaged would be of no more use than one with a damaged polygon.
  ///
  /// - Throws: `GeodataError` where the file cannot be read, and what `body` throws.
  public static func forEachRow(of path: String, _ body: (String) throws -> Void) throws {
    let dataset = try open(path)
    // Of a virtual table, the tables behind it are read.
    let tables = try texts(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name", dataset, path)
    // All columns in one go: each query takes longer to prepare than to answer. SQLite's own literals: exact for every type.
    let rows = try texts(
      "SELECT (SELECT group_concat('quote(\"'||replace(name,'\"','\"\"')||'\")','||'',''||') FROM (SELECT name FROM pragma_table_info(m.name) "
        + "ORDER BY cid)) AS row FROM sqlite_master m WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY m.name",
      dataset, path)
    for (table, row) in zip(tables, rows) {
      try body("table \(SQL.literal(table))\n")
      try forEachText("SELECT \(row) AS row FROM \(SQL.identifier(table)) ORDER BY rowid", dataset, path) { try body($0 + "\n") }
    }
    let schema = "SELECT quote(type)||quote(name)||quote(tbl_name)||quote(sql) AS row FROM sqlite_master ORDER BY type, name"
    try forEachText(schema, dataset, path) { try body($0 + "\n") }
  }

  /// Whether SQLite finds the file whole, indexes included.
  public static func isIntact(_ path: String) -> Bool {
    guard let dataset = try? open(path) else { return false }
    return (try? texts("PRAGMA integrity_check", dataset, path)) == ["ok"]
  }

  private static func open(_ path: String) throws(GeodataError) -> ConfinedDataset {
    let flags = GDAL_OF_VECTOR | GDAL_OF_VERBOSE_ERROR
    guard let dataset = try ConfinedDataset(opening: path, flags: flags, drivers: ["GPKG"], confinement: try Confinement(named: path))
    else {
      throw GeodataError(.unreadable, file: path, reason: "opening failed (\(lastErrorMessage()))")
    }
    return dataset
  }

  private static func texts(_ query: String, _ dataset: ConfinedDataset, _ path: String) throws -> [String] {
    var texts: [String] = []
    try forEachText(query, dataset, path) { texts.append($0) }
    return texts
  }

  /// The first column of what a query answers.
  private static func forEachText(
    _ query: String, _ dataset: ConfinedDataset, _ path: String, _ body: (String) throws -> Void
  ) throws {
    var failure: (any Error)?
    try checked(.unreadable, file: path, "reading rows") {
      // No result without an error is how GDAL says that there is no row.
      dataset.with { handle in
        guard let result = GDALDatasetExecuteSQL(handle, query, nil, nil) else { return CE_None }
        defer { GDALDatasetReleaseResultSet(handle, result) }
        while failure == nil, let row = OGR_L_GetNextFeature(result) {
          defer { OGR_F_Destroy(row) }
          do { try body(OGR_F_GetFieldAsString(row, 0).map { String(cString: $0) } ?? "") } catch { failure = error }
        }
        return CE_None
      }
    }
    if let failure { throw failure }
  }
}
