import CSystem
import Glibc

/// The first 168 bytes of a segment file; all numbers little-endian.
///
/// | bytes | what |
/// | --- | --- |
/// | 0–7 | `OWSEGMNT` |
/// | 8–15 | version, 1 |
/// | 16–47 | SHA-256 of the raster key's text |
/// | 48–79 | row, column, height, width, 8 bytes each |
/// | 80–87 | bytes of payload |
/// | 88–119 | SHA-256 of the payload |
/// | 120–135 | zero |
/// | 136–167 | SHA-256 of bytes 0–135 |
package struct SegmentHeader: Equatable {
  static let byteCount = 168
  private static let sealed = 136
  private static let magic = Array("OWSEGMNT".utf8)
  private static let version: UInt64 = 1
  /// The largest segment file that is read: far above what a segment of 100-megapixel tiles takes.
  static let maximumFileBytes: Int64 = 4 << 30

  var window: SegmentWindow
  var keyDigest: [UInt8]
  var payloadBytes: Int
  var payloadDigest: [UInt8]

  init(window: SegmentWindow, key: RasterKey, payload: [UInt8]) {
    self.window = window
    keyDigest = Self.digest(of: key)
    payloadBytes = payload.count
    payloadDigest = payload.withUnsafeBytes { Digest.raw($0) }
  }

  static func digest(of key: RasterKey) -> [UInt8] {
    Array(key.text.utf8).withUnsafeBytes { Digest.raw($0) }
  }

  var bytes: [UInt8] {
    var bytes = Self.magic
    func append(_ value: UInt64) { withUnsafeBytes(of: value.littleEndian) { bytes += Array($0) } }
    append(Self.version)
    bytes += keyDigest
    for value in [window.row, window.column, window.height, window.width, payloadBytes] { append(UInt64(value)) }
    bytes += payloadDigest
    bytes += [UInt8](repeating: 0, count: Self.sealed - bytes.count)
    return bytes + bytes.withUnsafeBytes { Digest.raw($0) }
  }

  /// The header at the start of a file's bytes; nil unless it is exactly one that was written.
  package init?(_ file: ArraySlice<UInt8>) {
    guard file.count >= Self.byteCount else { return nil }
    let head = Array(file.prefix(Self.sealed))
    let seal = Array(file.dropFirst(Self.sealed).prefix(32))
    guard head.withUnsafeBytes({ Digest.raw($0) }) == seal, head.starts(with: Self.magic) else { return nil }
    func number(_ place: Int) -> UInt64 { (0..<8).reduce(0) { $0 | UInt64(head[place + $1]) << (8 * $1) } }
    guard number(8) == Self.version else { return nil }
    let values = [48, 56, 64, 72, 80].compactMap { Int(exactly: number($0)) }
    guard values.count == 5, values.allSatisfy({ $0 <= 1 << 40 }) else { return nil }
    window = SegmentWindow(row: values[0], column: values[1], height: values[2], width: values[3])
    payloadBytes = values[4]
    keyDigest = Array(head[16..<48])
    payloadDigest = Array(head[88..<120])
  }

  /// The header of a segment file whose length is right; nil for anything else.
  static func read(_ path: String) throws(RunStateError) -> SegmentHeader? {
    let descriptor = csystem_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0)
    if descriptor < 0 {
      if [-ENOENT, -ELOOP, -EIO].contains(descriptor) { return nil }
      throw RunStateError(errno: -descriptor, file: path, cannotBe: "read")
    }
    defer { close(descriptor) }
    var status = csystem_status()
    guard csystem_status_of_descriptor(descriptor, &status) == 0, status.kind == 1 else { return nil }
    var bytes = [UInt8](repeating: 0, count: byteCount)
    let got = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
    guard got == byteCount, let header = SegmentHeader(bytes[...]) else { return nil }
    return status.size == Int64(byteCount + header.payloadBytes) ? header : nil
  }
}
