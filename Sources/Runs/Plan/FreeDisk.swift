import Foundation
import RunState

extension DiskSpace {
  /// Bytes that are free where a path is, or will be made; 0 where that cannot be told.
  static func freeBytes(near path: String) -> Int {
    var path = path
    while path != "/", path != ".", !FileManager.default.fileExists(atPath: path) { path = (path as NSString).deletingLastPathComponent }
    return (try? freeBytes(at: path.isEmpty ? "." : path)).map { Int(clamping: $0) } ?? 0
  }
}
