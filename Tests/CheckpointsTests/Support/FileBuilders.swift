@testable import Checkpoints

/// Writes zips of stored entries, and lies where a test asks for it.
struct ZipBuilder {
  struct Entry {
    var name: String
    var data: [UInt8]
    /// What the directory claims; nil: the truth.
    var claimedSize: Int?
    var claimedHeader: Int?
    /// 0: none.
    var checksum: UInt32 = 0
    var method = 0
    /// Whether sizes and position stand in the zip64 field.
    var isWide = false
  }

  var entries: [Entry] = []
  var hasWideEnd = false
  /// Bytes to add to the directory's claimed position.
  var directoryShift = 0

  init(_ entries: KeyValuePairs<String, [UInt8]> = [:]) {
    self.entries = entries.map { Entry(name: $0, data: $1) }
  }

  var bytes: [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for entry in entries {
      let header = entry.claimedHeader ?? file.count
      let size = entry.claimedSize ?? entry.data.count
      let short = entry.isWide ? UInt32.max : UInt32(truncatingIfNeeded: size)
      let name = Array(entry.name.utf8)
      let common: [UInt8] = littleEndian(UInt16(0)) + littleEndian(UInt16(entry.method)) + [0, 0, 0, 0] + littleEndian(entry.checksum)
      file += littleEndian(UInt32(0x0403_4b50)) + littleEndian(UInt16(0)) + common
      file += littleEndian(short) + littleEndian(short) + littleEndian(UInt16(name.count)) + littleEndian(UInt16(0)) + name + entry.data
      let extra: [UInt8] =
        entry.isWide
        ? littleEndian(UInt16(1)) + littleEndian(UInt16(24)) + littleEndian(size) + littleEndian(size) + littleEndian(header) : []
      directory += littleEndian(UInt32(0x0201_4b50)) + littleEndian(UInt16(0)) + littleEndian(UInt16(0)) + common
      directory += littleEndian(short) + littleEndian(short) + littleEndian(UInt16(name.count)) + littleEndian(UInt16(extra.count))
      directory += [UInt8](repeating: 0, count: 10)
      directory += littleEndian(entry.isWide ? UInt32.max : UInt32(truncatingIfNeeded: header)) + name + extra
    }
    let position = file.count + directoryShift
    file += directory
    if hasWideEnd {
      let record = file.count
      file += littleEndian(UInt32(0x0606_4b50)) + littleEndian(44) + [UInt8](repeating: 0, count: 12)
      file += littleEndian(entries.count) + littleEndian(entries.count) + littleEndian(directory.count) + littleEndian(position)
      file += littleEndian(UInt32(0x0706_4b50)) + littleEndian(UInt32(0)) + littleEndian(record) + littleEndian(UInt32(1))
    }
    let count = hasWideEnd ? UInt16.max : UInt16(entries.count)
    file += littleEndian(UInt32(0x0605_4b50)) + [0, 0, 0, 0] + littleEndian(count) + littleEndian(count)
    file += littleEndian(hasWideEnd ? UInt32.max : UInt32(directory.count))
    file += littleEndian(hasWideEnd ? UInt32.max : UInt32(truncatingIfNeeded: position)) + [0, 0]
    return file
  }
}

/// Files of torch.save, as small as they can be.
enum TorchBuilder {
  static func zip(_ root: PythonValue, _ storages: KeyValuePairs<String, [UInt8]>, bigEndian: Bool = false) -> [UInt8] {
    var builder = ZipBuilder(["net/data.pkl": root.pickle, "net/byteorder": Array((bigEndian ? "big" : "little").utf8)])
    builder.entries += storages.map { ZipBuilder.Entry(name: "net/data/\($0)", data: $1) }
    return builder.bytes
  }

  /// - Parameter storages: key, count of numbers, bytes.
  static func stream(_ root: PythonValue, _ storages: [(String, Int, [UInt8])], littleEndian isLittle: Bool = true) -> [UInt8] {
    var file = TorchFile.legacyStart + PythonValue.int(1001).pickle
    file += PythonValue.mapping(["protocol_version": .int(1001), "little_endian": .bool(isLittle)]).pickle
    file += root.pickle + PythonValue.list(storages.map { .text($0.0) }).pickle
    for (_, count, bytes) in storages { file += littleEndian(count) + bytes }
    return file
  }

  static func safetensors(_ header: String, _ data: [UInt8]) -> [UInt8] {
    littleEndian(header.utf8.count) + Array(header.utf8) + data
  }
}

func read(_ bytes: [UInt8]) throws(CheckpointError) -> Checkpoint { try Checkpoint.read(bytes: bytes, file: "net.pth") }

/// The code of the error that reading the bytes, and all their tensors, throws; nil where all can be read.
func problem(_ bytes: [UInt8]) -> CheckpointError.Code? {
  do throws(CheckpointError) {
    let checkpoint = try read(bytes)
    for name in checkpoint.names { _ = try checkpoint.floats(name) }
    return nil
  } catch {
    return error.code
  }
}

/// A two-tensor network, the smallest file that stands for a real one.
func smallNetwork(_ wrap: (PythonValue) -> PythonValue = { .mapping(["state_dict": $0]) }) -> [UInt8] {
  let weights = PythonValue.ordered([
    "conv.weight": .tensor(.storage("FloatStorage", key: "0", count: 6), shape: [2, 3]),
    "conv.bias": .tensor(.storage("FloatStorage", key: "1", count: 2), shape: [2]),
  ])
  return TorchBuilder.zip(wrap(weights), ["0": littleEndian([1, 2, 3, 4, 5, 6] as [Float]), "1": littleEndian([7, 8] as [Float])])
}
