import FileWriting
import Foundation

/// Named arrays in one file, as `numpy.savez` writes them: a zip archive of stored (not deflated) `.npy` files.
public struct NumPyArchive: Sendable {
  /// The arrays in the file's order.
  public private(set) var arrays: [(name: String, array: NumPyArray)]

  public init(_ arrays: [(name: String, array: NumPyArray)] = []) {
    self.arrays = arrays
  }

  /// The array of this name, or nil.
  public subscript(name: String) -> NumPyArray? {
    arrays.first { $0.name == name }?.array
  }

  public mutating func append(_ name: String, _ array: NumPyArray) {
    arrays.append((name, array))
  }

  /// Reads an archive of stored entries. Entries that are not `.npy` files of numbers (texts, for example) are left out.
  public init(path: String) throws(NetworkError) {
    let bytes = try fileBytes(path)
    func damaged(_ reason: String) -> NetworkError {
      NetworkError(.unreadable, file: path, reason: reason, remedy: "give an archive as numpy.savez writes it")
    }
    // The end record is the last thing in the file, but for a comment of at most 65535 bytes.
    var end = bytes.count - 22
    let lowest = max(0, end - 65_535)
    while end >= lowest, bytes.unsigned(at: end, size: 4) != 0x0605_4b50 { end -= 1 }
    guard end >= lowest else { throw damaged("is not a zip archive") }
    let count = Int(bytes.unsigned(at: end + 10, size: 2))
    var position = Int(bytes.unsigned(at: end + 16, size: 4))
    arrays = []
    for _ in 0..<count {
      guard position <= bytes.count - 46, bytes.unsigned(at: position, size: 4) == 0x0201_4b50 else {
        throw damaged("has a damaged directory")
      }
      let method = bytes.unsigned(at: position + 10, size: 2)
      let size = Int(bytes.unsigned(at: position + 24, size: 4))
      let nameLength = Int(bytes.unsigned(at: position + 28, size: 2))
      let extra = Int(bytes.unsigned(at: position + 30, size: 2))
      let comment = Int(bytes.unsigned(at: position + 32, size: 2))
      let local = Int(bytes.unsigned(at: position + 42, size: 4))
      guard position + 46 + nameLength <= bytes.count, local <= bytes.count - 30 else { throw damaged("has a damaged directory") }
      let name = String(decoding: bytes[(position + 46)..<(position + 46 + nameLength)], as: UTF8.self)
      guard method == 0 else {
        throw NetworkError(
          .unreadable, file: path, reason: "holds compressed arrays", remedy: "write it with numpy.savez, not savez_compressed")
      }
      let start = local + 30 + Int(bytes.unsigned(at: local + 26, size: 2)) + Int(bytes.unsigned(at: local + 28, size: 2))
      guard start <= bytes.count, size <= bytes.count - start else { throw damaged("ends within \(name)") }
      if name.hasSuffix(".npy"), let array = try? NumPyArray(npy: Array(bytes[start..<(start + size)]), file: path) {
        arrays.append((String(name.dropLast(4)), array))
      }
      position += 46 + nameLength + extra + comment
    }
  }

  /// Writes all arrays, stored, with checksums; the file is replaced whole.
  ///
  /// - Throws: `unwritable` also where the arrays exceed the 4 GiB of a plain zip archive.
  public func write(path: String) throws(NetworkError) {
    var bytes: [UInt8] = []
    var directory: [UInt8] = []
    let total = arrays.reduce(0) { $0 + $1.array.values.count * 4 + 2048 }
    guard total < 1 << 32, arrays.count < 65_536 else {
      throw NetworkError(
        .unwritable, file: path, reason: "the arrays take more than the 4 GiB of a zip archive", remedy: "take a smaller input")
    }
    bytes.reserveCapacity(total)
    for (name, array) in arrays {
      let file = Array((name + ".npy").utf8)
      let content = array.npyBytes()
      var common: [UInt8] = []
      common.append(20, size: 2)  // version needed
      common.append(0, size: 2)  // flags
      common.append(0, size: 2)  // stored
      common.append(0x0021_0000, size: 4)  // 1980-01-01: no times inside files
      common.append(UInt64(checksum(content)), size: 4)
      common.append(UInt64(content.count), size: 4)
      common.append(UInt64(content.count), size: 4)
      common.append(UInt64(file.count), size: 2)
      common.append(0, size: 2)
      directory.append(0x0201_4b50, size: 4)
      directory.append(20, size: 2)
      directory += common
      directory.append(0, size: 2)  // comment
      directory.append(0, size: 2)  // disk
      directory.append(0, size: 6)  // attributes
      directory.append(UInt64(bytes.count), size: 4)
      directory += file
      bytes.append(0x0403_4b50, size: 4)
      bytes += common
      bytes += file
      bytes += content
    }
    let start = bytes.count
    bytes += directory
    bytes.append(0x0605_4b50, size: 4)
    bytes.append(0, size: 4)
    bytes.append(UInt64(arrays.count), size: 2)
    bytes.append(UInt64(arrays.count), size: 2)
    bytes.append(UInt64(directory.count), size: 4)
    bytes.append(UInt64(start), size: 4)
    bytes.append(0, size: 2)
    do throws(FileError) { try replaceFile(path, with: bytes) } catch {
      throw NetworkError(.unwritable, file: error.file, reason: error.reason, remedy: error.remedy)
    }
  }
}

extension [UInt8] {
  fileprivate mutating func append(_ value: UInt64, size: Int) {
    for i in 0..<size { append(UInt8(truncatingIfNeeded: value >> UInt64(8 * i))) }
  }
}

/// CRC-32 as zip archives use it (polynomial 0xEDB88320).
private func checksum(_ bytes: [UInt8]) -> UInt32 {
  var table = [UInt32](repeating: 0, count: 256)
  for entry in table.indices {
    var value = UInt32(entry)
    for _ in 0..<8 { value = value & 1 == 0 ? value >> 1 : 0xedb8_8320 ^ (value >> 1) }
    table[entry] = value
  }
  var state: UInt32 = 0xffff_ffff
  for byte in bytes { state = table[Int((state ^ UInt32(byte)) & 0xff)] ^ (state >> 8) }
  return ~state
}
