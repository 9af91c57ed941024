import CSystem
import Glibc

/// A file that did not exist before, being written in a folder that nobody reads yet. Dropped without `finish`, it is closed and stays.
public final class NewFile {
  public var path: String { descriptor.path }
  private var descriptor: WritingDescriptor

  /// Makes the file; its permissions follow the umask. A link in its place is not followed.
  ///
  /// - Throws: `FileError`, also where something has this name already.
  public init(_ path: String) throws(FileError) {
    let opened = csystem_open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o666)
    if opened < 0 { throw FileError(-opened, file: path, cannotBe: "written") }
    descriptor = WritingDescriptor(number: opened, path: path)
  }

  deinit { descriptor.drop() }

  /// Writes all bytes, or throws with some of them on disk.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) { try descriptor.write(bytes) }

  /// Writes all bytes, or throws with some of them on disk.
  public func write(_ bytes: [UInt8]) throws(FileError) { try descriptor.write(bytes) }

  /// Brings the content to disk. A failed sync is final: the system may have dropped the pages.
  public func sync() throws(FileError) { try descriptor.sync() }

  /// Closes the file. The content counts only after this returned: network file systems report late writes here.
  public func finish() throws(FileError) { try descriptor.finish() }
}

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
