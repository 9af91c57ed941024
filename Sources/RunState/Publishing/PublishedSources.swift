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

  /// The receipt of a published source; nil where there is none, or where it is damaged, which is said. No receipt: the source is due.
  public func receipt(_ source: SourceName) throws(RunStateError) -> Receipt? {
    do {
      let receipt = try Receipt.read(published(source))
      if let receipt, receipt.source != source.text {
        warn("\(published(source)): the receipt is that of \(receipt.source); \(source) is made again")
        return nil
      }
      return receipt
    } catch {
      switch error.code {
      case .damaged, .tooLarge, .inputOutput:
        warn("\(error); \(source) is made again")
        return nil
      default: throw error
      }
    }
  }
}
