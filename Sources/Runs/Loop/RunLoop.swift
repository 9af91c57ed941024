import FileWriting
import Foundation
import Geodata
import Inference
import Layers
import NeuralNetwork
import PipelineFile
import RunState

/// Finds out what is due, has it done, and leaves a report.
struct RunLoop {
  let context: RunContext
  let request: RunRequest
  let lock: RunLock
  let started: Date
  /// Sources for which there is nothing to do: outside `input.area`, or without a valid pixel.
  private var leftOut: Set<SourceName> = []
  /// What there was to do; `nil` until that is known.
  private var found: DueWork?
  /// Whether a source failed for the first time.
  private var hasNewFailure = false
  private let draft: ReportDraft
  private let schedule: Schedule
  private var report: RunReport {
    get { draft.report }
    nonmutating _modify { yield &draft.report }
  }
  private var output: OutputDirectory { context.output }
  private var observer: RunObserver { context.observer }
  private var rule: RetryRule {
    RetryRule(limit: context.pipeline.run.retry.limit + 1, after: Double(context.pipeline.run.retry.after.components.seconds))
  }

  init(context: RunContext, request: RunRequest, lock: RunLock, started: Date, exitCode: @escaping ExitCodes) {
    self.context = context
    self.request = request
    self.lock = lock
    self.started = started
    schedule = Schedule(context: context, shard: request.shard)
    let report = RunReport(
      pipeline: request.pipelineFile, started: started, ended: started, host: Machine.hostName,
      process: Int(ProcessInfo.processInfo.processIdentifier), shard: request.shard?.description, exitCode: 0, exitReason: "",
      found: 0, done: 0, unchanged: 0, failed: 0, waiting: 0, postponed: 0, outside: 0, empty: 0, removed: 0, pixels: 0, tiles: 0,
      inferredTiles: 0,
      secondsByStage: [:], seconds: 0, peakMemory: 0, workers: context.workers, kernels: context.model.kernels.rawValue,
      versions: Versions.current.table, changes: request.changes.map(PipelineChange.shown), model: context.model.facts,
      provenance: context.provenance, sources: [])
    let file = "\(context.pipeline.origin.folder)/\(lastComponent(request.pipelineFile))"
    draft = ReportDraft(
      report, output: context.output, metrics: context.pipeline.run.metrics.map { ($0.resolved, file) }, meter: context.meter,
      crew: context.crew, exitCode: exitCode)
  }

  mutating func run() throws -> RunResult {
    var code: RunError.Code?
    context.stop.setLastReport { [draft] in draft.leaveInterrupted() }
    defer { context.stop.setLastReport(nil) }
    do {
      try work()
      if tellsOfFailures { code = .source }
      let isIdle = report.sources.allSatisfy { $0.state == .waiting }
      report.exitReason = code != nil || report.failed > 0 ? "failures" : isIdle ? "nothing to do" : "done"
    } catch is UntilReached {
      report.exitReason = "until"
      observer.info("run.until has been reached: the next run does the rest")
      if tellsOfFailures { code = .source }
    } catch {
      let (reason, kind) = Self.describe(error, otherwise: .surroundings)
      code = kind
      report.exitReason = kind == .interrupted ? "interrupted" : reason
      observer.error(reason)
    }
    context.meter.end()
    if lock.mode == .exclusive, code == nil || code == .source { rememberPublished() }
    writePage(&code)
    finishReport(code)
    return RunResult(code: code, report: report, summary: summary)
  }

  // MARK: - Work

