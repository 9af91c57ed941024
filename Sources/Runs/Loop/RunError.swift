public import Basics
package import FileWriting

/// Why a run, or one source of it, ended: which file, what is wrong, what to do.
public struct RunError: Fault {
  /// Whose fault it is; decides about the exit code.
  public enum Code: String, Sendable {
    /// Output directory, disk, a source folder that vanished: another run may succeed without a change to the pipeline.
    case surroundings
    /// The pipeline, the checkpoint or the call is wrong.
    case wrongCall
    /// One source cannot be done; the others can.
    case source
    /// Another run holds the lock.
    case locked
    /// The run was asked to end.
    case interrupted
  }

  public var code: Code
  public var file: String
  public var reason: String
  public var remedy: String
  public private(set) var cause: (any Fault)?

  public init(_ code: Code, file: String = "", reason: String, remedy: String = "") {
    self.code = code
    self.file = file
    self.reason = reason
    self.remedy = remedy
  }

  /// The error of another module, as what it means for the run.
  package init(_ code: Code, _ cause: some Fault) {
    self.init(code, file: cause.file, reason: cause.reason, remedy: cause.remedy)
    self.cause = cause
  }

  /// The error of a file that could not be written.
  package init(_ error: FileError) { self.init(.surroundings, error) }

  /// One line: file, reason, remedy.
  public var description: String { line }
}
