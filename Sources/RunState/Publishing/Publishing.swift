import Glibc

/// Outputs appear whole, under their final name, in one step: built aside, synced, exchanged with what was published before.
///
/// At every moment, and after a crash at any moment, `layers/<source>` is the old directory or the new one (or, the first time, not there).
/// All of it needs the source's lock, exclusively.
extension OutputDirectory {
  /// Makes the empty directory in which a source's new outputs are built, and returns its path. What a killed run left is cleaned up first.
  public func beginBuilding(_ lock: SourceLock) throws(RunStateError) -> String {
    requireExclusive(lock)
    try recover(lock)
    let folder = aside(lock.source)
    try operations.makeDirectory(folder)
    lock.setWatch(try WriteWatch(folder))
    return folder
  }

  /// Removes the directory being built, as after an error.
  public func discardBuilding(_ lock: SourceLock) throws(RunStateError) {
    requireExclusive(lock)
    lock.setWatch(nil)
    try operations.removeTree(aside(lock.source))
  }

  /// Publishes the directory being built with its receipt, in place of what is there, and removes that.
  ///
  /// Files that others laid beside the old outputs (a QGIS project, notes) are kept: they get a second name in the new directory before
  /// the exchange. What readers leave beside a file of ours (`-wal`, `.aux.xml`, `.qix`) belongs to the old file and goes with it.
  ///
  /// Throws where any write below the directory failed since `beginBuilding`, even if the library that met the failure kept it to itself.
  ///
  /// Throws before the exchange: nothing published changed. Throws after it: the new outputs are there, whole.
  public func publish(_ receipt: Receipt, _ lock: SourceLock) throws(RunStateError) {
    requireExclusive(lock)
    precondition(receipt.source == lock.source.text, "receipt of \(receipt.source) for \(lock.source)")
    try checkPresent()
    let folder = aside(lock.source)
    try check(receipt, against: folder)
    try makeParents(of: lock.source)
    try checkPlace(lock.source)
    try receipt.write(folder, operations)
    try DirectoryTree.sync(folder, operations)
    try lock.checkWrites()
    if try keepForeignFiles(lock.source, named: receipt.files.map(\.name), in: folder) {
      try DirectoryTree.syncFolders(folder, operations)
    }
    try operations.syncDirectory(aside)
    try put(folder, at: lock.source)
    lock.setWatch(nil)
    try clearDamage(lock.source)
  }

  /// Removes the work and the failures of a source that is published and up to date.
  ///
  /// Called after `publish`, and for every source that a run finds up to date: an earlier run may have been killed in between.
  public func finish(_ source: SourceName) throws(RunStateError) {
    try removeWork(source)
    try clearFailure(source)
  }

  /// Takes a source's outputs away, all at once, as when its source is gone. Files of others stay.
  public func unpublish(_ lock: SourceLock) throws(RunStateError) {
    requireExclusive(lock)
    try recover(lock)
    let source = lock.source
    guard try Files.status(published(source)) != nil else { return }
    try checkPlace(source)
    let folder = aside(source)
    try operations.makeDirectory(folder)
    if try keepForeignFiles(source, named: [], in: folder) {
      try DirectoryTree.syncFolders(folder, operations)
      try operations.syncDirectory(aside)
      try put(folder, at: source)
    } else {
      try operations.removeEmptyDirectory(folder)
      try operations.rename(published(source), folder)
      try operations.syncDirectory(Files.parent(published(source)))
      try operations.syncDirectory(aside)
      try recover(lock)
    }
    try clearDamage(source)
    // Folders of a nested name that hold nothing any more.
    var above = Files.parent(published(source))
    while above != path, try operations.removeEmptyDirectory(above) { above = Files.parent(above) }
  }

  private func requireExclusive(_ lock: SourceLock) {
    precondition(lock.mode == .exclusive, "publishing \(lock.source) needs its exclusive lock")
  }

  // MARK: - Before the exchange

  /// The files that the receipt describes are all there, with their sizes.
  private func check(_ receipt: Receipt, against folder: String) throws(RunStateError) {
    for file in receipt.files {
      let path = folder + "/" + file.name
      guard let status = try Files.status(path), status.kind == .file, status.size == file.size else {
        throw RunStateError(.damaged, file: path, reason: "is not what was just written", remedy: "find out what else writes there")
      }
    }
  }

  /// Makes the folders above a nested name; none of them may be a link or the published directory of another source.
  private func makeParents(of source: SourceName) throws(RunStateError) {
    var folder = path
    for component in source.components.dropLast() {
      let above = folder
      folder += "/" + component
      if try operations.makeDirectory(folder) { try operations.syncDirectory(above) }
      if try Files.status(folder + "/" + Receipt.fileName) != nil {
        throw RunStateError(
          .collision, file: folder, reason: "holds the outputs of another source, and \(source) would lie within",
          remedy: "set output.name so that names do not nest")
      }
    }
  }

