import CGDAL
import Foundation

/// Rows of one pipeline's sources in a PostGIS table that other pipelines may share: those of an earlier run are replaced, in one
/// transaction; those of other pipelines are never touched.
///
/// The table is made where it is missing; its key is (pipeline, source, id). Nothing is seen by others before `finish()`.
public final class PostGISTable: VectorTable {
  private let table: OGRTable
  private let target: PostGISTarget
  private let sources: [String]
  /// What the rows of each source are, complete after `finish()`.
  public private(set) var content: [String: PostGISContent] = [:]

  public var files: [String] { [] }
  public var warnings: [String] { table.warnings }

  /// Connects, and takes out the sources' old rows.
  ///
  /// - Parameters:
  ///   - target: connection, schema and table.
  ///   - sources: those whose rows follow; there is none for `[]`, so that all rows stay.
  ///   - crs: of the geometry; `nil` for none.
  ///   - fields: among them `source` and `id`. The column `pipeline` comes behind them.
  public init(_ target: PostGISTarget, sources: [String], crs: CoordinateSystem?, fields: [VectorField]) throws(GeodataError) {
    let fields = fields + [VectorField(Self.ownerColumn, .text(bytes: 0))]
    var database = try PostGISDatabase(target)
    if database.layer == nil {
      try database.makeTable(crs: crs, fields: fields)
      // The table's layer, which another program may have made in this moment, is seen by a new connection only.
      database = try PostGISDatabase(target)
    }
    guard let layer = database.layer else {
      throw GeodataError(
        .unwritable, file: target.description, reason: "the table has no geometry",
        remedy: "drop it, or give another one as output.postgis.table")
    }
    try database.check(layer, crs: crs, fields: fields)
    try checkedOGR(.unwritable, file: target.description, "starting a transaction") { GDALDatasetStartTransaction(database.handle, 0) }
    for source in sources { try database.delete(source) }
    self.target = target
    self.sources = sources
    table = try OGRTable(adopting: database.release(), layer: layer, shownPath: target.description, fields: fields)
  }

  public func add(id: Int, geometry: MultiPolygonBuffer, values: [FieldValue]) throws(GeodataError) {
    try table.add(id: id, geometry: geometry, values: values + [.text(target.pipeline)])
  }

  public func finish() throws(GeodataError) {
    // Before the transaction ends: nobody has changed them yet.
    content = try Self.content(of: target, sources: sources) { (query) throws(GeodataError) in try table.rows(query) }
    try table.finish()
  }

  /// Takes out the rows of the pipeline's sources that no longer exist. A missing table is not a fault.
  public static func remove(sources: [String], from target: PostGISTarget) throws(GeodataError) {
    let database = try PostGISDatabase(target)
    guard try database.tableExists() else { return }
    try checkedOGR(.unwritable, file: target.description, "starting a transaction") { GDALDatasetStartTransaction(database.handle, 0) }
    for source in sources { try database.delete(source) }
    try checkedOGR(.unwritable, file: target.description, "committing") { GDALDatasetCommitTransaction(database.handle) }
  }

  /// Whose the rows are.
  static let ownerColumn = "pipeline"
}
