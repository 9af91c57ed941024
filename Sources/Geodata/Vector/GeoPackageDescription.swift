/// What a GeoPackage tells of one of its layers, in the tables that the standard has for that: contents, schema and metadata.
public struct GeoPackageDescription: Sendable {
  public struct Metadata: Sendable {
    /// The URI of the standard that the document follows.
    public var standard: String
    /// An XML document.
    public var document: String

    public init(standard: String, document: String) {
      self.standard = standard
      self.document = document
    }
  }

  public var layer: String
  /// Of all layers in the file a different one.
  public var title: String
  public var abstract: String
  public var columns: [LayerColumn]
  /// The values of `class_id` and what they stand for; empty for no such column.
  public var classes: [(id: Int, name: String)]
  public var metadata: [Metadata]

  public init(
    layer: String, title: String, abstract: String, columns: [LayerColumn], classes: [(id: Int, name: String)], metadata: [Metadata]
  ) {
    self.layer = layer
    self.title = title
    self.abstract = abstract
    self.columns = columns
    self.classes = classes
    self.metadata = metadata
  }
}

/// Writes descriptions into the tables of a GeoPackage whose layers are all there.
struct GeoPackageDescriber {
  let file: SQLiteFile

  /// OGC 12-128r15, annexes F.9 (schema) and F.8 (metadata).
  private static let tables: [(name: String, extensionName: String, definition: String, sql: String)] = [
    (
      "gpkg_data_columns", "gpkg_schema", "http://www.geopackage.org/spec121/#extension_schema",
      "(table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT, mime_type TEXT, "
        + "constraint_name TEXT, CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), CONSTRAINT gdc_tn UNIQUE (table_name, name))"
    ),
    (
      "gpkg_data_column_constraints", "gpkg_schema", "http://www.geopackage.org/spec121/#extension_schema",
      "(constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC, "
        + "max_is_inclusive BOOLEAN, description TEXT, CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value))"
    ),
    (
      "gpkg_metadata", "gpkg_metadata", "http://www.geopackage.org/spec121/#extension_metadata",
      "(id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL, md_scope TEXT NOT NULL DEFAULT 'dataset', md_standard_uri TEXT NOT NULL, "
        + "mime_type TEXT NOT NULL DEFAULT 'text/xml', metadata TEXT NOT NULL DEFAULT '')"
    ),
    (
      "gpkg_metadata_reference", "gpkg_metadata", "http://www.geopackage.org/spec121/#extension_metadata",
      "(reference_scope TEXT NOT NULL, table_name TEXT, column_name TEXT, row_id_value INTEGER, "
        + "timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), md_file_id INTEGER NOT NULL, md_parent_id INTEGER, "
        + "CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id), "
        + "CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id))"
    ),
  ]

  func write(_ descriptions: [GeoPackageDescription]) throws(GeodataError) {
    try file.execute(
      "CREATE TABLE IF NOT EXISTS gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, "
        + "definition TEXT NOT NULL, scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))")
    for table in Self.tables {
      try file.execute("CREATE TABLE IF NOT EXISTS \(table.name) \(table.sql)")
      try file.execute(
        "INSERT INTO gpkg_extensions (table_name, column_name, extension_name, definition, scope) VALUES "
          + "('\(table.name)', NULL, '\(table.extensionName)', '\(table.definition)', 'read-write')")
    }
    var document = 0
    for description in descriptions {
      let layer = SQL.literal(description.layer)
      try file.execute(
        "UPDATE gpkg_contents SET identifier = \(SQL.literal(description.title)), description = \(SQL.literal(description.abstract)) "
          + "WHERE table_name = \(layer)")
      let constraint = "classes_of_\(description.layer)"
      for column in description.columns {
        let isClass = column.name == "class_id" && !description.classes.isEmpty
        try file.execute(
          "INSERT INTO gpkg_data_columns VALUES (\(layer), \(SQL.literal(column.name)), \(SQL.literal(column.name)), "
            + "\(SQL.literal(column.label)), \(SQL.literal(column.meaning)), NULL, \(isClass ? SQL.literal(constraint) : "NULL"))")
      }
      for (id, name) in description.classes {
        try file.execute(
          "INSERT INTO gpkg_data_column_constraints VALUES (\(SQL.literal(constraint)), 'enum', '\(id)', NULL, NULL, NULL, NULL, "
            + "\(SQL.literal(name)))")
      }
      for metadata in description.metadata {
        document += 1
        try file.execute(
          "INSERT INTO gpkg_metadata VALUES (\(document), 'dataset', \(SQL.literal(metadata.standard)), 'text/xml', "
            + "\(SQL.literal(metadata.document)))")
        // The day that all of GDAL's stamps have: same bytes every day.
        try file.execute(
          "INSERT INTO gpkg_metadata_reference VALUES ('table', \(layer), NULL, NULL, '2000-01-01T00:00:00.000Z', \(document), NULL)")
      }
    }
  }
}
