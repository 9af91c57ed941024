import Foundation
import Inference
import PipelineFile
import RunState

/// Takes sources from opening to publishing, several at once, each on a thread of its own.
///
/// A source is opened and planned, waits until there is memory for it, is read and inferred by the crew, waits for its turn, and gets its
/// layers. The next one is opened as soon as the crew will run out of tiles; those that came first go first everywhere. What comes of a source
/// does not depend on the others.
///
/// `@unchecked Sendable`: what changes is touched only with the lock of `monitor` held.
final class Schedule: @unchecked Sendable {
  private let context: RunContext
  private let shard: Shard?
  private let monitor = Monitor()
  /// For the thread that starts sources and learns of their ends.
  private let news = Monitor.Condition()
  /// For sources that wait for others.
  private let moves = Monitor.Condition()
  private var nextOrder = 0
  private var seats: [Int: Seat] = [:]
  private var ended: [Ended] = []
  private var ending: (any Error)?
  private var endingSince: ContinuousClock.Instant?

  /// Seconds after which a thread that was asked to end and hangs in reading is left behind.
  private static let patience = 10.0

  private struct Seat {
    enum Stage { case opening, waitingToOpen, openingAlone, waitingForMemory, inferring, waitingToFinish, finishing, waitingAlone, alone }
    let source: DueSource
    let limits: SourceLimits
    let start = ContinuousClock.now
    var stage = Stage.opening
    var claim: MemoryClaim?
    /// Since when its thread has been asked to end.
    var failedSince: ContinuousClock.Instant?
  }

  /// A source whose work is over.
  struct Ended {
    let source: DueSource
    let result: Result<SourceRun.Outcome?, any Error>
    let start: ContinuousClock.Instant
  }

  init(context: RunContext, shard: Shard?) {
    self.context = context
    self.shard = shard
  }

  /// The largest number of sources in flight: each takes a thread and a few open files.
  private var mostSeats: Int {
    min(2 * context.workers + 8, 300, max(1, (Machine.mostOpenFiles - 64) / 12))
  }

  /// Sources that are opened at the same time.
  private var mostOpening: Int { max(2, min(8, context.workers)) }

  /// Sources whose layers are made at the same time: more than there are workers, as some wait for the disk.
  private var mostFinishing: Int { min(32, context.workers + 2) }

  // MARK: - Starting and ending

  /// Does sources in their order.
  ///
  /// - Parameters:
  ///   - sources: each with its number among all that were found.
  ///   - each: is told of the end of each source, on the calling thread; what it throws ends the run: sources that wait or are inferred are left
  ///     for the next one, those whose layers are being made are published.
  /// - Throws: what ended the run.
  func perform(_ sources: [(source: DueSource, number: Int)], each: (Ended) throws -> Void) throws {
    var next = 0
    while true {
      let (news, canStart) = monitor.withLock {
        if ended.isEmpty, !seats.isEmpty, next == sources.count || !mayStart { monitor.wait(self.news, seconds: 0.1) }
        defer { ended = [] }
        return (ended, next < sources.count && mayStart)
      }
      for entry in news {
        // What fails once the run ends is left for the next one, as what was not begun.
        if case .failure(let error) = entry.result, error is Abandoned || isEnding { continue }
        do { try each(entry) } catch { end(error) }
      }
      checkEnd(isStarting: next < sources.count)
      let (isEnding, isEmpty) = (isEnding, monitor.withLock { seats.isEmpty && ended.isEmpty })
      if canStart, !isEnding, next < sources.count {
        do {
          try start(sources[next])
          next += 1
        } catch {
          // With others in flight, a thread will be free.
          if isEmpty { end(error) } else { Thread.sleep(forTimeInterval: 0.05) }
        }
      } else if isEmpty, isEnding || next == sources.count {
        break
      }
    }
    if let ending = monitor.withLock({ ending }) { throw ending }
  }

  private var isEnding: Bool { monitor.withLock { ending != nil } }

