package import GeoTypes
package import Geodata
package import Tiling

/// One pass over a panel of a source: the tiles that the wanted windows need are read, inferred, added up in grid order, and decided.
package struct SourcePass: Sendable {
  package let grid: TileGrid
  package let blend: Blend
  package let decision: Decision
  /// Makes new classes of the network's, where the pipeline merges some.
  package let merge: ClassMerge?
  /// The columns of the panel, in pixels of the source.
  package let columns: Range<Int>
  /// What of the panel is wanted: windows within `columns`. Two windows have the same columns, or none in common.
  package let wanted: [Window]
  package let network: any TileNetwork
  package let normalization: Normalization
  package let augmentation: Augmentation
  package let wantsProbabilities: Bool

  package init(
    grid: TileGrid, blend: Blend, decision: Decision, merge: ClassMerge?, columns: Range<Int>, wanted: [Window],
    network: any TileNetwork, normalization: Normalization, augmentation: Augmentation, wantsProbabilities: Bool
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
    self.wantsProbabilities = wantsProbabilities
  }

  /// A source as the thread holds it that reads it.
  package struct Opened {
    package var source: any PixelSource
    /// Which pixels of a window are asked for ([height][width] of 0 and 1); `nil` for all.
    package var area: ((Window) throws -> [UInt8]?)?

    package init(source: any PixelSource, area: ((Window) throws -> [UInt8]?)? = nil) {
      self.source = source
      self.area = area
    }
  }

  /// The parts of a pass whose time is reported.
  package enum Stage: String, Sendable { case read, infer, blend }

  /// Called from any thread, also at the same time.
  package struct Events: Sendable {
    /// Before each row of tiles is read, and after each tile has been added everywhere; what it throws ends the pass.
    package var check: @Sendable () throws -> Void
    /// After each tile has been added everywhere: whether the network saw it, or it has no valid pixel.
    package var tileDone: @Sendable (_ inferred: Bool) -> Void
    /// Seconds of work by stage.
    package var spent: @Sendable (_ stage: Stage, _ seconds: Double) -> Void
    /// A thread takes the pass in hand, or puts it down. The one that reads has it in hand at first. Where none has, the pass waits for others.
    package var hand: @Sendable (_ takes: Bool) -> Void

    package init(
      check: @escaping @Sendable () throws -> Void, tileDone: @escaping @Sendable (_ inferred: Bool) -> Void,
      spent: @escaping @Sendable (_ stage: Stage, _ seconds: Double) -> Void, hand: @escaping @Sendable (_ takes: Bool) -> Void = { _ in }
    ) {
      self.check = check
      self.tileDone = tileDone
      self.spent = spent
      self.hand = hand
    }
  }

  /// The tiles to infer: grid rows, each with its grid columns, ascending.
  package var tiles: [(row: Int, columns: [Int])] {
    var needed: [Int: Set<Int>] = [:]
    for window in wanted {
      let covering = grid.tiles(covering: window)
      for row in covering.rows { needed[row, default: []].formUnion(covering.columns) }
    }
    return needed.keys.sorted().map { ($0, (needed[$0] ?? []).sorted()) }
  }

  /// The number of tiles to infer.
  package var tileCount: Int { tiles.reduce(0) { $0 + $1.columns.count } }

  /// Bytes that a worker holds for a tile: the network's arena for the largest view of it.
  package var arenaBytes: Int {
    augmentation.scales.map { scale in
      let size = Augmentation.scaled(grid.windowSize, by: scale)
      return network.arenaBytes(height: size.height, width: size.width)
    }.max() ?? 0
  }

  /// The wanted windows by bands: ranges of columns about as wide as a tile, which are added up and decided each by itself, so that many
  /// threads can do it. A pixel's sum has the same terms in the same order, whatever the bands.
  var bands: [(columns: Range<Int>, windows: [Window])] {
    let byColumns = Dictionary(grouping: wanted) { $0.column..<$0.maxColumn }
    return byColumns.sorted { $0.key.lowerBound < $1.key.lowerBound }.flatMap { columns, windows in
      let count = max(1, columns.count / max(256, grid.windowSize.width))
      return (0..<count).map { index in
        let part = columns.lowerBound + columns.count * index / count..<columns.lowerBound + columns.count * (index + 1) / count
        return (part, windows.map { Window(column: part.lowerBound, row: $0.row, width: part.count, height: $0.height) })
      }
    }
  }
}

/// Takes the decided rows of a pass.
package protocol RowSink: AnyObject, Sendable {
  /// The row up to which rows may be given now. Never becomes smaller, and is always a tile's height beyond the first row that has not come
  /// in all columns: a band gives the rows of a grid row together.
  var roomUpTo: Int { get }
  /// Calls `body`, from any thread, whenever `roomUpTo` has become larger.
  func whenRoomGrows(_ body: @escaping @Sendable () -> Void)
  /// Takes a row of a band. A band's wanted rows come once each, in order; bands come at the same time, from any thread.
  ///
  /// - Throws: What kept earlier rows from being stored; it ends the pass.
  func add(_ row: DecidedRow) throws
}
