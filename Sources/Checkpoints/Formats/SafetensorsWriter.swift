import Foundation

extension Checkpoint {
  /// The number type of floating-point tensors in a file that is written.
  public enum WrittenType: String, Sendable, CaseIterable {
    case float32, float16
  }

  /// Writes the tensors and all metadata as a safetensors file: aside, synced, then renamed, so that a reader sees the old file or the whole new one.
  ///
  /// Floating-point tensors become `type` (float16 rounds to nearest, ties to even); tensors of whole numbers become int64. Reading the file gives the
  /// same metadata.
  ///
  /// - Complexity: holds one tensor at a time.
  public func write(safetensors path: String, as type: WrittenType = .float32) throws(CheckpointError) {
    if type == .float16 { try checkRange() }
    let header = try safetensorsHeader(type)
    let output = try OutputFile(path)
    try output.write(header)
    for name in names {
      let bytes: [UInt8]
      switch try writtenType(name, type) {
      case .float16:
        let halves = try floats(name).map(TensorValues.narrowedHalf)
        bytes = halves.withUnsafeBytes { [UInt8]($0) }
      case .int64:
        let numbers = try doubles(name).map { Int64(exactly: $0) ?? ($0 < 0 ? .min : .max) }
        bytes = numbers.withUnsafeBytes { [UInt8]($0) }
      default:
        let numbers = try floats(name)
        bytes = numbers.withUnsafeBytes { [UInt8]($0) }
      }
      try output.write(bytes)
    }
    try output.publish()
  }

  private func writtenType(_ name: String, _ type: WrittenType) throws(CheckpointError) -> ElementType {
    guard let own = try record(name).type, !own.isFloatingPoint else { return type == .float16 ? .float16 : .float32 }
    return .int64
  }

  /// float16 ends at 65504: a number beyond would become infinite.
  private func checkRange() throws(CheckpointError) {
    for name in names where elementType(name)?.isFloatingPoint == true {
      if let large = try floats(name).first(where: { $0.isFinite && abs($0) >= 65_520 }) {
        throw CheckpointError(
          .unsupported, file: file, reason: "tensor \(name) holds \(large), which float16 cannot hold", remedy: "write float32")
      }
    }
  }

  private func safetensorsHeader(_ type: WrittenType) throws(CheckpointError) -> [UInt8] {
    var parts = ["\"__metadata__\":" + (try json(metadata.safetensorsFields()))]
    var offset = 0
    for name in names {
      let record = try record(name)
      let written = try writtenType(name, type)
      let end = offset + record.count * written.size
      let shape = record.shape.map(String.init).joined(separator: ",")
      parts.append(try json(name) + ":{\"dtype\":\"\(written.safetensorsName)\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var text = Array(("{" + parts.joined(separator: ",") + "}").utf8)
    // The numbers begin at a multiple of 8.
    while !text.count.isMultiple(of: 8) { text.append(0x20) }
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { [UInt8]($0) } + text
  }

  private func json(_ value: some Encodable) throws(CheckpointError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(value) else {
      throw CheckpointError(.unsupported, file: file, reason: "its metadata cannot be written as JSON")
    }
    return String(decoding: data, as: UTF8.self)
  }
}

/// A file that is written beside its final name. Dropped without `publish`, it is removed.
private final class OutputFile {
  private let path: String
  private let aside: String
  private var descriptor: Int32

  init(_ path: String) throws(CheckpointError) {
    self.path = path
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    aside = folder + "/.\(URL(fileURLWithPath: path).lastPathComponent).\(getpid()).aside"
    descriptor = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o666)
    if descriptor < 0 { throw problem("cannot be written") }
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    unlink(aside)
  }

  func write(_ bytes: [UInt8]) throws(CheckpointError) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress.map { $0 + done }, bytes.count - done) }
      if count >= 0 {
        done += count
      } else if errno != EINTR {
        throw problem("cannot be written")
      }
    }
  }

  func publish() throws(CheckpointError) {
    guard fsync(descriptor) == 0 else { throw problem("cannot be synced") }
    let closing = descriptor
    descriptor = -1
    guard close(closing) == 0, rename(aside, path) == 0 else {
      let error = problem("cannot be renamed")
      unlink(aside)
      throw error
    }
    let folder = open(URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return }
    defer { close(folder) }
    guard fsync(folder) == 0 else { throw problem("cannot be synced") }
  }

  private func problem(_ what: String) -> CheckpointError {
    CheckpointError(
      .unwritable, file: path, reason: "\(what) (\(String(cString: strerror(errno))))",
      remedy: "check the folder, its permissions and the free space")
  }
}
