/// Marks of published sources that `verify` found damaged: a run, which compares sizes only, processes them again. `damaged/<source>.json`.
extension OutputDirectory {
  /// What is damaged.
  public enum Damage: String, Sendable, Codable {
    /// Published files.
    case files
    /// What was written elsewhere from files that are sound, such as rows in a database.
    case elsewhere
  }

  /// What was found.
  private struct DamageMark: Codable {
    var source: String
    var problems: [String]
    /// `nil` for files.
    var damage: Damage?
  }

  /// Marks a published source. Needs no lock: should a run replace its outputs in this moment, they are made once more than needed.
  public func markDamaged(_ source: SourceName, _ problems: [String], _ damage: Damage = .files) throws(RunStateError) {
    if try operations.makeDirectory(damaged) { try operations.syncDirectory(state) }
    let path = damaged(source)
    try operations.replace(path, with: try SealedJSON.seal(DamageMark(source: source.text, problems: problems, damage: damage), file: path))
  }

  /// How a source is marked, rightly or by a mark that is damaged itself; `nil` where it is not.
  public func damage(_ source: SourceName) throws(RunStateError) -> Damage? {
    let path = damaged(source)
    guard try Files.status(path) != nil else { return nil }
    do { return try SealedJSON.read(DamageMark.self, path)?.damage ?? .files } catch {
      guard error.isOfContent else { throw error }
      return .files
    }
  }

  /// Whether outputs are as long as their receipt says, and not marked: what a run asks of those that it leaves as they are.
  public func isWhole(_ source: SourceName, _ receipt: Receipt) throws(RunStateError) -> Bool {
    if try damage(source) == .files { return false }
    return try verify(source, receipt, .sizes).allSatisfy { !$0.isDamage }
  }

  /// Forgets the mark, as after publishing.
  func clearDamage(_ source: SourceName) throws(RunStateError) {
    guard try Files.status(damaged(source)) != nil else { return }
    if try operations.remove(damaged(source)) { try operations.syncDirectory(damaged) }
  }
}
