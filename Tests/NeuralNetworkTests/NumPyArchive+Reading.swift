import Foundation
import NeuralNetwork

/// Reads what `numpy.savez` writes; the program itself only writes it.
extension NumPyArchive {
  /// - Throws: `CocoaError` where the file cannot be read, `Damaged` where it is not an archive of stored entries, `NetworkError` for an array.
  init(path: String) throws {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    func number(at position: Int, size: Int) throws -> Int {
      guard position >= 0, position + size <= bytes.count else { throw Damaged() }
      return (0..<size).reduce(0) { $0 | Int(bytes[position + $1]) << (8 * $1) }
    }
    // Without a comment the end record is the last thing in the file.
    let end = bytes.count - 22
    guard try number(at: end, size: 4) == 0x0605_4b50 else { throw Damaged() }
    var position = try number(at: end + 16, size: 4)
    self.init()
    for _ in 0..<(try number(at: end + 10, size: 2)) {
      guard try number(at: position, size: 4) == 0x0201_4b50, try number(at: position + 10, size: 2) == 0 else { throw Damaged() }
      let size = try number(at: position + 24, size: 4)
      let nameLength = try number(at: position + 28, size: 2)
      let local = try number(at: position + 42, size: 4)
      let start = try local + 30 + number(at: local + 26, size: 2) + number(at: local + 28, size: 2)
      guard position + 46 + nameLength <= bytes.count, start + size <= bytes.count else { throw Damaged() }
      let name = String(decoding: bytes[(position + 46)..<(position + 46 + nameLength)], as: UTF8.self)
      // Texts are not arrays of numbers.
      if name.hasSuffix(".npy"), let array = try? NumPyArray(npy: Array(bytes[start..<(start + size)]), file: path) {
        append(String(name.dropLast(4)), array)
      }
      position += try 46 + nameLength + number(at: position + 30, size: 2) + number(at: position + 32, size: 2)
    }
  }

  struct Damaged: Error {}
}
