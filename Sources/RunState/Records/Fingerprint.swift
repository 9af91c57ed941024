public import FoundationEssentials

/// What identifies a source's content: every file that belongs to it, with size and modification time, optionally its SHA-256.
public struct Fingerprint: Sendable, Equatable, Codable {
  /// A file of a source, as it was when the fingerprint was taken.
  public struct File: Sendable, Equatable, Codable {
    /// Where it lies. Not part of the identity: a folder that moved as a whole is the same source.
    public var path: String
    /// The name that counts: the last component, or the path below the given folder.
    public var name: String
    /// Bytes.
    public var size: Int64
    /// Modification time in nanoseconds since 1970.
    public var modified: Int64
    /// Time of the last change of content, name or permissions, in nanoseconds since 1970. No part of the identity: a copy has another one.
    public var changed: Int64
    public var inode: UInt64
    /// Names that the inode has.
    public var links: UInt64
    /// Of the content, where it was asked for; the modification time does not count then.
    public var sha256: String?
    /// Of a file that is fetched before it is read: where it lies, and what changes with its content there. `nil` for a file on the disk.
    public var remote: Remote?

    /// Where a file lies that is fetched, and which of its contents it is.
    public struct Remote: Sendable, Equatable, Codable {
      public var address: String
      public var etag: String

      public init(address: String, etag: String) {
        self.address = address
        self.etag = etag
      }
    }

    private enum CodingKeys: String, CodingKey {
      case name, size, modified, sha256, remote
    }

    /// A file that is not fetched yet; its path is its address.
    ///
    /// - Parameters:
    ///   - size: bytes.
    ///   - modified: nanoseconds since 1970, as `changed`.
    public init(_ remote: Remote, size: Int64, modified: Int64, changed: Int64) {
      path = remote.address
      name = Files.last(remote.address)
      self.size = size
      self.modified = modified
      self.changed = changed
      inode = 0
      links = 0
      self.remote = remote
    }

    init(path: String, name: String, status: Files.Status, sha256: String?) {
      self.path = path
      self.name = name
      size = status.size
      modified = status.modified
      changed = status.changed
      inode = status.inode
      links = status.links
      self.sha256 = sha256
    }

