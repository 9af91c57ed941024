import CGDAL
import Foundation

/// Why a database does not open.
enum PostGISFailure {
  /// The failure that libpq's message tells of, in words of our own: it quotes the connection string, in parts that no rule could tell
  /// from a password.
  static func error(_ message: String, file: String) -> GeodataError {
    let text = message.lowercased()
    func has(_ words: String...) -> Bool { words.contains { text.contains($0) } }
    func failure(_ code: GeodataError.Code, _ reason: String, _ remedy: String) -> GeodataError {
      GeodataError(code, file: file, reason: reason, remedy: remedy)
    }
    if has(
      "missing \"=\"", "invalid connection option", "invalid uri", "unterminated quoted string", "invalid integer value", "invalid port",
      "uri query parameter", "percent-encoded", "invalid sslmode", "could not match", "unexpected spaces", "end of string reached")
    {
      return failure(
        .unsupported, "output.postgis.connection is not a valid connection string (what it holds is not shown)",
        "write key=value pairs, values with blanks or quotes in single quotes, or a URI with percent-encoded parts")
    }
    if has("could not translate host name", "could not look up", "name or service not known") {
      return failure(.unwritable, "the name of the database's host is not known", "check host in output.postgis.connection")
    }
    if has("password authentication failed", "no password supplied", "authentication failed", "pg_hba.conf", "certificate", "role \"") {
      return failure(
        .unwritable, "the database refuses the user or the password",
        "check user and password in output.postgis.connection, and pg_hba.conf")
    }
    if has("database \"") && has("does not exist") {
      return failure(.unwritable, "the server has no database of that name", "check dbname in output.postgis.connection, or create it")
    }
    if has("too many connections", "too many clients", "remaining connection slots") {
      return failure(.unwritable, "the database takes no further connection", "try again later, or raise its max_connections")
    }
    if has("starting up", "shutting down", "recovery mode") {
      return failure(.unwritable, "the database is starting up or shutting down", "try again later")
    }
    if has("timeout", "timed out") {
      return failure(.unwritable, "the database does not answer in time", "check host and port in output.postgis.connection")
    }
    return failure(
      .unwritable, "the database cannot be reached",
      "check output.postgis.connection (host, port, dbname), and whether the server runs")
  }
}
