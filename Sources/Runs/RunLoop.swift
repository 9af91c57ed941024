import FileWriting
import Foundation
import Geodata
import Layers
import NeuralNetwork
import PipelineFile
import RunState

/// Works through the due sources, one after the other, and leaves a report.
struct RunLoop {
  let context: RunContext
  let request: RunRequest
  let lock: RunLock
  let started: Date
  /// Sources that lie outside `input.area`.
  private var outside: Set<SourceName> = []
  private let draft: ReportDraft
  private var report: RunReport {
    get { draft.report }
    nonmutating _modify { yield &draft.report }
  }
  private var output: OutputDirectory { context.output }
  private var observer: RunObserver { context.observer }
  private var rule: RetryRule {
    RetryRule(limit: context.pipeline.run.retry.limit + 1, after: Double(context.pipeline.run.retry.after.components.seconds))
  }

  init(context: RunContext, request: RunRequest, lock: RunLock, started: Date) {
    self.context = context
    self.request = request
    self.lock = lock
    self.started = started
    let report = RunReport(
      pipeline: request.pipelineFile, started: started, ended: started, host: Machine.hostName,
      process: Int(ProcessInfo.processInfo.processIdentifier), shard: request.shard?.description, exitCode: 0, exitReason: "",
      found: 0, done: 0, unchanged: 0, failed: 0, waiting: 0, postponed: 0, outside: 0, removed: 0, pixels: 0, tiles: 0, inferredTiles: 0,
      secondsByStage: [:], seconds: 0, peakMemory: 0, workers: context.workers, kernels: context.model.kernels.rawValue,
      versions: Versions.current.table, model: context.model.facts, sources: [])
    draft = ReportDraft(report, output: context.output, metrics: context.pipeline.run.metrics?.resolved, meter: context.meter)
  }

  mutating func run() throws -> RunResult {
    var code: RunError.Code?
    context.stop.setLastReport { [draft] in draft.leaveInterrupted() }
    defer { context.stop.setLastReport(nil) }
    do {
      try work()
      if report.failed > 0 { code = .source }
      report.exitReason = report.failed > 0 ? "failures" : report.sources.isEmpty ? "nothing to do" : "done"
    } catch is UntilReached {
      report.exitReason = "until"
      observer.info("run.until has come: the rest is done in the next run")
      if report.failed > 0 { code = .source }
    } catch {
      let (reason, kind) = Self.describe(error)
      code = kind
      report.exitReason = kind == .interrupted ? "interrupted" : reason
      observer.error(reason)
    }
    context.meter.end()
    if lock.mode == .exclusive, code == nil || code == .source { rememberPublished() }
    finishReport(code)
    return RunResult(code: code, report: report, summary: summary)
  }

  // MARK: - Work

  private mutating func work() throws {
    if lock.mode == .exclusive { try output.recover(lock) }
    let finder = try request.finder(model: context.model, output: output, now: started)
    let found = try finder.find()
    report.found = found.entries.count
    for warning in found.warnings { observer.warning(warning) }
    if request.only == nil { try output.checkSources(found.matches) }

    var due: [DueSource] = []
    var unsettled: [DueSource] = []
    for entry in found.entries {
      switch entry.state {
      case .unchanged:
        report.unchanged += 1
        // What a kill just after publishing left.
        if let source = entry.source, lock.mode == .exclusive { try output.finish(source.name) }
      case .waiting(let failure):
        report.waiting += 1
        let next = failure.next.map { "is tried again after \($0.formatted(.iso8601))" } ?? "is not tried again; --retry-failed does"
        observer.info("failed before (\(failure.error)) and \(next)", source: entry.name)
      case .impossible(let error):
        guard request.shard.map({ $0.index == 0 }) ?? true else { continue }
        fail(entry.name, error.description)
        try checkFailures()
      case .unsettled: if let source = entry.source { unsettled.append(source) }
      case .due: if let source = entry.source { due.append(source) }
      }
    }
    context.meter.begin(sources: due.count + unsettled.count)
    let order = Dictionary(uniqueKeysWithValues: found.entries.enumerated().map { ($0.element.name, $0.offset) })
    for source in due { try perform(source, order: order[source.name.text] ?? 0) }
    try performUnsettled(unsettled, order: order)
    if request.only == nil, request.window == nil, found.unlisted.isEmpty { try output.rememberMatches(found.matches) }
    guard lock.mode == .exclusive, request.only == nil, request.window == nil else { return }
    // What lies in a folder that cannot be listed is not gone.
    guard found.unlisted.isEmpty else {
      if context.pipeline.output.prune || context.pipeline.output.merge != .none {
        observer.warning("nothing is removed and the merged layer stays as it is, as a folder of sources cannot be listed")
      }
      return
    }
    try prune(found)
    if context.pipeline.output.merge != .none {
      try MergedLayer(context: context, lock: lock).update(
        present: found.entries.compactMap { entry -> (name: SourceName, key: LayerKey?)? in
          guard let source = entry.source, !outside.contains(source.name) else { return nil }
          if case .unchanged = entry.state { return (source.name, source.layerKey) }
          return (source.name, nil)
        })
    }
    try output.removeWork(exceptOf: found.entries.compactMap(\.source?.name), lock: lock)
    // Sources that are gone are not tried again.
    try output.removeFailures(exceptOf: found.entries.compactMap { try? SourceName($0.name) }, lock: lock)
  }

