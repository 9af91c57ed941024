import Glibc

/// The page of the last run for people, and what the next one compares with. `report/index.html`, `history.json`.
extension OutputDirectory {
  /// The folder of the page, in the directory.
  public static let pageFolder = "report"

  private var historyFile: String { state + "/history.json" }

  /// Replaces history and page by those that follow from the history before. One process at a time: shards end together.
  ///
  /// A history that is damaged, or of another version, is reported through `warn` and begun again. The history is written first: a run that is
  /// killed in between leaves an old page, which the next run replaces.
  ///
  /// - Parameters:
  ///   - mark: what every page holds; a file in its place without it was not written by this program, and stays.
  ///   - seconds: how long to wait for other processes that do the same.
  /// - Throws: `RunStateError`, and what `update` throws.
  public func updatePage<History: Codable>(
    mark: String, waiting seconds: Double, _ update: (History?) throws -> (history: History, page: [UInt8])
  ) throws {
    let lock = try LockFile(self)
    defer { lock.close() }
    var waited = 0.0
    while try !lock.take(.exclusive, byte: LockFile.pageByte) {
      guard waited < seconds else {
        throw RunStateError(
          .locked, file: historyFile, reason: "another process has been writing it for \(Int(seconds)) s",
          remedy: "find out what it waits for")
      }
      usleep(50_000)
      waited += 0.05
    }
    var before: History?
    do { before = try SealedJSON.read(History.self, historyFile) } catch {
      guard error.isOfContent else { throw error }
      warn("\(error); the page of the run begins again without what came before")
    }
    let (history, page) = try update(before)
    try operations.replace(historyFile, with: try SealedJSON.seal(history, file: historyFile))
    try writePage(page, mark: mark)
  }

  private static let page = pageFolder + "/index.html"

  /// Forgets the page, which is not kept up to date any more. It stays.
  public func forgetPage() throws(RunStateError) { try forgetDocument(Self.page) }

  private func writePage(_ bytes: [UInt8], mark: String) throws(RunStateError) {
    if try operations.makeDirectory("\(path)/\(Self.pageFolder)") { try operations.syncDirectory(path) }
    try replaceDocument(Self.page, with: bytes, mark: mark, within: 1000, remedy: "move it, or set output.report: false")
  }

  /// Whether a mark of this program stands near the start of a file, or the file is not there.
  func isMarked(_ file: String, _ mark: String, within bytes: Int = 1000) throws(RunStateError) -> Bool {
    guard let content = try Files.read(file, limit: SealedJSON.limit) else { return true }
    // An empty file holds nothing that could be lost: a power cut may have left it.
    return content.isEmpty || String(decoding: content.prefix(bytes), as: UTF8.self).contains(mark)
  }
}
