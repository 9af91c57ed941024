import FileWriting
import Foundation
import GeoTypes
import Geodata
import Inference
import Layers
import NeuralNetwork
import PipelineFile
import RunState
import Synchronization
import Tiling

/// Does one source from its pixels to its published layers.
///
/// Segments that an earlier run finished are taken as they are; the outputs are built aside and appear in one step.
struct SourceRun: Sendable {
  let context: RunContext
  var source: DueSource
  let limits: SourceLimits
  /// Among the other sources in flight.
  let place: any SourcePlace

  /// What came out, for the report.
  struct Outcome: Sendable {
    var pixels = 0
    var tiles = 0
    var inferredTiles = 0
    /// Segments of a mosaic that were taken as published.
    var keptSegments = 0
    var cost = 0.0
    var polygons = 0
    var warnings: [String] = []
    /// What was read, for the report and the receipt.
    var read: JSONValue?
    /// The files that the layers were made from.
    var files: [Provenance.File] = []
  }

  /// Does the source alone.
  ///
  /// - Throws: `RunError`, `GeodataError`, `RunStateError` and what else the stages throw. Nothing is published then.
  func perform() throws -> Outcome {
    guard let lock = try SourceLock.take(context.output, source.name, .exclusive) else {
      throw RunError(.locked, file: source.name.text, reason: "another process works on this source")
    }
    defer { lock.release() }
    return try source.isRemote ? performRemote(lock) : perform(lock)
  }

  /// Does the source, whose files are on the disk.
  func perform(_ lock: SourceLock) throws -> Outcome {
    if source.due == .layers, let outcome = try retrace(lock) { return outcome }
    let (plan, pixels) = try plan()
    let store = try prepare(plan)
    try store.removeForeign(lock)
    try place.admit(plan, infers: true)
    let kept = try keepUntouched(plan, in: store, rows: 0..<plan.segments.rows)
    // A kill costs a segment at most: one that is all there is need not wait for the disk.
    let inferred = try infer(plan, pixels, into: store, rows: 0..<plan.segments.rows, keepsSegments: plan.segments.count == 1)
    return try publish(plan, pixels, store, inferred, keptSegments: kept, lock: lock)
  }

  /// Opens and plans the source; alone, where decoding its blocks takes much memory that nobody has planned for yet.
  ///
  /// It stays open for reading its pixels and the picture behind the preview, all on this thread.
  private func plan() throws -> (SourcePlan, any PixelSource) {
    let start = ContinuousClock.now
    defer { context.meter.add(start.secondsAgo, to: .plan) }
    let refusal = Refusal()
    do {
      let pixels = try context.open(source) { [place] in
        do {
          try place.openAlone()
          return true
        } catch {
          refusal.error.withLock { $0 = error }
          return false
        }
      }
      return (try context.plan(pixels, of: source), pixels)
    } catch {
      throw refusal.error.withLock { $0 } ?? error
    }
  }

  /// Why there was no turn.
  private final class Refusal: Sendable { let error = Mutex<(any Error)?>(nil) }

  /// Does this shard's part: rows of segments of a large source, or the whole of a small one if it is this shard's turn. Of the shards
  /// that finish a source, the last one publishes it.
  ///
  /// - Parameter order: the source's number among all that were found; the same for every shard.
  /// - Returns: `nil` where this shard published nothing.
  func performShard(_ shard: Shard, order: Int) throws -> Outcome? {
    let isMine = order % shard.count == shard.index
    // What has to be fetched is fetched by one shard.
    if source.due == .layers || source.isRemote {
      guard isMine else { return nil }
      return try perform()
    }
    // Without the lock: a shard that only looks would keep the one whose source it is from publishing it.
    let (plan, pixels) = try plan()
    // A strip is worth its while from two rows of segments on; smaller sources go to one shard each.
    let isSplit = plan.segments.rows >= 2 * shard.count
    guard isSplit || isMine else { return nil }
    guard let shared = try SourceLock.take(context.output, source.name, .shared, waiting: 60, while: { !context.stop.isAsked }) else {
      // Another shard publishes it, or a plain run does it.
      return nil
    }
    var (inferred, kept) = (Inferred(), 0)
    let store: SegmentStore
    do {
      defer { shared.release() }
      store = try prepare(plan)
      try checkPlan()
      try place.admit(plan, infers: true)
      let rows = isSplit ? plan.segments.strip(shard.index, of: shard.count) : 0..<plan.segments.rows
      kept = try keepUntouched(plan, in: store, rows: rows)
      inferred = try infer(plan, pixels, into: store, rows: rows, keepsSegments: false)
    }
    guard Set(try store.present()).isSuperset(of: plan.segments.windows),
      let lock = try SourceLock.take(context.output, source.name, .exclusive)
    else { return nil }
    defer { lock.release() }
    // The shard that was faster has published it meanwhile. What was published before this shard began does not count: it may be what is asked for again.
    if try context.output.publication(source.name) != source.publication, let receipt = try context.output.receipt(source.name),
      receipt.layerKey == source.layerKey, try context.output.damage(source.name) == nil
    {
      return nil
    }
    return try publish(plan, pixels, store, inferred, keptSegments: kept, lock: lock)
  }

