/// What a run remembers of a source that has to be fetched, and of which there is nothing to do: so it is not fetched every night.
public struct NothingToDo: Sendable, Equatable, Codable {
  /// The layer key that it was found out for.
  public var key: LayerKey
  /// The vector file that it lies outside of; `nil` where it has no valid pixel.
  public var outside: String?

  public init(key: LayerKey, outside: String?) {
    self.key = key
    self.outside = outside
  }
}

extension OutputDirectory {
  /// Remembers it in the source's work directory, as long as the source is there and not published.
  public func remember(_ nothing: NothingToDo, of source: SourceName) throws(RunStateError) {
    let path = try prepareWork(source) + "/nothing.json"
    try operations.replace(path, with: try SealedJSON.seal(nothing, file: path))
  }

  /// What is remembered for this key; `nil` for anything else, and for a damaged record, which only makes work.
  public func nothingToDo(_ source: SourceName, key: LayerKey) -> NothingToDo? {
    guard let nothing = try? SealedJSON.read(NothingToDo.self, work(source) + "/nothing.json"), nothing.key == key else { return nil }
    return nothing
  }
}
