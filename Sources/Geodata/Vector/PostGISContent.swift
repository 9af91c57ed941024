/// What a pipeline's rows of one source are in a table: how many, and a checksum over what is in them.
public struct PostGISContent: Sendable, Hashable {
  public var rows: Int
  /// The same for the same rows in any order; "0" for none. Their numbers in the table (`fid`) and columns that others have added do not count.
  public var checksum: String

  /// What is found where a source has no row.
  public static let empty = PostGISContent(rows: 0, checksum: "0")
}

extension PostGISTable {
  /// The content of all rows of the pipeline, by source. The server reads every row; none is transferred.
  ///
  /// - Throws: `unwritable` where the database cannot be reached, or cannot compute it. A table that is not there has no rows.
  public static func content(of target: PostGISTarget) throws(GeodataError) -> [String: PostGISContent] {
    let database = try PostGISDatabase(target)
    guard try database.tableExists() else { return [:] }
    return try content(of: target, sources: nil) { (query) throws(GeodataError) in try database.rows(query) }
  }

  /// The content of the rows of some sources, or of all where `sources` is `nil`.
  ///
  /// - Parameter ask: runs a query in the session that has written the rows.
  static func content(
    of target: PostGISTarget, sources: [String]?, ask: (String) throws(GeodataError) -> [[String]]
  ) throws(GeodataError) -> [String: PostGISContent] {
    // All digits that a number has, in every version of the server.
    _ = try ask("SELECT set_config('extra_float_digits', '3', false) AS digits")
    let name = "\(SQL.identifier(target.schema)).\(SQL.identifier(target.table))"
    let columns = try ask(
      "SELECT attname::text AS name FROM pg_attribute WHERE attrelid = to_regclass(\(SQL.literal(name))) AND attnum > 0 AND NOT attisdropped"
    )
    let own = columns.compactMap(\.first).filter { $0 != "fid" && $0 != ownerColumn && PostGISComments.columns[$0] != nil }.sorted()
    let row = "ROW(\(own.map { SQL.identifier($0) }.joined(separator: ", ")))::text"
    // 60 bits of each row's digest, so that they are positive numbers.
    let digest = "('x' || left(encode(sha256(convert_to(\(row), 'UTF8')), 'hex'), 15))::bit(60)::bigint"
    var condition = "\(ownerColumn) = \(SQL.literal(target.pipeline))"
    if let sources { condition += " AND source IN (\(sources.map { SQL.literal($0) }.joined(separator: ", ")))" }
    var found: [String: PostGISContent] = [:]
    guard sources?.isEmpty != true else { return found }
    for source in sources ?? [] { found[source] = PostGISContent.empty }
    let rows = try ask(
      "SELECT source, count(*)::text AS number, sum(\(digest))::text AS content FROM \(name) WHERE \(condition) GROUP BY source")
    for row in rows where row.count == 3 { found[row[0]] = PostGISContent(rows: Int(row[1]) ?? 0, checksum: row[2]) }
    return found
  }
}
