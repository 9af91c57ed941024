import CSystem
import FileWriting
import Glibc

/// The operations that change the disk, as a value: the system's own, or the system's behind a gate that lets tests fail any of them.
///
/// Everything `RunState` writes goes through these, so that a test can fail the first, the second, … until a run passes, and can stand
/// in for a crash by failing everything from the N-th on.
public struct FileOperations: Sendable {
  /// The operations that can be made to fail in tests.
  public enum Operation: String, Sendable, CaseIterable {
    case open, write, sync, close, rename, exchange, remove, removeDirectory, makeDirectory, link, symbolicLink
  }

  /// What the gate decides about one operation.
  public enum Verdict: Sendable, Equatable {
    case proceed
    /// Nothing is done, and the operation fails with this errno.
    case fail(CInt)
    /// A write puts half of its bytes on disk and fails; other operations are done and fail.
    case half(CInt)
  }

  /// Asked before each operation; nil asks nobody.
  let gate: (@Sendable (Operation, _ path: String) -> Verdict)?

  /// The system's operations.
  public static let system = FileOperations(gate: nil)

  /// The system's operations behind a gate.
  public init(gate: (@Sendable (Operation, _ path: String) -> Verdict)?) {
    self.gate = gate
  }

  /// Runs one operation through the gate; `call` returns 0 or more, or the negative errno.
  @discardableResult
  func perform(_ operation: Operation, _ path: String, _ doing: String, _ call: () -> CInt) throws(RunStateError) -> CInt {
    let result = attempt(operation, path, call)
    if result < 0 { throw RunStateError(errno: -result, file: path, cannotBe: doing) }
    return result
  }

  /// As `perform` for what `FileWriting` does.
  ///
  /// - Parameter half: What is done of it where the gate lets half of it be done.
  func perform<Value>(
    _ operation: Operation, _ path: String, half: () throws -> Void = {}, _ call: () throws(FileError) -> Value
  ) throws(RunStateError) -> Value {
    switch gate?(operation, path) ?? .proceed {
    case .proceed: break
    case .fail(let number): throw RunStateError(FileError(number, file: path, cannotBe: operation.participle))
    case .half(let number):
      if operation == .write { try? half() } else { _ = try? call() }
      throw RunStateError(FileError(number, file: path, cannotBe: operation.participle))
    }
    do { return try call() } catch { throw RunStateError(error) }
  }

  /// As `perform`, returning the negative errno instead of throwing.
  func attempt(_ operation: Operation, _ path: String, _ call: () -> CInt) -> CInt {
    switch gate?(operation, path) ?? .proceed {
    case .proceed: return call()
    case .fail(let number): return -number
    case .half(let number):
      _ = call()
      return -number
    }
  }
}

// MARK: - Names

extension FileOperations {
  func rename(_ from: some DiskPath, _ to: some DiskPath) throws(RunStateError) {
    try perform(.rename, to.shown, "put in place") {
      from.withCPath { from in to.withCPath { Glibc.rename(from, $0) == 0 ? 0 : -errno } }
    }
  }

  /// Renames unless the new name is taken. Returns false where it is.
  func renameNew(_ from: some DiskPath, _ to: some DiskPath) throws(RunStateError) -> Bool {
    let result = attempt(.rename, to.shown) {
      from.withCPath { from in
        to.withCPath { to in
          let result = csystem_rename_new(from, to)
          guard result == -EINVAL || result == -ENOSYS else { return result }
          // The file system lacks the flag: look first. Nobody else wants this name.
          if access(to, F_OK) == 0 { return -EEXIST }
          return Glibc.rename(from, to) == 0 ? 0 : -errno
        }
      }
    }
    if result == -EEXIST || result == -ENOTEMPTY { return false }
    if result < 0 { throw RunStateError(errno: -result, file: to.shown, cannotBe: "put in place") }
    return true
  }

  /// Exchanges two entries in one step. Returns false where the file system cannot.
  func exchange(_ first: String, _ second: String) throws(RunStateError) -> Bool {
    let result = attempt(.exchange, second) { csystem_exchange(first, second) }
    if result == -EINVAL || result == -ENOSYS || result == -EOPNOTSUPP { return false }
    if result < 0 { throw RunStateError(errno: -result, file: second, cannotBe: "exchanged") }
    return true
  }

