/// What is published in an output directory.
extension OutputDirectory {
  /// The names of all published sources, in order: every directory with a receipt, links of ours included.
  public func publishedSources() throws(RunStateError) -> [SourceName] {
    var found: [SourceName] = []
    var waiting = [""]
    while let folder = waiting.popLast() {
      for name in try Files.list(folder.isEmpty ? path : path + "/" + folder) ?? [] where name != Self.stateFolder {
        let text = folder.isEmpty ? name : folder + "/" + name
        guard let kind = try Files.status(path + "/" + text)?.kind, kind == .directory || kind == .link else { continue }
        guard let source = try? SourceName(text) else { continue }
        if kind == .link, linkedVersion(source) == nil { continue }
        if try Files.status(published(source) + "/" + Receipt.fileName) != nil {
          found.append(source)
        } else if kind == .directory {
          waiting.append(text)
        }
      }
    }
    return found.sorted()
  }

  /// The receipt of a published source; `nil` if there is none or it is damaged; damage is reported through `warn`. Without a receipt the source is due.
  public func receipt(_ source: SourceName) throws(RunStateError) -> Receipt? {
    do {
      if try isForeignLink(source) {
        warn("\(published(source)): is a link that this program did not make; \(source) counts as not published")
        return nil
      }
      let receipt = try Receipt.read(published(source))
      if let receipt, receipt.source != source.text {
        warn("\(published(source)): the receipt is that of \(receipt.source); \(source) will be redone")
        return nil
      }
      return receipt
    } catch {
      guard error.isOfContent else { throw error }
      warn("\(error); \(source) will be redone")
      return nil
    }
  }

  /// Tells one publishing of a source from the next, equal results included.
  public struct Publication: Sendable, Equatable {
    /// The receipt's, which is another file each time.
    private let device, inode: UInt64
    private let changed: Int64

    fileprivate init(_ status: Files.Status) { (device, inode, changed) = (status.device, status.inode, status.changed) }
  }

  /// The present publishing of a source; `nil` where it is not published.
  public func publication(_ source: SourceName) throws(RunStateError) -> Publication? {
    try Files.status(published(source) + "/" + Receipt.fileName).map(Publication.init)
  }

  // MARK: - What was published

  /// Remembers which sources are published, so that `lostSources` notices one whose whole directory goes. Writes only what is new.
  ///
  /// - Parameter gone: Sources whose outputs are about to be taken away.
  public func rememberPublished(exceptOf gone: [SourceName] = []) throws(RunStateError) {
    let leaving = Set(gone)
    let names = try publishedSources().filter { !leaving.contains($0) }.map(\.text)
    if let before = try? SealedJSON.read(PublishedNames.self, publishedNames), before.sources == names { return }
    try operations.replace(publishedNames, with: try SealedJSON.seal(PublishedNames(sources: names), file: publishedNames))
  }

  /// Sources that a run published, and of which no receipt is there any more: their directories were removed, or lost theirs.
  ///
  /// - Throws: `damaged` if the list of published sources is; the next run rewrites it.
  public func lostSources() throws(RunStateError) -> [SourceName] {
    var lost: [SourceName] = []
    for name in try SealedJSON.read(PublishedNames.self, publishedNames)?.sources ?? [] {
      guard let source = try? SourceName(name) else { continue }
      let isThere = try Files.status(published(source) + "/" + Receipt.fileName) != nil
      let isForeign = try isForeignLink(source)
      if !isThere || isForeign { lost.append(source) }
    }
    return lost
  }

  private func isForeignLink(_ source: SourceName) throws(RunStateError) -> Bool {
    guard try Files.status(published(source))?.kind == .link else { return false }
    return linkedVersion(source) == nil
  }

  private struct PublishedNames: Codable {
    var sources: [String]
  }

  private var publishedNames: String { state + "/published.json" }
}
