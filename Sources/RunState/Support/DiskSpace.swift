public import FileWriting

extension DiskSpace {
  /// Bytes on disk of all files below a folder, links not followed; 0 where there is none.
  public static func bytes(below path: String) throws(RunStateError) -> UInt64 {
    guard let status = try Files.status(path) else { return 0 }
    guard status.kind == .directory else { return UInt64(max(0, status.allocated)) }
    var sum = UInt64(max(0, status.allocated))
    for name in try Files.list(path) ?? [] { sum += try bytes(below: path + "/" + name) }
    return sum
  }
}