  /// What all shards of a source must agree on.
  private struct WorkPlan: Codable, Equatable {
    var kernels: String
    /// Says which work it is, whatever the kernel set: a plan with another key was left by a run with other settings.
    var sharedKey: RasterKey
  }

  /// The first shard writes down the kernel set; one on another kind of processor must not mix its bits in.
  private func checkPlan() throws {
    let own = WorkPlan(kernels: context.model.kernels.rawValue, sharedKey: source.sharedKey)
    let plan = try context.output.plan(WorkPlan.self, source.name)
    if plan == own { return }
    if let plan, plan.sharedKey == own.sharedKey {
      throw RunError(
        .wrongCall, reason: "the other shards use the kernel set \(plan.kernels), this one would use \(own.kernels)",
        remedy: "set inference.kernels: \(plan.kernels) for all")
    }
    try context.output.writePlan(own, source.name)
  }

  /// Says what is read and what is wrong with it, and opens the store of its segments.
  private func prepare(_ plan: SourcePlan) throws -> SegmentStore {
    context.observer.info(plan.reading.lines.joined(separator: "; "), source: source.name.text)
    let tile = plan.grid.tile
    context.observer.detail(
      "\(counted(plan.tiles, "tile")) of \(tile.width) × \(tile.height) that share \(min(plan.grid.overlap.height, plan.grid.overlap.width)) pixels, "
        + "\(counted(plan.panels.count, "panel")), up to \(plan.memory.total / 1_000_000) MB of memory",
      source: source.name.text)
    let place = try context.checkPlace(source, plan)
    for warning in plan.warnings + [place].compactMap(\.self) { context.observer.warning(warning, source: source.name.text) }
    return SegmentStore(context.output, source.name, key: segmentKey)
  }

  private func publish(
    _ plan: SourcePlan, _ pixels: any PixelSource, _ store: SegmentStore, _ inferred: Inferred, keptSegments: Int, lock: SourceLock
  ) throws -> Outcome {
    var outcome = Outcome()
    outcome.keptSegments = keptSegments
    outcome.pixels = plan.region.area
    outcome.tiles = plan.tiles
    outcome.cost = plan.cost
    outcome.warnings = plan.warnings
    outcome.read = try JSONValue(encoding: plan.reading)
    outcome.inferredTiles = inferred.tiles
    try checkUnchanged()
    let rows = SegmentRows(plan: plan, store: store, kept: inferred.kept, probabilityClasses: context.probabilityClasses)
    if let frame = plan.carriedTo {
      return try finish(plan, pixels, rows: GroundRows(picture: rows, frame: frame, region: plan.region), lock: lock, outcome)
    }
    return try finish(plan, pixels, rows: rows, lock: lock, outcome)
  }

  /// What inferring gave.
  struct Inferred {
    /// Tiles that the network saw.
    var tiles = 0
    /// Segments that are not in the store.
    var kept: [SegmentWindow: SegmentPlanes] = [:]
  }