  /// Files that were young when the run began are looked at again, at most `input.settle` later.
  private mutating func performUnsettled(_ sources: [DueSource], order: [String: Int]) throws {
    guard !sources.isEmpty else { return }
    let settle = Double(context.pipeline.input.settle.components.seconds)
    let deadline = started.addingTimeInterval(settle + 1)
    for source in sources {
      while true {
        try context.stop.check()
        try context.checkTime()
        let entry = try request.finder(model: context.model, output: output, now: Date()).again(source)
        if case .unsettled(let wait) = entry.state {
          guard Date().addingTimeInterval(wait) <= deadline else {
            report.postponed += 1
            add(source.name.text, .postponed, "was written less than \(Int(settle)) s ago: it is left for the next run")
            observer.info("is still being written: left for the next run", source: source.name.text)
            break
          }
          Thread.sleep(forTimeInterval: min(max(wait, 0.01), 0.25))
          continue
        }
        if case .impossible(let error) = entry.state {
          fail(source.name.text, error.description)
        } else if case .due = entry.state, let again = entry.source {
          try perform(again, order: order[source.name.text] ?? 0)
        }
        break
      }
    }
  }

  private mutating func perform(_ source: DueSource, order: Int) throws {
    try context.stop.check()
    try context.checkTime()
    context.meter.nextSource()
    let start = ContinuousClock.now
    do {
      let outcome: SourceRun.Outcome?
      if let shard = request.shard {
        outcome = try SourceRun(context: context, source: source).performShard(shard, order: order)
      } else {
        outcome = try SourceRun(context: context, source: source).perform()
      }
      guard let outcome else { return }
      try output.finish(source.name)
      report.done += 1
      report.pixels += outcome.pixels
      report.tiles += outcome.tiles
      report.inferredTiles += outcome.inferredTiles
      add(source.name.text, source.due == .layers && outcome.tiles == 0 ? .retraced : .done, source.reason, outcome, start)
      observer.info(
        "done in \(String(format: "%.1f", start.secondsAgo)) s: \(counted(outcome.polygons, "polygon"))"
          + (outcome.tiles > 0 ? ", \(counted(outcome.inferredTiles, "tile"))" + cost(outcome) : ""),
        source: source.name.text)
    } catch is UntilReached {
      throw UntilReached()
    } catch let error as OutsideArea {
      try leaveOut(source, error)
    } catch {
      // A stage that was asked to stop may have ended with an error of its own.
      try context.stop.check()
      let (reason, kind) = Self.describe(error)
      if kind == .locked, request.shard == nil {
        report.postponed += 1
        add(source.name.text, .postponed, reason)
        observer.warning("another process works on it: left for the next run", source: source.name.text)
        return
      }
      guard kind == .source else { throw error }
      fail(source.name.text, reason, start: start)
      try output.recordFailure(source.name, error: reason, key: source.layerKey.text, rule: rule, now: Date())
      try checkFailures()
    }
  }

  /// A source outside `input.area` is no failure: the area says so.
  private mutating func leaveOut(_ source: DueSource, _ reason: OutsideArea) throws {
    report.outside += 1
    outside.insert(source.name)
    add(source.name.text, .outside, reason.description)
    if try output.receipt(source.name) == nil {
      observer.info(reason.description, source: source.name.text)
    } else if !context.pipeline.output.prune {
      observer.warning("\(reason); its earlier outputs stay (prune: true removes them)", source: source.name.text)
    }
    if lock.mode == .exclusive { try output.finish(source.name) }
  }

  /// What the overlap cost, where it cost anything.
  private func cost(_ outcome: SourceRun.Outcome) -> String {
    let cost = String(format: "%.2f", outcome.cost)
    return outcome.inferredTiles == 0 || cost == "1.00" ? "" : " (overlap costs \(cost) × the pixels)"
  }

