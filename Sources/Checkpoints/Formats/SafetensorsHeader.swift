import Foundation

/// The header of a safetensors file: an 8-byte length, then JSON that gives type, shape and place of each tensor.
struct SafetensorsHeader {
  struct Tensor: Codable {
    var dtype: String
    var shape: [Int]
    /// First byte, and the one behind the last, counted from the header's end.
    var offsets: [Int]

    private enum CodingKeys: String, CodingKey {
      case dtype, shape
      case offsets = "data_offsets"
    }
  }

  var metadata: [String: String] = [:]
  var tensors: [String: Tensor] = [:]
  /// Where the numbers begin in the file.
  var dataStart = 0

  /// The format's own limit.
  static let maximumSize = 100_000_000

  /// Whether the file begins as a safetensors file does.
  static func begins(_ start: [UInt8]) -> Bool {
    guard let length = start.littleEndian(UInt64.self, at: 0), start.count > 8 else { return false }
    return length >= 2 && length < 1 << 40 && start[8] == UInt8(ascii: "{")
  }

  init(_ source: ByteSource) throws(CheckpointError) {
    let length = Int(exactly: try source.bytes(at: 0, count: 8).littleEndian(UInt64.self, at: 0) ?? 0) ?? Int.max
    guard length <= Self.maximumSize else { throw .hostile(source.file, "claims a header of \(length) bytes") }
    guard length <= source.count - 8 else { throw .truncated(source.file) }
    dataStart = 8 + length
    let text = try source.bytes(at: 8, count: length)
    do {
      self = try JSONDecoder().decode(SafetensorsHeader.self, from: Data(text))
    } catch {
      throw .damaged(source.file, "its header is not what a safetensors file begins with")
    }
    dataStart = 8 + length
  }
}

extension SafetensorsHeader: Decodable {
  private struct Key: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    for key in container.allKeys {
      if key.stringValue == "__metadata__" {
        metadata = try container.decode([String: String].self, forKey: key)
      } else {
        tensors[key.stringValue] = try container.decode(Tensor.self, forKey: key)
      }
    }
  }
}

// MARK: - Tensors

extension StateDictionary {
  /// The tensors in the order of their bytes, which must not overlap.
  init(_ header: SafetensorsHeader, _ source: ByteSource) throws(CheckpointError) {
    self.init(source)
    let size = source.count - header.dataStart
    for (name, tensor) in header.tensors {
      guard tensor.offsets.count == 2, 0 <= tensor.offsets[0], tensor.offsets[0] <= tensor.offsets[1] else {
        throw .damaged(source.file, "tensor \(name) has no place")
      }
      guard tensor.offsets[1] <= size else { throw .truncated(source.file, "ends before tensor \(name)") }
    }
    let ordered = header.tensors.sorted {
      ($0.value.offsets[0], $0.value.offsets[1], $0.key) < ($1.value.offsets[0], $1.value.offsets[1], $1.key)
    }
    let prefix = Self.wrapping(of: ordered.map(\.key))
    var end = 0
    for (name, tensor) in ordered {
      let bytes = header.dataStart + tensor.offsets[0]..<header.dataStart + tensor.offsets[1]
      guard tensor.offsets[0] >= end || bytes.isEmpty else { throw .hostile(source.file, "tensors overlap at \(name)") }
      end = max(end, tensor.offsets[1])
      let type = ElementType(safetensors: tensor.dtype)
      guard let strides = TensorRecord.contiguousStrides(tensor.shape),
        let record = TensorRecord(
          TensorRecord.Claim(
            type: type, typeName: tensor.dtype, shape: tensor.shape, strides: strides, firstElement: 0, storage: bytes, isBigEndian: false)),
        type.map({ record.count.multipliedReportingOverflow(by: $0.size) == (bytes.count, false) }) ?? true
      else { throw .hostile(source.file, "tensor \(name) of shape \(tensor.shape) does not fit its \(bytes.count) bytes") }
      try add(Self.unwrapped(name, prefix), record)
    }
    guard !names.isEmpty else {
      throw CheckpointError(.missingTensor, file: source.file, reason: "holds no tensors", remedy: "give a checkpoint of a network")
    }
  }
}
