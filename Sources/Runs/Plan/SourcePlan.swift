import Foundation
import GeoTypes
import Geodata
import PipelineFile
import RunState
import Tiling

/// What is decided about a source once its header is open: size, place, grid, panels, memory.
struct SourcePlan: Sendable {
  let size: RasterSize
  let geotransform: Geotransform
  let isPlaced: Bool
  let crs: CoordinateSystem?
  let reading: RasterReading
  var warnings: [String]
  /// What is written: the whole source, or the window that is tried.
  let region: Window
  let grid: TileGrid
  /// The segments of the region; their windows are relative to it.
  let segments: SegmentGrid
  /// `input.area` in pixels of the source; `nil` for all of it.
  var area: AreaMask?
  /// The pixels that lie on the earth; `nil` for all of them.
  var earth: EarthMask?
  /// Columns of segments that are inferred together.
  let panels: [Range<Int>]
  let workers: Int
  /// Of the widest panel.
  let memory: MemoryPlan
  /// Tiles of all panels, those on a panel's edge counted for each.
  let tiles: Int
  /// What of the source can hold a valid pixel.
  let occupancy: Occupancy
  /// Pixels that the network sees for each pixel that is written.
  let cost: Double

  /// - Parameter limit: bytes; more panels and fewer workers are taken until the plan fits.
  /// - Throws: `RunError` (source) where even the narrowest panel with one worker does not fit.
  init(
    source: any PixelSource, file: String, model: ModelSetup, inference: Pipeline.Inference, region wanted: Window?, workers allowed: Int,
    limit: Int, wantsProbabilities: Bool
  ) throws {
    size = source.size
    geotransform = source.geotransform
    isPlaced = source.isPlaced
    crs = source.crs
    reading = source.reading
    warnings = source.warnings + [model.resolutionWarning(source)].compactMap(\.self)
    let whole = Window(source.size)
    let region = wanted ?? whole
    guard !region.isEmpty, whole.contains(region) else {
      throw RunError(
        .source, file: file, reason: "the window does not lie in the source of \(size.width) × \(size.height) pixels",
        remedy: "give --window COLUMN,ROW,WIDTH,HEIGHT inside it")
    }
    guard try source.validCoverage(region) != .none else {
      throw RunError(.source, file: file, reason: "has no valid pixel", remedy: "check its nodata value and mask")
    }
    self.region = region
    let tile = model.tileSize(inference.tile, source: source.size)
    let overlap = inference.tile == .whole ? 0 : inference.overlap(height: tile.height, width: tile.width)
    guard inference.tile == .whole || overlap < min(tile.width, tile.height) else {
      throw RunError(
        .wrongCall, reason: "inference.overlap (\(overlap)) is not below the tile's side (\(min(tile.width, tile.height)))",
        remedy: "lower inference.overlap")
    }
    let grid = TileGrid(size: source.size, tile: tile, overlap: overlap)
    self.grid = grid
    let segments = SegmentGrid(height: region.height, width: region.width, tileHeight: tile.height, tileWidth: tile.width)
    self.segments = segments
    let arena = try model.arenaBytes(for: grid.windowSize)
    let weights = try model.weightBytes
    func memory(panels: [Range<Int>], workers: Int) -> MemoryPlan {
      MemoryPlan(
        grid: grid, columns: panels.map { segments.pixelColumns($0).count }.max() ?? 1,
        needs: MemoryPlan.Needs(
          weightBytes: weights, arenaBytes: arena, channels: model.channels, bands: source.channels,
          isBytes: source.givesBytes, planesPerPixel: 2 + (wantsProbabilities ? model.classCount : 0),
          segmentHeight: segments.segmentHeight, workers: workers))
    }
    // Columns of segments are added to a panel as long as it fits; workers go only where one column is too much.
    var choice: (panels: [Range<Int>], workers: Int)?
    search: for workers in stride(from: allowed, through: 1, by: -1) {
      for count in 1...segments.columns {
        let panels = segments.panels(ofAtMost: (segments.columns + count - 1) / count * segments.segmentWidth)
        if memory(panels: panels, workers: workers).total <= limit {
          choice = (panels, workers)
          break search
        }
      }
    }
    guard let choice else {
      let least = memory(panels: segments.panels(ofAtMost: segments.segmentWidth), workers: 1).total
      throw RunError(
        .source, file: file, reason: "needs \(bytes(least)) of memory, the limit is \(bytes(limit))",
        remedy: "raise inference.memory or take smaller tiles")
    }
    (panels, workers) = choice
    self.memory = memory(panels: panels, workers: workers)
    var tiles = 0
    for panel in panels {
      let columns = segments.pixelColumns(panel)
      let covering = grid.tiles(
        covering: Window(column: region.column + columns.lowerBound, row: region.row, width: columns.count, height: region.height))
      tiles += covering.rows.count * covering.columns.count
    }
    self.tiles = tiles
    occupancy = Occupancy(source.occupied, region: region, grid: grid, segments: segments)
    cost = Double(tiles) * Double(grid.windowSize.area) / Double(region.area)
  }

  /// The window of a segment, in pixels of the source.
  func window(_ segment: SegmentWindow) -> Window {
    Window(column: region.column + segment.column, row: region.row + segment.row, width: segment.width, height: segment.height)
  }

  /// The geotransform of what is written.
  var regionGeotransform: Geotransform { geotransform.shifted(to: region) }
}

/// "1.5 GB", "340 MB": decimal units, as in the pipeline file.
public func bytes(_ count: Int) -> String { DiskSpace.describe(UInt64(max(0, count))) }
