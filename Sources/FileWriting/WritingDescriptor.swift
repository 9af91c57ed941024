import Glibc

/// A descriptor that is being written to: what all files of this module do with theirs. Negative once it is closed.
struct WritingDescriptor {
  private(set) var number: CInt
  /// The path as the user knows it.
  let path: String

  /// Writes all bytes at the end of what was written before, or throws with some of them on disk.
  func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    let failure = number < 0 ? EBADF : writeFully(bytes, to: number)
    if failure != 0 { throw FileError(failure, file: path, cannotBe: "written") }
  }

  func write(_ bytes: [UInt8]) throws(FileError) {
    let result = bytes.withUnsafeBytes { buffer in Result { () throws(FileError) in try write(buffer) } }
    try result.get()
  }

  /// Brings the content to disk. A failed sync is final: the system may have dropped the pages.
  func sync() throws(FileError) {
    while fsync(number) != 0 {
      if errno != EINTR { throw FileError(errno, file: path, cannotBe: "synced") }
    }
  }

  /// Closes, which network file systems use to report late writes. The descriptor is released whatever close reports.
  mutating func finish() throws(FileError) {
    let closing = number
    number = -1
    if close(closing) != 0, errno != EINTR { throw FileError(errno, file: path, cannotBe: "closed") }
  }

  /// Closes without asking.
  mutating func drop() {
    if number >= 0 { close(number) }
    number = -1
  }
}
