public import Basics
import CSystem
import FileWriting
import Glibc

/// What went wrong with the state on disk: which file, why, and what to do about it.
public struct RunStateError: Fault, Equatable {
  /// What kind of error it is; decides about the exit code.
  public enum Code: String, Sendable, CaseIterable {
    /// No space or quota is left.
    case diskFull
    /// The file system or the permissions do not allow writing (or reading).
    case readOnly
    /// What was there is gone: a folder, a mount, a server.
    case vanished
    /// Another process holds the lock.
    case locked
    /// The content is not what its checksum says.
    case damaged
    /// The file system lacks something that the state on disk needs.
    case unsupported
    /// A name cannot be used below the output directory.
    case badName
    /// Two sources would be written to one place.
    case collision
    /// A file is larger than anything this program writes there.
    case tooLarge
    /// Removing outputs was refused, since a folder may be missing or too much would go.
    case pruneRefused
    /// The device or the system failed.
    case inputOutput
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

  /// Whether the surroundings are at fault (disk, permissions, a mount) rather than one source: such an error ends a run.
  public var endsRun: Bool {
    switch code {
    case .diskFull, .readOnly, .vanished, .unsupported, .inputOutput, .pruneRefused, .locked: true
    case .damaged, .badName, .collision, .tooLarge: false
    }
  }

  /// One line: file, reason, remedy.
  public var description: String { line }
}

extension RunStateError {
  /// Whether a file's content cannot be read or used, a bad sector included: what it held is computed again, and nothing else is at fault.
  public var isOfContent: Bool { [.damaged, .tooLarge, .inputOutput].contains(code) }

  /// The error of a file that could not be written.
  init(_ error: FileError) { self.init(errno: error.number, file: error.file, cannotBe: error.doing) }

  /// The error of a system call: `doing` continues "cannot be", as in "renamed".
  init(errno number: CInt, file: String, cannotBe doing: String) {
    let system = String(cString: strerror(number))
    switch number {
    case ENOSPC, EDQUOT:
      let left = DiskSpace.left(near: file)
      let isOfInodes = number == ENOSPC && left?.inodes == 0
      let what = number == EDQUOT ? "the quota is used up" : isOfInodes ? "the file system takes no more files" : "the disk is full"
      let free = left.map { " (\($0.description))" } ?? ""
      self.init(
        .diskFull, file: file, reason: "cannot be \(doing): \(what)\(free)",
        remedy: isOfInodes ? "remove files that are not needed and run again" : "free some space and run again")
    case EROFS, EACCES, EPERM:
      self.init(.readOnly, file: file, reason: "cannot be \(doing): \(system)", remedy: "check permissions and mount options")
    case ENOENT, ENOTDIR, ESTALE, ENOTCONN, ENODEV, ENXIO, EHOSTDOWN:
      self.init(.vanished, file: file, reason: "cannot be \(doing): \(system)", remedy: "check that its folder is there and mounted")
    case ENAMETOOLONG:
      self.init(.badName, file: file, reason: "cannot be \(doing): the name is too long", remedy: "set a shorter output.name")
    case EFBIG:
      self.init(
        .diskFull, file: file, reason: "cannot be \(doing): the limit for a file's size is reached", remedy: "raise the limit (ulimit -f)")
    case EMFILE, ENFILE:
      self.init(
        .inputOutput, file: file, reason: "cannot be \(doing): \(system)",
        remedy: number == EMFILE ? "raise the limit of open files (ulimit -n)" : "raise the system's limit of open files (fs.file-max)")
    case ELOOP:
      self.init(.vanished, file: file, reason: "cannot be \(doing): \(system)", remedy: "correct the links on the way to it")
    case ENOSYS, EOPNOTSUPP:
      self.init(.unsupported, file: file, reason: "cannot be \(doing): \(system)", remedy: "use another file system for output.directory")
    default:
      self.init(.inputOutput, file: file, reason: "cannot be \(doing): \(system)", remedy: "check the disk and the system's log")
    }
  }
}
