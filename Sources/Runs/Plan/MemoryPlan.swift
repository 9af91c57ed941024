import GeoTypes
import Tiling

/// What a source needs in memory while it is inferred, part by part, in bytes; printed by `plan` and kept by `run`.
struct MemoryPlan: Sendable, Hashable, Codable {
  /// Packed weights, shared by all workers.
  var weights: Int
  /// Arenas and scratch of all workers.
  var workers: Int
  /// Tile values that wait for their turn.
  var waitingTiles: Int
  /// Rows that wait for tiles below them.
  var frontier: Int
  /// Rows read ahead, and the tiles cut out of them.
  var strip: Int
  /// Finished rows of segments that are not full yet.
  var segments: Int
  /// GDAL's block cache.
  var cache = Self.cacheBytes
  /// The program itself, its libraries, and what tracing and writing hold.
  var base = Self.baseBytes

  static let cacheBytes = 64_000_000
  static let baseBytes = 160_000_000

  var total: Int { weights + workers + waitingTiles + frontier + strip + segments + cache + base }

  /// What even the smallest source needs.
  var needOfAnySource: Int { weights + cache + base }

  /// By name, for people and programs.
  var parts: [String: Int] {
    [
      "weights": weights, "workers": workers, "waiting tiles": waitingTiles, "frontier": frontier, "strip": strip, "segments": segments,
      "cache": cache, "base": base,
    ]
  }

  /// What is planned for.
  struct Needs {
    var weightBytes: Int
    var arenaBytes: Int
    var channels: Int
    var bands: Int
    var isBytes: Bool
    var planesPerPixel: Int
    var segmentHeight: Int
    var workers: Int
  }

  /// - Parameter columns: the panel's width in pixels.
  init(grid: TileGrid, columns: Int, needs: Needs) {
    let tile = grid.windowSize
    let sample = needs.isBytes ? 1 : 4
    // Both edges of a panel need tiles that reach beyond it.
    let hull = min(grid.size.width, columns + 2 * tile.width)
    weights = needs.weightBytes
    let input = tile.area * needs.bands * 4
    workers = needs.workers * (needs.arenaBytes + input)
    // Workers are ahead of the blender by at most 2 · (workers + 1) tiles; each worker holds one more.
    waitingTiles = (3 * needs.workers + 2) * tile.area * needs.channels * 4 + (needs.workers + 2) * tile.area * (needs.bands * sample + 1)
    frontier = Frontier.bytes(grid: grid, columns: columns, channels: needs.channels)
    // While new rows come in, old and new strip are both there.
    strip = 2 * hull * tile.height * (needs.bands * sample + 1)
    segments = 2 * columns * needs.segmentHeight * needs.planesPerPixel
  }
}
