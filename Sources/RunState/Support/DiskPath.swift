import Glibc

/// A path as the system takes it: text, or bytes that need not be UTF-8.
protocol DiskPath {
  func withCPath<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result
  /// The path as it can stand in a message.
  var shown: String { get }
}

extension String: DiskPath {
  func withCPath<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result { withCString(body) }

  var shown: String { self }
}

/// A path in bytes: others who lay files beside outputs may name them as they like.
struct RawPath: DiskPath, Hashable {
  private(set) var bytes: [UInt8]

  init(_ text: String) { bytes = Array(text.utf8) }

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// This path with one more component.
  func appending(_ name: RawPath) -> RawPath { bytes.isEmpty ? name : RawPath(bytes + [UInt8(ascii: "/")] + name.bytes) }

  /// The folder that holds it.
  var parent: RawPath { RawPath(Array(bytes[..<(bytes.lastIndex(of: UInt8(ascii: "/")) ?? 0)])) }

  /// This path with so much added to its last component.
  func suffixed(_ text: String) -> RawPath { RawPath(bytes + Array(text.utf8)) }

  /// The parts between slashes.
  var components: [RawPath] { bytes.split(separator: UInt8(ascii: "/")).map { RawPath(Array($0)) } }

  /// The path as text; `nil` where it is not UTF-8, and then nothing that this program writes.
  var text: String? { String(validating: bytes, as: UTF8.self) }

  var shown: String { String(decoding: bytes, as: UTF8.self) }

  func withCPath<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    (bytes.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { buffer in
      // Not empty: the terminator is there.
      buffer.baseAddress.map(body) ?? "".withCString(body)
    }
  }
}

extension Files {
  /// The names in a folder in the order of their bytes, without `.` and `..`, whatever they are; `nil` where there is no such folder.
  static func rawList(_ path: some DiskPath) throws(RunStateError) -> [RawPath]? {
    guard let directory = path.withCPath({ opendir($0) }) else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw RunStateError(errno: errno, file: path.shown, cannotBe: "listed")
    }
    defer { closedir(directory) }
    var names: [RawPath] = []
    while true {
      errno = 0
      guard let entry = readdir(directory) else {
        if errno != 0 { throw RunStateError(errno: errno, file: path.shown, cannotBe: "listed") }
        return names.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
      }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { RawPath(Array($0.prefix { $0 != 0 })) }
      if name.text != ".", name.text != ".." { names.append(name) }
    }
  }
}

/// The names in a folder in the order of their bytes, without `.` and `..`; what is not UTF-8 in them becomes U+FFFD.
///
/// - Returns: `nil` where there is no such folder.
/// - Throws: `RunStateError` where it cannot be read to its end.
public func folderNames(_ folder: String) throws(RunStateError) -> [String]? { try Files.rawList(folder)?.map(\.shown) }
