/// Bringing the state in order after a run that was killed, at whatever moment. Doing it twice, or being killed in it, does no harm.
extension OutputDirectory {
  /// Cleans up after killed runs: what was being built, was on its way out, or was written aside. Segments stay.
  ///
  /// Called at the start of a plain run. Returns how many leftovers were removed or finished.
  @discardableResult
  public func recover(_ lock: RunLock) throws(RunStateError) -> Int {
    precondition(lock.mode == .exclusive, "recovery needs the exclusive run lock")
    var count = 0
    var flats = Set<String>()
    for name in try Files.rawList(aside) ?? [] {
      count += 1
      if let flat = name.text.flatMap(Self.flat(ofLink:)) {
        flats.insert(flat)
      } else {
        try operations.removeTree(RawPath(aside).appending(name))
      }
    }
    for name in try Files.list(versions) ?? [] { flats.insert(name) }
    for flat in flats.sorted() { try recover(flat: flat) }

    for folder in [reports, failed, damaged, state] { count += try removeTemporaryFiles(folder) }
    for name in try Files.list(work) ?? [] { count += try removeTemporaryFiles(work + "/" + name) }
    return count
  }

  /// Cleans up after killed runs what concerns one source, as shards do.
  public func recover(_ lock: SourceLock) throws(RunStateError) {
    precondition(lock.mode == .exclusive, "recovery of \(lock.source) needs its exclusive lock")
    try recoverVersions(lock.source)
    try operations.removeTree(aside(lock.source))
    try operations.removeTree(asideProbe(lock.source))
    try removeTemporaryFiles(work(lock.source))
  }

  private func recover(flat: String) throws(RunStateError) {
    if let source = try source(flat: flat) { return try recoverVersions(source) }
    // Killed before anything was published through this version directory.
    try operations.removeTree(versions + "/" + flat)
    try operations.removeTree(aside + "/" + flat + "%link")
    try operations.removeTree(aside + "/" + flat + "%old")
  }

  private static func flat(ofLink name: String) -> String? {
    for suffix in ["%link", "%old"] where name.hasSuffix(suffix) { return String(name.dropLast(suffix.count)) }
    return nil
  }

  @discardableResult
  private func removeTemporaryFiles(_ folder: String) throws(RunStateError) -> Int {
    var count = 0
    for name in try Files.list(folder) ?? [] where Files.isTemporary(name) {
      if try operations.remove(folder + "/" + name) { count += 1 }
    }
    return count
  }
}
