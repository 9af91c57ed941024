import CSQLite

/// An SQLite database that is written in one transaction, aside, without being safe against a crash before it is whole and synced.
///
/// For one thread. What was not committed is rolled back.
final class SQLiteFile {
  private let handle: OpaquePointer
  private let path: String

  /// Opens a database that is there already and starts the transaction.
  init(_ path: String) throws(GeodataError) {
    self.path = path
    var opened: OpaquePointer?
    let status = sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nil)
    guard status == SQLITE_OK, let opened else {
      let reason = String(cString: sqlite3_errmsg(opened))
      sqlite3_close_v2(opened)
      throw GeodataError(.unwritable, file: path, reason: "opening the database failed (\(reason))")
    }
    handle = opened
    for statement in ["PRAGMA synchronous=OFF", "PRAGMA journal_mode=MEMORY", "PRAGMA cache_size=-32000", "BEGIN IMMEDIATE"] {
      try execute(statement)
    }
  }

  deinit { sqlite3_close_v2(handle) }

  /// Runs statements whose answers do not matter.
  func execute(_ statements: String) throws(GeodataError) {
    guard sqlite3_exec(handle, statements, nil, nil, nil) == SQLITE_OK else { throw failure("running SQL") }
  }

  func prepare(_ statement: String) throws(GeodataError) -> SQLiteStatement {
    var prepared: OpaquePointer?
    guard sqlite3_prepare_v2(handle, statement, -1, &prepared, nil) == SQLITE_OK, let prepared else { throw failure("preparing SQL") }
    return SQLiteStatement(prepared, of: self)
  }

  /// The rows that a query answers, as text; null is empty.
  func rows(_ query: String) throws(GeodataError) -> [[String]] {
    let statement = try prepare(query)
    var rows: [[String]] = []
    while try statement.step() { rows.append(statement.texts) }
    return rows
  }

  /// The one number that a query answers.
  func integer(_ query: String) throws(GeodataError) -> Int {
    guard let number = try rows(query).first?.first.flatMap({ Int($0) }) else {
      throw GeodataError(.unwritable, file: path, reason: "a query has no answer")
    }
    return number
  }

  func commit() throws(GeodataError) { try execute("COMMIT") }

  fileprivate func failure(_ doing: String) -> GeodataError {
    GeodataError(
      .unwritable, file: path, reason: "\(doing) failed (\(String(cString: sqlite3_errmsg(handle))))",
      remedy: "check free space and permissions")
  }
}

/// A statement that runs again and again with other values.
final class SQLiteStatement {
  private let handle: OpaquePointer
  private let file: SQLiteFile

  fileprivate init(_ handle: OpaquePointer, of file: SQLiteFile) {
    self.handle = handle
    self.file = file
  }

  deinit { sqlite3_finalize(handle) }

  /// Parameters count from 1. What bytes and texts point to must stay until the statement has run.
  func bind(null index: Int32) { sqlite3_bind_null(handle, index) }
  func bind(_ index: Int32, _ value: Int) { sqlite3_bind_int64(handle, index, Int64(value)) }
  func bind(_ index: Int32, _ value: Double) { sqlite3_bind_double(handle, index, value) }

  func bind(_ index: Int32, text: UnsafeRawBufferPointer) throws(GeodataError) {
    let start = text.baseAddress?.assumingMemoryBound(to: CChar.self)
    guard sqlite3_bind_text64(handle, index, start, UInt64(text.count), nil, UInt8(SQLITE_UTF8)) == SQLITE_OK else {
      throw file.failure("binding a text of \(text.count) bytes")
    }
  }

  func bind(_ index: Int32, bytes: UnsafeRawBufferPointer) throws(GeodataError) {
    guard sqlite3_bind_blob64(handle, index, bytes.baseAddress, UInt64(bytes.count), nil) == SQLITE_OK else {
      throw file.failure("binding \(bytes.count) bytes")
    }
  }

  /// Runs to the end and is ready to run again, with the same values until others are bound.
  func run() throws(GeodataError) {
    while try step() {}
    sqlite3_reset(handle)
  }

  /// Goes to the next row of the answer; false at its end.
  fileprivate func step() throws(GeodataError) -> Bool {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default:
      let error = file.failure("writing")
      sqlite3_reset(handle)
      throw error
    }
  }

  fileprivate var texts: [String] {
    (0..<sqlite3_column_count(handle)).map { sqlite3_column_text(handle, $0).map { String(cString: $0) } ?? "" }
  }
}
