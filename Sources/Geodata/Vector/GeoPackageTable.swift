import CGDAL
import Foundation
import GeoTypes
import Synchronization

/// A new GeoPackage with one layer, whose spatial index is packed at the end.
///
/// GDAL makes the file and its tables; rows go to SQLite directly, as GDAL takes twice as long for each.
public final class GeoPackageTable: VectorTable {
  private let path: String
  private let layer: String
  private let fields: [VectorField]
  private var file: SQLiteFile?
  private var inserter: RowInserter
  /// GDAL's own, which count rows one by one: away while rows are written.
  private let triggers: [(name: String, sql: String)]
  private var tree = PackedTree()
  private var isTreeKept = true
  private let treeLimit: Int
  private var count = 0
  private var extent: Bounds?
  private var plainTables: [PlainTable] = []
  private var furtherLayers: [FurtherLayer] = []
  private var descriptions: [GeoPackageDescription] = []

  private struct FurtherLayer {
    var name: String
    var crs: CoordinateSystem?
    var fields: [VectorField]
    var rows: [(geometry: MultiPolygonBuffer, values: [FieldValue])]
  }

  private struct PlainTable {
    var name: String
    var columns: [(name: String, type: OGRTable.PlainColumn)]
    var rows: [[FieldValue]]
  }

  public var files: [String] { [path] }
  public var warnings: [String] { [] }

  /// What is written is aside until it is published, and synced then: no need to be safe against a crash before.
  private static let settings = ["OGR_SQLITE_SYNCHRONOUS": "OFF", "OGR_SQLITE_JOURNAL": "MEMORY", "OGR_SQLITE_CACHE": "32"]

  /// - Parameter path: the file, which may hold other layers.
  /// - Parameter layer: its name.
  /// - Parameter crs: of the geometry; `nil` for none.
  /// - Parameter fields: the columns, in order.
  /// - Parameter treeLimit: with more features SQLite makes the index itself, in little memory but slowly.
  public init(
    _ path: String, layer: String, crs: CoordinateSystem?, fields: [VectorField], treeLimit: Int = 4_000_000
  ) throws(GeodataError) {
    self.path = path
    self.layer = layer
    self.treeLimit = treeLimit
    self.fields = fields
    try withThreadOptions(Self.settings) { () throws(GeodataError) in
      let table = try OGRTable(
        creating: path, driver: "GPKG", layer: layer, crs: crs, fields: fields.map(\.plain),
        layerOptions: ["FID=fid", "GEOMETRY_NAME=geom", "SPATIAL_INDEX=NO"])
      try table.finish()
    }
    // SQLite makes its files 0644 at most; these are to have the mode of all others.
    if let mask = fileModeMask() { chmod(path, 0o666 & ~mask) }
    let file = try SQLiteFile(path)
    triggers = try file.rows(
      "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = \(SQL.literal(layer)) ORDER BY name"
    ).map { ($0[0], $0[1]) }
    for trigger in triggers { try file.execute("DROP TRIGGER \(SQL.identifier(trigger.name))") }
    // GDAL says 0, undefined geographic: without a crs, coordinates are meters or pixels, not degrees.
    if crs == nil {
      for table in ["gpkg_contents", "gpkg_geometry_columns"] {
        try file.execute("UPDATE \(table) SET srs_id = -1 WHERE table_name = \(SQL.literal(layer))")
      }
    }
    let system = try file.integer("SELECT srs_id FROM gpkg_geometry_columns WHERE table_name = \(SQL.literal(layer))")
    inserter = try RowInserter(into: file, table: layer, fields: fields.map(\.name), system: system)
    self.file = file
  }

