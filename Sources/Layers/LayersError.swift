public import Basics
import FileWriting

/// What is wrong with a request for layers: which file, why, and what to do about it.
///
/// Faults of files and coordinate systems stay `GeodataError`s.
public struct LayersError: Fault {
  /// What kind of error it is; decides about the exit code.
  public enum Code: String, Sendable {
    /// The request cannot be met: formats, names or coordinate systems do not go together.
    case request
    /// A layer that should be merged is not one of ours.
    case foreign
    /// A polygon would take more memory than is allowed.
    case tooLarge
    /// A layer was written, and does not say what it should.
    case unfaithful
    /// A file could not be written.
    case unwritable
  }

  public var code: Code
  /// Empty where no file is concerned.
  public var file: String
  public var reason: String
  public var remedy: String

  public init(_ code: Code, file: String = "", reason: String, remedy: String = "") {
    self.code = code
    self.file = file
    self.reason = reason
    self.remedy = remedy
  }

  /// The error of a file that could not be written.
  init(_ error: FileError) { self.init(.unwritable, file: error.file, reason: error.reason, remedy: error.remedy) }

  /// One line: file, reason, remedy.
  public var description: String { line }
}
