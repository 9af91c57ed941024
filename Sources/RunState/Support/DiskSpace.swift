import CSystem

/// What a disk has left, and what a folder takes.
public enum DiskSpace {
  /// Bytes that can still be written where `path` is, or would be (quotas are not seen).
  public static func freeBytes(at path: String) throws(RunStateError) -> UInt64 {
    guard let bytes = freeBytesNear(path) else {
      throw RunStateError(.vanished, file: path, reason: "cannot be examined", remedy: "check that its folder is there and mounted")
    }
    return bytes
  }

  /// Free bytes at the nearest folder above that exists.
  static func freeBytesNear(_ path: String) -> UInt64? {
    var path = path
    var bytes: UInt64 = 0
    while csystem_free_bytes(path, &bytes) < 0 {
      let parent = Files.parent(path)
      if parent == path || path == "." { return nil }
      path = parent
    }
    return bytes
  }

  /// Bytes on disk of all files below a folder, links not followed; 0 where there is none.
  public static func bytes(below path: String) throws(RunStateError) -> UInt64 {
    guard let status = try Files.status(path) else { return 0 }
    guard status.kind == .directory else { return UInt64(max(0, status.allocated)) }
    var sum = UInt64(max(0, status.allocated))
    for name in try Files.list(path) ?? [] { sum += try bytes(below: path + "/" + name) }
    return sum
  }

  /// Bytes in words, in decimal units as in the pipeline file: "1.5 GB", "340 MB".
  public static func describe(_ bytes: UInt64) -> String {
    let units = ["bytes", "kB", "MB", "GB", "TB", "PB", "EB"]
    var value = Double(bytes)
    var unit = 0
    while value >= 1000, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    if unit == 0 { return "\(bytes) bytes" }
    return value < 100 ? "\((value * 10).rounded() / 10) \(units[unit])" : "\(Int(value.rounded())) \(units[unit])"
  }
}
