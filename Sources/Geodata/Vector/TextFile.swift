import Foundation

/// A text file that is written from its beginning to its end through a buffer, and that knows whether the disk took it all.
final class TextFile {
  let path: String
  private var descriptor: Int32
  private(set) var buffer: [UInt8] = []
  private let capacity = 1 << 18

  init(creating path: String) throws(GeodataError) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Self.failure(path, "creating the file") }
    buffer.reserveCapacity(capacity + 4096)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  func write(_ text: String) throws(GeodataError) {
    buffer.append(contentsOf: text.utf8)
    if buffer.count >= capacity { try flush() }
  }

  func write(_ bytes: [UInt8]) throws(GeodataError) {
    buffer.append(contentsOf: bytes)
    if buffer.count >= capacity { try flush() }
  }

  func finish() throws(GeodataError) {
    try flush()
    let status = close(descriptor)
    descriptor = -1
    guard status == 0 else { throw Self.failure(path, "closing") }
  }

  private func flush() throws(GeodataError) {
    guard descriptor >= 0 else { throw GeodataError(.unwritable, file: path, reason: "the file is closed already") }
    var done = 0
    while done < buffer.count {
      let count = buffer.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done) }
      if count < 0 {
        if errno == EINTR { continue }
        throw Self.failure(path, "writing")
      }
      done += count
    }
    buffer.removeAll(keepingCapacity: true)
  }

  private static func failure(_ path: String, _ doing: String) -> GeodataError {
    GeodataError(
      .unwritable, file: path, reason: "\(doing) failed (\(String(cString: strerror(errno))))",
      remedy: "check free space and permissions")
  }
}

/// Rows of bytes with the few forms of numbers that text tables need.
extension [UInt8] {
  mutating func append(_ text: String) { append(contentsOf: text.utf8) }

  /// A number as short as it can be without losing a bit; whole numbers without ".0".
  mutating func append(number: Double) {
    if let whole = Int(exactly: number), abs(whole) < 1 << 53 {
      append(contentsOf: String(whole).utf8)
    } else {
      append(contentsOf: number.description.utf8)
    }
  }
}
