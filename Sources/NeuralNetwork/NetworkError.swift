public import Basics

/// Why a checkpoint, an array file or a call cannot be used: which file, what is wrong, what to do about it.
public struct NetworkError: Fault, Equatable {
  /// What kind of error it is; decides about the exit code.
  public enum Code: String, Sendable {
    /// The tensor names belong to no network that this program knows.
    case unknownArchitecture
    /// A tensor that the network needs is not in the checkpoint.
    case missingTensor
    /// A tensor has another shape than the ones around it ask for.
    case shape
    /// The network is known, but built in a way that this program does not compute.
    case unsupported
    /// An option cannot be met on this machine or for this network.
    case option
    /// An array file cannot be read or is not what its header claims.
    case unreadable
    /// An array file cannot be written.
    case unwritable
    /// The arena for this size exceeds what can be addressed or allocated.
    case tooLarge
  }

  public var code: Code
  /// The path as the user knows it; empty where no file is concerned.
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
