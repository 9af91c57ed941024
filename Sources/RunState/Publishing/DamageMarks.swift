/// Marks of published sources that `verify` found damaged: a run, which compares sizes only, makes them again. `damaged/<source>.json`.
extension OutputDirectory {
  /// What was found; for people, the mark itself is that the file is there.
  private struct DamageMark: Codable {
    var source: String
    var problems: [String]
  }

  /// Marks a published source. Needs no lock: should a run replace its outputs in this moment, they are made once more than needed.
  public func markDamaged(_ source: SourceName, _ problems: [String]) throws(RunStateError) {
    if try operations.makeDirectory(damaged) { try operations.syncDirectory(state) }
    let path = damaged(source)
    try operations.replace(path, with: try SealedJSON.seal(DamageMark(source: source.text, problems: problems), file: path))
  }

  /// Whether a source is marked, rightly or by a mark that is damaged itself.
  public func isMarkedDamaged(_ source: SourceName) throws(RunStateError) -> Bool { try Files.status(damaged(source)) != nil }

  /// Whether outputs are as long as their receipt says, and not marked: what a run asks of those that it leaves as they are.
  public func isWhole(_ source: SourceName, _ receipt: Receipt) throws(RunStateError) -> Bool {
    if try isMarkedDamaged(source) { return false }
    return try verify(source, receipt, .sizes).allSatisfy { !$0.isDamage }
  }

  /// Forgets the mark, as after publishing.
  func clearDamage(_ source: SourceName) throws(RunStateError) {
    guard try Files.status(damaged(source)) != nil else { return }
    if try operations.remove(damaged(source)) { try operations.syncDirectory(damaged) }
  }
}
