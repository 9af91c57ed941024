import Foundation
import GeoTypes
import Geodata
import Layers
import PipelineFile
import RunState

/// A source with its keys, and what has to be done about it.
struct DueSource: Sendable {
  enum Due: Sendable, Hashable {
    /// Its pixels have to be inferred.
    case pixels
    /// Only layers have to be made again.
    case layers
  }

  var name: SourceName
  /// The file, or a mosaic's sheets.
  var files: [String]
  /// The fixed folders of the patterns that found them.
  var folders: [String]
  var allowsVRT: Bool
  var isMosaic: Bool
  var fingerprint: Fingerprint
  var rasterKey: RasterKey
  /// The raster key but for the kernel set: shards with one such key do the same work.
  var sharedKey: RasterKey
  var layerKey: LayerKey
  var due: Due
  /// Why, in a few words.
  var reason: String
  /// The checksum over the rows of its GeoPackage, where that is published and up to date.
  var rows: String?
}

/// What all parts of a run share.
struct RunContext: Sendable {
  let pipeline: Pipeline
  let output: OutputDirectory
  let model: ModelSetup
  let observer: RunObserver
  let meter: Meter
  let stop: StopRequest
  let workers: Int
  /// Bytes.
  let memoryLimit: Int
  /// The part of each source that is tried; `nil` for all of it.
  let window: Window?
  /// When `run.until` ends the run.
  let end: Deadline?
  /// `nil` where the pipeline has no database.
  var database: DatabaseRows?

  /// What a plan may count on, and a warning where that is less than `inference.memory` asks for.
  static func memoryLimit(_ pipeline: Pipeline) -> (bytes: Int, warning: String?) {
    AllowedMemory.current.limit(asked: pipeline.inference.memory)
  }

  /// Classes whose probabilities are written, or 0.
  var probabilityClasses: Int { pipeline.output.formats.contains(.probabilities) ? model.classCount : 0 }

  /// Where rows go; `nil` where `output.formats` has no PostGIS.
  var postGIS: PostGISTarget? { pipeline.postGISTarget }

  /// What was found out by looking at sources' pixels.
  let findings: RasterFindings

  /// Opens a source. What comes back belongs to the calling thread.
  func open(_ source: DueSource) throws -> any PixelSource {
    var options = model.rasterOptions(pipeline.input, allowVRT: source.allowsVRT, folders: source.folders)
    options.findings = findings
    if source.isMosaic, source.files.count > 1 {
      return try MosaicSource(name: source.name.text, paths: source.files, options: options)
    }
    return try RasterSource(path: source.files[0], options: options)
  }

  func plan(_ source: DueSource) throws -> SourcePlan {
    let start = ContinuousClock.now
    defer { meter.add(start.secondsAgo, to: .plan) }
    let pixels = try open(source)
    var plan = try SourcePlan(
      source: pixels, file: source.isMosaic ? source.name.text : source.files[0], model: model, inference: pipeline.inference,
      region: window, workers: workers, limit: memoryLimit,
      formats: pipeline.output.formats + (pipeline.output.merge == .none ? [] : [.gpkg]))
    if pixels.isPlaced {
      let place = try PlaceCheck(crs: pixels.crs, geotransform: pixels.geotransform, size: pixels.size, file: pixels.name)
      plan.warnings += place.warnings
      plan.earth = place.mask
    }
    if case .code(let code) = pipeline.vectors.crs, pixels.crs == nil {
      plan.warnings.append("vectors.crs (\(code)) is not used, as it has no crs: its layers stay in its own coordinates; set input.crs")
    }
    if let path = pipeline.input.area?.resolved {
      let area = try AreaMask(path: path, crs: pixels.crs, geotransform: pixels.geotransform)
      if area.coverage(plan.region) == .none { throw LeftOut.outsideArea(path) }
      plan.area = area
    }
    let job = job(plan, of: source)
    try VectorLayers.check(try job.request(LayerFiles(directory: "", name: job.name)))
    return plan
  }

  /// What the layers of a source are made of.
  func job(_ plan: SourcePlan, of source: DueSource) -> LayerJob {
    let context = self
    return LayerJob(
      source: source.name.text, name: source.name.leaf, size: plan.region.size, geotransform: plan.regionGeotransform,
      isPlaced: plan.isPlaced, crs: plan.crs, catalogue: model.catalogue, vectors: pipeline.vectors, output: pipeline.output,
      postGIS: postGIS, probabilityClasses: probabilityClasses, picture: { try context.open(source).picture(of: plan.region, side: 1400) })
  }

  /// Opens a source for a pass, with the polygons of `input.area`.
  func openForReading(_ source: DueSource, _ plan: SourcePlan) throws -> PanelPass.Opened {
    let pixels = try open(source)
    let masks = [plan.area?.mask, plan.earth?.mask].compactMap(\.self)
    guard let first = masks.first else { return PanelPass.Opened(source: pixels, area: nil) }
    return PanelPass.Opened(source: pixels) { window in
      masks.dropFirst().reduce(first(window)) { mask, other in zip(mask, other(window)).map { $0 & $1 } }
    }
  }

  /// - Throws: `UntilReached` once `run.until` has passed.
  func checkTime() throws {
    if let end, end.hasPassed { throw UntilReached() }
  }
}

/// A time of day that ends the work. Where the clock is set meanwhile, whichever comes first counts: the time, or as long as it was to be.
struct Deadline {
  let date: Date
  let instant: ContinuousClock.Instant

  init(_ date: Date, from start: Date) {
    self.date = date
    instant = .now + .seconds(date.timeIntervalSince(start))
  }

  var hasPassed: Bool { Date() >= date || .now >= instant }
}

/// `run.until` has passed: the run ends cleanly and goes on next time.
struct UntilReached: Error {}
