import CSystem
import FileWriting
import Glibc

/// Looking at the disk without changing it, and taking paths apart.
enum Files {
  enum Kind: UInt32 {
    case other = 0
    case file = 1
    case directory = 2
    case link = 3
  }

  struct Status: Equatable {
    var kind: Kind
    /// Bytes.
    var size: Int64
    /// Bytes that the file takes on disk.
    var allocated: Int64
    /// Nanoseconds since 1970.
    var modified: Int64
    /// Of the inode; nanoseconds since 1970.
    var changed: Int64
    var inode: UInt64
    /// Names that the inode has.
    var links: UInt64
    var device: UInt64
  }

  /// What is at a path; nil where nothing is.
  static func status(_ path: some DiskPath, followingLinks: Bool = false) throws(RunStateError) -> Status? {
    var status = csystem_status()
    let result = path.withCPath { csystem_status_of($0, followingLinks ? 1 : 0, &status) }
    if result == -ENOENT || result == -ENOTDIR { return nil }
    if result < 0 { throw RunStateError(errno: -result, file: path.shown, cannotBe: "examined") }
    return Status(status)
  }

  /// The names in a folder, sorted, without `.` and `..`; nil where there is no such folder. Names that are not UTF-8 are not this program's, and left out.
  static func list(_ path: String) throws(RunStateError) -> [String]? { try rawList(path)?.compactMap(\.text).sorted() }

  /// A file's bytes; nil where there is none. `limit` in bytes bounds what is read.
  static func read(_ path: String, limit: Int64) throws(RunStateError) -> [UInt8]? {
    let descriptor = csystem_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0)
    if descriptor == -ENOENT || descriptor == -ENOTDIR { return nil }
    if descriptor == -ELOOP { throw RunStateError(.damaged, file: path, reason: "is a link, not a file", remedy: "remove it") }
    if descriptor < 0 { throw RunStateError(errno: -descriptor, file: path, cannotBe: "read") }
    defer { close(descriptor) }
    var status = csystem_status()
    let result = csystem_status_of_descriptor(descriptor, &status)
    if result < 0 { throw RunStateError(errno: -result, file: path, cannotBe: "examined") }
    guard Kind(rawValue: status.kind) == .file else {
      throw RunStateError(.damaged, file: path, reason: "is not a file", remedy: "move it out of the way")
    }
    guard status.size <= limit else {
      throw RunStateError(
        .tooLarge, file: path, reason: "has \(DiskSpace.describe(UInt64(max(0, status.size)))), more than this program writes there",
        remedy: "remove it")
    }
    return try read(descriptor, path, count: Int(status.size))
  }

  /// Up to `count` bytes from a descriptor's position; fewer where the file is shorter by now.
  private static func read(_ descriptor: CInt, _ path: String, count: Int) throws(RunStateError) -> [UInt8] {
    var failure: CInt = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count, let base = buffer.baseAddress {
        let got = Glibc.read(descriptor, base + filled, count - filled)
        if got < 0, errno == EINTR { continue }
        if got < 0 { failure = errno }
        if got <= 0 { break }
        filled += got
      }
    }
    if failure != 0 { throw RunStateError(errno: failure, file: path, cannotBe: "read") }
    return bytes
  }

  // MARK: - Paths

  static func parent(_ path: String) -> String { parentFolder(of: path) }

  static func last(_ path: String) -> String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }

  static let temporarySuffix = ".tmp"

  /// A name in the same folder that nobody else has: percent signs do not occur in the names of this program's files.
  static func temporaryName(beside path: String) -> String {
    let digits = String(UInt64.random(in: .min ... .max), radix: 16)
    return "\(path)%\(String(repeating: "0", count: 16 - digits.count))\(digits)\(temporarySuffix)"
  }

  /// Whether a name is one that `temporaryName` gives.
  static func isTemporary(_ name: String) -> Bool {
    guard name.hasSuffix(temporarySuffix), let percent = name.lastIndex(of: "%") else { return false }
    let digits = name[name.index(after: percent)...].dropLast(temporarySuffix.count).utf8
    return digits.count == 16
      && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0) }
  }
}

extension Files.Status {
  init(_ status: csystem_status) {
    self.init(
      kind: Files.Kind(rawValue: status.kind) ?? .other, size: status.size, allocated: status.allocated, modified: status.modified,
      changed: status.changed, inode: status.inode, links: status.links, device: status.device)
  }
}
