import Foundation
import GeoTypes
import Geodata
import Tiling

/// The workers of a run: threads with an arena each, which infer, add up and decide tiles of whichever passes there are, the oldest first.
///
/// A pass's rows are a function of its tiles alone: bands add their tiles in grid order, whoever infers them and whenever.
///
/// `@unchecked Sendable`: what changes is touched only with the lock of `monitor` held.
package final class Crew: @unchecked Sendable {
  /// Threads, at least 1.
  package let workers: Int

  private let monitor = Monitor()
  /// Signaled where there may be work.
  private let work = Monitor.Condition()
  /// For workers beyond the limit.
  private let rest = Monitor.Condition()
  /// Signaled where workers have given back memory.
  private let freed = Monitor.Condition()
  private let threads = DispatchGroup()
  private var hasStarted = false
  private var isOver = false
  private var passes: [CrewPass] = []
  private var idle = 0
  /// Tiles that are being inferred, and those whose values wait to be added up.
  private var outstanding = 0
  private var spare: [TileValues] = []
  /// Bytes of all `TileValues`.
  private var valueBytes = 0
  /// Bytes of each worker's arena.
  private var arenas: [Int]
  private var limit: Limit
  private var busySeconds = 0.0
  private let start = ContinuousClock.now

  /// What the crew may take.
  package struct Limit: Sendable, Hashable {
    /// Workers with an arena.
    package var workers: Int
    /// Bytes of each of these.
    package var arenaBytes: Int

    package init(workers: Int, arenaBytes: Int) {
      self.workers = workers
      self.arenaBytes = arenaBytes
    }
  }

  /// - Parameter workers: at least 1. The threads are started when they are first needed.
  package init(workers: Int) {
    precondition(workers > 0)
    self.workers = workers
    arenas = [Int](repeating: 0, count: workers)
    limit = Limit(workers: workers, arenaBytes: .max)
  }

  /// How many tiles may be in the hands of workers, or wait to be added up.
  package static func outstandingTiles(workers: Int) -> Int { 3 * workers + 2 }

  /// How many tiles of a pass may wait for a worker.
  package static func waitingTiles(workers: Int) -> Int { workers + 1 }

  /// Seconds that workers have spent at work, and those that there were, over all of them.
  package var usage: (busy: Double, available: Double) {
    monitor.withLock { (busySeconds, start.secondsAgo * Double(workers)) }
  }

  /// Bytes of arenas and of tiles' values that are held now.
  package var heldBytes: Int { monitor.withLock { arenas.reduce(0, +) + valueBytes } }

  /// Tiles of all passes that no worker has taken yet.
  package var untakenTiles: Int { monitor.withLock { passes.reduce(0) { $0 + $1.untaken } } }

  /// Sets what may be taken from now on. Memory beyond it is given back once the tiles at work are done.
  package func setLimit(_ new: Limit) {
    monitor.withLock {
      limit = new
      if arenas.contains(where: { $0 > new.arenaBytes }) {
        for buffer in spare { valueBytes -= buffer.values.count * MemoryLayout<Float>.stride }
        spare = []
      }
      work.broadcast()
      rest.broadcast()
    }
  }

  /// Waits until workers have given back memory, or a moment.
  package func waitForMemory() {
    monitor.withLock { monitor.wait(freed, seconds: 0.05) }
  }

  /// Ends passes with an error: all of them, or those of one order. Does not wait for their end.
  package func fail(_ error: any Error, order: Int? = nil) {
    monitor.withLock {
      for pass in passes where order.map({ $0 == pass.order }) ?? true { fail(pass, error) }
    }
  }

  /// Ends the threads. No pass may be under way.
  package func end() {
    monitor.withLock {
      isOver = true
      work.broadcast()
      rest.broadcast()
    }
    threads.wait()
  }

  /// Does a pass. The calling thread reads; the rows come to the sink on workers' threads.
  ///
  /// - Parameters:
  ///   - pass: what to infer.
  ///   - order: passes with a lower one go first.
  ///   - open: opens the source, on the calling thread.
  ///   - events: are told of the work.
  ///   - sink: takes the decided rows.
  /// - Throws: the first error of any part; nothing works on the pass any more then. `ThreadError` where there are no threads for workers.
  package func run(
    _ pass: SourcePass, order: Int = 0, open: () throws -> SourcePass.Opened, events: SourcePass.Events, sink: any RowSink
  ) throws {
    let state = CrewPass(pass, order: order, events: events, sink: sink)
    guard !state.tiles.isEmpty else { return }
    try startThreads()
    sink.whenRoomGrows { [self] in monitor.withLock { work.signal() } }
    monitor.withLock { passes.insert(state, at: passes.firstIndex { $0.order > order } ?? passes.endIndex) }
    do { try read(state, from: open()) } catch { monitor.withLock { fail(state, error) } }
    try monitor.withLock {
      wait(for: state) { state.atWork > 0 || (state.failure == nil && state.bandsLeft > 0) }
      passes.removeAll { $0 === state }
      for result in state.results.values { giveBack(result) }
      state.results = [:]
      // A tile may be taken now that this pass held up.
      work.broadcast()
      if let failure = state.failure { throw failure }
    }
  }

  // MARK: - Reading

  private func read(_ state: CrewPass, from opened: SourcePass.Opened) throws {
    let pass = state.pass
    let columns = state.tiles.map(\.column)
    let hull = pass.grid.columns[columns.min() ?? 0]..<(pass.grid.columns[columns.max() ?? 0] + pass.grid.windowSize.width)
    let strip = StripReader(source: opened.source, columns: hull)
    let capacity = Self.waitingTiles(workers: workers)
    var row = -1
    for (turn, tile) in state.tiles.enumerated() {
      let start = ContinuousClock.now
      if tile.row != row {
        row = tile.row
        try state.events.check()
        let top = pass.grid.rows[row]
        try strip.load(rows: top..<(top + pass.grid.windowSize.height))
        let mask = try pass.outputMask(strip: strip, gridRow: row, hull: hull, area: opened.area)
        monitor.withLock { state.masks[row] = CrewPass.Mask(pixels: mask, readers: state.rowReaders[row] ?? 0) }
      }
      let pixels = strip.tile(pass.grid.window(row: tile.row, column: tile.column))
      state.events.spent(.read, start.secondsAgo)
      try monitor.withLock {
        wait(for: state) { state.failure == nil && state.waitingJobs + state.emptyResults >= capacity }
        if let failure = state.failure { throw failure }
        if let pixels {
          state.jobs.append(TileJob(turn: turn, pixels: pixels))
        } else {
          state.untaken -= 1
          state.emptyResults += 1
          state.results[turn] = CrewPass.Result(values: nil, readers: state.readers[turn])
        }
        work.signal()
      }
    }
  }

  /// Waits as the thread that reads a pass, which puts it down meanwhile. With the lock held.
  private func wait(for state: CrewPass, while holds: () -> Bool) {
    guard holds() else { return }
    state.events.hand(false)
    while holds() { monitor.wait(state.changed) }
    state.events.hand(true)
  }

  // MARK: - Workers

  private enum Task {
    case tile(CrewPass, TileJob)
    case band(CrewPass.BandTask)
    /// Give the arena back.
    case release
  }

  private func startThreads() throws(ThreadError) {
    let isFirst = monitor.withLock {
      defer { hasStarted = true }
      return !hasStarted
    }
    guard isFirst else { return }
    for index in 0..<workers {
      threads.enter()
      do throws(ThreadError) {
        try startThread(named: "worker \(index)") { [self] in
          defer { threads.leave() }
          serve(index)
        }
      } catch {
        threads.leave()
        throw error
      }
    }
  }

  private func serve(_ index: Int) {
    var inference: TileInference?
    while let task = nextTask(index) {
      switch task {
      case .release:
        inference = nil
        monitor.withLock {
          arenas[index] = 0
          freed.broadcast()
        }
      case .tile(let state, let job): infer(job, of: state, with: &inference, worker: index)
      case .band(let task): add(task)
      }
    }
  }

  private func nextTask(_ index: Int) -> Task? {
    monitor.withLock {
      while !isOver {
        if arenas[index] > (index < limit.workers ? limit.arenaBytes : 0) { return .release }
        guard index < limit.workers else {
          monitor.wait(rest)
          continue
        }
        if let task = take() {
          // Whoever wakes looks for more, and wakes the next.
          if idle > 0 { work.signal() }
          return task
        }
        idle += 1
        monitor.wait(work)
        idle -= 1
      }
      return nil
    }
  }

  /// Takes what is to be done next: adding up what is inferred, then inferring; of the oldest pass first.
  private func take() -> Task? {
    for state in passes where state.failure == nil {
      if let task = state.takeBand() { return .band(task) }
    }
    guard outstanding < Self.outstandingTiles(workers: min(workers, limit.workers)) else { return nil }
    for state in passes where state.failure == nil && state.arenaBytes <= limit.arenaBytes {
      guard let job = state.takeJob() else { continue }
      outstanding += 1
      state.changed.signal()
      return .tile(state, job)
    }
    return nil
  }

  private func infer(_ job: TileJob, of state: CrewPass, with inference: inout TileInference?, worker: Int) {
    let start = ContinuousClock.now
    let pass = state.pass
    let values = takeValues(count: pass.grid.windowSize.area * pass.network.outputs)
    do {
      let arena = monitor.withLock { arenas[worker] }
      if inference?.serves(pass) != true || arena < state.arenaBytes {
        inference = nil
        monitor.withLock { arenas[worker] = state.arenaBytes }
        inference = try TileInference(pass)
      }
      try values.values.withUnsafeMutableBufferPointer { try inference?.infer(job.pixels, into: $0) }
      let seconds = start.secondsAgo
      state.events.spent(.infer, seconds)
      monitor.withLock {
        busySeconds += seconds
        let result = CrewPass.Result(values: values, readers: state.readers[job.turn])
        if state.failure == nil { state.results[job.turn] = result } else { giveBack(result) }
        leave(state)
      }
    } catch {
      monitor.withLock {
        giveBack(CrewPass.Result(values: values, readers: 0))
        fail(state, error)
        leave(state)
      }
    }
  }

  private func add(_ task: CrewPass.BandTask) {
    let start = ContinuousClock.now
    let state = task.pass
    let tile = state.tiles[task.turn]
    var sinkSeconds = 0.0
    var isDone = false
    do {
      task.band.add(row: tile.row, column: tile.column, values: task.values)
      if task.endsRow {
        try task.band.finish(row: tile.row, mask: task.mask) { row in
          let start = ContinuousClock.now
          try state.sink.add(row)
          sinkSeconds += start.secondsAgo
        }
      }
      let seconds = start.secondsAgo
      state.events.spent(.blend, seconds - sinkSeconds)
      monitor.withLock {
        busySeconds += seconds
        isDone = release(task)
      }
      if isDone {
        state.events.tileDone(task.values != nil)
        try state.events.check()
      }
      monitor.withLock { leave(state) }
    } catch {
      monitor.withLock {
        fail(state, error)
        leave(state)
      }
    }
  }

  /// A band has added a tile. With the lock held. Returns whether it was the last one to do so.
  private func release(_ task: CrewPass.BandTask) -> Bool {
    let (state, band) = (task.pass, task.band)
    let row = state.tiles[task.turn].row
    band.next += 1
    band.isBusy = false
    if band.next == band.turns.count {
      band.close()
      state.bandsLeft -= 1
    }
    if task.endsRow, var mask = state.masks[row] {
      mask.readers -= 1
      state.masks[row] = mask.readers > 0 ? mask : nil
    }
    guard var result = state.results[task.turn] else { return false }
    result.readers -= 1
    guard result.readers == 0 else {
      state.results[task.turn] = result
      return false
    }
    state.results[task.turn] = nil
    if result.values == nil { state.emptyResults -= 1 }
    giveBack(result)
    state.changed.signal()
    return true
  }

  /// A worker has put down what it had of a pass. With the lock held.
  private func leave(_ state: CrewPass) {
    state.atWork -= 1
    state.events.hand(false)
    if state.atWork == 0 { state.changed.signal() }
  }

  /// Only the first error counts. With the lock held.
  private func fail(_ state: CrewPass, _ error: any Error) {
    guard state.failure == nil else { return }
    state.failure = error
    state.jobs = []
    state.firstJob = 0
    state.untaken = 0
    state.changed.signal()
  }

  // MARK: - Values of tiles

  private func takeValues(count: Int) -> TileValues {
    let found = monitor.withLock { () -> TileValues? in
      if let index = spare.lastIndex(where: { $0.values.count == count }) { return spare.remove(at: index) }
      // One of another size makes room.
      if let other = spare.popLast() { valueBytes -= other.values.count * MemoryLayout<Float>.stride }
      valueBytes += count * MemoryLayout<Float>.stride
      return nil
    }
    return found ?? TileValues(count: count)
  }

  /// With the lock held.
  private func giveBack(_ result: CrewPass.Result) {
    guard let values = result.values else { return }
    outstanding -= 1
    spare.append(values)
  }
}
