import Evaluation
import Foundation
public import GeoTypes
import Geodata
import Inference
import PipelineFile
import RunState
public import Runs
import Tiling

/// How much of a class map depends on where the grid of tiles happens to fall: each source is inferred twice, half a tile stride apart, in
/// each blend mode. Nothing is published.
public struct SeamRequest: Sendable {
  private let request: RunRequest

  /// Asks it to end soon.
  public var stop: StopRequest { request.stop }

  /// - Parameters:
  ///   - pipeline: its path.
  ///   - only: a pattern that names of sources have to match.
  ///   - window: this part of each source alone.
  ///   - workers: tiles inferred at once; `nil` takes `inference.workers`.
  /// - Throws: `PipelineError`, `RunError` (wrongCall).
  public init(pipeline: String, only: String? = nil, window: Window? = nil, workers: Int? = nil) throws {
    request = try RunRequest(pipeline: pipeline, workers: workers, only: only, window: window)
  }

  /// Pixels that change, by blend mode.
  public struct Mode: Sendable, Encodable, Equatable {
    /// mean, cosine or center.
    public var blend: String
    /// Whether it is the pipeline's own.
    public var isChosen: Bool
    public var nearPixels: UInt64
    public var nearChanged: UInt64
    public var elsewherePixels: UInt64
    public var elsewhereChanged: UInt64
    /// Shares of 0…1; `nil` without pixels.
    public var near: Double?
    public var elsewhere: Double?
    public var all: Double?

    init(blend: String, isChosen: Bool, _ statistics: SeamStatistics) {
      self.blend = blend
      self.isChosen = isChosen
      (nearPixels, nearChanged) = (statistics.near.pixels, statistics.near.changed)
      (elsewherePixels, elsewhereChanged) = (statistics.elsewhere.pixels, statistics.elsewhere.changed)
      (near, elsewhere, all) = (statistics.near.share, statistics.elsewhere.share, statistics.share)
    }

    mutating func add(_ other: Mode) {
      nearPixels += other.nearPixels
      nearChanged += other.nearChanged
      elsewherePixels += other.elsewherePixels
      elsewhereChanged += other.elsewhereChanged
      func share(_ part: UInt64, _ whole: UInt64) -> Double? { whole == 0 ? nil : Double(part) / Double(whole) }
      near = share(nearChanged, nearPixels)
      elsewhere = share(elsewhereChanged, elsewherePixels)
      all = share(nearChanged + elsewhereChanged, nearPixels + elsewherePixels)
    }
  }

  /// The share of one source.
  public struct Source: Sendable, Encodable {
    public var name: String
    /// Pixels from one grid to the other, along rows and along columns.
    public var shift: [Int]
    /// Pixels on each side of a seam that count as near.
    public var distance: Int
    public var modes: [Mode]
  }

  /// What came of all sources together.
  public struct Report: Sendable, Encodable {
    public var sources: [Source]
    /// Of all sources together.
    public var modes: [Mode]
    public var notes: [String]

    /// A line for each blend mode; shares in percent.
    public var table: String {
      func percent(_ value: Double?) -> String { value.map { String(format: "%.3f", $0 * 100) } ?? "-" }
      let header = ["blend", "near seams", "elsewhere", "all", "pixels"]
      let lines =
        [header]
        + modes.map {
          [
            $0.blend + ($0.isChosen ? " *" : ""), percent($0.near), percent($0.elsewhere), percent($0.all),
            "\($0.nearPixels + $0.elsewherePixels)",
          ]
        }
      let widths = header.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
      let text = lines.map { line in
        line.enumerated().map { column, cell in
          let blank = String(repeating: " ", count: widths[column] - cell.count)
          return column == 0 ? cell + blank : blank + cell
        }.joined(separator: "  ")
      }
      return "pixels that change with the grid, in percent (* the pipeline's own mode)\n" + text.joined(separator: "\n") + "\n"
    }
  }

  /// Infers each source six times.
  ///
  /// - Throws: `RunError` and others: what keeps it from beginning, or a source that cannot be done.
  public func perform(observer: RunObserver) throws -> Report {
    let pipeline = request.pipeline
    let model = try wrongCall { try ModelSetup(pipeline) }
    let output = OutputDirectory(pipeline.output.directory.resolved)
    // The window is cut out beforehand, so to the plan it is all there is.
    let context = try RunContext(request, model: model, output: output, observer: observer, window: nil)
    let meter = context.meter
    guard pipeline.inference.tile != .whole else {
      throw RunError(.wrongCall, reason: "inference.tile: whole has no seams", remedy: "give a tile size in the pipeline")
    }
    let work = try surroundings { try DueWorkFinder(request, model: model, output: output, database: nil, now: Date()).find() }
    var report = Report(sources: [], modes: [], notes: [])
    let due = work.entries.compactMap(\.source)
    for entry in work.entries {
      if case .impossible(let error) = entry.state { report.notes.append("\(error)") }
    }
    meter.begin(sources: due.count)
    defer { context.crew.end() }
    for (order, source) in due.enumerated() {
      meter.beginSource(order)
      defer { meter.endSource(order) }
      let comparison = SeamComparison(context: context, source: source, order: order, window: request.window)
      let found: Source
      do {
        guard let result = try comparison.perform() else {
          report.notes.append("\(source.name): it is too small to have seams half a tile stride apart")
          continue
        }
        found = result
      } catch let error as RunError where error.code == .source {
        report.notes.append("\(error)")
        continue
      }
      report.sources.append(found)
      if report.modes.isEmpty {
        report.modes = found.modes
      } else {
        for index in report.modes.indices { report.modes[index].add(found.modes[index]) }
      }
    }
    meter.end()
    guard !report.sources.isEmpty else {
      throw RunError(
        .wrongCall, file: request.pipelineFile,
        reason: "has no source in which two grids can be compared" + (report.notes.first.map { " (\($0))" } ?? ""),
        remedy: "give larger sources, or smaller tiles")
    }
    return report
  }
}