  /// Infers the missing segments in rows of the segment grid.
  ///
  /// - Parameter keepsSegments: whether they are kept in memory in place of being stored.
  func infer(
    _ plan: SourcePlan, _ pixels: any PixelSource, into store: SegmentStore, rows: Range<Int>, keepsSegments: Bool
  ) throws -> Inferred {
    // Read whole: what is damaged counts as missing, and is inferred again now.
    let ours = try store.present().filter { rows.contains($0.row / plan.segments.segmentHeight) }
    let present = Set(try ours.filter { try store.read($0) != nil })
    var missing = plan.segments.windows.filter { rows.contains($0.row / plan.segments.segmentHeight) && !present.contains($0) }
    if missing.count < plan.segments.count, !missing.isEmpty, !present.isEmpty {
      context.observer.info("resuming: \(present.count) of \(plan.segments.count) segments are already finished", source: source.name.text)
    }
    try storeEmpty(missing.filter { plan.occupancy.emptySegments.contains($0) }, into: store)
    missing.removeAll { plan.occupancy.emptySegments.contains($0) }
    let passes = plan.panels.map { panel in (panel, missing.filter { panel.contains($0.column / plan.segments.segmentWidth) }) }
    let model = context.model
    guard !missing.isEmpty else { return Inferred() }
    let network = try model.tileNetwork()
    var prepared: [(SourcePass, [SegmentWindow])] = []
    for (panel, windows) in passes where !windows.isEmpty {
      let columns = plan.segments.pixelColumns(panel)
      let pass = SourcePass(
        grid: plan.grid, blend: model.blend, decision: model.decision, merge: model.merge,
        columns: plan.region.column + columns.lowerBound..<plan.region.column + columns.upperBound,
        wanted: windows.map(plan.window), network: network, normalization: model.normalization, augmentation: model.augmentation,
        wantsProbabilities: context.probabilityClasses > 0)
      prepared.append((pass, windows))
    }
    let tiles = prepared.reduce(0) { $0 + $1.0.tileCount }
    let pixelsPerTile = Double(missing.reduce(0) { $0 + $1.width * $1.height }) / Double(max(1, tiles))
    let (meter, order, limits, context) = (context.meter, place.order, limits, context)
    meter.plan(order, tiles: tiles)
    let inferred = Counter()
    var kept: [SegmentWindow: SegmentPlanes] = [:]
    for (pass, windows) in prepared {
      let collector = SegmentCollector(
        plan: plan, store: store, missing: Set(windows), probabilityClasses: context.probabilityClasses, keepsSegments: keepsSegments,
        threads: context.storeThreads,
        check: { try checkUnchanged() }, spent: { meter.add($0, to: .store) })
      let events = SourcePass.Events(
        check: {
          try limits.check()
          try context.checkTime()
        },
        tileDone: { wasInferred in
          if wasInferred { inferred.value.add(1, ordering: .relaxed) }
          meter.tileDone(order, pixels: pixelsPerTile)
          place.tileDone()
        }, spent: { meter.add($1, to: RunStage($0)) }, hand: { limits.hand($0) })
      let result = Result {
        try context.crew.run(pass, order: order, open: { context.reading(pixels, plan) }, events: events, sink: collector)
      }
      // Nothing is written to the disk any more once this source has ended.
      let stored = Result { try collector.finish() }
      try result.get()
      kept.merge(try stored.get()) { _, new in new }
    }
    return Inferred(tiles: inferred.value.load(ordering: .relaxed), kept: kept)
  }

  /// Stores segments of nothing but nodata, as inferring them would.
  private func storeEmpty(_ segments: [SegmentWindow], into store: SegmentStore) throws {
    var payloads: [Int: [UInt8]] = [:]
    for segment in segments {
      try limits.check()
      let area = segment.width * segment.height
      let payload =
        try payloads[area]
        ?? SegmentPlanes(
          planes: [[UInt8]](repeating: [UInt8](repeating: ClassMap.nodata, count: area), count: 2 + context.probabilityClasses)
        ).encoded()
      payloads[area] = payload
      try store.write(segment, payload)
    }
  }

  /// Probabilities take planes of their own, so their segments are others.
  var segmentKey: RasterKey {
    context.probabilityClasses > 0 ? RasterKey(source.rasterKey.text + "+probabilities") : source.rasterKey
  }

  /// A source that was written while it was read gives neither the old nor the new picture.
  private func checkUnchanged() throws {
    let changed = source.fingerprint.changedFiles()
    guard let first = changed.first else { return }
    throw RunError(.source, file: first, reason: "changed while it was read", remedy: "the next run processes it again")
  }

  // MARK: - Layers

  /// Traces the published class map again, where only the settings of layers have changed. `nil` where it cannot serve.
  private func retrace(_ lock: SourceLock) throws -> Outcome? {
    let folder = context.output.published(source.name)
    let base = folder + "/" + source.name.leaf
    guard context.probabilityClasses == 0, var receipt = try context.output.receipt(source.name) else { return nil }
    // Damage in these two would go on into every layer.
    receipt.files.removeAll { !$0.name.hasSuffix(".classes.tif") && !$0.name.hasSuffix(".confidence.tif") }
    guard try context.output.verify(source.name, receipt, .content).isEmpty else { return nil }
    guard let rows = try PublishedRows(classes: base + ".classes.tif", confidence: base + ".confidence.tif") else { return nil }
    let (plan, pixels) = try plan()
    guard rows.size == plan.writtenSize else { return nil }
    if let warning = try context.checkPlace(source, plan) { context.observer.warning(warning, source: source.name.text) }
    var outcome = Outcome()
    outcome.pixels = plan.region.area
    outcome.warnings = plan.warnings
    outcome.read = try JSONValue(encoding: plan.reading)
    try place.admit(plan, infers: false)
    return try finish(plan, pixels, rows: rows, lock: lock, outcome)
  }

