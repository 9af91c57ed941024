import Basics
import Checkpoints
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

  /// Adds an array under a name.
  public mutating func append(_ name: String, _ array: NumPyArray) {
    arrays.append((name, array))
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
      common.append(UInt64(CRC32.of(content)), size: 4)
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
