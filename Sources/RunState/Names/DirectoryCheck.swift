import Basics
import Glibc

/// When a run may begin a new output directory (`output.create`).
public enum DirectoryCreation: String, Sendable {
  /// Where nothing is there yet. A folder that is there and empty may be the place of a disk that is not mounted.
  case auto
  /// In any place.
  case always
  /// Never: the directory is there with the state of earlier runs.
  case never
}

extension OutputDirectory {
  /// Refuses a place that was perhaps, or certainly, another disk's: without it, everything would be computed again into the mount point. Changes nothing.
  ///
  /// - Throws: `vanished`.
  public func checkPlace(_ creation: DirectoryCreation) throws(RunStateError) {
    try checkLinks()
    try checkPlace(creation, fstab: MountTable.read("/etc/fstab"), mounts: MountTable.mountPoints())
  }

  func checkPlace(_ creation: DirectoryCreation, fstab: String, mounts: [String]) throws(RunStateError) {
    if creation == .always { return }
    if try Files.status(state)?.kind == .directory { return }
    if creation == .never {
      throw RunStateError(
        .vanished, file: path, reason: "holds no outputs of earlier runs, and output.create is never",
        remedy: "check that its disk is mounted; for a new output directory set output.create: auto")
    }
    let place = Files.resolved(path)
    if let point = MountTable.unmounted(above: place, fstab: fstab, mounts: mounts) {
      throw RunStateError(
        .vanished, file: path, reason: "lies on a disk that /etc/fstab names for \(point), and that is not mounted",
        remedy: "mount it; or set output.create: always")
    }
    guard let status = try Files.status(path, followingLinks: true), status.kind == .directory, try Files.rawList(path)?.isEmpty == true,
      !mounts.contains(place), try Files.status(place + "/..", followingLinks: true)?.device == status.device
    else { return }
    throw RunStateError(
      .vanished, file: path, reason: "the output directory exists but is empty: its disk may not be mounted",
      remedy: "mount it; for a new output directory remove the empty folder, which a run creates, or set output.create: always")
  }
}

extension OutputDirectory {
  /// A link on the way that leads to nothing is mostly one to a disk that is not mounted: nothing can be made in its place; nor can it below a file,
  /// and where the kernel shows what is no file on a disk.
  ///
  /// - Throws: `vanished`.
  func checkLinks() throws(RunStateError) {
    var above = path
    while above != "/", above != ".", try Files.status(above, followingLinks: true) == nil {
      if try Files.status(above)?.kind == .link {
        let what = above == path ? "is" : "lies below \(above),"
        throw RunStateError(
          .vanished, file: path, reason: "\(what) a link to \(Files.target(ofLink: above) ?? "a place"), where nothing is",
          remedy: "mount the disk, create the folder that it leads to, or remove the link")
      }
      above = Files.parent(above)
    }
    if above != path, let status = try Files.status(above, followingLinks: true), status.kind != .directory {
      throw RunStateError(.vanished, file: path, reason: "lies below \(above), which is not a folder", remedy: "correct output.directory")
    }
    if let kernel = KernelFolders.holding(Files.resolved(path)) {
      throw RunStateError(
        .vanished, file: path, reason: "lies in \(kernel), which is not on a disk", remedy: "correct output.directory")
    }
  }
}

/// What is mounted, and what should be.
enum MountTable {
  static func read(_ path: String) -> String { LockSupport.readAll(path).map { String(decoding: $0, as: UTF8.self) } ?? "" }

  static func mountPoints() -> [String] {
    read("/proc/self/mountinfo").split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      return fields.count > 4 ? LockSupport.unescaped(fields[4]) : nil
    }
  }

  /// The mount point in `fstab` that lies at or above a path, the longest, where nothing is mounted there.
  static func unmounted(above path: String, fstab: String, mounts: [String]) -> String? {
    let points = fstab.split(separator: "\n").compactMap { line -> String? in
      let fields = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
      guard fields.count >= 3, !fields[0].hasPrefix("#"), fields[1].hasPrefix("/"), fields[1] != "/" else { return nil }
      let point = LockSupport.unescaped(fields[1])
      return point.hasSuffix("/") ? String(point.dropLast()) : point
    }
    let above = points.filter { path == $0 || path.hasPrefix($0 + "/") }
    return above.max { $0.utf8.count < $1.utf8.count }.flatMap { mounts.contains($0) ? nil : $0 }
  }
}

extension Files {
  /// What a link says; `nil` where it is no longer one.
  static func target(ofLink path: String) -> String? {
    var text = [UInt8](repeating: 0, count: 4096)
    let count = readlink(path, &text, text.count)
    return count >= 0 ? String(decoding: text[..<count], as: UTF8.self) : nil
  }

  /// A path without links and dots: the part of it that exists resolved by the system, the rest as it is.
  static func resolved(_ path: String) -> String {
    if let resolved = realpath(path, nil) {
      defer { free(resolved) }
      return String(cString: resolved)
    }
    let above = parent(path)
    if above == path || path.isEmpty { return path }
    let start = resolved(above)
    return (start == "/" ? "" : start) + "/" + last(path)
  }
}
