import Basics

/// A zip archive of files that are stored, not deflated, and bear no time: the same files, the same bytes.
package enum StoredZip {
  /// The archive's bytes; `nil` where files exceed the 4 GiB or the 65,535 entries of a plain zip archive.
  ///
  /// - Parameter files: names in UTF-8, in the order of the archive.
  package static func bytes(_ files: [(name: String, content: [UInt8])]) -> [UInt8]? {
    let total = files.reduce(0) { $0 + $1.content.count + 2 * $1.name.utf8.count + 128 }
    guard total < 1 << 32, files.count < 65_536 else { return nil }
    var bytes: [UInt8] = []
    var directory: [UInt8] = []
    bytes.reserveCapacity(total)
    for (name, content) in files {
      let file = Array(name.utf8)
      var common: [UInt8] = []
      common.append(20, size: 2)  // version needed
      // Names are UTF-8; those of plain letters are the same without saying so.
      common.append(file.allSatisfy { $0 < 128 } ? 0 : 0x0800, size: 2)
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
    bytes.append(UInt64(files.count), size: 2)
    bytes.append(UInt64(files.count), size: 2)
    bytes.append(UInt64(directory.count), size: 4)
    bytes.append(UInt64(start), size: 4)
    bytes.append(0, size: 2)
    return bytes
  }
}

extension [UInt8] {
  fileprivate mutating func append(_ value: UInt64, size: Int) {
    for i in 0..<size { append(UInt8(truncatingIfNeeded: value >> UInt64(8 * i))) }
  }
}