  public func add(id: Int, geometry: MultiPolygonBuffer, values: [FieldValue]) throws(GeodataError) {
    guard file != nil else { throw closedError() }
    precondition(values.count == fields.count, "\(values.count) values for \(fields.count) fields")
    let bounds = geometry.bounds
    try inserter.add(
      id: id, geometry: geometry, bounds: bounds.map { SIMD4($0.minX, $0.maxX, $0.minY, $0.maxY) }, values: values, path: path)
    count += 1
    guard let bounds else { return }
    extent = extent?.union(bounds) ?? bounds
    guard isTreeKept else { return }
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
    plainTables.append(PlainTable(name: name, columns: columns, rows: rows))
  }

  /// Adds a layer of a few MultiPolygons beside the table's own.
  public func addLayer(
    _ name: String, crs: CoordinateSystem?, fields: [VectorField], rows: [(geometry: MultiPolygonBuffer, values: [FieldValue])]
  ) {
    furtherLayers.append(FurtherLayer(name: name, crs: crs, fields: fields, rows: rows))
  }

  /// Adds what the file tells of a layer in it, its own or a further one.
  public func describe(_ description: GeoPackageDescription) { descriptions.append(description) }

  public func finish() throws(GeodataError) {
    try finishRows()
    try finishFurtherTables()
    guard !descriptions.isEmpty else { return }
    // Last: further layers are in the table of contents only now.
    let file = try SQLiteFile(path)
    try GeoPackageDescriber(file: file).write(descriptions)
    try file.commit()
  }

  private func finishRows() throws(GeodataError) {
    guard let file else { throw closedError() }
    try inserter.flush()
    let name = SQL.literal(layer)
    if let extent {
      try file.execute(
        "UPDATE gpkg_contents SET min_x = \(extent.minX), min_y = \(extent.minY), max_x = \(extent.maxX), max_y = \(extent.maxY) "
          + "WHERE table_name = \(name)")
    }
    try file.execute("UPDATE gpkg_ogr_contents SET feature_count = \(count) WHERE table_name = \(name)")
    for trigger in triggers { try file.execute(trigger.sql) }
    if isTreeKept { try makeIndex(in: file) }
    try file.commit()
    self.file = nil
  }

  private func finishFurtherTables() throws(GeodataError) {
    guard !plainTables.isEmpty || !furtherLayers.isEmpty || !isTreeKept else { return }
    try withThreadOptions(Self.settings) { () throws(GeodataError) in
      let table = try OGRTable(reopening: path)
      for plain in plainTables { try table.addPlainTable(plain.name, columns: plain.columns, rows: plain.rows) }
      for further in furtherLayers { try table.addLayer(further.name, crs: further.crs, fields: further.fields, rows: further.rows) }
      if !isTreeKept { try table.execute("SELECT CreateSpatialIndex(\(SQL.literal(layer)), 'geom')") }
      try table.finish()
    }
  }

  /// Makes the index's tables and triggers as this GDAL makes them, then fills the tables.
  private func makeIndex(in file: SQLiteFile) throws(GeodataError) {
    let index = "rtree_\(layer)_geom"
    let template = try SpatialIndexTemplate.of(layer: layer)
    try file.execute(template.extensionsTable)
    try file.execute("CREATE VIRTUAL TABLE \(SQL.identifier(index)) USING rtree(id, minx, maxx, miny, maxy)")
    let size = try file.integer("SELECT length(data) FROM \(SQL.identifier(index + "_node")) WHERE nodeno = 1")
    // 24 bytes an entry after a head of 4; SQLite never uses more than 51.
    let capacity = min(51, (size - 4) / 24)
    guard capacity > 3 else { throw GeodataError(.unwritable, file: path, reason: "SQLite's R-tree has nodes of \(size) bytes") }
    let nodes = tree.nodes(capacity: capacity)
    tree.removeAll()
    try file.execute("DELETE FROM \(SQL.identifier(index + "_node"))")
    let insertNode = try file.prepare("INSERT INTO \(SQL.identifier(index + "_node")) VALUES (?, ?)")
    let insertParent = try file.prepare("INSERT INTO \(SQL.identifier(index + "_parent")) VALUES (?, ?)")
    var leafOf: [(id: Int64, node: Int64)] = []
    for node in nodes.sorted(by: { $0.number < $1.number }) {
      let bytes = PackedTree.bytes(of: node, size: size)
      try bytes.withUnsafeBufferPointer { (bytes) throws(GeodataError) in
        insertNode.bind(1, Int(node.number))
        try insertNode.bind(2, bytes: UnsafeRawBufferPointer(bytes))
        try insertNode.run()
      }
      if let parent = node.parent {
        insertParent.bind(1, Int(node.number))
        insertParent.bind(2, Int(parent))
        try insertParent.run()
      }
      if node.level == 0 { leafOf += node.entries.map { ($0.id, node.number) } }
    }
    // In order, so that SQLite only ever appends.
    leafOf.sort { $0.id < $1.id }
    let insertRow = try file.prepare("INSERT INTO \(SQL.identifier(index + "_rowid")) VALUES (?, ?)")
    for leaf in leafOf {
      insertRow.bind(1, Int(leaf.id))
      insertRow.bind(2, Int(leaf.node))
      try insertRow.run()
    }
    try file.execute(template.extensionRow)
    for trigger in template.triggers { try file.execute(trigger) }
  }