  /// Removes a file or a link. Returns false where none was.
  @discardableResult
  func remove(_ path: some DiskPath) throws(RunStateError) -> Bool {
    let result = attempt(.remove, path.shown) { path.withCPath { unlink($0) == 0 ? 0 : -errno } }
    if result == -ENOENT { return false }
    if result < 0 { throw RunStateError(errno: -result, file: path.shown, cannotBe: "removed") }
    return true
  }

  /// Removes an empty folder. Returns false where it is absent or not empty.
  @discardableResult
  func removeEmptyDirectory(_ path: some DiskPath) throws(RunStateError) -> Bool {
    let result = attempt(.removeDirectory, path.shown) { path.withCPath { rmdir($0) == 0 ? 0 : -errno } }
    if result == -ENOENT || result == -ENOTEMPTY || result == -EEXIST { return false }
    if result < 0 { throw RunStateError(errno: -result, file: path.shown, cannotBe: "removed") }
    return true
  }

  /// Makes a folder; permissions follow the umask. Returns false where one is already there (not: a link to one).
  @discardableResult
  func makeDirectory(_ path: some DiskPath, linkIsFine: Bool = false) throws(RunStateError) -> Bool {
    if let status = try Files.status(path, followingLinks: linkIsFine) {
      guard status.kind == .directory else {
        throw RunStateError(
          .collision, file: path.shown, reason: status.kind == .link ? "is a link, not a folder" : "is a file, not a folder",
          remedy: "move it out of the way")
      }
      return false
    }
    let result = attempt(.makeDirectory, path.shown) { path.withCPath { mkdir($0, 0o777) == 0 ? 0 : -errno } }
    if result == -EEXIST { return false }  // another process was quicker
    if result < 0 { throw RunStateError(errno: -result, file: path.shown, cannotBe: "made") }
    return true
  }

  /// Gives a file a second name. Returns false where the file system or this file does not allow it.
  func hardLink(_ from: some DiskPath, _ to: some DiskPath) throws(RunStateError) -> Bool {
    let result = attempt(.link, to.shown) {
      from.withCPath { from in to.withCPath { linkat(AT_FDCWD, from, AT_FDCWD, $0, 0) == 0 ? 0 : -errno } }
    }
    if [-EPERM, -EOPNOTSUPP, -ENOSYS, -EMLINK, -EXDEV, -EINVAL].contains(result) { return false }
    if result < 0 { throw RunStateError(errno: -result, file: to.shown, cannotBe: "linked") }
    return true
  }

  /// Makes a symbolic link. Returns false where the file system has none.
  @discardableResult
  func symbolicLink(to target: String, at path: String) throws(RunStateError) -> Bool {
    let result = attempt(.symbolicLink, path) { symlink(target, path) == 0 ? 0 : -errno }
    if [-EPERM, -EOPNOTSUPP, -ENOSYS].contains(result) { return false }
    if result < 0 { throw RunStateError(errno: -result, file: path, cannotBe: "linked") }
    return true
  }

  /// Brings a folder's entries to disk.
  func syncDirectory(_ path: some DiskPath) throws(RunStateError) {
    try sync(path, flags: O_RDONLY | O_DIRECTORY)
  }

  /// Brings a file that another library wrote to disk. A failed sync is final: the system may have dropped the pages.
  func syncFile(_ path: String) throws(RunStateError) {
    try sync(path, flags: O_RDONLY | O_NOFOLLOW)
  }

  private func sync(_ path: some DiskPath, flags: CInt) throws(RunStateError) {
    let descriptor = path.withCPath { csystem_open($0, flags | O_NONBLOCK, 0) }
    if descriptor < 0 { throw RunStateError(errno: -descriptor, file: path.shown, cannotBe: "synced") }
    defer { close(descriptor) }
    let result = attempt(.sync, path.shown) {
      while fsync(descriptor) != 0 {
        if errno != EINTR { return -errno }
      }
      return 0
    }
    // Some network file systems do not sync folders, and do not need to.
    if flags & O_DIRECTORY != 0, result == -EINVAL { return }
    if result < 0 { throw RunStateError(errno: -result, file: path.shown, cannotBe: "synced") }
  }
}

extension FileOperations.Operation {
  /// Continues "cannot be".
  fileprivate var participle: String {
    switch self {
    case .open, .write: "written"
    case .sync: "synced"
    case .close: "closed"
    case .rename: "put in place"
    case .exchange: "exchanged"
    case .remove, .removeDirectory: "removed"
    case .makeDirectory: "made"
    case .link, .symbolicLink: "linked"
    }
  }
}
