public import Basics

/// Why rows were not traced: what they break, and what to do about it.
public struct TracingError: Fault {
  /// What kind of error it is.
  public enum Code: String, Sendable {
    /// The options or the raster's size make no sense.
    case invalidOptions
    /// The rows handed over do not fit the raster.
    case wrongRows
    /// More pieces of borders are open at once than can be numbered.
    case tooLarge
  }

  public var code: Code
  /// Always empty: the tracer knows rows, not files. The caller that knows the file fills it in.
  public var file: String
  public var reason: String
  /// What the user can do; empty where nothing helps.
  public var remedy: String

  public init(_ code: Code, file: String = "", reason: String, remedy: String = "") {
    self.code = code
    self.file = file
    self.reason = reason
    self.remedy = remedy
  }

  /// One line: file, reason, remedy.
  public var description: String { line }
}
