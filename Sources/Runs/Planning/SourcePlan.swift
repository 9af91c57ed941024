import FileWriting
import Foundation
package import GeoTypes
package import Geodata
package import Inference
package import PipelineFile
package import RunState
package import Tiling

/// What is decided about a source once its header is open: size, place, grid, panels, memory.
package struct SourcePlan: Sendable {
  package let size: RasterSize
  package let geotransform: Geotransform
  package let isPlaced: Bool
  /// The geometry of a picture that is placed by its tags; `nil` for other sources.
  package let frame: PlacedFrame?
  package let crs: CoordinateSystem?
  package var reading: RasterReading
  /// As in `PixelSource`.
  let alphaBands: [String: Int]
  package var warnings: [String]
  /// How the sheets lie; `nil` where the source is not a mosaic.
  package let mosaic: MosaicLayout?
  /// What is written: the whole source, or the window that is tried.
  package let region: Window
  package let grid: TileGrid
  /// The segments of the region; their windows are relative to it.
  package let segments: SegmentGrid
  /// `input.area` in pixels of the source; `nil` for all of it.
  package var area: AreaMask?
  /// The pixels that lie on the earth; `nil` for all of them.
  package var earth: EarthMask?
  /// Columns of segments that are inferred together.
  package let panels: [Range<Int>]
  package let workers: Int
  /// Bytes of the network's arena for a tile, for each worker.
  let arenaBytes: Int
  /// Of the widest panel.
  package let memory: MemoryPlan
  /// Tiles of all panels, those on a panel's edge counted for each.
  package let tiles: Int
  /// What of the source can hold a valid pixel.
  package let occupancy: Occupancy
  /// Pixels that the network sees for each pixel that is written.
  package let cost: Double

  /// - Parameters:
  ///   - formats: what is written of it.
  ///   - limit: bytes; more panels and fewer workers are taken until the plan fits.
  /// - Throws: `RunError` (source) where even the narrowest panel with one worker does not fit.
  package init(
    source: any PixelSource, file: String, model: ModelSetup, inference: Pipeline.Inference, region wanted: Window?, workers allowed: Int,
    limit: Int, formats: [Pipeline.Format]
  ) throws {
    size = source.size
    geotransform = source.geotransform
    isPlaced = source.isPlaced
    frame = source.frame
    crs = source.crs
    reading = source.reading
    alphaBands = source.alphaBands
    mosaic = try (source as? MosaicSource).map { try MosaicLayout($0) }
    warnings = source.warnings + [model.resolutionWarning(source)].compactMap(\.self)
    let whole = Window(source.size)
    let region = wanted ?? whole
    guard !region.isEmpty, whole.contains(region) else {
      throw LeftOut.outsideWindow(width: size.width, height: size.height)
    }
    self.region = region
    let tile = model.tileSize(inference, source: source.size)
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
    arenaBytes = arena
    let weights = try model.weightBytes
    let wantsProbabilities = formats.contains(.probabilities)
    let rasters = formats.compactMap { format -> Int? in
      switch format {
      case .classes, .confidence: 1
      case .probabilities: model.classCount
      default: nil
      }
    }
    let carried = source.isPlaced ? nil : source.frame
    let planes = 2 + (wantsProbabilities ? model.classCount : 0)
    func memory(panels: [Range<Int>], workers: Int) -> MemoryPlan {
      var plan = MemoryPlan(
        grid: grid, columns: panels.map { segments.pixelColumns($0).count }.max() ?? 1,
        needs: MemoryPlan.Needs(
          weightBytes: weights, arenaBytes: arena, channels: model.channels, bands: source.channels,
          isBytes: source.givesBytes, blockBytes: source.blockBytes, planesPerPixel: planes,
          segmentHeight: segments.segmentHeight, workers: workers, width: max(region.width, carried?.size.width ?? 0),
          height: max(region.height, carried?.size.height ?? 0), rasters: rasters,
          isTraced: formats.contains { $0.isVector || $0 == .preview }, hasPreview: formats.contains(.preview)))
      // The whole class map of a picture is held while it is carried to the ground.
      if carried != nil { plan.layers += region.area * planes }
      return plan
    }
    func split(_ count: Int) -> [Range<Int>] {
      segments.panels(ofAtMost: (segments.columns + count - 1) / count * segments.segmentWidth)
    }
    func fits(_ count: Int, _ workers: Int) -> Bool { memory(panels: split(count), workers: workers).total <= limit }
    // Columns of segments are added to a panel as long as it fits; workers go only where one column is too much.
    var choice: (panels: [Range<Int>], workers: Int)?
    if let gone = firstIndex(of: 0...allowed - 1, where: { fits(segments.columns, allowed - $0) }) {
      let workers = allowed - gone
      choice = firstIndex(of: 1...segments.columns) { fits($0, workers) }.map { (split($0), workers) }
    }
    guard let choice else {
      let least = memory(panels: split(segments.columns), workers: 1)
      // What no source can do without is not this source's fault.
      let isOfSource = least.needOfAnySource <= limit
      throw RunError(
        isOfSource ? .source : .surroundings, file: file, reason: "needs \(bytes(least.total)) of memory, the limit is \(bytes(limit))",
        remedy: least.blocks > least.total / 2
          ? "raise inference.memory, or save it in tiles: gdal_translate -co TILED=YES"
          : "raise inference.memory or take smaller tiles")
    }
    (panels, workers) = choice
    self.memory = memory(panels: panels, workers: workers)
    // Only now: looking for valid pixels takes time in a source of millions of blocks.
    guard try source.validCoverage(region) != .none else { throw LeftOut.empty }
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
  package func window(_ segment: SegmentWindow) -> Window {
    Window(column: region.column + segment.column, row: region.row + segment.row, width: segment.width, height: segment.height)
  }

  /// The number of tiles that cover some of the segments.
  func tiles(covering segments: [SegmentWindow]) -> Int {
    var found: Set<SIMD2<Int32>> = []
    for segment in segments {
      let covering = grid.tiles(covering: window(segment))
      for row in covering.rows { for column in covering.columns { found.insert(SIMD2(Int32(row), Int32(column))) } }
    }
    return found.count
  }

  /// The grid on the ground that the class map of a picture is carried to; `nil` where the source itself lies on its grid.
  package var carriedTo: PlacedFrame? { isPlaced ? nil : frame }

  /// The size, the geotransform and the crs of what is written.
  package var writtenSize: RasterSize { carriedTo?.size ?? region.size }
  package var writtenGeotransform: Geotransform { carriedTo?.geotransform ?? geotransform.shifted(to: region) }
  package var writtenCRS: CoordinateSystem? { carriedTo?.crs ?? crs }
}

/// The first number of a range for which a condition holds that holds for all numbers after such a one, too; `nil` where there is none.
///
/// - Complexity: O(log n) tries.
package func firstIndex(of range: ClosedRange<Int>, where holds: (Int) -> Bool) -> Int? {
  var (low, high) = (range.lowerBound, range.upperBound)
  guard holds(high) else { return nil }
  while low < high {
    let middle = low + (high - low) / 2
    if holds(middle) { high = middle } else { low = middle + 1 }
  }
  return low
}

/// "1.5 GB", "340 MB": decimal units, as in the pipeline file.
public func bytes(_ count: Int) -> String { DiskSpace.describe(UInt64(max(0, count))) }