    /// In a receipt stands what identifies the content, not where it lay.
    public init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      name = try container.decode(String.self, forKey: .name)
      size = try container.decode(Int64.self, forKey: .size)
      modified = try container.decodeIfPresent(Int64.self, forKey: .modified) ?? 0
      sha256 = try container.decodeIfPresent(String.self, forKey: .sha256)
      remote = try container.decodeIfPresent(Remote.self, forKey: .remote)
      path = ""
      changed = 0
      inode = 0
      links = 0
    }

    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(name, forKey: .name)
      try container.encode(size, forKey: .size)
      if let sha256 { try container.encode(sha256, forKey: .sha256) } else { try container.encode(modified, forKey: .modified) }
      try container.encodeIfPresent(remote, forKey: .remote)
    }
  }

  /// In the given order.
  public var files: [File]

  /// Looks at every file. Throws `vanished` where one is gone.
  ///
  /// - Parameters:
  ///   - paths: The files, in a fixed order. Links are followed.
  ///   - folder: Where the names begin; a file outside it, or all without a folder, goes by its last component.
  ///   - content: Whether to read everything for its SHA-256 (`run.verify: content`).
  public static func of(_ paths: [String], below folder: String? = nil, content: Bool = false) throws(RunStateError) -> Fingerprint {
    var files: [File] = []
    files.reserveCapacity(paths.count)
    for path in paths {
      guard let status = try Files.status(path, followingLinks: true) else {
        throw RunStateError(.vanished, file: path, reason: "is no longer there", remedy: "check that its folder is there and mounted")
      }
      let prefix = folder.map { $0.hasSuffix("/") ? $0 : $0 + "/" }
      let name = prefix.flatMap { path.hasPrefix($0) ? String(path.dropFirst($0.count)) : nil } ?? Files.last(path)
      let digest = content && status.kind == .file && !Self.leadsOut(path) ? try Digest.sha256(file: path) : nil
      files.append(File(path: path, name: name, status: status, sha256: digest))
    }
    return Fingerprint(files: files)
  }

  public init(files: [File]) { self.files = files }

  /// Whether a path is a link to a file outside of its own folder: its content is nobody's business here, and whoever opens the source judges it.
  public static func leadsOut(_ path: String) -> Bool {
    guard let status = try? Files.status(path), status.kind == .link else { return false }
    let folder = URL(fileURLWithPath: Files.parent(path)).resolvingSymlinksInPath().path
    return !URL(fileURLWithPath: path).resolvingSymlinksInPath().path.hasPrefix(folder == "/" ? "/" : folder + "/")
  }

  /// The same with copies in place of files that were fetched: from now on it is the copies that must not change.
  ///
  /// - Parameter copies: paths of copies by address; they have the files' sizes and times of modification.
  /// - Throws: `vanished` where one is gone.
  public func placed(at copies: [String: String]) throws(RunStateError) -> Fingerprint {
    var placed = self
    for (index, file) in files.enumerated() {
      guard let address = file.remote?.address, let copy = copies[address] else { continue }
      guard let status = try Files.status(copy), status.size == file.size, status.modified == file.modified else {
        throw RunStateError(.vanished, file: copy, reason: "is not the copy that was made of \(address)", remedy: "run again")
      }
      placed.files[index].path = copy
      placed.files[index].changed = status.changed
      placed.files[index].inode = status.inode
      placed.files[index].links = status.links
    }
    return placed
  }

  /// Total size in bytes.
  public var bytes: Int64 { files.reduce(0) { $0 &+ $1.size } }

  /// The canonical text that goes into the raster key.
  public var identity: String {
    var text = "["
    for (index, file) in files.enumerated() {
      text += index > 0 ? ",{\"name\":" : "{\"name\":"
      JSONValue.write(file.name, to: &text)
      text += ",\"size\":\(file.size),"
      if let remote = file.remote {
        for (key, value) in [("address", remote.address), ("etag", remote.etag)] {
          text += "\"\(key)\":"
          JSONValue.write(value, to: &text)
          text += ","
        }
      }
      text += file.sha256.map { "\"sha256\":\"\($0)\"}" } ?? "\"modified\":\(file.modified)}"
    }
    return text + "]"
  }

  // MARK: - Settling

  /// Seconds until every file has stood still for `settle` seconds; 0 where all have, and then nobody is still copying.
  ///
  /// Modification and change time both count. A time in the future counts as old: some clock is wrong, and waiting would not help.
  public func secondsUntilSettled(_ settle: Double, now: Date) -> Double {
    var wait = 0.0
    for file in files {
      for time in [file.modified, file.changed] {
        let age = now.timeIntervalSince1970 - Double(time) / 1e9
        if age >= 0 { wait = max(wait, settle - age) }
      }
    }
    return max(0, wait)
  }

  /// Whether every file has stood still for `settle` seconds.
  public func isSettled(_ settle: Double, now: Date) -> Bool { secondsUntilSettled(settle, now: now) <= 0 }

  // MARK: - Changes

  /// The paths whose file is no longer the one that was looked at: gone, replaced, of another size, written since.
  ///
  /// Whoever writes a file may put its modification time back, as `rsync --inplace --times` does, but not the time at which the inode changed.
  /// That one also moves where a backup gives the file another name, or takes one away; then the number of its names has changed, too.
  public func changedFiles() -> [String] {
    files.filter { file in
      guard let status = (try? Files.status(file.path, followingLinks: true)) ?? nil else { return true }
      return status.size != file.size || status.modified != file.modified || status.inode != file.inode
        || (status.changed != file.changed && status.links == file.links)
    }.map(\.path)
  }

  /// The positions of the files that are not those of an older fingerprint; `nil` unless both have the same names in the same order.
  public func changedPositions(since old: Fingerprint) -> [Int]? {
    guard files.map(\.name) == old.files.map(\.name) else { return nil }
    return files.indices.filter { Fingerprint(files: [files[$0]]).identity != Fingerprint(files: [old.files[$0]]).identity }
  }

  /// What differs from an older fingerprint, in a few words for `plan`; nil where nothing does.
  public func difference(from old: Fingerprint) -> String? {
    let before = Dictionary(old.files.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let now = Dictionary(files.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for file in files {
      guard let was = before[file.name] else { return "\(file.name) is new" }
      if was.size != file.size { return "\(file.name) has \(file.size) bytes instead of \(was.size)" }
      if let new = file.sha256, let old = was.sha256 {
        if new != old { return "\(file.name) has other content" }
      } else if file.sha256 == nil, was.sha256 == nil {
        if was.modified != file.modified || was.remote?.etag != file.remote?.etag { return "\(file.name) was written since" }
        if was.remote != file.remote { return "\(file.name) lies elsewhere" }
      } else {
        return "fingerprints are made in another way (run.verify)"
      }
    }
    if let gone = old.files.first(where: { now[$0.name] == nil }) { return "\(gone.name) is gone" }
    return files.map(\.name) == old.files.map(\.name) ? nil : "its files are in another order"
  }
}
