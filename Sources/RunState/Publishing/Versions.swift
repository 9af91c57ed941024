import Glibc

/// Publishing where a file system cannot exchange two directories (NFS, SMB, some FUSE): `layers/<source>` is a symbolic link to a version
/// directory in `.orthoweave/versions/<source>`, and a new link takes its place by rename, which is one step everywhere.
extension OutputDirectory {
  /// Makes a built directory the next version and turns the link to it.
  func putVersion(_ folder: String, at source: SourceName) throws(RunStateError) {
    let home = versions(source)
    if try operations.makeDirectory(versions) { try operations.syncDirectory(state) }
    if try operations.makeDirectory(home) { try operations.syncDirectory(versions) }
    try operations.replace(home + "/name", with: Array(source.text.utf8))
    let newest = try Files.list(home)?.compactMap(Self.number).max() ?? 0
    let version = "v\(newest + 1)"
    try operations.rename(folder, home + "/" + version)
    try operations.syncDirectory(home)
    try operations.syncDirectory(aside)

    let link = asideLink(source)
    try operations.symbolicLink(to: linkTarget(source, version), at: link)
    let place = published(source)
    if try Files.status(place)?.kind == .directory {
      // Published on another file system and copied here: this once, the place is empty for a moment. `recover` finishes it.
      try operations.syncDirectory(aside)
      try operations.rename(place, asideOld(source))
      try operations.syncDirectory(Files.parent(place))
      try operations.syncDirectory(aside)
    }
    try operations.rename(link, place)
    try operations.syncDirectory(Files.parent(place))
    try operations.syncDirectory(aside)
    try operations.removeTree(asideOld(source))
    try removeOldVersions(source)
  }

  /// The version that a published link shows; nil where the place is no link of ours.
  func linkedVersion(_ source: SourceName) -> String? {
    guard let target = Self.target(of: published(source)) else { return nil }
    let version = Files.last(target)
    return Self.number(version) != nil && target == linkTarget(source, version) ? version : nil
  }

  /// Removes the versions that the link does not show.
  func removeOldVersions(_ source: SourceName) throws(RunStateError) {
    let home = versions(source)
    guard let names = try Files.list(home) else { return }
    let shown = linkedVersion(source)
    for name in names where Self.number(name) != nil && name != shown { try operations.removeTree(home + "/" + name) }
    for name in names where Files.isTemporary(name) { try operations.remove(home + "/" + name) }
    if shown == nil { try operations.removeTree(home) }
  }

  /// Ends what a killed run began on this file system; nothing to do where none did.
  func recoverVersions(_ source: SourceName) throws(RunStateError) {
    let link = asideLink(source)
    let old = asideOld(source)
    let place = published(source)
    let placeIsEmpty = try Files.status(place) == nil
    if try Files.status(link) != nil {
      if placeIsEmpty, try Files.status(old) != nil, let target = Self.target(of: link), Self.number(Files.last(target)) != nil {
        try operations.rename(link, place)
      } else {
        try operations.remove(link)
      }
      try operations.syncDirectory(Files.parent(place))
    } else if placeIsEmpty, try Files.status(old) != nil {
      try operations.rename(old, place)
      try operations.syncDirectory(Files.parent(place))
    }
    try operations.removeTree(old)
    try removeOldVersions(source)
  }

  /// The source whose flat name this is, as its version directory remembers it.
  func source(flat: String) throws(RunStateError) -> SourceName? {
    guard let bytes = try Files.read(versions + "/" + flat + "/name", limit: 4096) else { return nil }
    guard let name = try? SourceName(String(decoding: bytes, as: UTF8.self)), name.flat == flat else { return nil }
    return name
  }

  /// Relative, so that the whole output directory can be moved.
  private func linkTarget(_ source: SourceName, _ version: String) -> String {
    let up = String(repeating: "../", count: source.components.count - 1)
    return "\(up)\(Self.stateFolder)/versions/\(source.flat)/\(version)"
  }

  private static func number(_ version: String) -> Int? {
    version.hasPrefix("v") ? Int(version.dropFirst()) : nil
  }

  static func target(of link: String) -> String? {
    var target = [CChar](repeating: 0, count: 4097)
    guard readlink(link, &target, 4096) >= 0 else { return nil }
    return target.withUnsafeBytes { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
