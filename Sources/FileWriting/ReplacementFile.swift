import CSystem
import Glibc

/// A file that appears under its final name whole, in one step, in place of what is there.
///
/// Until then it has no name at all where the file system allows that, so that a killed process leaves nothing; elsewhere a hidden one in the
/// same folder that nobody can guess. Dropped without `publish`, it is removed. What a process that was killed left under such a name is removed by the next one
/// that writes the same file, once it has not been written to for ten minutes.
public final class ReplacementFile {
  public let path: String
  private let folder: String
  private let aside: String
  private var descriptor: WritingDescriptor
  private var isNamed: Bool

  /// Opens the file; its permissions are those of the file that it replaces, else they follow the umask. A link in its place is replaced, not followed.
  ///
  /// - Throws: `FileError` where the folder does not allow it.
  public init(_ path: String) throws(FileError) {
    self.path = path
    let slash = path.lastIndex(of: "/")
    let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
    folder = parentFolder(of: path)
    if name.isEmpty || name == "." || name == ".." { throw FileError(EISDIR, file: path, cannotBe: "written") }
    let prefix = Self.prefix(name)
    let digits = String(UInt64.random(in: .min ... .max), radix: 16)
    aside = folder + "/" + prefix + String(repeating: "0", count: 16 - digits.count) + digits + Self.suffix
    Self.removeLeftovers(prefix, in: folder)
    var opened = csystem_open_unnamed(folder, 0o666)
    isNamed = false
    if opened < 0 {
      opened = csystem_open(aside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o666)
      isNamed = opened >= 0
    }
    if opened < 0 { throw FileError(-opened, file: path, cannotBe: "written") }
    csystem_keep_mode(path, opened)
    descriptor = WritingDescriptor(number: opened, path: path)
  }

  deinit {
    descriptor.drop()
    if isNamed { unlink(aside) }
  }

  /// Writes all bytes at the end of what was written before.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) { try descriptor.write(bytes) }

  /// Writes all bytes at the end of what was written before.
  public func write(_ bytes: [UInt8]) throws(FileError) { try descriptor.write(bytes) }

  /// Brings the content to disk and puts the file in its place; the folder is synced, too.
  ///
  /// - Throws: `FileError`; then what was there before still is, unless only the folder's sync failed.
  public func publish() throws(FileError) {
    try descriptor.sync()
    if !isNamed {
      let result = csystem_name_descriptor(descriptor.number, aside)
      if result < 0 { throw FileError(-result, file: path, cannotBe: "written") }
      isNamed = true
    }
    try descriptor.finish()
    if rename(aside, path) != 0 { throw FileError(errno, file: path, cannotBe: "put in place") }
    isNamed = false
    let opened = csystem_open(folder, O_RDONLY | O_DIRECTORY, 0)
    if opened < 0 { throw FileError(-opened, file: folder, cannotBe: "synced") }
    defer { close(opened) }
    // Some network file systems do not sync folders, and do not need to.
    if fsync(opened) != 0, errno != EINVAL { throw FileError(errno, file: folder, cannotBe: "synced") }
  }

  // MARK: - Names

  private static let suffix = ".orthoweave.tmp"

  /// What all hidden names for a file begin with, cut so that none is longer than file systems allow.
  private static func prefix(_ name: String) -> String {
    var prefix = "."
    for scalar in name.unicodeScalars {
      if prefix.utf8.count + scalar.utf8.count > 200 { break }
      prefix.unicodeScalars.append(scalar)
    }
    return prefix + "."
  }

  private static func removeLeftovers(_ prefix: String, in folder: String) {
    guard let directory = opendir(folder) else { return }
    defer { closedir(directory) }
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(validating: $0.prefix { $0 != 0 }, as: UTF8.self) }
      guard let name, name.utf8.count == prefix.utf8.count + 16 + suffix.utf8.count, name.hasPrefix(prefix), name.hasSuffix(suffix) else {
        continue
      }
      var status = csystem_status()
      guard csystem_status_of(folder + "/" + name, 0, &status) == 0, status.kind == 1 else { continue }
      if Int64(now.tv_sec) - status.modified / 1_000_000_000 > 600 { unlink(folder + "/" + name) }
    }
  }
}

/// Replaces a file in one step, durably: a reader sees the old content or the new, also after a crash.
///
/// - Throws: `FileError`; then what was there before still is.
public func replaceFile(_ path: String, with bytes: [UInt8]) throws(FileError) {
  let file = try ReplacementFile(path)
  try file.write(bytes)
  try file.publish()
}
