import Basics
import FileWriting
import Foundation
public import GeoTypes
public import Geodata
import Inference
import NeuralNetwork
import PipelineFile
import RunState
import Tiling

/// What a run would do, found out without changing anything.
public struct PlanRequest: Sendable {
  private let request: RunRequest

  /// - Throws: `PipelineError`, `RunError` (wrongCall).
  public init(
    pipeline: String, changes: [String] = [], only: String? = nil, window: Window? = nil, workers: Int? = nil, retryFailed: Bool = false,
    isForced: Bool = false
  ) throws {
    request = try RunRequest(
      pipeline: pipeline, workers: workers, retryFailed: retryFailed, isForced: isForced, changes: changes, only: only, window: window)
  }

  /// What a run would do with a source.
  public struct Source: Sendable, Encodable {
    /// Whether and why a run would leave it.
    public enum State: String, Sendable, Encodable {
      case due, layers, unchanged, unsettled, waiting, outside, empty, refused
    }

    public var name: String
    public var state: State
    /// Why it is due, or what is wrong.
    public var reason: String
    public var width = 0
    public var height = 0
    public var crs = ""
    public var bands = ""
    /// What is read of it; `nil` where it is not opened.
    public var read: RasterReading?
    public var tiles = 0
    public var panels = 0
    /// Rows and columns of a tile, and how many of them neighbors share; empty where the source is not opened.
    public var tile: [Int] = []
    public var overlap = 0
    /// Pixels that the network sees for each pixel written.
    public var overlapCost = 0.0
    /// Pixels that the network would see for each pixel of the source with tiles of other sizes; empty where the source is not inferred.
    public var tileCosts: [TileCost] = []
    /// Bytes at the peak, and its parts.
    public var memory = 0
    public var memoryParts: [String: Int] = [:]
    /// Bytes that the work directory and the outputs take at most, about.
    public var disk = 0
    /// Seconds that it takes, about.
    public var seconds = 0.0
    public var warnings: [String] = []

    /// What is read, in a few lines for people.
    public var readingLines: [String] { read?.lines ?? [] }
  }

  /// What `inference.tile` would cost.
  public struct TileCost: Sendable, Encodable, Hashable {
    /// "512", or "fit (864)".
    public var tile: String
    public var cost: Double
  }

  /// What a run would do.
  public struct Report: Sendable, Encodable {
    public var pipeline: String
    public var network: String
    public var kernels: String
    public var workers: Int
    public var memoryLimit: Int
    /// Bytes of packed weights, shared by all workers.
    public var weights: Int
    public var freeDisk: Int
    public var sources: [Source]
    public var warnings: [String]
    /// What the model's file says and does not say.
    public var model: ModelFacts
  }

  /// Opens the sources that are due, and decides everything that a run would decide before it infers.
  ///
  /// - Throws: what would keep a run from beginning.
  public func perform() throws -> Report {
    let pipeline = request.pipeline
    try request.checkOpenFiles()
    let model = try wrongCall { try ModelSetup(pipeline) }
    try request.checkTarget()
    try request.checkHeights()
    try request.checkArea()
    try request.checkMetrics()
    let output = OutputDirectory(pipeline.output.directory.resolved)
    let context = try RunContext(request, model: model, output: output, observer: .silent, window: request.window)
    try model.checkMemory(limit: context.memoryLimit)
    try surroundings { try output.checkPlace(request.creation) }
    var warnings = model.warnings + model.facts.assumptions
    let database = try DatabaseRows.check(pipeline, output, claims: false) { warnings.append($0) }
    let work = try surroundings { try DueWorkFinder(request, model: model, output: output, database: database, now: Date()).find() }
    // Before the sources: a model that cannot be used is not their fault.
    let weights = try wrongCall { try model.weightBytes }
    var sources: [Source] = []
    var systems = MergedSystems(pipeline: pipeline, output: output)
    for entry in work.entries { sources.append(try describe(entry, context, &systems)) }
    let description = model.description
    return Report(
      pipeline: request.pipelineFile,
      network:
        "\(description.architecture.rawValue) with a \(description.backbone), \(description.classes) classes, \(description.parameters) weights",
      kernels: model.kernels.rawValue, workers: context.workers, memoryLimit: context.memoryLimit,
      weights: weights,
      freeDisk: DiskSpace.left(near: output.path).map { Int(clamping: $0.bytes) } ?? 0, sources: sources,
      warnings: warnings + work.warnings + systems.warnings
        + [context.memoryWarning, context.fontWarning, pipeline.about.licenseWarning].compactMap(\.self),
      model: model.facts)
  }

