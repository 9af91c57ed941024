import Glibc

/// Publishing where a file system cannot exchange two directories (NFS, SMB, some FUSE): `layers/<source>` is a symbolic link to a version
/// directory in `.orthoweave/versions/<source>`, and a new link takes its place by rename, which is one step everywhere.
///
/// Where there are no symbolic links (FAT, exFAT, some SMB), or other systems do not follow them (NTFS, which Windows reads), the old directory is
/// renamed aside and the new one into its place: two steps, between which the place is empty; `recover` puts the old one back.
extension OutputDirectory {
  /// Makes a built directory the next version and turns the link to it.
  func putVersion(_ folder: String, at source: SourceName) throws(RunStateError) {
    guard try hasLinks(source) else { return try putPlain(folder, at: source) }
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
    try retireOld(source)
    try removeOldVersions(source)
  }

  /// Whether published directories may be symbolic links here.
  private func hasLinks(_ source: SourceName) throws(RunStateError) -> Bool {
    if LockSupport.isOfWindows(path) { return false }
    let probe = asideProbe(source)
    guard try operations.symbolicLink(to: Self.stateFolder, at: probe) else { return false }
    try operations.remove(probe)
    return true
  }

  private func putPlain(_ folder: String, at source: SourceName) throws(RunStateError) {
    let place = published(source)
    if let kind = try Files.status(place)?.kind {
      // A link of ours comes from another file system; what it shows is retired below.
      if kind == .link { try operations.remove(place) } else { try operations.rename(place, asideOld(source)) }
      try operations.syncDirectory(Files.parent(place))
      try operations.syncDirectory(aside)
    }
    try operations.rename(folder, place)
    try operations.syncDirectory(Files.parent(place))
    try operations.syncDirectory(aside)
    try retireOld(source)
    try removeOldVersions(source)
  }

  /// Retires what was renamed aside.
  func retireOld(_ source: SourceName) throws(RunStateError) { try retire(asideOld(source), of: source) }

  /// The version that a published link shows; `nil` if the path is not one of our links.
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
    // One that was never shown may come from a run that was killed before anything was published: then there is no place for what others laid there.
    let isPublished = try Files.status(published(source)) != nil
    for name in names where Self.number(name) != nil && name != shown {
      if isPublished { try retire(home + "/" + name, of: source) } else { try operations.removeTree(home + "/" + name) }
    }
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
    } else if placeIsEmpty, try Files.status(old) != nil, try Files.rawList(RawPath(old))?.isEmpty != true {
      // An empty one was on its way out, and goes below.
      try operations.rename(old, place)
      try operations.syncDirectory(Files.parent(place))
    }
    try retireOld(source)
    try removeOldVersions(source)
  }

  /// The source whose flat name this is: as its version directory remembers it, as the receipt of what was put aside says, or by decoding it.
  func source(flat: String) throws(RunStateError) -> SourceName? {
    var texts: [String] = []
    if let bytes = try Files.read(versions + "/" + flat + "/name", limit: 4096) { texts.append(String(decoding: bytes, as: UTF8.self)) }
    if let receipt = (try? Receipt.read(aside + "/" + flat + "%old")) ?? nil { texts.append(receipt.source) }
    texts.append(flat.replacing("%2F", with: "/").replacing("%25", with: "%"))
    for text in texts {
      if let name = try? SourceName(text), name.flat == flat { return name }
    }
    return try publishedSources().first { $0.flat == flat }
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
