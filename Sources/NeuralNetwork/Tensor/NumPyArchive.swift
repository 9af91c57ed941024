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
    guard let bytes = StoredZip.bytes(arrays.map { ("\($0.name).npy", $0.array.npyBytes()) }) else {
      throw NetworkError(
        .unwritable, file: path, reason: "the arrays take more than the 4 GiB of a zip archive", remedy: "take a smaller input")
    }
    do throws(FileError) { try replaceFile(path, with: bytes) } catch {
      throw NetworkError(.unwritable, file: error.file, reason: error.reason, remedy: error.remedy)
    }
  }
}
