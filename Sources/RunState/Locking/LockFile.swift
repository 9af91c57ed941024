import CSystem
import FileWriting
import Glibc
import Synchronization

/// One opening of the lock file, and the locks that hang on it.
///
/// The locks are advisory `fcntl` locks of the open file description, on single bytes: byte 0 is the run's, byte 1 guards the holder's
/// record, byte 2 the page of the run, a byte far behind stands for each source. A lock needs no more than the permission to read: who may
/// not write the file may not read it either, or anybody could keep runs out. The kernel drops them when the process ends in whatever way;
/// over NFS 4 (and 3 with its lock service) they hold between hosts. The file is never removed: two processes would end up with locks on
/// two files.
final class LockFile: Sendable {
  enum Kind: CInt {
    case shared = 0
    case exclusive = 1
  }

  static let runByte: Int64 = 0
  static let recordByte: Int64 = 1
  static let pageByte: Int64 = 2

  let path: String
  private let descriptor: Mutex<CInt>

  init(_ output: OutputDirectory) throws(RunStateError) {
    path = output.lockFile
    if let reason = LockSupport.reasonAgainst(output.path) {
      throw RunStateError(
        .unsupported, file: output.path, reason: reason, remedy: "put output.directory on a file system with locks (local, or NFS 4)")
    }
    let lockFile = path
    let opened = try output.operations.perform(.open, path, "opened") { csystem_open(lockFile, O_RDWR | O_CREAT | O_NOFOLLOW, 0o666) }
    csystem_forbid_reading(opened)
    descriptor = Mutex(opened)
  }

  deinit { close() }

  /// Drops the locks and closes.
  ///
  /// Closing alone would leave them in force for a moment where another thread of this process is just starting a program: until that
  /// begins, it has a copy of the descriptor.
  func close() {
    descriptor.withLock { open in
      guard open >= 0 else { return }
      _ = csystem_lock(open, 2, 0, 0)
      Glibc.close(open)
      open = -1
    }
  }

  /// Takes a lock without waiting. Returns false where another opening holds one against it.
  func take(_ kind: Kind, byte: Int64) throws(RunStateError) -> Bool {
    let result = descriptor.withLock { csystem_lock($0, kind.rawValue, byte, 1) }
    switch result {
    case 0: return true
    case -EAGAIN, -EACCES: return false
    case -EINVAL, -ENOLCK, -ENOSYS, -EOPNOTSUPP:
      throw RunStateError(
        .unsupported, file: path, reason: "cannot be locked: \(String(cString: strerror(-result)))",
        remedy: "put output.directory on a file system with locks (local, or NFS 4 with its lock service)")
    default: throw RunStateError(errno: -result, file: path, cannotBe: "locked")
    }
  }

  func drop(byte: Int64) {
    _ = descriptor.withLock { csystem_lock($0, 2, byte, 1) }
  }

  /// Whether the path still names the file that is locked.
  func isStillInPlace() throws(RunStateError) -> Bool {
    var status = csystem_status()
    let result = descriptor.withLock { csystem_status_of_descriptor($0, &status) }
    if result < 0 { throw RunStateError(errno: -result, file: path, cannotBe: "examined") }
    guard let there = try Files.status(path) else { return false }
    return there.inode == status.inode && there.device == status.device
  }

  /// Replaces the record at the file's start.
  func write(_ record: [UInt8], _ operations: FileOperations) throws(RunStateError) {
    try descriptor.withLock { (open) throws(RunStateError) in
      try operations.perform(.write, path) { () throws(FileError) in
        let failure = record.withUnsafeBytes { writeFully($0, to: open, at: 0) }
        if failure != 0 { throw FileError(failure, file: path, cannotBe: "written") }
      }
    }
  }
}