  private func describe(_ entry: DueWork.Entry, _ context: RunContext, _ systems: inout MergedSystems) throws -> Source {
    switch entry.state {
    case .unchanged:
      var unchanged = Source(name: entry.name, state: .unchanged, reason: "nothing to do")
      guard let source = entry.source else { return unchanged }
      systems.addPublished(source.name)
      // What was read of it, and the doubts about it, hold as long as it is published; those of an earlier version may be told in another way.
      if case .object(let details)? = (try? context.output.receipt(source.name))??.details {
        unchanged.read = try? details["read"]?.decoded(as: RasterReading.self)
        unchanged.warnings = (try? details["warnings"]?.decoded(as: [String].self)) ?? []
        unchanged.bands = unchanged.read?.bandText ?? ""
      }
      return unchanged
    case .waiting(let failure):
      return Source(
        name: entry.name, state: .waiting,
        reason: "failed before (\(failure.error)), \(failure.history); "
          + "next try \(failure.next.map { $0.formatted(.iso8601) } ?? "never")")
    case .impossible(let error): return Source(name: entry.name, state: .refused, reason: error.description)
    case .unsettled(let seconds):
      return Source(name: entry.name, state: .unsettled, reason: "just written; a run waits \(Int(seconds.rounded(.up))) s (input.settle)")
    case .due: break
    }
    guard let due = entry.source else { return Source(name: entry.name, state: .refused, reason: "cannot be opened") }
    var source = Source(name: entry.name, state: due.due == .layers ? .layers : .due, reason: due.reason)
    if due.isRemote {
      if let nothing = context.output.nothingToDo(due.name, key: due.layerKey) {
        source.state = nothing.outside == nil ? .empty : .outside
        source.reason = (nothing.outside.map { LeftOut.outsideArea($0) } ?? .empty).description
        return source
      }
      // A run fetches it; before, nothing but its size is known.
      source.disk = Int(clamping: due.fingerprint.bytes)
      source.reason += "; \(bytes(source.disk)) to fetch; its content is known only after that"
      return source
    }
    do {
      let plan = try context.plan(try context.open(due), of: due)
      systems.add(entry.name, plan.writtenCRS)
      source.width = plan.region.width
      source.height = plan.region.height
      source.crs = plan.writtenCRS.map { "\($0)" } ?? "none"
      source.bands = plan.reading.bandText
      source.read = plan.reading
      source.warnings = plan.warnings
      source.panels = plan.panels.count
      source.tile = [plan.grid.tile.height, plan.grid.tile.width]
      source.overlap = min(plan.grid.overlap.height, plan.grid.overlap.width)
      source.overlapCost = (plan.cost * 1000).rounded() / 1000
      source.memory = plan.memory.total
      source.memoryParts = plan.memory.parts
      source.disk = context.diskNeed(plan)
      if let warning = try context.checkPlace(due, plan) { source.warnings.append(warning) }
      if due.due == .pixels {
        source.tiles = plan.tiles
        if let untouched = try context.untouched(due, plan), !untouched.windows.isEmpty {
          source.tiles = plan.tiles(covering: plan.segments.windows.filter { !untouched.windows.contains($0) })
          source.reason += "; \(untouched.windows.count) of \(counted(plan.segments.count, "segment")) are kept as published"
        }
        source.seconds = try estimate(plan, tiles: source.tiles, context)
        if context.pipeline.inference.tile != .whole { source.tileCosts = tileCosts(plan.size, context) }
      }
    } catch let error as LeftOut {
      source.state = if case .empty = error { .empty } else { .outside }
      source.reason = error.description
    } catch {
      let (reason, code) = RunLoop.describe(error)
      guard code == .source || code == .surroundings else { throw error }
      source.state = .refused
      source.reason = reason
    }
    return source
  }

  /// For 512, 768, 1024 and the fitting tile.
  private func tileCosts(_ size: RasterSize, _ context: RunContext) -> [TileCost] {
    var inference = context.pipeline.inference
    func cost(_ name: String, _ tile: RasterSize) -> TileCost {
      let overlap = inference.overlap(height: tile.height, width: tile.width)
      let pixels = TileGrid.inferredPixels(size, tile: tile, overlap: min(overlap, min(tile.height, tile.width) - 1))
      return TileCost(tile: name, cost: (Double(pixels) / Double(size.area) * 1000).rounded() / 1000)
    }
    let sides = [512, 768, 1024].map { cost("\($0)", RasterSize(width: $0, height: $0)) }
    inference.tile = .fit
    let fitting = context.model.tileSize(inference, source: size)
    let name = fitting.height == fitting.width ? "\(fitting.height)" : "\(fitting.height) × \(fitting.width)"
    return sides + [cost("fit (\(name))", fitting)]
  }

  /// Seconds at the rates that are reached on common processors: an order of magnitude, not a promise.
  private func estimate(_ plan: SourcePlan, tiles: Int, _ context: RunContext) throws -> Double {
    let network = try context.model.network()
    let window = plan.grid.windowSize
    let operations = context.model.augmentation.scales.reduce(0.0) { sum, scale in
      let size = Augmentation.scaled(window, by: scale)
      return sum + network.operations(height: size.height, width: size.width)
    }
    let turns = Double(context.model.augmentation.orientations.count)
    let rate: Double =
      switch context.model.kernels {
      case .avx512: 350e9
      case .avx2: 180e9
      case .portable: 60e9
      }
    let tiles = min(tiles, plan.occupancy.tiles)
    let inference = Double(tiles) * operations * turns / rate
    // Measured on an AMD EPYC of 2025: 4 ns to blend a value and decide, on one thread; 100 ns to read, store and draw a pixel.
    let blending = Double(tiles * window.area * network.description.outputs) * 4e-9
    // Where a mosaic has no sheet, rasters are written all the same.
    let empty = plan.region.area - plan.occupancy.pixels
    return max((inference + blending) / Double(plan.workers), blending) + Double(plan.occupancy.pixels) * 100e-9 + Double(empty) * 30e-9
  }
}
