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
    // Now already: files get the group and the access control list that their folder hands down.
    let place = published(lock.source)
    if try Files.status(place, followingLinks: true)?.kind == .directory { try keepAttributes(of: place, on: folder, needed: 0o700) }
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
  /// What others laid beside the old outputs is kept (see `linkForeignFiles`), and so are the folder's mode, owner, access control list and
  /// attributes. What readers leave beside a file of ours (`-wal`, `.aux.xml`, `.qix`) belongs to the old file and goes with it.
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
    if try linkForeignFiles(of: lock.source, into: folder) { try DirectoryTree.syncFolders(folder, operations) }
    // The folder itself once more: else a power cut may bring the new one up without the old one's mode.
    if try keepFolderAttributes(of: lock.source, on: folder) { try operations.syncDirectory(folder) }
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
    if try linkForeignFiles(of: source, into: folder) {
      try keepFolderAttributes(of: source, on: folder)
      try DirectoryTree.syncFolders(folder, operations)
      try operations.syncDirectory(aside)
      try put(folder, at: source)
    } else {
      try operations.removeEmptyDirectory(folder)
      // As old outputs, so that what comes into them in this moment is not removed with them.
      try operations.rename(published(source), asideOld(source))
      try operations.syncDirectory(Files.parent(published(source)))
      try operations.syncDirectory(aside)
      try retireOld(source)
      try removeOldVersions(source)
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

  // MARK: - The exchange

  /// - Returns: whether there was a folder to take them from.
  @discardableResult
  private func keepFolderAttributes(of source: SourceName, on folder: String) throws(RunStateError) -> Bool {
    let place = published(source)
    guard try Files.status(place, followingLinks: true)?.kind == .directory else { return false }
    try keepAttributes(of: place, on: folder)
    return true
  }

  /// Puts a synced directory at the source's place in one step, brings that to disk, and retires what was there.
  private func put(_ folder: String, at source: SourceName) throws(RunStateError) {
    let place = published(source)
    if try Files.status(place) == nil {
      guard try canExchange(folder, asideProbe(source)) else { return try putVersion(folder, at: source) }
      try operations.rename(asideProbe(source), place)
      try operations.syncDirectory(Files.parent(place))
      try operations.syncDirectory(aside)
      try operations.removeTree(folder)
    } else {
      // Under the name of old outputs before it holds them: were the run killed right after the exchange, the next one must not take
      // them for something half built.
      let old = asideOld(source)
      try operations.rename(folder, old)
      guard try operations.exchange(old, place) else {
        try operations.rename(old, folder)
        return try putVersion(folder, at: source)
      }
      try operations.syncDirectory(Files.parent(place))
      try operations.syncDirectory(aside)
      try retire(old, of: source)
    }
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
