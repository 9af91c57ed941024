import Foundation
import GeoTypes
import Geodata
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
  let end: Date?

  /// Classes whose probabilities are written, or 0.
  var probabilityClasses: Int { pipeline.output.formats.contains(.probabilities) ? model.classCount : 0 }

  /// Where rows go; `nil` where `output.formats` has no PostGIS.
  var postGIS: PostGISTarget? {
    guard pipeline.output.formats.contains(.postgis) else { return nil }
    return pipeline.output.postgis.map { PostGISTarget(connection: $0.value) }
  }

  /// Opens a source. What comes back belongs to the calling thread.
  func open(_ source: DueSource) throws -> any PixelSource {
    let options = model.rasterOptions(pipeline.input, allowVRT: source.allowsVRT)
    if source.isMosaic, source.files.count > 1 {
      return try MosaicSource(name: source.name.text, paths: source.files, options: options)
    }
    return try RasterSource(path: source.files[0], options: options)
  }

  func plan(_ source: DueSource) throws -> SourcePlan {
    let start = DispatchTime.now()
    defer { meter.add(start.secondsAgo, to: .plan) }
    return try SourcePlan(
      source: open(source), file: source.isMosaic ? source.name.text : source.files[0], model: model, inference: pipeline.inference,
      region: window, workers: workers, limit: memoryLimit, wantsProbabilities: probabilityClasses > 0)
  }

  /// Opens a source for a pass, with the polygons of `input.area`.
  func openForReading(_ source: DueSource) throws -> PanelPass.Opened {
    let pixels = try open(source)
    guard let area = pipeline.input.area else { return PanelPass.Opened(source: pixels, area: nil) }
    let mask = try AreaMask(path: area.resolved, crs: pixels.crs, geotransform: pixels.geotransform)
    return PanelPass.Opened(source: pixels) { mask.mask($0) }
  }

  /// - Throws: `UntilReached` once `run.until` has passed.
  func checkTime() throws {
    if let end, Date() >= end { throw UntilReached() }
  }
}

/// `run.until` has passed: the run ends cleanly and goes on next time.
struct UntilReached: Error {}
