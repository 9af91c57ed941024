/// The checksum of zip entries (ISO 3309; polynomial 0xEDB88320, reflected), eight bytes a step.
public struct CRC32 {
  private var state = UInt32.max

  public init() {}

  /// The checksum of some bytes.
  public static func of(_ bytes: [UInt8]) -> UInt32 {
    var checksum = CRC32()
    bytes.withUnsafeBytes { checksum.add($0) }
    return checksum.value
  }

  /// The checksum of all bytes so far.
  public var value: UInt32 { ~state }

  /// Table k holds the checksum of a byte followed by k zero bytes.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var value = UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xedb8_8320 : value >> 1 }
      tables[byte] = value
    }
    for index in 256..<8 * 256 {
      let before = tables[index - 256]
      tables[index] = before >> 8 ^ tables[Int(before & 255)]
    }
    return tables
  }()

  /// Takes the next bytes.
  public mutating func add(_ bytes: UnsafeRawBufferPointer) {
    Self.tables.withUnsafeBufferPointer { tables in
      var state = state
      var position = 0
      while position + 8 <= bytes.count {
        let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)) ^ UInt64(state)
        var next: UInt32 = 0
        for byte in 0..<8 { next ^= tables[(7 - byte) * 256 + Int(word >> (8 * UInt64(byte)) & 255)] }
        state = next
        position += 8
      }
      while position < bytes.count {
        state = state >> 8 ^ tables[Int((state ^ UInt32(bytes[position])) & 255)]
        position += 1
      }
      self.state = state
    }
  }
}