  /// With the lock held.
  private var mayStart: Bool {
    guard ending == nil, !seats.isEmpty else { return ending == nil }
    func count(_ stages: Seat.Stage...) -> Int { seats.values.count { stages.contains($0.stage) } }
    guard count(.waitingToOpen, .openingAlone, .waitingAlone, .alone) == 0, seats.count < mostSeats else { return false }
    let opening = count(.opening, .waitingForMemory)
    guard opening < mostOpening, count(.waitingToFinish) < mostFinishing else { return false }
    return context.crew.untakenTiles + opening < 2 * context.workers + 2
  }

  private func start(_ entry: (source: DueSource, number: Int)) throws(ThreadError) {
    let source = entry.source
    let limits = SourceLimits(stop: context.stop, timeLimit: context.pipeline.run.timeLimit, file: source.files[0])
    let order = monitor.withLock {
      nextOrder += 1
      seats[nextOrder] = Seat(source: source, limits: limits)
      return nextOrder
    }
    context.meter.beginSource(order)
    do throws(ThreadError) {
      try startThread(named: "source \(order)") { [self] in
        let run = SourceRun(context: context, source: source, limits: limits, place: Place(schedule: self, order: order))
        let result = Result {
          if let shard { try run.performShard(shard, order: entry.number) } else { try run.perform() }
        }
        leave(order, result)
      }
    } catch {
      monitor.withLock { seats[order] = nil }
      context.meter.endSource(order)
      throw error
    }
  }

  private func leave(_ order: Int, _ result: Result<SourceRun.Outcome?, any Error>) {
    context.meter.endSource(order)
    monitor.withLock {
      // Not one that was given up meanwhile.
      if let seat = seats.removeValue(forKey: order) {
        ended.append(Ended(source: seat.source, result: result, start: seat.start))
      }
      limitCrew()
      news.signal()
      moves.broadcast()
    }
  }

  /// A stop, `run.until` and `run.timeLimit`, also where a source hangs in reading.
  private func checkEnd(isStarting: Bool) {
    do {
      try context.stop.check()
      let isUnderWay = monitor.withLock {
        seats.values.contains { [.opening, .waitingToOpen, .openingAlone, .waitingForMemory, .inferring].contains($0.stage) }
      }
      if isStarting || isUnderWay { try context.checkTime() }
    } catch {
      end(error)
    }
    let given = monitor.withLock { () -> [Int: any Error] in
      var late: [Int: any Error] = [:]
      for (order, seat) in seats where seat.failedSince == nil {
        do { try seat.limits.check() } catch {
          seats[order]?.failedSince = .now
          late[order] = error
        }
      }
      // A thread that hangs in reading cannot be ended: it is left behind. It publishes nothing: it is not admitted any more.
      for (order, seat) in seats where [.opening, .openingAlone, .inferring].contains(seat.stage) {
        guard let since = seat.failedSince ?? endingSince, since.secondsAgo > Schedule.patience else { continue }
        let error: any Error
        if case .failure(let own) = Result(catching: { try seat.limits.check() }) { error = own } else { error = Abandoned() }
        seats[order] = nil
        ended.append(Ended(source: seat.source, result: .failure(error), start: seat.start))
        context.meter.endSource(order)
      }
      return late
    }
    for (order, error) in given { context.crew.fail(error, order: order) }
  }

  /// Starts no more sources, and leaves those that are inferred for the next run.
  private func end(_ error: any Error) {
    let isFirst = monitor.withLock {
      defer {
        if ending == nil {
          ending = error
          endingSince = .now
        }
        moves.broadcast()
      }
      return ending == nil
    }
    if isFirst { context.crew.fail(Abandoned()) }
  }

  // MARK: - Waiting

  /// A source's place among the others.
  private struct Place: SourcePlace {
    let schedule: Schedule
    let order: Int

    func admit(_ plan: SourcePlan, infers: Bool) throws { try schedule.admit(order, MemoryClaim(plan, infers: infers)) }
    func openAlone() throws { try schedule.openAlone(order) }
    func beginFinishing() throws { try schedule.beginFinishing(order) }
    func waitUntilAlone() throws { try schedule.waitUntilAlone(order) }
    func tileDone() { schedule.news.signal() }
    var isAlone: Bool { schedule.isAlone(order) }
  }

