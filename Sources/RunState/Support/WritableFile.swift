import CSystem
import Glibc

/// A file being written, with one owner. Dropped without `finish`, it closes quietly.
struct WritableFile: ~Copyable {
  let path: String
  private let operations: FileOperations
  private var descriptor: CInt

  /// Opens a file that must not exist yet.
  init(new path: String, _ operations: FileOperations) throws(RunStateError) {
    self.path = path
    self.operations = operations
    descriptor = try operations.perform(.open, path, "written") {
      csystem_open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o666)
    }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Writes all bytes, or throws with some of them on disk.
  mutating func write(_ bytes: [UInt8]) throws(RunStateError) {
    try operations.write(bytes, to: descriptor, at: nil, path)
  }

  /// Syncs and closes. Both can fail: the content counts only after this returned.
  mutating func finish() throws(RunStateError) {
    let open = descriptor
    try operations.perform(.sync, path, "synced") { fsync(open) == 0 ? 0 : -errno }
    descriptor = -1
    // Linux releases the descriptor even where close reports an error (which network file systems do for late writes).
    if close(open) != 0, errno != EINTR { throw RunStateError(errno: errno, file: path, cannotBe: "closed") }
  }
}

extension FileOperations {
  /// Writes all bytes at the file's position, or at an offset.
  func write(_ bytes: [UInt8], to descriptor: CInt, at offset: Int64?, _ path: String) throws(RunStateError) {
    let result = bytes.withUnsafeBytes { buffer in
      Result { () throws(RunStateError) in try write(buffer, to: descriptor, at: offset, path) }
    }
    try result.get()
  }

  private func write(_ bytes: UnsafeRawBufferPointer, to descriptor: CInt, at offset: Int64?, _ path: String) throws(RunStateError) {
    var remaining = bytes
    var position = offset
    switch gate?(.write, path) ?? .proceed {
    case .proceed: break
    case .fail(let number): throw RunStateError(errno: number, file: path, cannotBe: "written")
    case .half(let number):
      _ = Glibc.write(descriptor, bytes.baseAddress, bytes.count / 2)
      throw RunStateError(errno: number, file: path, cannotBe: "written")
    }
    while !remaining.isEmpty {
      let written =
        if let start = position { pwrite(descriptor, remaining.baseAddress, remaining.count, off_t(start)) } else {
          Glibc.write(descriptor, remaining.baseAddress, remaining.count)
        }
      if written < 0 {
        if errno == EINTR { continue }
        throw RunStateError(errno: errno, file: path, cannotBe: "written")
      }
      if let start = position { position = start + Int64(written) }
      remaining = UnsafeRawBufferPointer(rebasing: remaining[written...])
    }
  }

  /// Replaces a file in one step, durably: written aside in its folder, synced, renamed, the folder synced.
  ///
  /// A reader sees the old content or the new, never a half; after a crash at any moment, too. What a crash leaves aside ends in `.tmp`.
  func replace(_ path: String, with bytes: [UInt8]) throws(RunStateError) {
    let temporary = Files.temporaryName(beside: path)
    do {
      var file = try WritableFile(new: temporary, self)
      try file.write(bytes)
      try file.finish()
      try rename(temporary, path)
    } catch {
      _ = try? remove(temporary)
      throw error
    }
    try syncDirectory(Files.parent(path))
  }

  /// Removes a file, a link, or a folder with all it holds; what it links to is left alone.
  func removeTree(_ path: String) throws(RunStateError) {
    guard let status = try Files.status(path) else { return }
    guard status.kind == .directory else {
      try remove(path)
      return
    }
    for entry in try Files.list(path) ?? [] { try removeTree(path + "/" + entry) }
    try removeEmptyDirectory(path)
  }
}