/// One source under two grids.
private struct SeamComparison {
  let context: RunContext
  let source: DueSource
  let order: Int
  let window: Window?

  func perform() throws -> SeamRequest.Source? {
    let opened = try context.open(source)
    let whole = Window(opened.size)
    let region = window ?? whole
    guard whole.contains(region) else {
      throw RunError(
        .wrongCall, file: source.files[0], reason: "the window does not lie in the source of \(whole.width) × \(whole.height) pixels",
        remedy: "give a window inside it")
    }
    let model = context.model
    let tile = model.tileSize(context.pipeline.inference, source: opened.size)
    let overlap = context.pipeline.inference.overlap(height: tile.height, width: tile.width)
    guard overlap < min(tile.width, tile.height) else {
      throw RunError(
        .wrongCall, reason: "inference.overlap (\(overlap)) is not below the tile's side", remedy: "lower inference.overlap")
    }
    guard let layout = SeamLayout(region: region, tile: tile, overlap: overlap) else { return nil }
    var result = SeamRequest.Source(
      name: source.name.text, shift: [layout.second.column - layout.first.column, layout.second.row - layout.first.row],
      distance: layout.distance, modes: [])
    for blend in Blend.allCases {
      let first = try infer(layout.first, blend)
      let second = try infer(layout.second, blend)
      var statistics = SeamStatistics(
        size: layout.compared.size, columnSeams: layout.columnSeams, rowSeams: layout.rowSeams, distance: layout.distance)
      for row in 0..<layout.compared.height {
        statistics.add(
          row: row, first: try values(first, layout.first, layout.compared, row),
          second: try values(second, layout.second, layout.compared, row))
      }
      result.modes.append(SeamRequest.Mode(blend: blend.rawValue, isChosen: blend == model.blend, statistics))
    }
    return result
  }

  /// A row of what is compared, from the map of a crop.
  private func values(_ map: ScratchMap, _ crop: Window, _ compared: Window, _ row: Int) throws -> [UInt8] {
    let column = compared.column - crop.column
    return try map.read(row: row + compared.row - crop.row, columns: column..<column + compared.width)
  }

  /// The class map of a crop, inferred as a source of its own.
  private func infer(_ crop: Window, _ blend: Blend) throws -> ScratchMap {
    let model = context.model
    let plan = try SourcePlan(
      source: CroppedSource(context.open(source), to: crop), file: source.files[0], model: model, inference: context.pipeline.inference,
      region: nil, workers: context.workers, limit: context.memoryLimit, formats: [])
    let map = try ScratchMap(crop.size)
    let network = try model.tileNetwork()
    let passes = plan.panels.map { panel in
      let columns = plan.segments.pixelColumns(panel)
      return SourcePass(
        grid: plan.grid, blend: blend, decision: model.decision, merge: model.merge, columns: columns,
        wanted: [Window(column: columns.lowerBound, row: 0, width: columns.count, height: crop.height)], network: network,
        normalization: model.normalization, augmentation: model.augmentation, wantsProbabilities: false)
    }
    let tiles = passes.reduce(0) { $0 + $1.tileCount }
    context.meter.plan(order, tiles: tiles)
    context.crew.setLimit(Crew.Limit(workers: plan.workers, arenaBytes: .max))
    let (context, source, order) = (context, source, order)
    for pass in passes {
      try context.crew.run(
        pass,
        open: {
          let pixels = CroppedSource(try context.open(source), to: crop)
          guard let area = context.pipeline.input.area else { return SourcePass.Opened(source: pixels) }
          let mask = try AreaMask(path: area.resolved, crs: pixels.crs, geotransform: pixels.geotransform)
          return SourcePass.Opened(source: pixels) { mask.mask($0) }
        },
        events: SourcePass.Events(
          check: { try context.stop.check() },
          tileDone: { _ in context.meter.tileDone(order, pixels: Double(crop.area) / Double(max(1, tiles))) },
          spent: { context.meter.add($1, to: RunStage($0)) }),
        sink: MapSink(map))
    }
    return map
  }
}

/// Writes rows to a map.
///
/// `@unchecked Sendable`: the map is touched only with `lock` held.
private final class MapSink: RowSink, @unchecked Sendable {
  private let map: ScratchMap
  private let lock = NSLock()

  init(_ map: ScratchMap) { self.map = map }

  let roomUpTo = Int.max

  func whenRoomGrows(_ body: @escaping @Sendable () -> Void) {}

  func add(_ row: DecidedRow) throws { try lock.withLock { try map.write(row.classIDs, row: row.row, column: row.column) } }
}
