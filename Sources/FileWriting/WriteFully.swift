import Glibc

/// Writes all bytes, however few of them the system takes at a time and however often a signal interrupts it.
///
/// - Parameter bytes: what is written, all of it.
/// - Parameter descriptor: an open file.
/// - Parameter offset: Where they go; `nil` writes at the descriptor's position.
/// - Returns: 0, or the errno of the write that failed; then a part of the bytes may be on disk.
public func writeFully(_ bytes: UnsafeRawBufferPointer, to descriptor: CInt, at offset: Int64? = nil) -> CInt {
  var done = 0
  while done < bytes.count {
    let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
    let written =
      if let offset { pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(done)) } else {
        write(descriptor, rest.baseAddress, rest.count)
      }
    if written < 0, errno == EINTR { continue }
    if written < 0 { return errno }
    // A file that takes nothing and reports nothing would be tried for ever.
    if written == 0 { return EIO }
    done += written
  }
  return 0
}
