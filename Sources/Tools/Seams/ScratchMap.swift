import Foundation
import GeoTypes
import Runs

/// A class map in a file without a name, which goes away with the process: memory does not grow with the source.
final class ScratchMap {
  private let file: FileHandle
  private let width: Int

  /// - Throws: `RunError` (surroundings).
  init(_ size: RasterSize) throws {
    width = size.width
    let path = FileManager.default.temporaryDirectory.path + "/orthoweave-\(UUID().uuidString)"
    guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forUpdatingAtPath: path) else {
      throw RunError(.surroundings, file: path, reason: "cannot be written", remedy: "give another folder in TMPDIR")
    }
    unlink(path)
    self.file = file
  }

  func write(_ values: [UInt8], row: Int, column: Int) throws {
    do {
      try file.seek(toOffset: UInt64(row * width + column))
      try file.write(contentsOf: Data(values))
    } catch {
      throw RunError(.surroundings, reason: "the folder of temporary files cannot be written (\(error.localizedDescription))")
    }
  }

  func read(row: Int, columns: Range<Int>) throws -> [UInt8] {
    try file.seek(toOffset: UInt64(row * width + columns.lowerBound))
    let values = [UInt8](try file.read(upToCount: columns.count) ?? Data())
    guard values.count == columns.count else { throw RunError(.surroundings, reason: "a temporary file has become shorter") }
    return values
  }
}
