import CGDAL
import Foundation

/// A new GeoPackage with one layer, whose spatial index is packed at the end.
public final class GeoPackageTable: VectorTable {
  private let table: OGRTable
  private let path: String
  private let layer: String
  private var tree = PackedTree()
  private var isTreeKept = true
  private let treeLimit: Int

  public var files: [String] { table.files }
  public var warnings: [String] { table.warnings }

  /// - Parameter treeLimit: with more features SQLite makes the index itself, in little memory but slowly.
  public init(
    _ path: String, layer: String, crs: CoordinateSystem?, fields: [VectorField], treeLimit: Int = 4_000_000
  ) throws(GeodataError) {
    self.path = path
    self.layer = layer
    self.treeLimit = treeLimit
    // What is written is aside until it is published, and synced then: no need to be safe against a crash before.
    table = try withThreadOptions(["OGR_SQLITE_SYNCHRONOUS": "OFF", "OGR_SQLITE_JOURNAL": "MEMORY", "OGR_SQLITE_CACHE": "32"]) {
      () throws(GeodataError) -> OGRTable in
      try OGRTable(
        creating: path, driver: "GPKG", layer: layer, crs: crs, fields: fields.map(\.plain),
        layerOptions: ["FID=fid", "GEOMETRY_NAME=geom", "SPATIAL_INDEX=NO"])
    }
  }

  public func add(id: Int, geometry: MultiPolygonBuffer, values: [FieldValue]) throws(GeodataError) {
    try table.add(id: id, geometry: geometry, values: values)
    guard isTreeKept, let bounds = geometry.bounds else { return }
    tree.add(id: id, bounds: bounds)
    if tree.entries.count > treeLimit {
      isTreeKept = false
      tree.removeAll()
    }
  }

  /// Adds a table without geometry and its rows.
  public func addPlainTable(
    _ name: String, columns: [(name: String, type: OGRTable.PlainColumn)], rows: [[FieldValue]]
  ) throws(GeodataError) {
    try table.addPlainTable(name, columns: columns, rows: rows)
  }

  public func finish() throws(GeodataError) {
    if isTreeKept {
      try makeIndex()
    } else {
      try table.execute("SELECT CreateSpatialIndex(\(SQL.literal(layer)), 'geom')")
    }
    try table.finish()
  }

  /// Makes the index's tables and triggers as this GDAL makes them, then fills the tables.
  private func makeIndex() throws(GeodataError) {
    let index = "rtree_\(layer)_geom"
    let template = try SpatialIndexTemplate(layer: layer)
    try table.execute(template.extensionsTable)
    try table.execute("CREATE VIRTUAL TABLE \(SQL.identifier(index)) USING rtree(id, minx, maxx, miny, maxy)")
    let size = try table.integer("SELECT length(data) FROM \(SQL.identifier(index + "_node")) WHERE nodeno = 1")
    // 24 bytes an entry after a head of 4; SQLite never uses more than 51.
    let capacity = min(51, (size - 4) / 24)
    guard capacity > 3 else { throw GeodataError(.unwritable, file: path, reason: "SQLite's R-tree has nodes of \(size) bytes") }
    let nodes = tree.nodes(capacity: capacity)
    tree.removeAll()
    try table.execute("DELETE FROM \(SQL.identifier(index + "_node"))")
    try insert(into: index + "_node", nodes.lazy.map { "(\($0.number),X'\(SQL.hex(PackedTree.bytes(of: $0, size: size)))')" })
    try insert(into: index + "_parent", nodes.lazy.compactMap { node in node.parent.map { "(\(node.number),\($0))" } })
    try insert(
      into: index + "_rowid", nodes.lazy.filter { $0.level == 0 }.flatMap { node in node.entries.lazy.map { "(\($0.id),\(node.number))" } })
    try table.execute(template.extensionRow)
    for trigger in template.triggers { try table.execute(trigger) }
  }

  private func insert(into name: String, _ rows: some Sequence<String>) throws(GeodataError) {
    let start = "INSERT INTO \(SQL.identifier(name)) VALUES "
    var statement = start
    for row in rows {
      if statement.utf8.count > start.utf8.count { statement += "," }
      statement += row
      if statement.utf8.count > 100_000 {
        try table.execute(statement)
        statement = start
      }
    }
    if statement.utf8.count > start.utf8.count { try table.execute(statement) }
  }
}

/// What GDAL writes beside an index: taken from an empty GeoPackage in memory, so that it is what this version of GDAL expects.
private struct SpatialIndexTemplate {
  let extensionsTable: String
  let extensionRow: String
  let triggers: [String]

  init(layer: String) throws(GeodataError) {
    let path = "/vsimem/orthoweave-\(UUID().uuidString).gpkg"
    defer { VSIUnlink(path) }
    let table = try OGRTable(
      creating: path, driver: "GPKG", layer: layer, crs: nil, fields: [],
      layerOptions: ["FID=fid", "GEOMETRY_NAME=geom", "SPATIAL_INDEX=NO"])
    try table.execute("SELECT CreateSpatialIndex(\(SQL.literal(layer)), 'geom')")
    let tables = try table.rows("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'gpkg_extensions'")
    let extensions = try table.rows("SELECT definition, scope FROM gpkg_extensions WHERE extension_name = 'gpkg_rtree_index'")
    triggers = try table.rows("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'rtree\\_%' ESCAPE '\\' ORDER BY name")
      .compactMap(\.first)
    guard let sql = tables.first?.first, let row = extensions.first, row.count == 2, !triggers.isEmpty else {
      throw GeodataError(.unwritable, file: "", reason: "this GDAL makes no spatial index", remedy: "install GDAL 3.6 or newer")
    }
    extensionsTable = sql.replacingOccurrences(of: "CREATE TABLE ", with: "CREATE TABLE IF NOT EXISTS ")
    extensionRow =
      "INSERT INTO gpkg_extensions (table_name, column_name, extension_name, definition, scope) VALUES "
      + "(\(SQL.literal(layer)), 'geom', 'gpkg_rtree_index', \(SQL.literal(row[0])), \(SQL.literal(row[1])))"
  }
}

/// Names and values in SQL.
enum SQL {
  static func identifier(_ text: String) -> String { "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\"" }

  static func literal(_ text: String) -> String { "'" + text.replacingOccurrences(of: "'", with: "''") + "'" }

  static func hex(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(unsafeUninitializedCapacity: 2 * bytes.count) { buffer in
      for (index, byte) in bytes.enumerated() {
        buffer[2 * index] = digits[Int(byte >> 4)]
        buffer[2 * index + 1] = digits[Int(byte & 15)]
      }
      return 2 * bytes.count
    }
  }
}