  private func closedError() -> GeodataError {
    GeodataError(.unwritable, file: path, reason: "the layer is closed already")
  }
}

/// What GDAL writes beside an index: taken from an empty GeoPackage in memory, so that it is what this version of GDAL expects.
private struct SpatialIndexTemplate {
  let extensionsTable: String
  let extensionRow: String
  let triggers: [String]

  /// Made once in a process for layers whose names are the same in every way of quoting: what is written differs by the name alone.
  static func of(layer: String) throws(GeodataError) -> SpatialIndexTemplate {
    let isPlain = layer.utf8.allSatisfy { $0 == UInt8(ascii: "_") || (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) }
    guard isPlain, !layer.isEmpty else { return try SpatialIndexTemplate(layer: layer) }
    let known = try anyName.withLock { (known) throws(GeodataError) -> SpatialIndexTemplate in
      if let known { return known }
      let made = try SpatialIndexTemplate(layer: placeholder)
      known = made
      return made
    }
    return SpatialIndexTemplate(of: known, layer: layer)
  }

  /// The name of no layer, which occurs nowhere else in what is written.
  private static let placeholder = "orthoweave_layer_without_name"
  private static let anyName = Mutex<SpatialIndexTemplate?>(nil)

  private init(of other: SpatialIndexTemplate, layer: String) {
    func named(_ text: String) -> String { text.replacing(Self.placeholder, with: layer) }
    extensionsTable = other.extensionsTable
    extensionRow = named(other.extensionRow)
    triggers = other.triggers.map(named)
  }

  private init(layer: String) throws(GeodataError) {
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
      throw GeodataError(.unwritable, file: "", reason: "this GDAL cannot create a spatial index", remedy: "install GDAL 3.6 or newer")
    }
    extensionsTable = sql.replacingOccurrences(of: "CREATE TABLE ", with: "CREATE TABLE IF NOT EXISTS ")
    extensionRow =
      "INSERT INTO gpkg_extensions (table_name, column_name, extension_name, definition, scope) VALUES "
      + "(\(SQL.literal(layer)), 'geom', 'gpkg_rtree_index', \(SQL.literal(row[0])), \(SQL.literal(row[1])))"
  }
}

/// The process's umask, read without changing it; `nil` where the system does not tell.
private func fileModeMask() -> mode_t? {
  guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
    let line = status.split(separator: "\n").first(where: { $0.hasPrefix("Umask:") })
  else { return nil }
  return mode_t(line.dropFirst(6).trimmingCharacters(in: .whitespaces), radix: 8)
}

/// Names and values in SQL.
enum SQL {
  static func identifier(_ text: String) -> String { "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\"" }

  static func literal(_ text: String) -> String { "'" + text.replacingOccurrences(of: "'", with: "''") + "'" }
}
