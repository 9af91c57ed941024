import GeoTypes
import Geodata
import Tiling

/// A tile on its way to a worker: raw pixels, so that the worker may scale and mirror them before it normalizes.
struct TileJob: Sendable {
  /// The tile's number in the pass, in grid order.
  let turn: Int
  let pixels: PixelBlock
}

/// Values of a tile as they are added up: logits or probabilities, [height][width][channels].
///
/// `@unchecked Sendable`: written by the worker that infers the tile, then only read, until the crew hands it out again.
final class TileValues: @unchecked Sendable {
  var values: [Float]

  init(count: Int) { values = [Float](repeating: 0, count: count) }
}

/// A pass that the crew works on.
///
/// `@unchecked Sendable`: everything that changes is touched only with the crew's lock held, but for a band, which belongs to the worker that
/// marked it busy.
final class CrewPass: @unchecked Sendable {
  struct Result {
    /// `nil` for a tile without a valid pixel.
    var values: TileValues?
    /// Bands that have not added it yet.
    var readers: Int
  }

  struct Mask {
    /// [rows][columns of the pass]; `nil` where every pixel gets a class.
    var pixels: [UInt8]?
    var readers: Int
  }

  let pass: SourcePass
  /// Passes with a lower one go first.
  let order: Int
  let events: SourcePass.Events
  let sink: any RowSink
  let arenaBytes: Int
  /// The grid row and column of each tile, in grid order.
  let tiles: [(row: Int, column: Int)]
  let bands: [Band]
  /// How many bands need each tile.
  let readers: [Int]
  /// How many bands need tiles of each grid row.
  let rowReaders: [Int: Int]
  /// Signaled where the reading thread may go on.
  let changed = Monitor.Condition()

  var jobs: [TileJob] = []
  /// The first of `jobs` that is still there.
  var firstJob = 0
  var results: [Int: Result] = [:]
  /// Results without values.
  var emptyResults = 0
  /// By grid row.
  var masks: [Int: Mask] = [:]
  var bandsLeft: Int
  /// Tiles that no worker has taken yet.
  var untaken: Int
  /// Workers that have something of this pass.
  var atWork = 0
  var failure: (any Error)?

  init(_ pass: SourcePass, order: Int, events: SourcePass.Events, sink: any RowSink) {
    self.pass = pass
    self.order = order
    self.events = events
    self.sink = sink
    arenaBytes = pass.arenaBytes
    let tiles = pass.tiles.flatMap { row, columns in columns.map { (row: row, column: $0) } }
    self.tiles = tiles
    var turns: [SIMD2<Int>: Int] = [:]
    for (turn, tile) in tiles.enumerated() { turns[SIMD2(tile.row, tile.column)] = turn }
    let weights = FrontierWeights(grid: pass.grid, blend: pass.blend, channels: pass.network.outputs)
    bands = pass.bands.map { columns, windows in
      var own: Set<Int> = []
      for window in windows {
        let covering = pass.grid.tiles(covering: window)
        for row in covering.rows { own.formUnion(covering.columns.compactMap { turns[SIMD2(row, $0)] }) }
      }
      return Band(pass, columns: columns, windows: windows, turns: own.sorted(), weights: weights)
    }
    var readers = [Int](repeating: 0, count: tiles.count)
    var rowReaders: [Int: Int] = [:]
    for band in bands {
      for turn in band.turns { readers[turn] += 1 }
      for row in Set(band.turns.map { tiles[$0].row }) { rowReaders[row, default: 0] += 1 }
    }
    self.readers = readers
    self.rowReaders = rowReaders
    bandsLeft = bands.count
    untaken = tiles.count
  }

  /// What a worker does with a band: adds the next tile, and decides rows where that was the last of a grid row.
  struct BandTask {
    let pass: CrewPass
    let band: Band
    let turn: Int
    let values: TileValues?
    let endsRow: Bool
    let mask: [UInt8]?
  }

  /// Takes a band whose next tile is there. With the lock held.
  func takeBand() -> BandTask? {
    for band in bands where !band.isBusy && band.next < band.turns.count {
      let turn = band.turns[band.next]
      guard let result = results[turn] else { continue }
      let row = tiles[turn].row
      let endsRow = band.next + 1 == band.turns.count || tiles[band.turns[band.next + 1]].row != row
      if endsRow, band.lastRow(ofGridRow: row) > sink.roomUpTo { continue }
      band.isBusy = true
      atWork += 1
      events.hand(true)
      return BandTask(pass: self, band: band, turn: turn, values: result.values, endsRow: endsRow, mask: endsRow ? masks[row]?.pixels : nil)
    }
    return nil
  }

  /// Takes the next tile. With the lock held.
  func takeJob() -> TileJob? {
    guard firstJob < jobs.count else { return nil }
    let job = jobs[firstJob]
    firstJob += 1
    if firstJob > 32 || firstJob == jobs.count {
      jobs.removeFirst(firstJob)
      firstJob = 0
    }
    untaken -= 1
    atWork += 1
    events.hand(true)
    return job
  }

  var hasJob: Bool { firstJob < jobs.count }
  var waitingJobs: Int { jobs.count - firstJob }
}
