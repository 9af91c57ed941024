import Foundation
import GeoTypes
import Report

/// What the page of a run is made from, and the next one is compared with: `history.json` in the state folder.
///
/// It holds an entry of about 300 bytes for each source, and the runs of the last nights. All of it but the runs and the areas of the run before
/// can be found again in receipts.
struct RunHistory: Codable {
  static let currentVersion = 1
  /// Nights that are shown.
  static let nights = 30
  /// Of a schedule that runs every few minutes, the last ones are kept.
  private static let mostRuns = 2000
  /// Shards of one work begin within this time.
  private static let longestWork: TimeInterval = 12 * 3600

  var version = Self.currentVersion
  /// Names of classes, to which sources refer by place.
  var classes: [String] = []
  /// Oldest first.
  var runs: [RunFigures] = []
  /// How many of the last runs are one work: shards that have ended so far, or one run.
  var group = 0
  /// In order of their names.
  var sources: [Source] = []

  struct Source: Codable {
    var name: String
    var outcome: Outcome
    /// One line, where it failed.
    var reason: String?
    var seconds: Double?
    /// The beginning of the layer key that the areas belong to; `nil` where nothing is published.
    var key: String?
    /// Whether areas are in m², not in pixels.
    var isMeasured = true
    var outline = OutlineText([])
    var areas = ClassFiguresText([])
    /// After the run before, where they have changed since.
    var before: ClassFiguresText?
    /// Whether the run before did not know it.
    var isNew: Bool?
  }

  /// Whether there was a run before the last work.
  var hasBefore: Bool { runs.count > group }

  /// The last run; of shards, all that belong together.
  var lastRuns: ArraySlice<RunFigures> { runs.suffix(max(1, group)) }

  /// Takes up a run: as a part of the last work, where it is another shard of it, or as the next one.
  ///
  /// - Returns: whether it is a part of the last work.
  mutating func begin(_ run: RunFigures) -> Bool {
    let joins = isPartOfLastWork(run)
    if joins {
      group += 1
    } else {
      group = 1
      for index in runs.indices { runs[index].stages = [:] }
      sources.removeAll { $0.outcome == .removed }
      for index in sources.indices {
        (sources[index].outcome, sources[index].reason, sources[index].seconds) = (.elsewhere, nil, nil)
        (sources[index].before, sources[index].isNew) = (nil, nil)
      }
    }
    runs.append(run)
    let oldest = run.started.addingTimeInterval(-Double(Self.nights + 1) * 86_400)
    runs.removeAll { $0.started < oldest }
    if runs.count > Self.mostRuns { runs.removeFirst(runs.count - Self.mostRuns) }
    group = min(group, runs.count)
    return joins
  }

  private func isPartOfLastWork(_ run: RunFigures) -> Bool {
    let mates = runs.suffix(group)
    guard let shard = run.shard, let first = mates.first, first.shardCount == run.shardCount else { return false }
    return !mates.contains { $0.shard == shard } && abs(run.started.timeIntervalSince(first.started)) < Self.longestWork
  }

  /// The place of a class's name, which is added where it is new.
  mutating func place(ofClass name: String) -> Int {
    if let place = classes.firstIndex(where: { ExactText($0) == ExactText(name) }) { return place }
    classes.append(name)
    return classes.count - 1
  }
}
