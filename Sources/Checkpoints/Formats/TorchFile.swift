/// What a file of `torch.save` holds: the interpreted pickle, and where its storages' bytes lie.
struct TorchFile {
  var heap: PickleHeap
  var root: PickleValue
  /// The bytes of each storage, by key.
  var storages: [String: Range<Int>]
  var isBigEndian: Bool
  /// Entries of the zip that are used and have a checksum.
  var checked: [CheckedEntry] = []

  struct CheckedEntry: Sendable {
    var name: String
    var bytes: Range<Int>
    /// CRC-32.
    var checksum: UInt32
  }
}

// MARK: - Zip, since torch 1.6

extension TorchFile {
  /// Reads `NAME/data.pkl`, `NAME/byteorder` and the places of `NAME/data/KEY`.
  init(archive source: ByteSource, limits: PickleInterpreter.Limits = .standard) throws(CheckpointError) {
    let directory = try ZipDirectory(source)
    let pickles = directory.entries.filter { $0.name == "data.pkl" || $0.name.hasSuffix("/data.pkl") }
    guard let pickle = pickles.first else {
      throw CheckpointError(
        .unknownFormat, file: source.file, reason: "is a zip, but not one of torch.save", remedy: "give a checkpoint (.pth or .safetensors)"
      )
    }
    guard pickles.count == 1 else { throw .hostile(source.file, "the zip holds \(pickles.count) pickles") }
    let prefix = String(pickle.name.dropLast("data.pkl".count))
    if directory.entry(prefix + "constants.pkl") != nil {
      throw CheckpointError(
        .unsupported, file: source.file, reason: "is a TorchScript program and not a checkpoint",
        remedy: "give the .pth that the training wrote")
    }
    isBigEndian = false
    if let order = directory.entry(prefix + "byteorder") {
      let range = try directory.content(order)
      isBigEndian = try source.bytes(at: range.lowerBound, count: min(range.count, 3)).elementsEqual("big".utf8)
    }
    let place = try directory.content(pickle)
    (heap, root, _) = try Self.interpret(source, place, limits)
    storages = [:]
    checked = [CheckedEntry(name: pickle.name, bytes: place, checksum: pickle.checksum)]
    for storage in heap.storages where storages[storage.key] == nil {
      guard let entry = directory.entry("\(prefix)data/\(storage.key)") ?? directory.entry("\(prefix)tensors/\(storage.key)") else {
        throw .damaged(source.file, "lacks the numbers of storage \(storage.key)")
      }
      let range = try directory.content(entry)
      storages[storage.key] = range
      checked.append(CheckedEntry(name: entry.name, bytes: range, checksum: entry.checksum))
    }
    try Self.checkApart(checked.map(\.bytes), source)
    checked.removeAll { $0.checksum == 0 }
  }

  static func interpret(
    _ source: ByteSource, _ range: Range<Int>, _ limits: PickleInterpreter.Limits
  ) throws(CheckpointError) -> (PickleHeap, PickleValue, Int) {
    do throws(PickleProblem) {
      return try PickleInterpreter.interpret(source, start: range.lowerBound, end: range.upperBound, limits: limits)
    } catch {
      switch error {
      case .truncated: throw .truncated(source.file)
      case .malformed(let reason, let position): throw .damaged(source.file, "its pickle is damaged at byte \(position): \(reason)")
      case .limit(let what): throw .hostile(source.file, "holds \(what)")
      case .unreadable(let error): throw error
      }
    }
  }

  /// Two entries over the same bytes are how a small file claims to be large.
  private static func checkApart(_ ranges: [Range<Int>], _ source: ByteSource) throws(CheckpointError) {
    var end = 0
    for range in ranges.filter({ !$0.isEmpty }).sorted(by: { $0.lowerBound < $1.lowerBound }) {
      guard range.lowerBound >= end else { throw .hostile(source.file, "entries of the zip overlap") }
      end = range.upperBound
    }
  }
}

