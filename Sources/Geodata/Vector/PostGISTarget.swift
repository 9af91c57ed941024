/// Where rows go in a PostgreSQL database with PostGIS, and whose they are.
public struct PostGISTarget: Sendable, Hashable, CustomStringConvertible {
  /// As libpq takes it: "host=… dbname=… user=… password=…", or "postgresql://…". Never shown.
  public let connection: String
  /// Names of ASCII letters, digits and `_`.
  public let schema: String
  public let table: String
  /// Marks the rows: only these are ever replaced or removed.
  public let pipeline: String

  public init(connection: String, schema: String = "public", table: String = "orthoweave", pipeline: String = "pipeline") {
    self.connection = connection
    self.schema = schema
    self.table = table
    self.pipeline = pipeline
  }

  /// Without the connection: it may hold a password.
  public var description: String { "PostGIS table \(schema).\(table)" }
}

/// The output directory that a pipeline's rows in a database belong to.
public struct PostGISOwner: Sendable, Hashable {
  /// Stays the same where the directory is moved or mounted elsewhere.
  public let identity: String
  /// Host and path, for people; the same place counts as the same directory, though it was emptied.
  public let place: String

  public init(identity: String, place: String) {
    self.identity = identity
    self.place = place
  }
}
