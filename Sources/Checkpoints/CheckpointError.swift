public import Basics

/// What is wrong with a checkpoint: which file, why, and what to do about it.
public struct CheckpointError: Fault {
  /// What kind of error it is; decides about the exit code.
  public enum Code: String, Sendable {
    /// The file does not open or cannot be read.
    case unreadable
    /// The file is not a checkpoint of a known format.
    case unknownFormat
    /// The file ends early.
    case truncated
    /// The file contradicts itself.
    case damaged
    /// The file claims more than its size or the limits allow.
    case hostile
    /// The file is sound, but holds something that this program does not use: a number type, a whole Python object.
    case unsupported
    /// The file holds no tensors, or not the one that was asked for.
    case missingTensor
    /// A file could not be written.
    case unwritable
  }

  public var code: Code
  /// The path as the user knows it.
  public var file: String
  public var reason: String
  /// What the user can do; empty where nothing helps.
  public var remedy: String

  public init(_ code: Code, file: String, reason: String, remedy: String = "") {
    self.code = code
    self.file = file
    self.reason = reason
    self.remedy = remedy
  }

  /// One line: file, reason, remedy.
  public var description: String { line }
}

extension CheckpointError {
  static func truncated(_ file: String, _ reason: String = "ends early") -> CheckpointError {
    CheckpointError(.truncated, file: file, reason: reason, remedy: "copy or download the checkpoint again")
  }

  static func damaged(_ file: String, _ reason: String) -> CheckpointError {
    CheckpointError(.damaged, file: file, reason: reason, remedy: "copy or download the checkpoint again")
  }

  static func hostile(_ file: String, _ reason: String) -> CheckpointError {
    CheckpointError(.hostile, file: file, reason: reason, remedy: "do not use this file unless you know who made it")
  }
}
