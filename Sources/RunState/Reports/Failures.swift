public import FoundationEssentials

/// A source that failed: why, how often, and when it is tried again. `failed/<source>.json`.
public struct FailureRecord: Sendable, Codable, Equatable {
  public var source: String
  /// One line, as the user saw it.
  public var error: String
  /// The raster key (or whatever else the caller takes for the source's state): another one, and the source is tried at once.
  public var key: String
  /// How often it was tried, at least 1.
  public var tries: Int
  public var first: Date
  public var last: Date
  /// Not before then; nil where the limit of tries is reached.
  public var next: Date?
}

/// When failed sources are tried again (`run.retry`).
public struct RetryRule: Sendable, Equatable {
  /// Tries in all, at least 1.
  public var limit: Int
  /// Seconds before the second try; doubled before each further one, up to 30 days.
  public var after: Double

  public init(limit: Int, after: Double) {
    self.limit = max(1, limit)
    self.after = max(0, after)
  }

  static let longest: Double = 30 * 86_400

  /// Seconds to wait after so many tries; `nil` if there is no further try.
  public func wait(afterTries tries: Int) -> Double? {
    guard tries < limit else { return nil }
    let doublings = Double(min(max(0, tries - 1), 60))
    return min(Self.longest, after * pow2(doublings))
  }

  private func pow2(_ exponent: Double) -> Double { Double(sign: .plus, exponent: Int(exponent), significand: 1) }
}

extension OutputDirectory {
  /// The source's failure; `nil` if it has none or the record is damaged; damage is reported through `warn`, and the source is tried again.
  public func failure(_ source: SourceName) throws(RunStateError) -> FailureRecord? {
    let path = failed(source)
    do {
      guard let record = try SealedJSON.read(FailureRecord.self, path) else { return nil }
      return record.source == source.text ? record : nil
    } catch {
      guard error.isOfContent else { throw error }
      warn("\(error); \(source) is tried again")
      return nil
    }
  }

  /// All failures on record, in order of their names; damaged records are left out.
  public func failures() throws(RunStateError) -> [FailureRecord] {
    var records: [FailureRecord] = []
    for name in try Files.list(failed) ?? [] where name.hasSuffix(".json") {
      if let record = try? SealedJSON.read(FailureRecord.self, failed + "/" + name) { records.append(record) }
    }
    return records.sorted { $0.source.utf8.lexicographicallyPrecedes($1.source.utf8) }
  }

  /// Records that a source failed once more, and returns the record. Tries are counted as long as the key stays the same.
  @discardableResult
  public func recordFailure(
    _ source: SourceName, error: String, key: String, rule: RetryRule, now: Date
  ) throws(RunStateError) -> FailureRecord {
    let before = try failure(source).flatMap { $0.key == key ? $0 : nil }
    let tries = min(before?.tries ?? 0, 1_000_000) + 1
    let record = FailureRecord(
      source: source.text, error: error, key: key, tries: tries, first: before?.first ?? now, last: now,
      next: rule.wait(afterTries: tries).map { now.addingTimeInterval($0) })
    let path = failed(source)
    try operations.replace(path, with: try SealedJSON.seal(record, file: path))
    return record
  }

  /// Forgets the failures of all sources but these, as at the end of a run that found all sources there are. Returns how many there were.
  @discardableResult
  public func removeFailures(exceptOf sources: some Sequence<SourceName>, lock: RunLock) throws(RunStateError) -> Int {
    precondition(lock.mode == .exclusive, "only an exclusive run may forget others' failures")
    let kept = Set(sources.map { $0.flat + ".json" })
    var removed = 0
    for name in try Files.list(failed) ?? [] where name.hasSuffix(".json") && !kept.contains(name) {
      if try operations.remove(failed + "/" + name) { removed += 1 }
    }
    if removed > 0 { try operations.syncDirectory(failed) }
    return removed
  }

  /// Forgets the source's failures, as after a success.
  public func clearFailure(_ source: SourceName) throws(RunStateError) {
    guard try Files.status(failed(source)) != nil else { return }
    if try operations.remove(failed(source)) { try operations.syncDirectory(failed) }
  }
}

extension FailureRecord {
  /// "since 2026-11-27T03:15:00Z, tried 2 times".
  public var history: String { "since \(first.formatted(.iso8601)), tried \(tries == 1 ? "once" : "\(tries) times")" }

  /// Whether the source may be tried: its time has come, it is another source by now, or the clock was set back since (then nothing can be
  /// told from times).
  public func isDue(key: String, now: Date) -> Bool {
    if key != self.key { return true }
    guard let next else { return false }
    return now >= next || now < last.addingTimeInterval(-1)
  }
}
