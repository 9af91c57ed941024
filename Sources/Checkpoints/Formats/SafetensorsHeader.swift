/// The header of a safetensors file: an 8-byte length, then JSON that gives type, shape and place of each tensor.
struct SafetensorsHeader {
  struct Tensor {
    var dtype: String
    var shape: [Int]
    /// First byte, and the one behind the last, counted from the header's end.
    var offsets: [Int]
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
    var reader = JSONReader(try source.bytes(at: 8, count: length))
    let damaged = CheckpointError.damaged(source.file, "its header is not what a safetensors file begins with")
    guard reader.accept("{") else { throw damaged }
    try reader.members(
      keyLimit: StateDictionary.maximumNameLength,
      { (reader, name) throws(CheckpointError) in
        do throws(JSONReader.Malformed) {
          if name == "__metadata__" {
            metadata = try Self.metadata(&reader)
            return
          }
          guard tensors.updateValue(try Self.tensor(&reader), forKey: name) == nil else { throw JSONReader.Malformed() }
        } catch {
          throw damaged
        }
        guard tensors.count <= StateDictionary.maximumTensors else {
          throw .hostile(source.file, "claims more than \(StateDictionary.maximumTensors) tensors")
        }
      }, malformed: { _ in damaged })
    guard reader.isAtEnd() else { throw damaged }
  }

  private static func tensor(_ reader: inout JSONReader) throws(JSONReader.Malformed) -> Tensor {
    var dtype: String?
    var shape: [Int]?
    var offsets: [Int]?
    try reader.expect("{")
    try reader.members(
      keyLimit: 64,
      { (reader, key) throws(JSONReader.Malformed) in
        switch key {
        case "dtype": dtype = try reader.string(limit: 64)
        case "shape": shape = try reader.integers(limit: 64)
        case "data_offsets": offsets = try reader.integers(limit: 64)
        default: throw JSONReader.Malformed()
        }
      }, malformed: { $0 })
    guard let dtype, let shape, let offsets else { throw JSONReader.Malformed() }
    return Tensor(dtype: dtype, shape: shape, offsets: offsets)
  }

  private static func metadata(_ reader: inout JSONReader) throws(JSONReader.Malformed) -> [String: String] {
    var fields: [String: String] = [:]
    try reader.expect("{")
    try reader.members(
      keyLimit: 1024,
      { (reader, key) throws(JSONReader.Malformed) in
        guard fields.count < 10_000 else { throw JSONReader.Malformed() }
        fields[key] = try reader.string(limit: maximumSize)
      }, malformed: { $0 })
    return fields
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
        throw .damaged(source.file, "tensor \(name) has no offsets")
      }
      guard tensor.offsets[1] <= size else { throw .truncated(source.file, "ends before tensor \(name)") }
    }
    let ordered = header.tensors.sorted {
      ($0.value.offsets[0], $0.value.offsets[1], $0.key) < ($1.value.offsets[0], $1.value.offsets[1], $1.key)
    }
    let wrapping = try Wrapping(ordered.map(\.key), file: source.file)
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
      try add(wrapping.plain(name), record)
    }
    guard !names.isEmpty else {
      throw CheckpointError(.missingTensor, file: source.file, reason: "contains no tensors", remedy: "give a checkpoint of a network")
    }
  }
}
