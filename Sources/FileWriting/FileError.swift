public import Basics
import Glibc

/// A system call about a file that failed.
public struct FileError: Fault, Equatable {
  /// The errno.
  public var number: CInt
  /// The path as the user knows it.
  public var file: String
  /// Continues "cannot be", as in "written".
  public var doing: String
  /// Whether the disk has room, but for no more files.
  private let lacksInodes: Bool

  public init(_ number: CInt, file: String, cannotBe doing: String) {
    self.number = number
    self.file = file
    self.doing = doing
    lacksInodes = number == ENOSPC && DiskSpace.left(near: file)?.inodes == 0
  }

  public var reason: String {
    "cannot be \(doing) (\(lacksInodes ? "the file system takes no more files: no inodes left" : String(cString: strerror(number))))"
  }

  /// What the user can do.
  public var remedy: String {
    switch number {
    case ENOSPC where lacksInodes: "remove files that are not needed"
    case ENOSPC, EDQUOT: "free some space"
    case EFBIG: "raise the limit for a file's size (ulimit -f)"
    case EROFS, EACCES, EPERM: "check the folder, its permissions and mount options"
    case ENOENT, ENOTDIR, ESTALE: "check that its folder is there and mounted"
    case EEXIST, EISDIR: "give another name, or move what is there out of the way"
    case EMFILE: "raise the limit of open files (ulimit -n)"
    case ENFILE: "raise the system's limit of open files (fs.file-max)"
    case ENAMETOOLONG: "give a shorter name"
    default: "check the disk and the system's log"
    }
  }

  /// One line: file, reason, remedy.
  public var description: String { line }
}
