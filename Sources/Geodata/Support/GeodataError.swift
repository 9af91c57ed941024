public import Basics
public import FileWriting

/// What went wrong with a raster, a vector table or a crs: which file, why, and what to do about it.
public struct GeodataError: Fault {
  /// What kind of error it is; decides about the exit code.
  public enum Code: String, Sendable {
    /// The file does not open, or no allowed driver knows it.
    case unreadable
    /// The header opens, but pixels or features cannot be read.
    case damaged
    /// The file is sound, but this program cannot use it as the pipeline asks.
    case unsupported
    /// The file claims sizes beyond the limits.
    case tooLarge
    /// A file could not be written, flushed or closed: full disk, quota, permission.
    case unwritable
    /// A coordinate system or a transformation between two does not work.
    case reference
  }

  public var code: Code
  /// The path as the user knows it; empty where no file is concerned.
  public var file: String
  public var reason: String
  /// What the user can do; empty where nothing helps.
  public var remedy: String

  /// Lines of the pipeline's `input` that would help, such as "bands: [1, 1, 1]"; the remedy names them, too.
  public var lines: [String]

  public init(_ code: Code, file: String, reason: String, remedy: String = "", lines: [String] = []) {
    self.code = code
    self.file = file
    self.reason = reason
    self.remedy = remedy
    self.lines = lines
  }

  /// The error of a file that could not be written.
  public init(_ error: FileError) { self.init(.unwritable, file: error.file, reason: error.reason, remedy: error.remedy) }

  /// One line: file, reason, remedy.
  public var description: String { line }
}
