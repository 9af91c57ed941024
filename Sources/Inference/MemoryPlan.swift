import GeoTypes
package import Tiling

/// What a source needs in memory, part by part, in bytes; printed by `plan` and kept by `run`. Inference and layers take turns: the larger of
/// the two counts.
package struct MemoryPlan: Sendable, Hashable, Codable {
  /// Packed weights, shared by all workers.
  package var weights: Int
  /// Arenas and scratch of all workers.
  package var workers: Int
  /// Values of tiles that are being inferred or wait to be added up, whatever sources they are of.
  package var waitingTiles: Int
  /// Rows that wait for tiles below them.
  package var frontier: Int
  /// Rows read ahead, and the tiles cut out of them.
  package var strip: Int
  /// Finished rows of segments that are not full yet.
  package var segments: Int
  /// Rows of the class map and of the rasters made of it, and what tracing holds, while layers are made. How many polygons wait for the ones
  /// beside them depends on the picture: `MemoryGuard` watches over that.
  package var layers: Int
  /// Blocks of the source as they are decoded, its mask's and an overview's among them.
  package var blocks: Int
  /// GDAL's block cache.
  package var cache = Self.cacheBytes
  /// The program itself, its libraries, and what is small.
  package var base = Self.baseBytes

  package static let cacheBytes = 64_000_000
  package static let baseBytes = 110_000_000

  /// What is there whatever the sources.
  package var fixed: Int { weights + cache + base }

  /// What the crew holds while it infers; sources in flight at the same time share it.
  package var crew: Int { workers + waitingTiles }

  /// What the source adds to that until it is published.
  package var own: Int { blocks + max(frontier + strip + segments, layers) }

  /// Bytes at the peak, for this source alone.
  package var total: Int { weights + blocks + max(workers + waitingTiles + frontier + strip + segments, layers) + cache + base }

  /// What even the smallest source needs.
  package var needOfAnySource: Int { weights + cache + base }

  /// By name, for people and programs.
  package var parts: [String: Int] {
    [
      "weights": weights, "workers": workers, "waiting tiles": waitingTiles, "frontier": frontier, "strip": strip, "segments": segments,
      "layers": layers, "blocks": blocks, "cache": cache, "base": base,
    ]
  }

  /// What is planned for.
  package struct Needs {
    package var weightBytes: Int
    package var arenaBytes: Int
    package var channels: Int
    package var bands: Int
    package var isBytes: Bool
    /// Bytes that decoding the source's blocks takes.
    package var blockBytes: Int
    package var planesPerPixel: Int
    package var segmentHeight: Int
    package var workers: Int
    /// Columns of all that is written.
    package var width: Int
    /// Of the class map.
    package var height: Int
    /// Bands of each raster that is written.
    package var rasters: [Int]
    package var isTraced: Bool
    package var hasPreview: Bool

    package init(
      weightBytes: Int, arenaBytes: Int, channels: Int, bands: Int, isBytes: Bool, blockBytes: Int = 0, planesPerPixel: Int,
      segmentHeight: Int,
      workers: Int, width: Int, height: Int, rasters: [Int], isTraced: Bool, hasPreview: Bool
    ) {
      self.weightBytes = weightBytes
      self.arenaBytes = arenaBytes
      self.channels = channels
      self.bands = bands
      self.isBytes = isBytes
      self.blockBytes = blockBytes
      self.planesPerPixel = planesPerPixel
      self.segmentHeight = segmentHeight
      self.workers = workers
      self.width = width
      self.height = height
      self.rasters = rasters
      self.isTraced = isTraced
      self.hasPreview = hasPreview
    }
  }

  /// - Parameter columns: the panel's width in pixels.
  package init(grid: TileGrid, columns: Int, needs: Needs) {
    let tile = grid.windowSize
    let sample = needs.isBytes ? 1 : 4
    // Both edges of a panel need tiles that reach beyond it.
    let hull = min(grid.size.width, columns + 2 * tile.width)
    weights = needs.weightBytes
    blocks = needs.blockBytes
    let input = tile.area * needs.bands * 4
    workers = needs.workers * (needs.arenaBytes + input)
    waitingTiles = Crew.outstandingTiles(workers: needs.workers) * tile.area * needs.channels * 4
    frontier = Frontier.bytes(grid: grid, columns: columns, channels: needs.channels)
    // While new rows come in, old and new strip are both there.
    let pixelBytes = needs.bands * sample + 1
    let readAhead = min(grid.count, Crew.waitingTiles(workers: needs.workers) + 1) * tile.area
    strip = (2 * hull * tile.height + readAhead) * pixelBytes
    segments = 2 * columns * needs.segmentHeight * needs.planesPerPixel
    layers = Self.layers(needs)
  }

  /// What making layers holds: measured on class maps of one class, of cells of 8 × 8 pixels and of speckle, 50,000 and 100,000 pixels wide.
  package static func layers(_ needs: Needs) -> Int {
    let strip = needs.width * min(needs.segmentHeight, needs.height)
    // The rows of all planes, and those that are cut out of segments.
    let planes = strip * needs.planesPerPixel * 5 / 4
    // A row of tiles as it is gathered and as it is written; probabilities are brought from planes to pixels.
    let tileRows = needs.rasters.reduce(0) { $0 + 2 * needs.width * min(512, needs.height) * $1 + ($1 > 1 ? strip * $1 : 0) }
    // Besides GDAL's cache, what writing and copying one raster into a COG holds: up to twice its tiles, measured on 1 × 100,000 pixels.
    let tiles = ((needs.width + 511) / 512) * ((needs.height + 511) / 512) * 512 * 512
    let copy = needs.rasters.isEmpty ? 0 : min(104_000_000, 2 * tiles)
    return planes + tileRows + copy + (needs.isTraced ? needs.width * 500 : 0) + (needs.hasPreview ? 24_000_000 : 0) + 16_000_000
  }
}