  private mutating func fail(_ name: String, _ reason: String, start: ContinuousClock.Instant? = nil) {
    report.failed += 1
    add(name, .failed, reason, nil, start)
    observer.error(reason, source: name)
  }

  private func checkFailures() throws {
    guard let limit = context.pipeline.run.maxFailures, report.failed > limit.count(of: report.found) else { return }
    throw RunError(
      .source, reason: "\(counted(report.failed, "source")) failed, more than run.maxFailures allows",
      remedy: "mend what they have in common")
  }

  private mutating func add(
    _ name: String, _ state: RunReport.Source.State, _ reason: String, _ outcome: SourceRun.Outcome? = nil,
    _ start: ContinuousClock.Instant? = nil
  ) {
    report.sources.append(
      RunReport.Source(
        name: name, state: state, reason: reason, pixels: outcome?.pixels ?? 0, tiles: outcome?.tiles ?? 0,
        inferredTiles: outcome?.inferredTiles ?? 0, overlapCost: ((outcome?.cost ?? 0) * 1000).rounded() / 1000,
        polygons: outcome?.polygons ?? 0, seconds: start.map { ($0.secondsAgo * 1000).rounded() / 1000 } ?? 0,
        warnings: outcome?.warnings ?? [], read: outcome?.read))
  }

  private mutating func prune(_ found: DueWork) throws {
    guard context.pipeline.output.prune else { return }
    var present = Set(try found.entries.map { try SourceName($0.name) }).subtracting(outside)
    if context.pipeline.output.merge != .none { present.insert(try SourceName(MergedLayer.name)) }
    let limit: PruneLimit =
      switch context.pipeline.run.pruneLimit {
      case .count(let count): .count(count)
      case .percent(let percent): .share(percent / 100)
      }
    let gone = try output.sourcesToPrune(found.matches, present: present, limit: limit)
    if !gone.isEmpty { try output.rememberPublished(exceptOf: gone) }
    for name in gone {
      guard let own = try SourceLock.take(output, name, .exclusive) else { continue }
      defer { own.release() }
      // First the rows: where the database cannot be reached, the outputs stay, and so does the reason to come back.
      if let target = context.postGIS { try PostGISTable.remove(sources: [name.text], from: target) }
      try output.unpublish(own)
      try output.finish(name)
      report.removed += 1
      observer.info("its source is \(outside.contains(name) ? "outside input.area" : "gone"): its outputs were removed", source: name.text)
    }
  }

  // MARK: - End

  /// For `verify`, which without it could not miss what was removed whole.
  private func rememberPublished() {
    do { try output.rememberPublished() } catch { observer.warning("\(error): verify will not notice outputs that are removed whole") }
  }

  private func finishReport(_ code: RunError.Code?) {
    do {
      try draft.finish(code, reason: report.exitReason)
    } catch {
      // The work is done; a report that cannot be written does not undo it.
      observer.error("the report cannot be written: \(error)")
    }
  }

  private var summary: String {
    var parts = ["\(report.done) done", "\(report.unchanged) unchanged"]
    if report.failed > 0 { parts.append("\(report.failed) failed") }
    if report.waiting > 0 { parts.append("\(report.waiting) waiting for another try") }
    if report.postponed > 0 { parts.append("\(report.postponed) left for the next run") }
    if report.outside > 0 { parts.append("\(report.outside) outside input.area") }
    if report.removed > 0 { parts.append("\(report.removed) removed") }
    return "\(parts.joined(separator: ", ")) of \(counted(report.found, "source")) in \(String(format: "%.1f", report.seconds)) s"
  }

  /// One line for an error, and whom it concerns: one source, or the run.
  static func describe(_ error: any Error) -> (reason: String, code: RunError.Code) {
    switch error {
    case let error as RunError: (error.description, error.code)
    case let error as RunStateError: (error.description, error.code == .locked ? .locked : error.endsRun ? .surroundings : .source)
    case let error as GeodataError: (error.description, error.code == .unwritable ? .surroundings : .source)
    case let error as LayersError: (error.description, error.code == .unwritable ? .surroundings : .source)
    case let error as FileError: (error.description, .surroundings)
    case let error as NetworkError where error.code == .tooLarge: (error.description, .surroundings)
    default: ("\(error)", .source)
    }
  }
}

extension RunError.Code {
  var exitCode: Int32 {
    switch self {
    case .surroundings: 1
    case .wrongCall: 2
    case .source: 3
    case .locked: 4
    case .interrupted: 130
    }
  }
}