  private func admit(_ order: Int, _ claim: MemoryClaim) throws {
    try wait(order, in: .waitingForMemory, then: .inferring) {
      let alone: [Seat.Stage] = [.waitingToOpen, .openingAlone, .waitingAlone, .alone]
      guard isFirst(order, in: .waitingForMemory), !seats.values.contains(where: { alone.contains($0.stage) }) else { return false }
      let others = claims
      let all = MemoryTotal(others + [claim])
      let held = context.crew.heldBytes
      if all.fixed + all.own + max(all.crew, held) <= context.memoryLimit || (others.isEmpty && held <= all.crew) {
        seats[order]?.claim = claim
        limitCrew()
        return true
      }
      // Arenas that were needed for other sources are given back.
      if all.fixed + all.own + all.crew <= context.memoryLimit || others.isEmpty { context.crew.setLimit(all.limit) }
      return false
    }
  }

  private func beginFinishing(_ order: Int) throws {
    monitor.withLock {
      seats[order]?.claim?.infers = false
      limitCrew()
    }
    let limit = mostFinishing
    try wait(order, in: .waitingToFinish, then: .finishing) {
      guard seats.values.count(where: { $0.stage == .finishing }) < limit, isFirst(order, in: .waitingToFinish) else { return false }
      let all = MemoryTotal(claims)
      let held = context.crew.heldBytes
      if all.fixed + all.own + max(all.crew, held) <= context.memoryLimit || held <= all.crew { return true }
      context.crew.setLimit(all.limit)
      return false
    }
  }

  private func openAlone(_ order: Int) throws {
    // A mosaic asks for each of its sheets.
    guard monitor.withLock({ seats[order]?.stage != .openingAlone }) else { return }
    try waitUntilAlone(order, in: .waitingToOpen, then: .openingAlone)
  }

  private func waitUntilAlone(_ order: Int) throws { try waitUntilAlone(order, in: .waitingAlone, then: .alone) }

  private func waitUntilAlone(_ order: Int, in stage: Seat.Stage, then next: Seat.Stage) throws {
    try wait(order, in: stage, then: next) {
      let busy: [Seat.Stage] = [.openingAlone, .inferring, .waitingToFinish, .finishing, .alone]
      guard isFirst(order, in: stage), !seats.values.contains(where: { busy.contains($0.stage) }) else { return false }
      if context.crew.heldBytes == 0 { return true }
      context.crew.setLimit(Crew.Limit(workers: context.workers, arenaBytes: 0))
      return false
    }
  }

  private func isAlone(_ order: Int) -> Bool { monitor.withLock { seats[order]?.stage == .alone } }

  /// Waits in a stage until `isReady`, and enters the next one. The clock of `run.timeLimit` stands still meanwhile.
  ///
  /// - Parameter isReady: called with the lock held.
  private func wait(_ order: Int, in stage: Seat.Stage, then next: Seat.Stage, until isReady: () -> Bool) throws {
    guard let limits = monitor.withLock({ seats[order]?.limits }) else { throw Abandoned() }
    limits.hand(false)
    defer { limits.hand(true) }
    try monitor.withLock {
      seats[order]?.stage = stage
      news.signal()
      while true {
        guard seats[order] != nil else { throw Abandoned() }
        // What is inferred is finished, too, where the night is over.
        if let ending, !(ending is UntilReached && stage != .waitingForMemory && stage != .waitingToOpen) { throw Abandoned() }
        if isReady() { break }
        monitor.wait(moves, seconds: 0.05)
      }
      seats[order]?.stage = next
      news.signal()
      moves.broadcast()
    }
  }

  /// With the lock held.
  private func isFirst(_ order: Int, in stage: Seat.Stage) -> Bool {
    !seats.contains { $0.key < order && $0.value.stage == stage }
  }

  /// With the lock held.
  private var claims: [MemoryClaim] { seats.values.compactMap(\.claim) }

  /// With the lock held.
  private func limitCrew() {
    let inferring = claims.filter(\.infers)
    guard let workers = inferring.map(\.workers).min() else { return }
    context.crew.setLimit(Crew.Limit(workers: workers, arenaBytes: .max))
  }
}
