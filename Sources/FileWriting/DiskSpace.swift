import CSystem

/// What a disk has left.
public enum DiskSpace {
  /// What a file system has left for an ordinary user (quotas are not seen).
  public struct Left: Sendable, Equatable {
    public var bytes: UInt64
    /// How many files and folders can still be made; `nil` where the file system does not count them.
    public var inodes: UInt64?
    /// Bytes of the longest name that it takes.
    public var nameBytes: Int

    /// In words: "12.6 GB free", or "no inodes left of 40, 12.6 GB free".
    public var description: String {
      let free = "\(DiskSpace.describe(bytes)) free"
      return inodes == 0 ? "no inodes left, \(free)" : free
    }
  }

  /// What is left where `path` is, or would be: at the nearest folder above that exists; `nil` where that cannot be told.
  public static func left(near path: String) -> Left? {
    var path = path
    var space = csystem_space()
    while csystem_space_at(path, &space) < 0 {
      let parent = parentFolder(of: path)
      if parent == path { return nil }
      path = parent
    }
    return Left(bytes: space.bytes, inodes: space.allInodes > 0 ? space.inodes : nil, nameBytes: Int(clamping: space.nameBytes))
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