  private mutating func work() throws {
    if lock.mode == .exclusive { try output.recover(lock) }
    let finder = try DueWorkFinder(request, model: context.model, output: output, database: context.database, now: started)
    let found = try finder.find()
    self.found = found
    report.found = found.entries.count
    for warning in found.warnings { warn(warning) }
    if found.entries.isEmpty, request.only == nil { warn("input.sources: no sources were found") }
    if request.only == nil { for warning in try output.checkSources(found.matches) { warn(warning) } }

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
        add(entry.name, .waiting, failure.error, failure: failure)
        let next =
          failure.next.map { "is retried after \($0.formatted(.iso8601))" } ?? "is retried only when a run is asked to retry what failed"
        let message = "failed before (\(failure.error)), \(failure.history), and \(next)"
        if context.pipeline.run.failures == .every {
          observer.warning(message, source: entry.name)
        } else {
          observer.info(message, source: entry.name)
        }
      case .impossible(let error):
        guard isFirstShard else { continue }
        try fail(entry.name, error.description, key: Digest.sha256(error.description))
        try checkFailures()
      case .unsettled: if let source = entry.source { unsettled.append(source) }
      case .due: if let source = entry.source { due.append(source) }
      }
    }
    try announceMerge(found)
    context.meter.begin(sources: due.count + unsettled.count)
    let numbers = Dictionary(
      found.entries.enumerated().compactMap { number, entry in entry.source.map { ($0.name, number) } },
      uniquingKeysWith: { first, _ in first })
    try perform(due, numbers)
    try performUnsettled(unsettled, numbers)
    try checkLeftOut()
    styleDatabase()
    if request.only == nil, request.window == nil, found.isWhole { try output.rememberMatches(found.matches) }
    guard lock.mode == .exclusive, request.only == nil, request.window == nil else { return }
    // What lies in a folder that cannot be listed is not gone.
    guard found.isWhole else {
      if context.pipeline.output.prune || context.pipeline.output.isCombined {
        warn("nothing is removed, and the merged layer and the list of incidents stay as they are, as not all sources are known")
      }
      return
    }
    try prune(found)
    if context.pipeline.output.isCombined { try combine(found) }
    if !found.hasSourceNamedLikeCatalog { try STACFiles(context: context).update(isIdle: report.done == 0 && report.removed == 0) }
    try output.removeWork(exceptOf: found.entries.compactMap(\.source?.name), lock: lock)
    // Sources that are gone are not tried again.
    try output.removeFailures(exceptOf: found.entries.compactMap { try? SourceName($0.name) }, lock: lock)
  }

  /// Says before the work, as a plan does, where the crs of sources keep the merged layer from being made. The merge itself will fail then, unless
  /// such a source fails before.
  private mutating func announceMerge(_ found: DueWork) throws {
    guard context.pipeline.output.isCombined, case .source = context.pipeline.vectors.crs, lock.mode == .exclusive, request.only == nil,
      request.window == nil
    else { return }
    var systems = MergedSystems(pipeline: context.pipeline, output: output)
    for entry in found.entries {
      try context.stop.check()
      guard let source = entry.source else { continue }
      switch entry.state {
      case .unchanged: systems.addPublished(source.name)
      case .due:
        // What cannot be opened fails when it is its turn.
        if case .success(let crs) = Result(catching: { try context.writtenCRS(of: source) }) { systems.add(source.name.text, crs) }
      case .unsettled, .waiting, .impossible: break
      }
    }
    for warning in systems.warnings { warn(warning) }
  }

  /// Keeps the style of the classes beside the rows. Without it the rows are as good: what keeps it from being stored is a warning.
  private mutating func styleDatabase() {
    guard let target = context.postGIS, report.done > 0 else { return }
    let catalog = context.model.catalog
    do throws(GeodataError) {
      try PostGISTable.storeStyle(
        QGISStyle.vector(catalog, fields: LayerColumn.polygons.map(\.field)), sld: SLDStyle.vector(catalog, layer: target.table), of: target
      )
    } catch {
      warn("output.postgis: the style of the classes is not stored: \(error)")
    }
  }

  /// Brings what is made of all sources up to date. A source whose GeoPackage is not what was published is processed again first.
  private mutating func combine(_ found: DueWork) throws {
    let sources = found.entries.compactMap { entry in
      entry.source.flatMap { leftOut.contains($0.name) ? nil : (source: $0, state: entry.state) }
    }
    var present = sources.map { source, state in
      var known: MergedLayer.Source?
      if case .unchanged = state { known = source.rows.map { .init(name: source.name, rows: $0, layerKey: source.layerKey) } }
      return MergedLayer.Present(name: source.name, known: known)
    }
    var (published, broken) = try MergedLayer.sources(present, context)
    var work = try CombinedWork(published, context, lock)
    guard work.isDue || !broken.isEmpty else { return }
    let damaged = try broken + MergedLayer.damaged(published, context)
    if !damaged.isEmpty {
      for (name, problems) in damaged {
        try output.markDamaged(name, problems)
        observer.warning("\(problems.joined(separator: ", ")); it is processed again before it is merged", source: name.text)
        guard let source = sources.first(where: { $0.source.name == name })?.source else { continue }
        let entry = try DueWorkFinder(request, model: context.model, output: output, database: context.database, now: Date()).again(source)
        if case .due = entry.state, let again = entry.source { try perform([again]) }
      }
      let names = Set(damaged.map(\.name))
      present = present.map { names.contains($0.name) ? MergedLayer.Present(name: $0.name) : $0 }
      (published, broken) = try MergedLayer.sources(present, context)
      // The run reports what fails. Without a source that counts as done, the layer would lack rows in silence.
      let failing = Set(report.sources.filter { $0.state == .failed || $0.state == .waiting }.map { ExactText($0.name) })
      for (name, problems) in broken {
        let reason = problems.joined(separator: ", ")
        guard failing.contains(ExactText(name.text)) else {
          throw RunError(
            .source, file: output.published(name), reason: "\(reason), and so nothing is merged",
            remedy: "check what else writes there, or remove that folder")
        }
        observer.warning("its outputs are damaged and not merged (\(reason))", source: name.text)
      }
      work = try CombinedWork(published, context, lock)
    }
    try work.perform(Dictionary(sources.map { ($0.source.name.text, $0.source) }, uniquingKeysWith: { first, _ in first }))
  }

  /// Files that were young when the run began are checked again, at most `input.settle` later.
  private mutating func performUnsettled(_ sources: [DueSource], _ numbers: [SourceName: Int]) throws {
    let settle = Double(context.pipeline.input.settle.components.seconds)
    let deadline = started.addingTimeInterval(settle + 1)
    var waiting = sources
    sayWait(waiting, deadline)
    while !waiting.isEmpty {
      try context.stop.check()
      try context.checkTime()
      let finder = try DueWorkFinder(request, model: context.model, output: output, database: context.database, now: Date())
      var settled: [DueSource] = []
      var young: [DueSource] = []
      var least = 0.25
      for source in waiting {
        let entry = try finder.again(source)
        switch entry.state {
        case .unsettled(let wait):
          if Date().addingTimeInterval(wait) <= deadline {
            young.append(source)
            least = min(least, wait)
          } else {
            report.postponed += 1
            add(source.name.text, .postponed, "was written less than \(Int(settle)) s ago: it is left for the next run")
            observer.info("is still being written: left for the next run", source: source.name.text)
          }
        case .impossible(let error): try fail(source.name.text, error.description, key: source.layerKey.text)
        case .due: if let again = entry.source { settled.append(again) }
        case .unchanged, .waiting: break
        }
      }
      if settled.isEmpty, !young.isEmpty { Thread.sleep(forTimeInterval: max(least, 0.01)) }
      try perform(settled, numbers)
      waiting = young
    }
  }

  private func sayWait(_ sources: [DueSource], _ deadline: Date) {
    let seconds = Int(deadline.timeIntervalSinceNow.rounded(.up))
    guard !sources.isEmpty, seconds > 0 else { return }
    observer.info(
      "waiting up to \(seconds) s for \(counted(sources.count, "source")) just written, until input.settle has passed: they may still be being copied"
    )
  }

  private mutating func perform(_ sources: [DueSource], _ numbers: [SourceName: Int] = [:]) throws {
    try schedule.perform(sources.map { ($0, numbers[$0.name] ?? 0) }) { try end($0) }
  }

  /// Takes down what came of a source.
  ///
  /// - Throws: what ends the run.
  private mutating func end(_ ended: Schedule.Ended) throws {
    let (source, start) = (ended.source, ended.start)
    do {
      guard let outcome = try ended.result.get() else { return }
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
    } catch let error as LeftOut {
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
      try fail(source.name.text, reason, key: source.layerKey.text, start: start)
      try checkFailures()
    }
  }

  /// There is nothing to do for the source, and that is not a failure.
  private mutating func leaveOut(_ source: DueSource, _ reason: LeftOut) throws {
    var nothing: NothingToDo?
    switch reason {
    case .outsideArea(let file):
      report.outside += 1
      nothing = NothingToDo(key: source.layerKey, outside: file)
    case .outsideWindow: report.outside += 1
    case .empty:
      report.empty += 1
      nothing = NothingToDo(key: source.layerKey, outside: nil)
    }
    leftOut.insert(source.name)
    let isEmpty = if case .empty = reason { true } else { false }
    add(source.name.text, isEmpty ? .empty : .outside, reason.description)
    if try output.receipt(source.name) == nil {
      observer.info(reason.description, source: source.name.text)
    } else if !context.pipeline.output.prune {
      observer.warning("\(reason); its earlier outputs stay (prune: true removes them)", source: source.name.text)
    }
    if lock.mode == .exclusive { try output.finish(source.name) }
    // So that it is not fetched every night.
    if source.isRemote, let nothing { try output.remember(nothing, of: source.name) }
  }

  /// Where every source was left out, that is hardly what was meant.
  ///
  /// - Throws: `RunError` (wrongCall) where the part to be tried lies in no source.
  private mutating func checkLeftOut() throws {
    guard !leftOut.isEmpty, leftOut.count == report.found else { return }
    if request.window != nil, report.outside > 0 {
      throw RunError(.wrongCall, reason: "the window does not overlap any source", remedy: "give a window inside one")
    }
    if report.outside > 0, report.outside == report.found, context.pipeline.input.area != nil {
      warn("no source has a pixel inside input.area; check the file's crs and the order of its axes")
    }
    if report.empty > 0 { warn("no source has a valid pixel; check their masks, their nodata values and input.nodata") }
  }

  /// What the overlap cost, where it cost anything.
  private func cost(_ outcome: SourceRun.Outcome) -> String {
    let cost = String(format: "%.2f", outcome.cost)
    return outcome.inferredTiles == 0 || cost == "1.00" ? "" : " (overlap costs \(cost) × the pixels)"
  }

  /// Reports and records a failure, and counts its tries as long as the key stays the same.
  private mutating func fail(_ name: String, _ reason: String, key: String, start: ContinuousClock.Instant? = nil) throws {
    report.failed += 1
    var record: FailureRecord?
    // A name that cannot be published cannot be recorded either.
    if let source = try? SourceName(name) {
      record = try output.recordFailure(source, error: reason, key: key, rule: rule, now: Date())
    }
    if record.map({ $0.tries == 1 }) ?? true { hasNewFailure = true }
    add(name, .failed, reason, nil, start, failure: record)
    observer.error(reason, source: name)
  }

  /// Whether the exit code is that of failures.
  private var tellsOfFailures: Bool {
    switch context.pipeline.run.failures {
    case .every: report.failed > 0 || (report.waiting > 0 && isFirstShard)
    case .new: hasNewFailure
    }
  }

  /// What concerns all shards is reported by one of them.
  private var isFirstShard: Bool { request.shard.map { $0.index == 0 } ?? true }

  private mutating func warn(_ message: String) {
    report.warnings.append(message)
    observer.warning(message)
  }

  private func checkFailures() throws {
    guard let limit = context.pipeline.run.maxFailures, report.failed > limit.count(of: report.found) else { return }
    throw RunError(
      .source, reason: "\(counted(report.failed, "source")) failed, more than run.maxFailures allows",
      remedy: "fix the cause they share, then run again")
  }

  private mutating func add(
    _ name: String, _ state: RunReport.Source.State, _ reason: String, _ outcome: SourceRun.Outcome? = nil,
    _ start: ContinuousClock.Instant? = nil, failure: FailureRecord? = nil
  ) {
    report.sources.append(
      RunReport.Source(
        name: name, state: state, reason: reason, pixels: outcome?.pixels ?? 0, tiles: outcome?.tiles ?? 0,
        inferredTiles: outcome?.inferredTiles ?? 0, keptSegments: outcome.flatMap { $0.keptSegments > 0 ? $0.keptSegments : nil },
        overlapCost: ((outcome?.cost ?? 0) * 1000).rounded() / 1000,
        polygons: outcome?.polygons ?? 0, seconds: start.map { ($0.secondsAgo * 1000).rounded() / 1000 } ?? 0,
        warnings: outcome?.warnings ?? [], read: outcome?.read, files: outcome?.files, failingSince: failure?.first,
        tries: failure?.tries))
  }

  private mutating func prune(_ found: DueWork) throws {
    guard context.pipeline.output.prune else { return }
    var present = Set(found.entries.compactMap { try? SourceName($0.name) }).subtracting(leftOut)
    present.formUnion(try context.pipeline.output.combinedNames)
    let limit: PruneLimit =
      switch context.pipeline.run.pruneLimit {
      case .count(let count): .count(count)
      case .percent(let percent): .share(percent / 100)
      }
    let gone = try output.sourcesToPrune(found.matches, present: present, limit: limit)
    if !gone.isEmpty { try output.rememberPublished(exceptOf: gone) }
    try removeUnknownRows(present)
    for name in gone {
      guard let own = try SourceLock.take(output, name, .exclusive) else { continue }
      defer { own.release() }
      // First the rows: where the database cannot be reached, the outputs stay, and so does the reason to come back.
      if let target = context.postGIS { try PostGISTable.remove(sources: [name.text], from: target) }
      try output.unpublish(own)
      try output.finish(name)
      report.removed += 1
      observer.info("its source is \(leftOut.contains(name) ? "left out" : "gone"): its outputs were removed", source: name.text)
    }
  }

  /// Rows of the pipeline whose source is neither there nor published: those of an output directory that was emptied.
  private func removeUnknownRows(_ present: Set<SourceName>) throws {
    guard let target = context.postGIS, let counts = context.database?.counts else { return }
    let unknown = counts.keys.filter { name in (try? SourceName(name)).map { !present.contains($0) } ?? true }
    guard !unknown.isEmpty else { return }
    let published = Set(try output.publishedSources().map(\.text))
    let gone = unknown.filter { !published.contains($0) }.sortedByBytes()
    if !gone.isEmpty { try PostGISTable.remove(sources: gone, from: target) }
  }

  // MARK: - End

  /// For `verify`, which without it could not miss what was removed whole.
  private func rememberPublished() {
    do { try output.rememberPublished() } catch { observer.warning("\(error): verify will not notice outputs that are removed entirely") }
  }

  /// Brings the page for people up to date. A part that is only tried does not touch it.
  ///
  /// - Parameter code: becomes that of surroundings where the page cannot be written.
  private func writePage(_ code: inout RunError.Code?) {
    if !context.pipeline.output.report { try? output.forgetPage() }
    guard context.pipeline.output.report, request.window == nil, found?.hasSourceNamedReport != true else { return }
    let isWhole = lock.mode == .exclusive && request.only == nil && found?.isWhole == true
    do {
      let page = RunPage(context: context, shard: request.shard, report: draft.completed(code, reason: report.exitReason))
      try page.write(found?.entries, isWhole: isWhole)
    } catch {
      let (reason, _) = Self.describe(error)
      observer.error("the page of the run cannot be written: \(reason)")
      guard code == nil || code == .source else { return }
      code = .surroundings
      report.exitReason = reason
    }
  }

  private func finishReport(_ code: RunError.Code?) {
    do {
      let notification = Notification(context.pipeline.run.notify, output: output)
      guard let file = try draft.finish(code, reason: report.exitReason) else { return }
      let problem = notification.send(code: report.exitCode, isFailing: !failing.isEmpty, report: file, summary: summary)
      if let problem { observer.warning(problem) }
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
    if report.outside > 0 { parts.append("\(report.outside) outside \(request.window == nil ? "input.area" : "the window")") }
    if report.empty > 0 { parts.append("\(report.empty) without a valid pixel") }
    if report.removed > 0 { parts.append("\(report.removed) removed") }
    return "\(parts.joined(separator: ", ")) of \(counted(report.found, "source")) in \(String(format: "%.1f", report.seconds)) s" + failing
  }

  /// "; failing: a (since 2026-11-27T03:15:00Z, tried 2 times)": each of five sources that fail, and how many more there are.
  private var failing: String {
    let failing = report.sources.filter { $0.state == .failed || $0.state == .waiting }
    guard !failing.isEmpty else { return "" }
    let some = failing.prefix(5).map { source in
      guard let since = source.failingSince, let tries = source.tries else { return source.name }
      return "\(source.name) (since \(since.formatted(.iso8601)), tried \(tries == 1 ? "once" : "\(tries) times"))"
    }
    return "; failing: \(some.joined(separator: ", "))" + (failing.count > 5 ? " and \(failing.count - 5) more" : "")
  }

  /// One line for an error, and whom it concerns: one source, or the run.
  ///
  /// - Parameter otherwise: of an error that nobody foresaw: that of a source stops no other.
  static func describe(_ error: any Error, otherwise: RunError.Code = .source) -> (reason: String, code: RunError.Code) {
    switch error {
    case let error as RunError: (error.description, error.code)
    case let error as RunStateError: (error.description, error.code == .locked ? .locked : error.endsRun ? .surroundings : .source)
    case let error as GeodataError: (error.description, error.code == .unwritable ? .surroundings : .source)
    case let error as LayersError: (error.description, error.code == .unwritable ? .surroundings : .source)
    case let error as FileError: (error.description, .surroundings)
    case let error as ThreadError: (error.description, .surroundings)
    case let error as NetworkError where error.code == .tooLarge: (error.description, .surroundings)
    default: ("\(error)", otherwise)
    }
  }
}
