import CSystem
import Glibc

/// A file that did not exist before, being written in a folder that nobody reads yet. Dropped without `finish`, it is closed and stays.
public final class NewFile {
  public let path: String
  private var descriptor: CInt

  /// Makes the file; its permissions follow the umask. A link in its place is not followed.
  ///
  /// - Throws: `FileError`, also where something has this name already.
  public init(_ path: String) throws(FileError) {
    self.path = path
    descriptor = csystem_open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o666)
    if descriptor < 0 { throw FileError(-descriptor, file: path, cannotBe: "written") }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Writes all bytes, or throws with some of them on disk.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    let failure = descriptor < 0 ? EBADF : writeFully(bytes, to: descriptor)
    if failure != 0 { throw FileError(failure, file: path, cannotBe: "written") }
  }

  /// Writes all bytes, or throws with some of them on disk.
  public func write(_ bytes: [UInt8]) throws(FileError) {
    let result = bytes.withUnsafeBytes { buffer in Result { () throws(FileError) in try write(buffer) } }
    try result.get()
  }

  /// Brings the content to disk. A failed sync is final: the system may have dropped the pages.
  public func sync() throws(FileError) {
    while fsync(descriptor) != 0 {
      if errno != EINTR { throw FileError(errno, file: path, cannotBe: "synced") }
    }
  }

  /// Closes the file. The content counts only after this returned: network file systems report late writes here.
  public func finish() throws(FileError) {
    let closing = descriptor
    descriptor = -1
    if let failure = closed(closing) { throw FileError(failure, file: path, cannotBe: "closed") }
  }
}

/// Closes a descriptor, which is released whatever close reports. Returns the errno of what went wrong.
func closed(_ descriptor: CInt) -> CInt? { close(descriptor) == 0 || errno == EINTR ? nil : errno }

/// Writes a whole file that must not exist yet, in a folder that nobody reads yet; it is not synced.
///
/// - Throws: `FileError`; then no file of this call is left.
public func writeNewFile(_ path: String, _ bytes: [UInt8]) throws(FileError) {
  let file = try NewFile(path)
  do throws(FileError) {
    try file.write(bytes)
    try file.finish()
  } catch {
    unlink(path)
    throw error
  }
}
