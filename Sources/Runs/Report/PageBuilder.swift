import Basics
import Foundation
import Layers
import PipelineFile
import Report
import RunState

/// Makes of a run and its history what the page shows.
struct PageBuilder {
  let context: RunContext
  let history: RunHistory
  let report: RunReport

  /// Sources with a picture on the page.
  private static let mostPreviews = 6

  /// - Throws: `RunStateError`.
  func content() throws -> PageContent {
    let runs = Array(history.lastRuns)
    let zone = TimeZone.current
    var content = PageContent(title: context.pipeline.origin.name, run: RunFigures(of: runs), timeZone: zone)
    if let count = runs.last?.shardCount { content.shards = (runs.count, count) }
    content.sources = history.sources.map {
      PageContent.SourceState(name: $0.name, outcome: $0.outcome, outline: $0.outline.points, seconds: $0.seconds)
    }
    content.failures = try failures()
    content.areas = [true, false].compactMap(areas)
    content.confidences = confidences
    content.hasBefore = history.hasBefore
    content.changes = changes()
    try addPreviews(&content.changes)
    content.nights = Night.last(RunHistory.nights, of: history.runs, until: report.ended, in: zone)
    content.warnings =
      report.warnings + (report.model?.warnings ?? [])
      + report.sources.flatMap { source in source.warnings.map { "\(source.name): \($0)" } }
    content.facts = FactTables(context: context, report: report).tables
    return content
  }

  private func failures() throws -> [PageContent.Failure] {
    let failing = history.sources.filter { $0.outcome == .failed || $0.outcome == .waiting }
    guard !failing.isEmpty else { return [] }
    let records = Dictionary(try context.output.failures().map { (ExactText($0.source), $0) }, uniquingKeysWith: { first, _ in first })
    return failing.map { source in
      let record = records[ExactText(source.name)]
      return PageContent.Failure(
        name: source.name, reason: source.reason ?? record?.error ?? "", since: record?.first, tries: record?.tries, next: record?.next)
    }
  }

  // MARK: - Areas

  /// The classes that have an area in one unit now, or had one before; `nil` where there is none.
  private func areas(isMeasured: Bool) -> PageContent.AreaTable? {
    struct Sum {
      var area = 0.0
      var before = 0.0
      var sources = 0
    }
    var sums: [Int: Sum] = [:]
    for source in history.sources where source.isMeasured == isMeasured {
      for figures in source.areas.classes {
        sums[figures.name, default: Sum()].area += figures.area
        sums[figures.name, default: Sum()].sources += 1
      }
      for figures in (source.before ?? source.areas).classes { sums[figures.name, default: Sum()].before += figures.area }
    }
    guard !sums.isEmpty else { return nil }
    let classes = ordered(sums).map { place, sum in
      PageContent.ClassArea(name: name(place), color: color(place), area: sum.area, before: sum.before, sources: sum.sources)
    }
    return PageContent.AreaTable(unit: isMeasured ? .squareMeters : .pixels, classes: classes)
  }

  /// The mean over the pixels of all sources that say it.
  private var confidences: [PageContent.ClassConfidence] {
    var sums: [Int: (confidence: Double, pixels: Double)] = [:]
    for figures in history.sources.lazy.flatMap(\.areas.classes) {
      guard let confidence = figures.confidence, figures.pixels > 0 else { continue }
      sums[figures.name, default: (0, 0)].confidence += confidence * Double(figures.pixels)
      sums[figures.name, default: (0, 0)].pixels += Double(figures.pixels)
    }
    return ordered(sums).map { place, sum in
      PageContent.ClassConfidence(name: name(place), color: color(place), mean: sum.confidence / sum.pixels)
    }
  }

  private func changes() -> [PageContent.SourceChange] {
    let changed = history.sources.compactMap { source -> (change: PageContent.SourceChange, size: Double)? in
      let isWorkedOn = source.outcome == .done || source.outcome == .retraced
      guard let before = source.before, history.hasBefore || isWorkedOn else { return nil }
      var differences: [Int: (before: Double, now: Double)] = [:]
      for figures in before.classes { differences[figures.name, default: (0, 0)].before += figures.area }
      for figures in source.areas.classes { differences[figures.name, default: (0, 0)].now += figures.area }
      let classes = differences.filter { $0.value.before != $0.value.now }
        .sorted { (abs($0.value.now - $0.value.before), $1.key) > (abs($1.value.now - $1.value.before), $0.key) }
      guard !classes.isEmpty else { return nil }
      let change = PageContent.SourceChange(
        name: source.name, isNew: source.isNew == true && history.hasBefore, isRemoved: source.outcome == .removed,
        unit: source.isMeasured ? .squareMeters : .pixels,
        classes: classes.map { (name($0.key), color($0.key), $0.value.before, $0.value.now) })
      return (change, classes.reduce(0) { $0 + abs($1.value.now - $1.value.before) })
    }
    // Square meters first: pixels are no measure to compare them with.
    return changed.sorted {
      let (first, second) = ($0.change.unit == .squareMeters, $1.change.unit == .squareMeters)
      return first == second ? $0.size > $1.size : first
    }.map(\.change)
  }

  private func addPreviews(_ changes: inout [PageContent.SourceChange]) throws {
    var count = 0
    for index in changes.indices where !changes[index].isRemoved && count < Self.mostPreviews {
      guard let name = try? SourceName(changes[index].name), let preview = PreviewThumbnail.of(name, in: context.output) else { continue }
      changes[index].preview = preview
      count += 1
    }
  }

  // MARK: - Classes

  private func name(_ place: Int) -> String { place < history.classes.count ? history.classes[place] : "class \(place)" }

  private func color(_ place: Int) -> Color {
    let name = ExactText(name(place))
    return context.model.catalog.classes.first { ExactText($0.name) == name }?.color ?? .standard(place)
  }

  /// In the order of the catalog; classes of earlier models come last.
  private func ordered<Value>(_ byPlace: [Int: Value]) -> [(Int, Value)] {
    let order = classOrder
    return byPlace.sorted { (order[$0.key] ?? .max, $0.key) < (order[$1.key] ?? .max, $1.key) }.map { ($0.key, $0.value) }
  }

  /// The order of the catalog, by place in the history; classes of earlier models have none.
  private var classOrder: [Int: Int] {
    let places = Dictionary(
      history.classes.enumerated().map { (ExactText($0.element), $0.offset) }, uniquingKeysWith: { first, _ in first })
    var order: [Int: Int] = [:]
    for (index, entry) in context.model.catalog.classes.enumerated() {
      if let place = places[ExactText(entry.name)], order[place] == nil { order[place] = index }
    }
    return order
  }
}
