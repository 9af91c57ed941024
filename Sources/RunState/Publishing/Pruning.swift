/// What one pattern of `input.sources` matched in this run.
public struct PatternMatch: Sendable, Equatable {
  /// As the pipeline has it.
  public var pattern: String
  /// The path before the first wildcard; for a folder or a file, the folder itself or the one that holds the file. `nil` where it is not on a disk.
  public var fixedFolder: String?
  /// How many files it matched.
  public var matches: Int

  public init(pattern: String, fixedFolder: String?, matches: Int) {
    self.pattern = pattern
    self.fixedFolder = fixedFolder
    self.matches = matches
  }
}

/// The most that one run may remove (`run.pruneLimit`).
public enum PruneLimit: Sendable, Equatable {
  case count(Int)
  /// Of all published sources, 0…1; one source may always go.
  case share(Double)

  func most(of published: Int) -> Int {
    switch self {
    case .count(let count): max(0, count)
    case .share(let share): max(1, Int((Double(published) * min(1, max(0, share))).rounded(.down)))
    }
  }
}

extension OutputDirectory {
  /// The published sources whose source is gone, in order: what `prune: true` removes with `unpublish`.
  ///
  /// Throws `vanished` where a pattern's fixed folder is missing, or it matched before and now matches nothing: a mount may be missing.
  /// Throws `pruneRefused` where more would go than the limit allows: then nothing goes.
  ///
  /// - Parameters:
  ///   - matches: what each pattern matches now.
  ///   - present: The names of all sources of this run, whether done or not, and of what else is published (`merged`).
  ///   - limit: `run.pruneLimit`.
  public func sourcesToPrune(
    _ matches: [PatternMatch], present: Set<SourceName>, limit: PruneLimit
  ) throws(RunStateError) -> [SourceName] {
    _ = try checkSources(matches)
    let published = try publishedSources()
    let gone = published.filter { !present.contains($0) }
    let most = limit.most(of: published.count)
    if gone.count > most {
      throw RunStateError(
        .pruneRefused, file: path,
        reason: "\(gone.count) of \(published.count) published sources are gone, and run.pruneLimit allows to remove \(most)",
        remedy: "check that all sources are mounted, or raise run.pruneLimit once")
    }
    return gone
  }

  /// Compares what patterns matched with the run before.
  ///
  /// - Returns: a line for each pattern that matched less than half as much.
  /// - Throws: `RunStateError` (vanished) where sources are missing that were there in an earlier run: exit code 1, nothing removed.
  public func checkSources(_ matches: [PatternMatch]) throws(RunStateError) -> [String] {
    let before = try rememberedMatches()
    var warnings: [String] = []
    for match in matches {
      if let folder = match.fixedFolder, try Files.status(folder, followingLinks: true) == nil {
        throw RunStateError(
          .vanished, file: folder, reason: "is not there, where the sources \(match.pattern) should be",
          remedy: "check that it is mounted")
      }
      if match.matches == 0, let count = before[match.pattern], count > 0 {
        throw RunStateError(
          .vanished, file: match.fixedFolder ?? match.pattern,
          reason: "\(match.pattern) matched \(count) files before and matches nothing now",
          remedy: "check that it is mounted; if all sources are gone for good, remove their outputs by hand")
      }
      if let count = before[match.pattern], 2 * match.matches < count {
        warnings.append("\(match.pattern): matched \(count) files in the run before, and \(match.matches) now; check that all are there")
      }
    }
    return warnings
  }

  /// Remembers what the patterns matched, for the next run's `checkSources`. A pattern that matches nothing keeps its earlier count.
  public func rememberMatches(_ matches: [PatternMatch]) throws(RunStateError) {
    let before = try rememberedMatches()
    var now: [String: Int] = [:]
    for match in matches { now[match.pattern] = match.matches > 0 ? match.matches : before[match.pattern] ?? 0 }
    if now == before { return }
    try operations.replace(matchesFile, with: try SealedJSON.seal(MatchesFile(matches: now), file: matchesFile))
  }

  private struct MatchesFile: Codable {
    var matches: [String: Int]
  }

  private var matchesFile: String { state + "/matches.json" }

  private func rememberedMatches() throws(RunStateError) -> [String: Int] {
    do { return try SealedJSON.read(MatchesFile.self, matchesFile)?.matches ?? [:] } catch {
      guard error.isOfContent else { throw error }
      warn("\(error); what the sources matched before is not known")
      return [:]
    }
  }
}
