/// What is wrong with a YAML text, and where.
package struct YAMLError: Error, Sendable {
  /// What is wrong with the text.
  package enum Code: Sendable {
    /// Too large, or not UTF-8 text.
    case unreadable
    /// Not YAML, or nested or aliased beyond the limits.
    case syntax
    case duplicateKey
  }

  package var code: Code
  /// From 1; 0 where the problem has no position.
  package var line: Int
  /// From 1, in Unicode scalars; 0 where the problem has no position.
  package var column: Int
  /// Continues the file's name.
  package var reason: String
  /// What the user can do; empty where nothing helps.
  package var remedy: String

  init(_ code: Code, line: Int = 0, column: Int = 0, reason: String, remedy: String = "") {
    self.code = code
    self.line = line
    self.column = column
    self.reason = reason
    self.remedy = remedy
  }
}