// MARK: - A stream of pickles, before torch 1.6

extension TorchFile {
  /// The pickle with which such a file begins: protocol 2, torch's number 0x1950a86a20f9469cfc6c.
  static let legacyStart: [UInt8] = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e]

  /// Reads number, protocol, system, object and keys, then for each key a count and its numbers.
  init(legacy source: ByteSource, limits: PickleInterpreter.Limits = .standard) throws(CheckpointError) {
    var position = Self.legacyStart.count
    func next() throws(CheckpointError) -> (PickleHeap, PickleValue) {
      let (heap, root, length) = try Self.interpret(source, position..<source.count, limits)
      position += length
      return (heap, root)
    }
    let (versionHeap, version) = try next()
    guard versionHeap.integer(version) == 1001 else { throw .damaged(source.file, "is of an unknown version of torch.save") }
    let (systemHeap, system) = try next()
    isBigEndian = false
    if case .bool(false) = systemHeap.value("little_endian", in: system) { isBigEndian = true }
    (heap, root) = try next()
    let (keysHeap, keys) = try next()

    var claimed: [String: PickleHeap.Storage] = [:]
    for storage in heap.storages { claimed[storage.key] = claimed[storage.key] ?? storage }
    storages = [:]
    for value in keysHeap.elements(keys) ?? [] {
      guard let key = keysHeap.string(value) ?? keysHeap.integer(value).map(String.init), let storage = claimed[key] else {
        throw .damaged(source.file, "holds numbers of an unknown storage")
      }
      guard let type = storage.type else {
        throw CheckpointError(
          .unsupported, file: source.file, reason: "holds numbers of type \(storage.typeName)", remedy: "save the weights as float32")
      }
      let count = try source.bytes(at: position, count: 8).littleEndian(Int64.self, at: 0) ?? -1
      let (size, overflow) = storage.count.multipliedReportingOverflow(by: type.size)
      guard count == Int64(storage.count), !overflow else { throw .damaged(source.file, "gives two sizes for storage \(key)") }
      guard size <= source.count - position - 8 else { throw .truncated(source.file) }
      guard storages.updateValue(position + 8..<position + 8 + size, forKey: key) == nil else {
        throw .damaged(source.file, "holds storage \(key) twice")
      }
      position += 8 + size
    }
  }
}

// MARK: - Tensors

extension TorchFile {
  /// The tensor with this index in the heap, checked against its storage's bytes.
  func record(_ index: Int, name: String, _ source: ByteSource) throws(CheckpointError) -> TensorRecord {
    let tensor = heap.tensors[index]
    let storage = heap.storages[tensor.storage]
    guard var bytes = storages[storage.key] else { throw .damaged(source.file, "lacks the numbers of storage \(storage.key)") }
    let size = storage.type?.size ?? 1
    let (claimed, overflow) = storage.count.multipliedReportingOverflow(by: size)
    guard !overflow, claimed <= bytes.count else {
      throw .hostile(source.file, "claims \(storage.count) numbers for storage \(storage.key), which has \(bytes.count) bytes")
    }
    if let view = storage.view {
      bytes = bytes.lowerBound + view.lowerBound * size..<bytes.lowerBound + view.upperBound * size
    } else {
      bytes = bytes.lowerBound..<bytes.lowerBound + claimed
    }
    let isTyped = tensor.typeName != nil
    let claim = TensorRecord.Claim(
      type: isTyped ? tensor.type : storage.type, typeName: tensor.typeName ?? storage.typeName, shape: tensor.shape,
      strides: tensor.strides,
      firstElement: tensor.firstElement, storage: bytes, isBigEndian: isBigEndian)
    guard let record = TensorRecord(claim) else {
      throw .hostile(source.file, "tensor \(name) of shape \(tensor.shape) does not fit its storage of \(bytes.count) bytes")
    }
    return record
  }
}
