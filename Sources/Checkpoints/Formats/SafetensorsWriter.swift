import FileWriting
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
    if let name = obstacles.first { _ = try record(name) }
    try checkNumbers(type)
    let header = try safetensorsHeader(type)
    let output = try unwritable { () throws(FileError) in try ReplacementFile(path) }
    try unwritable { () throws(FileError) in try output.write(header) }
    for name in names {
      let bytes = try writtenBytes(name, type)
      try unwritable { () throws(FileError) in try output.write(bytes) }
    }
    try unwritable { () throws(FileError) in try output.publish() }
  }

  private func unwritable<Value>(_ body: () throws(FileError) -> Value) throws(CheckpointError) -> Value {
    do { return try body() } catch {
      throw CheckpointError(.unwritable, file: error.file, reason: error.reason, remedy: error.remedy)
    }
  }

  private func writtenBytes(_ name: String, _ type: WrittenType) throws(CheckpointError) -> [UInt8] {
    switch try writtenType(name, type) {
    case .float16: return try floats(name).map(TensorValues.narrowedHalf).withUnsafeBytes { [UInt8]($0) }
    case .int64:
      let numbers = try doubles(name).map { Int64(exactly: $0) ?? ($0 < 0 ? .min : .max) }
      return numbers.withUnsafeBytes { [UInt8]($0) }
    default: return try floats(name).withUnsafeBytes { [UInt8]($0) }
    }
  }

  private func writtenType(_ name: String, _ type: WrittenType) throws(CheckpointError) -> ElementType {
    guard let own = try record(name).type, !own.isFloatingPoint else { return type == .float16 ? .float16 : .float32 }
    return .int64
  }

  /// Numbers that are not finite make no network; float16 ends at 65504, and a number beyond would become infinite.
  private func checkNumbers(_ type: WrittenType) throws(CheckpointError) {
    for name in names where elementType(name)?.isFloatingPoint == true {
      for value in try floats(name) where !(abs(value) < (type == .float16 ? 65_520 : .infinity)) {
        guard value.isFinite else {
          throw CheckpointError(
            .unsupported, file: file, reason: "tensor \(name) holds numbers that are not finite",
            remedy: "give a checkpoint from before the training diverged, or one of float32")
        }
        throw CheckpointError(
          .unsupported, file: file, reason: "tensor \(name) holds \(value), which float16 cannot hold", remedy: "write float32")
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
