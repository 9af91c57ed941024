import GeoTypes
import Report
import RunState

extension RunHistory {
  /// A source as a run saw it.
  struct Seen {
    var name: String
    /// `nil` where the name cannot be used.
    var source: SourceName?
    /// The layer key of what is published now; `nil` where that is not known.
    var key: String?
    /// `nil` where the run did not come to it.
    var outcome: Outcome?
    var reason: String?
    var seconds: Double?
    var outline: [Point]?
  }

  /// Takes up what a run made of its sources.
  ///
  /// - Parameters:
  ///   - joins: what `begin` returned.
  ///   - isWhole: whether these are all sources that there are.
  ///   - figures: of what is published of a source now; `nil` where nothing is.
  mutating func update(_ seen: [Seen], joins: Bool, isWhole: Bool, figures: (SourceName) throws -> PublishedFigures?) rethrows {
    var entries = Dictionary(sources.map { (ExactText($0.name), $0) }, uniquingKeysWith: { first, _ in first })
    var names: Set<ExactText> = []
    for one in seen {
      let name = ExactText(one.name)
      names.insert(name)
      var entry = entries[name] ?? Source(name: one.name, outcome: .elsewhere, isNew: true)
      Self.setOutcome(&entry, one, joins: joins)
      if let outline = one.outline { entry.outline = OutlineText(outline) }
      // What is published is known by its key, or has never been looked at.
      if let source = one.source, entry.key == nil || (one.key != nil && one.key != entry.key), let found = try figures(source) {
        set(&entry, found)
      }
      entries[name] = entry
    }
    if isWhole {
      for (name, entry) in entries where !names.contains(name) && entry.outcome != .removed {
        let source = try? SourceName(entry.name)
        let isPublished = try source.map { try figures($0) != nil } ?? false
        if !isPublished { entries[name] = Self.removed(entry) }
      }
    }
    sources = entries.values.sorted { ExactText($0.name) < ExactText($1.name) }
  }

  private static func setOutcome(_ entry: inout Source, _ seen: Seen, joins: Bool) {
    let wasDone = joins && (entry.outcome == .done || entry.outcome == .retraced)
    switch seen.outcome {
    // Another shard has done it meanwhile.
    case .unchanged? where wasDone, nil where joins && entry.outcome != .elsewhere: break
    case let outcome?: (entry.outcome, entry.reason, entry.seconds) = (outcome, seen.reason, seen.seconds)
    case nil: (entry.outcome, entry.reason, entry.seconds) = (.pending, nil, nil)
    }
  }

  private mutating func set(_ entry: inout Source, _ found: PublishedFigures) {
    let classes = found.classes.filter { $0.pixels > 0 || $0.area > 0 }.map { figures in
      ClassFigures(
        name: place(ofClass: figures.name), area: figures.area.isFinite ? figures.area : 0, pixels: figures.pixels,
        confidence: figures.confidence)
    }
    let areas = ClassFiguresText(classes)
    if entry.before == nil, areas != entry.areas { entry.before = entry.areas }
    entry.areas = areas
    entry.key = found.key
    entry.isMeasured = found.isMeasured
    if !found.outline.isEmpty { entry.outline = OutlineText(found.outline) }
  }

  /// A source of which nothing is there any more: its areas count as those before.
  private static func removed(_ entry: Source) -> Source {
    var entry = entry
    entry.outcome = .removed
    entry.reason = nil
    if entry.before == nil { entry.before = entry.areas }
    entry.areas = ClassFiguresText([])
    entry.key = nil
    return entry
  }
}
