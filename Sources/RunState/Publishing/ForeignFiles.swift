import CSystem

/// What others laid beside outputs (a QGIS project, notes, folders, pipes, names in any bytes) stays there when the outputs are replaced.
///
/// Before the exchange everything gets a second name in the new directory, so that it is there at every moment. After it the old directory is looked
/// at again: what came in the last moment, or could not have a second name, moves.
extension OutputDirectory {
  // MARK: - Before the exchange

  /// Gives all that others laid into a source's published directory a second name in the new one. Returns whether there is any of it.
  func linkForeignFiles(of source: SourceName, into folder: String) throws(RunStateError) -> Bool {
    let old = published(source)
    let ours = PublishedFiles(receipt: Self.receipt(in: old), next: Self.receipt(in: folder), leaf: source.leaf)
    return try link(RawPath(""), from: RawPath(old), into: RawPath(folder), ours, source)
  }

  private func link(
    _ below: RawPath, from old: RawPath, into new: RawPath, _ ours: PublishedFiles, _ source: SourceName
  ) throws(RunStateError) -> Bool {
    var found = false
    for entry in try Files.rawList(old.appending(below)) ?? [] {
      let name = below.appending(entry)
      let (from, to) = (old.appending(name), new.appending(name))
      guard let status = try Files.status(from) else { continue }
      if status.kind == .directory {
        if let text = name.text, ours.holdsFolder(text) {
          found = try link(name, from: old, into: new, ours, source) || found
          continue
        }
        found = true
        try makeFolders(above: name, in: new)
        if try operations.makeDirectory(to) { try keepAttributes(of: from, on: to) }
        _ = try link(name, from: old, into: new, ours, source)
        continue
      }
      if let text = name.text, text.hasSuffix("/" + Receipt.fileName) {
        throw RunStateError(
          .collision, file: from.shown, reason: "belongs to another source within the directory of \(source)",
          remedy: "set output.name so that names do not nest")
      }
      if let text = name.text, ours.holds(text) { continue }
      found = true
      try makeFolders(above: name, in: new)
      if try Files.status(to) == nil { _ = try operations.hardLink(from, to) }
    }
    return found
  }

  /// Makes the folders above a name; those that hold outputs are there already.
  private func makeFolders(above name: RawPath, in folder: RawPath) throws(RunStateError) {
    var path = folder
    for part in name.components.dropLast() {
      path = path.appending(part)
      try operations.makeDirectory(path)
    }
  }

  // MARK: - After the exchange

  /// Removes an old directory of a source's outputs, or a new one that was never published. Outputs go; what others laid there moves into the
  /// published directory, where it is not there already.
  ///
  /// Being killed in it does no harm, and calling it again ends it: the receipt, which tells what is ours, goes last.
  func retire(_ folder: String, of source: SourceName) throws(RunStateError) {
    guard let status = try Files.status(folder) else { return }
    guard status.kind == .directory else {
      try operations.remove(folder)
      return
    }
    let (old, place) = (RawPath(folder), RawPath(published(source)))
    let ours = PublishedFiles(receipt: Self.receipt(in: folder), next: Self.receipt(in: published(source)), leaf: source.leaf)
    for _ in 0..<8 {
      try empty(RawPath(""), old: old, place: place, ours, source)
      // Something may be written there in this moment: then once more.
      let rest = try Files.rawList(old) ?? []
      guard rest.allSatisfy({ $0.text == Receipt.fileName }) else { continue }
      try operations.remove(folder + "/" + Receipt.fileName)
      if try operations.removeEmptyDirectory(folder) { return }
    }
    guard try Files.status(folder) != nil else { return }
    warn("\(folder): cannot be emptied, as something keeps writing there; the next run tries again")
  }

  private func empty(
    _ below: RawPath, old: RawPath, place: RawPath, _ ours: PublishedFiles, _ source: SourceName
  ) throws(RunStateError) {
    for entry in try Files.rawList(old.appending(below)) ?? [] {
      let name = below.appending(entry)
      let from = old.appending(name)
      guard let status = try Files.status(from) else { continue }
      if name.text == Receipt.fileName, status.kind != .directory { continue }
      if status.kind == .directory {
        let isOurs = name.text.map(ours.holdsFolder) ?? false
        let isThere = try Files.status(place.appending(name))?.kind == .directory
        if !isOurs, !isThere {
          try move(name, status, old: old, place: place, source)
        } else {
          try empty(name, old: old, place: place, ours, source)
          try operations.removeEmptyDirectory(from)
        }
      } else if name.text.map(ours.holds) ?? false {
        try operations.remove(from)
      } else {
        try move(name, status, old: old, place: place, source)
      }
    }
  }

  /// Moves something of others into the published directory. Of two states of one file the one that was written last stays.
  private func move(_ name: RawPath, _ status: Files.Status, old: RawPath, place: RawPath, _ source: SourceName) throws(RunStateError) {
    let (from, to) = (old.appending(name), place.appending(name))
    if try operations.makeDirectory(place, linkIsFine: true) { try operations.syncDirectory(Files.parent(published(source))) }
    try makeFolders(above: name, in: place)
    guard let there = try Files.status(to) else {
      if try operations.renameNew(from, to) { try operations.syncDirectory(to.parent) }
      return
    }
    if there.inode == status.inode, there.device == status.device {
      try operations.remove(from)
      return
    }
    let isOutput = name.text.map { text in Self.receipt(in: published(source))?.files.contains { $0.name == text } ?? false } ?? false
    if !isOutput, there.kind != .directory, status.kind != .directory {
      if there.modified >= status.modified { try operations.remove(from) } else { try operations.rename(from, to) }
      return try operations.syncDirectory(to.parent)
    }
    guard let kept = try renameAside(from, of: to) else {
      return warn("\(from.shown): cannot be moved, as all names for it are taken")
    }
    warn("\(to.shown): an output has this name now; the file of that name that lay there is kept as \(Files.last(kept.shown))")
    try operations.syncDirectory(to.parent)
  }

  /// Gives a file the first free name that is another one's with a tilde. Returns that name; `nil` where all are taken.
  func renameAside(_ from: RawPath, of place: RawPath) throws(RunStateError) -> RawPath? {
    for number in 1...1000 {
      let free = place.suffixed(number == 1 ? "~" : "~\(number)")
      if try operations.renameNew(from, free) { return free }
    }
    return nil
  }

  /// The receipt in a folder, where it is there and whole.
  private static func receipt(in folder: String) -> Receipt? { (try? Receipt.read(folder)) ?? nil }

  // MARK: - Attributes

  /// Gives a new folder the mode, owner, access control list and extended attributes of the one that it replaces.
  ///
  /// - Parameter needed: Permissions that it gets besides, as long as it is written to.
  func keepAttributes(of old: some DiskPath, on new: some DiskPath, needed: UInt32 = 0) throws(RunStateError) {
    let result = old.withCPath { from in new.withCPath { to in csystem_keep_attributes(from, to, needed) } }
    if result < 0 { throw RunStateError(errno: -result, file: new.shown, cannotBe: "given its permissions") }
    if result > 0, needed == 0 {
      warn("\(old.shown): this process may not preserve the folder's owner or attributes; the new folder belongs to this user")
    }
  }
}
