import CSystem
import Crypto
import Glibc

/// SHA-256, as 64 lower-case hexadecimal digits.
public enum Digest {
  /// Of a text's UTF-8 bytes.
  public static func sha256(_ text: String) -> String { sha256(Array(text.utf8)) }

  /// SHA-256 of bytes, as 64 hexadecimal digits.
  public static func sha256(_ bytes: [UInt8]) -> String { hex(SHA256.hash(data: bytes)) }

  /// Of a file, streamed in pieces of 64 kB. Follows links.
  ///
  /// - Throws: `RunStateError`, also where it is not a regular file: a pipe or a device would never end.
  public static func sha256(file path: String) throws(RunStateError) -> String {
    guard let digest = try sha256(file: path, while: { true }) else { preconditionFailure("nobody asked to stop reading \(path)") }
    return digest
  }

  /// The same, until somebody wants it no longer.
  ///
  /// - Parameter isWanted: asked before each piece.
  /// - Returns: `nil` where it is not wanted any more.
  /// - Throws: `RunStateError`, also where it is not a regular file.
  public static func sha256(file path: String, while isWanted: () -> Bool) throws(RunStateError) -> String? {
    // Without waiting for somebody to write into a pipe.
    let descriptor = csystem_open(path, O_RDONLY | O_NONBLOCK, 0)
    if descriptor < 0 { throw RunStateError(errno: -descriptor, file: path, cannotBe: "read") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw RunStateError(.inputOutput, file: path, reason: "is not a regular file", remedy: "remove it")
    }
    var stream = Stream()
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while isWanted() {
      let got = piece.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if got < 0, errno == EINTR { continue }
      if got < 0 { throw RunStateError(errno: errno, file: path, cannotBe: "read") }
      if got == 0 { return stream.finish() }
      piece.withUnsafeBytes { stream.update(UnsafeRawBufferPointer(rebasing: $0[..<got])) }
    }
    return nil
  }

  /// SHA-256 of bytes that come piece by piece, as rows of a table do.
  public struct Stream {
    private var hash = SHA256()

    public init() {}

    /// Adds bytes.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) { hash.update(bufferPointer: bytes) }

    /// Adds the UTF-8 bytes of a text.
    public mutating func update(_ text: String) {
      var text = text
      text.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
    }

    /// Adds bytes.
    public mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { hash.update(bufferPointer: $0) } }

    /// The digest of all that came so far.
    public func finish() -> String { hex(hash.finalize()) }
  }

  /// The 32 bytes themselves.
  static func raw(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    var hash = SHA256()
    hash.update(bufferPointer: bytes)
    return Array(hash.finalize())
  }

  static func hex(_ digest: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(64)
    for byte in digest {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
