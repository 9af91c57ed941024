import FileWriting
import Glibc

/// A file being written behind the gate of `FileOperations`. Dropped without `finish`, it closes quietly.
struct WritableFile {
  let path: String
  private let operations: FileOperations
  private let file: NewFile

  /// Opens a file that must not exist yet.
  init(new path: String, _ operations: FileOperations) throws(RunStateError) {
    self.path = path
    self.operations = operations
    file = try operations.perform(.open, path) { () throws(FileError) in try NewFile(path) }
  }

  /// Writes all bytes, or throws with some of them on disk.
  func write(_ bytes: [UInt8]) throws(RunStateError) {
    try operations.perform(.write, path, half: { try file.write(Array(bytes.prefix(bytes.count / 2))) }) { () throws(FileError) in
      try file.write(bytes)
    }
  }

  /// Syncs and closes. Both can fail: the content counts only after this returned.
  func finish() throws(RunStateError) {
    try operations.perform(.sync, path) { () throws(FileError) in try file.sync() }
    try operations.perform(.close, path) { () throws(FileError) in try file.finish() }
  }
}

extension FileOperations {
  /// Replaces a file in one step, durably: written aside in its folder, synced, renamed, the folder synced.
  ///
  /// A reader sees the old content or the new, never a half; after a crash at any moment, too. What a crash leaves aside ends in `.tmp`.
  func replace(_ path: String, with bytes: [UInt8]) throws(RunStateError) {
    let temporary = Files.temporaryName(beside: path)
    do {
      let file = try WritableFile(new: temporary, self)
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
  func removeTree(_ path: some DiskPath) throws(RunStateError) {
    guard let status = try Files.status(path) else { return }
    guard status.kind == .directory else {
      try remove(path)
      return
    }
    let folder = path.withCPath { RawPath(Array(UnsafeRawBufferPointer(start: $0, count: strlen($0)))) }
    for entry in try Files.rawList(path) ?? [] { try removeTree(folder.appending(entry)) }
    try removeEmptyDirectory(path)
  }
}
