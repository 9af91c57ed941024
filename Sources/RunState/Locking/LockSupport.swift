import Glibc

/// Whether locks hold between all processes that can see a directory, as far as its mount tells.
enum LockSupport {
  /// The reason why locks do not hold there; nil where they do, or nothing speaks against it.
  static func reasonAgainst(_ path: String) -> String? {
    mount(holding: path).flatMap { reasonAgainst(type: $0.type, options: $0.options) }
  }

  /// The mount that holds an existing path.
  static func mount(holding path: String) -> Mount? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    guard let bytes = readAll("/proc/self/mountinfo") else { return nil }
    return mount(of: String(cString: resolved), in: String(decoding: bytes, as: UTF8.self))
  }

  /// Whether a file system is one that Windows reads, too: symbolic links that are made here are not followed there.
  static func isOfWindows(_ path: String) -> Bool {
    guard let bytes = readAll("/proc/self/mountinfo"),
      let mount = mount(of: Files.resolved(path), in: String(decoding: bytes, as: UTF8.self))
    else { return false }
    return isOfWindows(type: mount.type)
  }

  static func isOfWindows(type: String) -> Bool { ["fuseblk", "ntfs", "ntfs3", "exfat", "vfat", "msdos"].contains(type) }

  struct Mount: Equatable {
    var type: String
    var options: [String]
  }

  /// The mount that holds a path: the last one with the longest mount point above it.
  static func mount(of path: String, in mountinfo: String) -> Mount? {
    var best: (length: Int, mount: Mount)?
    for line in mountinfo.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count > dash + 2 else { continue }
      let point = unescaped(fields[4])
      guard path == point || point == "/" || path.hasPrefix(point + "/") else { continue }
      let length = point.utf8.count
      if let best, best.length > length { continue }
      let own = fields[5].split(separator: ",")
      let shared = fields.count > dash + 3 ? fields[dash + 3].split(separator: ",") : []
      best = (length, Mount(type: String(fields[dash + 1]), options: (own + shared).map(String.init)))
    }
    return best?.mount
  }

  static func reasonAgainst(type: String, options: [String]) -> String? {
    switch type {
    case "nfs", "nfs4":
      let local = options.first { $0 == "nolock" || $0 == "local_lock=all" || $0 == "local_lock=posix" }
      return local.map { "this NFS mount keeps locks to its own host (mount option \($0))" }
    case "cifs", "smb3", "smbfs":
      return options.contains("nobrl") ? "this SMB mount keeps locks to its own host (mount option nobrl)" : nil
    case "fuse.sshfs", "fuse.s3fs", "fuse.rclone", "fuse.gcsfuse", "fuse.goofys", "fuse.mountpoint-s3", "fuse.blobfuse",
      "fuse.blobfuse2", "fuse.davfs", "fuse.curlftpfs", "fuse.hdfs", "fuse.fuse_dfs":
      return "\(type.dropFirst(5)) does not share locks between hosts"
    default: return nil
    }
  }

  /// Blanks and the like stand in octal in mountinfo.
  static func unescaped(_ field: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(field.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\\"), rest.count >= 3, let value = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8) {
        bytes.append(value)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Files in /proc say that they are empty: read until the end.
  static func readAll(_ path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count < 1 << 24 {
      let got = piece.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      if got <= 0 { break }
      bytes += piece[..<got]
    }
    return bytes
  }
}