  /// Makes the layers when it is the source's turn. Where memory runs out while others are in flight, once more without them.
  private func finish(
    _ plan: SourcePlan, _ pixels: any PixelSource, rows: some ClassRows, lock: SourceLock, _ outcome: Outcome
  ) throws -> Outcome {
    try place.beginFinishing()
    var first = outcome
    do {
      try build(plan, pixels, rows: rows, lock: lock, outcome: &first)
      return first
    } catch is MemoryGuard.NotAlone {
      try place.waitUntilAlone()
      var second = outcome
      try build(plan, pixels, rows: rows, lock: lock, outcome: &second)
      return second
    }
  }

  private func build(_ plan: SourcePlan, _ pixels: any PixelSource, rows: some ClassRows, lock: SourceLock, outcome: inout Outcome) throws {
    var job = context.job(plan, of: source, pixels)
    job.provenance.sources = try files()
    outcome.files = job.provenance.sources
    let folder = try context.output.beginBuilding(lock)
    do {
      let builder = LayerBuilder(
        job: job, folder: folder, meter: context.meter, limits: limits,
        memory: MemoryGuard(limit: context.memoryLimit) { [place] in place.isAlone })
      let built = try builder.build(rows)
      guard built.validPixels > 0 else {
        throw context.pipeline.input.area.map { LeftOut.outsideArea($0.resolved) } ?? .empty
      }
      outcome.polygons = built.polygons
      outcome.warnings += built.warnings
      for warning in built.warnings { context.observer.warning(warning, source: source.name.text) }
      let start = ContinuousClock.now
      let outline = try context.footprints[source.name].map { try JSONValue(encoding: $0.map { [$0.x, $0.y] }) }
      let receipt = Receipt(
        source: source.name, rasterKey: source.rasterKey, layerKey: source.layerKey, fingerprint: source.fingerprint,
        versions: Versions.ofResults,
        details: built.details?.adding("read", outcome.read)
          .adding("warnings", outcome.warnings.isEmpty ? nil : try JSONValue(encoding: outcome.warnings)).adding(
            "mosaic", plan.mosaic?.facts
          )
          .adding("model", try JSONValue(encoding: context.model.facts)).adding("outline", outline),
        files: try Receipt.describe(folder, rows: built.rowChecksums))
      try context.stop.check()
      try context.output.publish(receipt, lock)
      context.meter.add(start.secondsAgo, to: .publish)
    } catch {
      // A library may have taken a full disk for something else; what cannot be removed now goes at the next start.
      defer { try? context.output.discardBuilding(lock) }
      try lock.checkWrites()
      guard let refusal = error as? GeodataError, refusal.code == .unwritable, Self.isOf(refusal.file, folder), Self.canWrite(in: folder)
      else { throw error }
      // No write failed, and there is room: a library refuses this source alone.
      throw RunError(.source, refusal)
    }
  }

  /// The source's files with their checksums: those of the published receipt where its pixels are not read again. What lies beside them is left out.
  ///
  /// - Throws: `RunError` (source) where one of them cannot be read.
  private func files() throws -> [Provenance.File] {
    if source.due == .layers, let receipt = try context.output.receipt(source.name),
      receipt.fingerprint.identity == source.fingerprint.identity, let known = receipt.provenance?.sources, !known.isEmpty
    {
      return known
    }
    let start = ContinuousClock.now
    defer { context.meter.add(start.secondsAgo, to: .read) }
    let own = Set((source.files + context.pipeline.input.partsOfVirtualRasters(source)).map { ExactText(ArchivePath.file(of: $0)) })
    var files: [Provenance.File] = []
    for file in source.fingerprint.files where own.contains(ExactText(file.path)) {
      var digest = file.sha256
      if digest == nil {
        do throws(RunStateError) {
          digest = try Digest.sha256(file: file.path) { (try? limits.check()) != nil }
        } catch {
          throw RunError(.source, error)
        }
      }
      guard let digest else {
        try limits.check()
        continue
      }
      files.append(Provenance.File(name: lastComponent(file.name), bytes: file.size, sha256: digest))
    }
    try checkUnchanged()
    return files
  }

  /// Whether an error about a file concerns the outputs being built, or what GDAL keeps in memory for them; not so a database.
  private static func isOf(_ file: String, _ folder: String) -> Bool { file.hasPrefix(folder + "/") || file.hasPrefix("/vsimem/") }

  /// Whether 64 KiB can be written and synced in a folder that is removed afterwards.
  private static func canWrite(in folder: String) -> Bool {
    do throws(FileError) {
      let file = try NewFile(folder + "/probe.tmp")
      try file.write([UInt8](repeating: 0, count: 1 << 16))
      try file.sync()
      try file.finish()
      return true
    } catch {
      return false
    }
  }
}

/// Counts on any thread.
private final class Counter: Sendable {
  let value = Atomic(0)
}
