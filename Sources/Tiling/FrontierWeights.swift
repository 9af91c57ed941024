/// The weights of a grid's tiles, laid out for values of several channels: made once, and shared by frontiers over parts of the columns.
public struct FrontierWeights: Sendable {
  public let grid: TileGrid
  /// Values for each pixel: classes, or 1.
  public let channels: Int
  let weights: BlendWeights
  /// The weights of each grid column, each repeated for all channels, for whole-row multiplication. `nil` where all are 1.
  let columns: [[Float]?]

  /// - Parameter grid: the tiles.
  /// - Parameter blend: how neighboring tiles are joined.
  /// - Parameter channels: 1 or more.
  public init(grid: TileGrid, blend: Blend, channels: Int) {
    precondition(channels > 0)
    self.grid = grid
    self.channels = channels
    weights = BlendWeights(grid: grid, blend: blend)
    columns = weights.columns.map { axis in
      guard axis.contains(where: { $0 != 1 }) else { return nil }
      return axis.flatMap { [Float](repeating: $0, count: channels) }
    }
  }

  /// Whether the grid has one tile, whose values stay as they are.
  public var isSole: Bool {
    grid.rows.count == 1 && grid.columns.count == 1 && columns[0] == nil && weights.rows[0].allSatisfy { $0 == 1 }
  }
}