  /// What is at the place may be replaced: nothing, a directory, or a version link of ours.
  private func checkPlace(_ source: SourceName) throws(RunStateError) {
    let place = published(source)
    guard let status = try Files.status(place) else { return }
    switch status.kind {
    case .directory: return
    case .link where linkedVersion(source) != nil: return
    case .link:
      throw RunStateError(.collision, file: place, reason: "is a link that this program did not make", remedy: "move it out of the way")
    case .file, .other:
      throw RunStateError(.collision, file: place, reason: "is a file, not a directory of outputs", remedy: "move it out of the way")
    }
  }

  /// Gives the files of others in the published directory a second name in the new one. Returns whether there are any.
  @discardableResult
  private func keepForeignFiles(_ source: SourceName, named names: [String], in folder: String) throws(RunStateError) -> Bool {
    let old = published(source)
    let published = PublishedFiles(receipt: (try? Receipt.read(old)) ?? nil, names: names, leaf: source.leaf)
    var foreign: [(name: String, kind: Files.Kind)] = []
    try DirectoryTree.walk(old) { (name, kind) throws(RunStateError) in
      if name.hasSuffix("/" + Receipt.fileName) {
        throw RunStateError(
          .collision, file: old + "/" + name, reason: "belongs to another source within the directory of \(source)",
          remedy: "set output.name so that names do not nest")
      }
      if kind == .file || kind == .link, !published.holds(name) { foreign.append((name, kind)) }
    }
    for (name, kind) in foreign {
      var above = folder
      for component in name.split(separator: "/").dropLast() {
        above += "/" + component
        try operations.makeDirectory(above)
      }
      try keep(old + "/" + name, kind, as: folder + "/" + name)
    }
    return !foreign.isEmpty
  }

  private func keep(_ from: String, _ kind: Files.Kind, as to: String) throws(RunStateError) {
    if try Files.status(to) != nil { return }  // an output of that name: ours
    if try operations.hardLink(from, to) { return }
    if kind == .link {
      var target = [CChar](repeating: 0, count: 4097)
      if readlink(from, &target, 4096) < 0 { throw RunStateError(errno: errno, file: from, cannotBe: "read") }
      try operations.symbolicLink(to: target.withUnsafeBytes { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }, at: to)
    } else if let bytes = try Files.read(from, limit: 1 << 30) {
      let file = try WritableFile(new: to, operations)
      try file.write(bytes)
      try file.finish()
    }
  }

  // MARK: - The exchange

  /// Puts a synced directory at the source's place in one step, brings that to disk, and removes what was there.
  private func put(_ folder: String, at source: SourceName) throws(RunStateError) {
    let place = published(source)
    if try Files.status(place) == nil {
      guard try canExchange(folder, asideProbe(source)) else { return try putVersion(folder, at: source) }
      try operations.rename(asideProbe(source), place)
    } else if try !operations.exchange(folder, place) {
      return try putVersion(folder, at: source)
    }
    try operations.syncDirectory(Files.parent(place))
    try operations.syncDirectory(aside)
    try operations.removeTree(folder)
    try removeOldVersions(source)
  }

  /// Exchanges the built directory with an empty one, to learn whether this file system can, before a first publication settles its form:
  /// a plain directory could not be replaced in one step later. Returns false, with the built directory in its place, where it cannot.
  private func canExchange(_ folder: String, _ probe: String) throws(RunStateError) -> Bool {
    try operations.makeDirectory(probe)
    if try operations.exchange(folder, probe) { return true }
    try operations.removeEmptyDirectory(probe)
    return false
  }
}

/// Tells the files of a published directory that this program wrote, and what belongs to them, from those of others.
struct PublishedFiles {
  private let names: Set<String>
  private let stems: Set<String>
  /// Without a whole receipt, whatever is named after the source counts as ours.
  private let prefix: String?

  private static let readersSuffixes = ["-wal", "-shm", "-journal", ".aux.xml", ".ovr", ".msk", ".xml", ".lock"]
  private static let shapefileExtensions: Set<String> = [
    "shx", "dbf", "prj", "cpg", "qix", "sbn", "sbx", "fbn", "fbx", "ain", "aih", "ixs", "mxs", "atx", "idm", "ind", "qmd",
  ]

  init(receipt: Receipt?, names: [String], leaf: String) {
    let all = names + (receipt?.files.map(\.name) ?? [])
    self.names = Set(all + [Receipt.fileName])
    stems = Set(all.filter { $0.hasSuffix(".shp") }.map { String($0.dropLast(4)) })
    prefix = receipt == nil ? leaf + "." : nil
  }

  func holds(_ name: String) -> Bool {
    if names.contains(name) { return true }
    if Files.isTemporary(Files.last(name)) { return true }
    if let prefix, name.hasPrefix(prefix) { return true }
    for suffix in Self.readersSuffixes where name.hasSuffix(suffix) && names.contains(String(name.dropLast(suffix.count))) { return true }
    guard let dot = name.lastIndex(of: "."), stems.contains(String(name[..<dot])) else { return false }
    return Self.shapefileExtensions.contains(name[name.index(after: dot)...].lowercased())
  }
}
