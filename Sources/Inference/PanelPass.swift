import Foundation
package import GeoTypes
package import Geodata
package import Tiling

/// One pass over a panel of a source: reads ahead, infers the tiles that the wanted windows need, blends them in grid order
/// and hands over finished rows, top to bottom.
package struct PanelPass: Sendable {
  package let grid: TileGrid
  package let blend: Blend
  package let decision: Decision
  /// Makes new classes of the network's, where the pipeline merges some.
  package let merge: ClassMerge?
  /// The columns whose rows are handed over.
  package let columns: Range<Int>
  /// What of the panel is wanted: windows within `columns`.
  package let wanted: [Window]
  package let network: any TileNetwork
  package let normalization: Normalization
  package let augmentation: Augmentation
  package let workers: Int
  package let wantsProbabilities: Bool

  package init(
    grid: TileGrid, blend: Blend, decision: Decision, merge: ClassMerge?, columns: Range<Int>, wanted: [Window],
    network: any TileNetwork, normalization: Normalization, augmentation: Augmentation, workers: Int, wantsProbabilities: Bool
  ) {
    self.grid = grid
    self.blend = blend
    self.decision = decision
    self.merge = merge
    self.columns = columns
    self.wanted = wanted
    self.network = network
    self.normalization = normalization
    self.augmentation = augmentation
    self.workers = workers
    self.wantsProbabilities = wantsProbabilities
  }

  /// A source as the reader's thread holds it.
  package struct Opened {
    package var source: any PixelSource
    /// Which pixels of a window are asked for ([height][width] of 0 and 1); `nil` for all.
    package var area: ((Window) throws -> [UInt8]?)?

    package init(
      source: any PixelSource, area: ((Window) throws -> [UInt8]?)?
    ) {
      self.source = source
      self.area = area
    }
  }

  /// The parts of a pass whose time is reported.
  package enum Stage: String, Sendable { case read, infer, blend }

  package struct Events: Sendable {
    /// Called after each tile is blended, on the calling thread.
    package var tileDone: @Sendable (_ inferred: Bool) throws -> Void
    /// Seconds spent waiting or working, by stage, added up over threads.
    package var spent: @Sendable (_ stage: Stage, _ seconds: Double) -> Void

    package init(
      tileDone: @escaping @Sendable (_ inferred: Bool) throws -> Void,
      spent: @escaping @Sendable (_ stage: Stage, _ seconds: Double) -> Void
    ) {
      self.tileDone = tileDone
      self.spent = spent
    }
  }

  private var channels: Int { network.outputs }

  /// The tiles to infer: grid rows, each with its grid columns, ascending.
  package var tiles: [(row: Int, columns: [Int])] {
    var needed: [Int: Set<Int>] = [:]
    for window in wanted {
      let covering = grid.tiles(covering: window)
      for row in covering.rows { needed[row, default: []].formUnion(covering.columns) }
    }
    return needed.keys.sorted().map { ($0, (needed[$0] ?? []).sorted()) }
  }

  /// - Parameters:
  ///   - open: opens the source; called on the reader's thread, as is everything that it gives.
  ///   - sink: gets each wanted row once, in order, on the calling thread.
  /// - Throws: the first error of any stage; all stages have ended then.
  package func run(
    open: @escaping @Sendable () throws -> Opened,
    events: Events,
    sink: (DecidedRow) throws -> Void
  ) throws {
    let tiles = tiles
    guard !tiles.isEmpty else { return }
    let shared = PassState(capacity: workers + 1)
    let group = DispatchGroup()
    func start(_ name: String, _ stage: @escaping @Sendable () throws -> Void) {
      group.enter()
      do {
        try startThread(named: name) {
          defer { group.leave() }
          do { try stage() } catch { shared.meeting.fail(error) }
        }
      } catch {
        shared.meeting.fail(error)
        group.leave()
      }
    }
    start("reader") { try readTiles(tiles, from: open(), events: events, shared: shared) }
    for index in 0..<workers { start("worker \(index)") { try inferTiles(events: events, shared: shared) } }
    defer { group.wait() }
    do {
      try blendTiles(tiles, events: events, shared: shared, sink: sink)
      shared.meeting.change { shared.isOver = true }
    } catch {
      // Ends the other stages; the first failure is the one that counts.
      shared.meeting.fail(error)
      throw shared.meeting.error ?? error
    }
  }

  // MARK: - Stages

  private func readTiles(
    _ tiles: [(row: Int, columns: [Int])], from opened: Opened, events: Events, shared: PassState
  ) throws {
    let first = tiles.flatMap(\.columns).min() ?? 0
    let last = tiles.flatMap(\.columns).max() ?? 0
    let hull = grid.columns[first]..<(grid.columns[last] + grid.windowSize.width)
    let strip = StripReader(source: opened.source, columns: hull)
    var turn = 0
    for (row, columnsOfRow) in tiles {
      let start = ContinuousClock.now
      let top = grid.rows[row]
      try strip.load(rows: top..<(top + grid.windowSize.height))
      let mask = try outputMask(strip: strip, gridRow: row, hull: hull, area: opened.area)
      events.spent(.read, start.secondsAgo)
      shared.meeting.change { shared.masks[row] = mask }
      for column in columnsOfRow {
        let job = TileJob(
          turn: turn, gridRow: row, gridColumn: column, pixels: strip.tile(grid.window(row: row, column: column)))
        turn += 1
        try shared.meeting.wait {
          if shared.jobs.count < shared.capacity { return shared.jobs.append(job) }
          return nil
        }
      }
    }
    shared.meeting.change { shared.allRead = true }
  }

  /// 1 for each pixel of the panel that gets a class, in the rows that become final with this grid row; `nil` where all do.
  private func outputMask(
    strip: StripReader, gridRow: Int, hull: Range<Int>, area: ((Window) throws -> [UInt8]?)?
  ) throws -> [UInt8]? {
    let rows = grid.rows[gridRow]..<(gridRow + 1 < grid.rows.count ? grid.rows[gridRow + 1] : grid.size.height)
    let held = hull.clamped(to: columns)
    let window = Window(column: held.lowerBound, row: rows.lowerBound, width: held.count, height: rows.count)
    var mask = strip.validity(rows: rows, columns: held)
    if let wanted = try area?(window) {
      mask = mask.map { zip($0, wanted).map { $0 & $1 } } ?? wanted
    }
    guard held != columns else { return mask }
    var wide = [UInt8](repeating: 0, count: columns.count * rows.count)
    for row in 0..<rows.count {
      for column in held {
        wide[row * columns.count + column - columns.lowerBound] = mask?[row * held.count + column - held.lowerBound] ?? 1
      }
    }
    return wide
  }

  private func inferTiles(events: Events, shared: PassState) throws {
    let inference = try TileInference(
      network: network, window: grid.windowSize, normalization: normalization, augmentation: augmentation)
    while true {
      let job: TileJob? = try shared.meeting.wait { () -> TileJob?? in
        if shared.isOver || (shared.allRead && shared.jobs.isEmpty) { return .some(nil) }
        // A worker may be ahead of the blender by a few tiles only: each waiting result holds memory.
        guard let job = shared.jobs.first, job.turn < shared.blended + 2 * shared.capacity else { return nil }
        shared.jobs.removeFirst()
        return job
      }
      guard let job else { return }
      guard let pixels = job.pixels else {
        shared.meeting.change { shared.results[job.turn] = .some(nil) }
        continue
      }
      let result = shared.takeBuffer(count: pixels.window.area * channels)
      let start = ContinuousClock.now
      try result.values.withUnsafeMutableBufferPointer { try inference.infer(pixels, into: $0) }
      events.spent(.infer, start.secondsAgo)
      shared.meeting.change { shared.results[job.turn] = result }
    }
  }

  private func blendTiles(
    _ tiles: [(row: Int, columns: [Int])], events: Events, shared: PassState, sink: (DecidedRow) throws -> Void
  ) throws {
    let frontier = Frontier(grid: grid, blend: blend, columns: columns, channels: channels)
    let wantedRows = mergedRows
    var output = RowDecider(
      decision: decision, merge: merge, channels: channels, columns: columns.count, wantsProbabilities: wantsProbabilities)
    var turn = 0
    for (gridRow, columnsOfRow) in tiles {
      // Rows above this grid row are final; those of grid rows that nobody needs are not asked for.
      frontier.skipRows(upTo: grid.rows[gridRow])
      for column in columnsOfRow {
        let result = try shared.meeting.wait { shared.results.removeValue(forKey: turn) }
        let start = ContinuousClock.now
        if let result {
          result.values.withUnsafeBufferPointer { frontier.add(row: gridRow, column: column, values: $0) }
          shared.giveBack(result)
        }
        turn += 1
        let done = turn
        events.spent(.blend, start.secondsAgo)
        shared.meeting.change { shared.blended = done }
        try events.tileDone(result != nil)
      }
      guard let mask = shared.meeting.withLock({ shared.masks.removeValue(forKey: gridRow) }) else { continue }
      let start = ContinuousClock.now
      let top = grid.rows[gridRow]
      let end = frontier.finalRow(afterGridRow: gridRow)
      for rows in wantedRows {
        let part = rows.clamped(to: top..<end)
        guard !part.isEmpty else { continue }
        frontier.skipRows(upTo: part.lowerBound)
        for row in part {
          let rowMask = mask.map { $0[(row - top) * columns.count..<(row - top + 1) * columns.count] }
          if let rowMask, !rowMask.contains(1) {
            frontier.skipRows(upTo: row + 1)
            try sink(output.invalidRow(row))
            continue
          }
          try frontier.takeRows(upTo: row + 1) { row, values in
            try sink(output.row(row, values: values, mask: rowMask))
          }
        }
      }
      frontier.skipRows(upTo: end)
      events.spent(.blend, start.secondsAgo)
    }
  }

  /// The rows of the wanted windows, merged and ascending.
  private var mergedRows: [Range<Int>] {
    var merged: [Range<Int>] = []
    for rows in wanted.map({ $0.row..<$0.maxRow }).sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = merged.last, rows.lowerBound <= last.upperBound {
        merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, rows.upperBound)
      } else {
        merged.append(rows)
      }
    }
    return merged
  }
}

/// What the stages of a pass share.
///
/// `@unchecked Sendable`: the stored properties are touched only inside `meeting`'s closures, which hold its lock.
private final class PassState: @unchecked Sendable {
  let meeting = StageMeeting()
  /// Tiles that may wait for a worker.
  let capacity: Int
  var jobs: [TileJob] = []
  var allRead = false
  /// By turn; `nil` for a tile without a valid pixel.
  var results: [Int: TileValues?] = [:]
  var blended = 0
  /// By grid row.
  var masks: [Int: [UInt8]?] = [:]
  var isOver = false
  private var spare: [TileValues] = []

  init(capacity: Int) { self.capacity = capacity }

  func takeBuffer(count: Int) -> TileValues {
    let buffer = meeting.withLock { spare.popLast() }
    if let buffer, buffer.values.count == count { return buffer }
    return TileValues(count: count)
  }

  func giveBack(_ buffer: TileValues) {
    meeting.withLock { spare.append(buffer) }
  }
}

extension ContinuousClock.Instant {
  package var secondsAgo: Double { (ContinuousClock.now - self) / .seconds(1) }
}
