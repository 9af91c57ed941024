import CSystem
import Glibc

/// The directory that holds the published outputs and, in `.orthoweave`, the state of all runs.
///
/// ```
/// layers/
///   sheet-17/                     published, whole: layers, receipt.json
///   .orthoweave/
///     lock  matches.json  pipeline.json  published.json
///     reports/  work/<source>/  aside/<source>/  failed/<source>.json  damaged/<source>.json  versions/<source>/
/// ```
///
/// Nothing outside it is ever written, but where it begins (see `begin`), and no link below it is followed.
public struct OutputDirectory: Sendable {
  static let stateFolder = ".orthoweave"

  /// Without a slash at the end.
  public let path: String
  public let operations: FileOperations
  /// Told, in a sentence, what was found wrong and could be put right: a damaged record, leftovers of a killed run.
  public let warn: @Sendable (String) -> Void

  public init(_ path: String, operations: FileOperations = .system, warn: @escaping @Sendable (String) -> Void = { _ in }) {
    var trimmed = path.isEmpty ? "." : path
    while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
    self.path = trimmed
    self.operations = operations
    self.warn = warn
  }

  /// Makes the directory and the folders of the state, where they are not there yet.
  ///
  /// Only here are folders made above others: a directory that vanishes during a run is not recreated in its mount point's place.
  public func prepare() throws(RunStateError) {
    // A limit for the size of files (ulimit -f) shall be an error of the write that meets it, not a signal that ends the program.
    signal(SIGXFSZ, SIG_IGN)
    if path.utf8.count > 2048 {
      throw RunStateError(.badName, file: path, reason: "the path is longer than 2048 bytes", remedy: "set a shorter output.directory")
    }
    try checkLinks()
    var missing: [String] = []
    var above = path
    while try Files.status(above, followingLinks: true) == nil, above != "/", above != "." {
      missing.append(above)
      above = Files.parent(above)
    }
    for folder in missing.dropFirst().reversed() {
      try operations.makeDirectory(folder, linkIsFine: true)
      try operations.syncDirectory(Files.parent(folder))
    }
    if missing.isEmpty {
      try operations.makeDirectory(path, linkIsFine: true)
    } else {
      try begin()
    }
    if try operations.makeDirectory(state) { try operations.syncDirectory(path) }
    var made = false
    for folder in [reports, work, aside, failed] { made = try operations.makeDirectory(folder) || made }
    if made { try operations.syncDirectory(state) }
  }

  /// - Throws: `vanished` if the state is no longer there, as after an unmount.
  public func checkPresent() throws(RunStateError) {
    guard try Files.status(state)?.kind == .directory else {
      throw RunStateError(
        .vanished, file: path, reason: "the output directory is no longer there", remedy: "check that its folder is there and mounted")
    }
  }

  // MARK: - Places

  var state: String { path + "/" + Self.stateFolder }
  var lockFile: String { state + "/lock" }
  /// Where the reports of runs lie.
  public var reports: String { state + "/reports" }
  var work: String { state + "/work" }
  var aside: String { state + "/aside" }
  var failed: String { state + "/failed" }
  var damaged: String { state + "/damaged" }
  var versions: String { state + "/versions" }

  /// Where a source's outputs are, or will be, published.
  public func published(_ source: SourceName) -> String { path + "/" + source.text }

  /// The source's work directory: plan and segments. `prepareWork` makes it.
  public func work(_ source: SourceName) -> String { work + "/" + source.flat }

  func aside(_ source: SourceName) -> String { aside + "/" + source.flat }
  /// The old directory, on its way out, and the new link, on its way in: for file systems that cannot exchange.
  func asideOld(_ source: SourceName) -> String { aside(source) + "%old" }
  func asideLink(_ source: SourceName) -> String { aside(source) + "%link" }
  func asideProbe(_ source: SourceName) -> String { aside(source) + "%probe" }
  func versions(_ source: SourceName) -> String { versions + "/" + source.flat }
  func failed(_ source: SourceName) -> String { failed + "/" + source.flat + ".json" }
  func damaged(_ source: SourceName) -> String { damaged + "/" + source.flat + ".json" }

  // MARK: - Work

  /// Makes the source's work directory.
  @discardableResult
  public func prepareWork(_ source: SourceName) throws(RunStateError) -> String {
    let folder = work(source)
    if try operations.makeDirectory(folder) { try operations.syncDirectory(work) }
    return folder
  }

  /// Removes the source's work directory with its segments, as after publishing.
  public func removeWork(_ source: SourceName) throws(RunStateError) {
    try operations.removeTree(work(source))
  }

  /// Makes the folder in the source's work directory for copies of files that lie elsewhere, and removes copies of other contents.
  ///
  /// - Parameters:
  ///   - fingerprint: of the files; copies that an earlier run has made of the same ones are still there.
  ///   - folders: how many folders are made in it, called 1, 2 and so on.
  public func prepareCopies(_ source: SourceName, _ fingerprint: Fingerprint, folders: Int) throws(RunStateError) -> String {
    try prepareWork(source)
    let folder = copies(source)
    try operations.makeDirectory(folder)
    let name = String(Digest.sha256(fingerprint.identity).prefix(32))
    for other in try Files.list(folder) ?? [] where other != name { try operations.removeTree(folder + "/" + other) }
    let own = folder + "/" + name
    try operations.makeDirectory(own)
    for number in 1...max(1, folders) { try operations.makeDirectory("\(own)/\(number)") }
    return own
  }

  /// Removes the copies, as after a source has failed.
  public func removeCopies(_ source: SourceName) throws(RunStateError) { try operations.removeTree(copies(source)) }

  private func copies(_ source: SourceName) -> String { work(source) + "/copies" }

  /// Removes the work of all sources but these, as at the end of a run that holds the lock exclusively. Returns how many were removed.
  @discardableResult
  public func removeWork(exceptOf sources: some Sequence<SourceName>, lock: RunLock) throws(RunStateError) -> Int {
    precondition(lock.mode == .exclusive, "only an exclusive run may remove others' work")
    let kept = Set(sources.map(\.flat))
    var removed = 0
    for name in try Files.list(work) ?? [] where !kept.contains(name) {
      try operations.removeTree(work + "/" + name)
      removed += 1
    }
    return removed
  }
}
