import Drawing
package import Foundation
package import GeoTypes
package import Geodata
package import Inference
package import Layers
package import PipelineFile
package import RunState

/// A source with its keys, and what has to be done about it.
package struct DueSource: Sendable {
  /// How much of a source has to be redone.
  package enum Due: Sendable, Hashable {
    /// Its pixels have to be inferred.
    case pixels
    /// Only layers have to be redone.
    case layers
  }

  package var name: SourceName
  /// The file, or a mosaic's sheets.
  package var files: [String]
  /// The fixed folders of the patterns that found them.
  package var folders: [String]
  package var allowsVRT: Bool
  package var isMosaic: Bool
  package var fingerprint: Fingerprint
  package var rasterKey: RasterKey
  /// The raster key but for the kernel set: shards with one such key do the same work.
  package var sharedKey: RasterKey
  package var layerKey: LayerKey
  package var due: Due
  /// Why, in a few words.
  package var reason: String
  /// Of a mosaic that was published with the same settings, libraries and names of files: where in the fingerprint stand the files that have changed
  /// since. `nil` for other sources.
  package var changedFiles: [Int]?
  /// The checksum over the rows of its GeoPackage, where that is published and up to date.
  package var rows: String?
  /// What was published of it when it was found.
  package var publication: OutputDirectory.Publication?
  /// Of those files that are addresses with a query: the query, which may hold a secret.
  package var queries: [String: String] = [:]
  /// Of files that are copies: where other programs find the originals, as GDAL has it.
  package var origins: [String: String] = [:]

  /// Whether files have to be fetched before it can be opened.
  package var isRemote: Bool { files.contains(where: RemoteAddress.isRemote) }
}

/// What all parts of a run share.
package struct RunContext: Sendable {
  package let pipeline: Pipeline
  package let output: OutputDirectory
  package let model: ModelSetup
  package let observer: RunObserver
  package let meter: Meter
  /// The workers of the run.
  package let crew: Crew
  /// Write segments to the disk.
  package let storeThreads = StoreThreads()
  package let stop: StopRequest
  package let workers: Int
  /// Bytes.
  package let memoryLimit: Int
  /// The part of each source that is tried; `nil` for all of it.
  package let window: Window?
  /// When `run.until` ends the run.
  package let end: Deadline?
  /// What was found out by looking at sources' pixels.
  package let findings: RasterFindings
  /// Room on the disk that sources in flight take for copies.
  let copyRoom = CopyRoom()
  /// Where sources lie that were opened.
  package let footprints = Footprints()
  /// `nil` where the pipeline has no database.
  package var database: DatabaseRows?
  /// What the layers of all sources say of how they were made.
  package let provenance: Provenance

  /// A warning where less memory may be used than `inference.memory` asks for.
  let memoryWarning: String?

  /// - Parameters:
  ///   - request: what was asked for.
  ///   - model: the network and its settings.
  ///   - output: where layers and state go.
  ///   - observer: takes log lines and progress.
  ///   - window: the part of each source that is tried; `nil` for all of it.
  ///   - started: when the run began, for `run.until`; `nil` where that does not count.
  /// - Throws: `RunError` (surroundings) where a file that the pipeline names cannot be read.
  package init(
    _ request: RunRequest, model: ModelSetup, output: OutputDirectory, observer: RunObserver, window: Window?, started: Date? = nil
  ) throws {
    let pipeline = request.pipeline
    let stop = request.stop
    self.pipeline = pipeline
    self.output = output
    self.model = model
    self.observer = observer
    self.stop = stop
    self.window = window
    meter = Meter(observer: observer)
    workers = request.workers ?? pipeline.inference.workers ?? Machine.cores
    crew = Crew(workers: workers)
    (memoryLimit, memoryWarning) = AllowedMemory.current.limit(asked: pipeline.inference.memory)
    Machine.keepFreed(of: memoryLimit, workers: workers)
    end = started.flatMap { started in pipeline.run.until?.next(after: started).map { Deadline($0, from: started) } }
    findings = RasterFindings { [stop] in stop.isAsked }
    provenance = try surroundings { try Provenance(pipeline, model) }
  }

  /// A warning where previews lack letters of classes' names.
  var fontWarning: String? {
    guard pipeline.output.formats.contains(.preview) else { return nil }
    let lacking = model.catalog.classes.map(\.name).filter { TextLine($0, size: 16).missing > 0 }
    guard !lacking.isEmpty else { return nil }
    return
      "previews show boxes in place of letters that no installed font has (\(lacking.joined(separator: ", "))); install a font for them, "
      + "such as fonts-noto-cjk"
  }

  /// Classes whose probabilities are written, or 0.
  package var probabilityClasses: Int { pipeline.output.formats.contains(.probabilities) ? model.classCount : 0 }

  /// Where rows go; `nil` where `output.formats` has no PostGIS.
  package var postGIS: PostGISTarget? { pipeline.postGISTarget }

  /// Opens a source. What comes back belongs to the calling thread.
  ///
  /// - Parameter source: one that is due.
  /// - Parameter onGround: whether a picture is read as the ground that it shows, whatever the network sees.
  /// - Parameter awaitsTurn: as in `RasterSourceOptions`.
  /// - Throws: `GeodataError`; `RunError` (source) where it was not fetched.
  package func open(
    _ source: DueSource, onGround: Bool = false, awaitsTurn: @escaping @Sendable () -> Bool = { true }
  ) throws -> any PixelSource {
    guard !source.isRemote else {
      throw RunError(
        .source, file: source.files[0], reason: "it is fetched for its own layers only, and not kept", remedy: "copy it to a disk")
    }
    var options = model.rasterOptions(pipeline.input, allowVRT: source.allowsVRT, folders: source.folders)
    options.findings = findings
    options.mostBlockBytes = min(
      options.mostBlockBytes, max(0, memoryLimit - (try model.weightBytes) - MemoryPlan.cacheBytes - MemoryPlan.baseBytes))
    options.awaitsTurn = awaitsTurn
    if onGround { options.frames?.readsPicture = false }
    if source.isMosaic, source.files.count > 1 {
      return try MosaicSource(name: source.name.text, paths: source.files, options: options)
    }
    return try RasterSource(path: source.files[0], options: options)
  }

  /// Decides everything about a source that needs no pixels.
  ///
  /// - Parameter pixels: the source, open.
  /// - Throws: `RunError` or `GeodataError` (source), `LeftOut` where there is nothing to do.
  package func plan(_ pixels: any PixelSource, of source: DueSource) throws -> SourcePlan {
    footprints.record(source.name, SourceOutline.corners(of: pixels, window: window))
    var plan = try SourcePlan(
      source: pixels, file: source.isMosaic ? source.name.text : source.files[0], model: model, inference: pipeline.inference,
      region: window, workers: workers, limit: memoryLimit,
      formats: pipeline.output.formats + (pipeline.output.isCombined ? [.gpkg] : []))
    if pixels.isPlaced {
      let place = try PlaceCheck(
        crs: pixels.crs, geotransform: pixels.geotransform, size: pixels.size, file: pixels.name,
        isGiven: pixels.reading.crsFrom == "input.crs")
      plan.warnings += place.warnings
      plan.warnings += try DatumWarnings.of(pixels.crs, pixels.geotransform, pixels.size, pixel: pixels.groundPixel, pipeline)
      plan.earth = place.mask
    }
    if case .code(let code) = pipeline.vectors.crs, plan.writtenCRS == nil {
      plan.warnings.append("vectors.crs (\(code)) is not used, as it has no crs: its layers stay in its own coordinates; set input.crs")
    }
    if let path = pipeline.input.area?.resolved {
      let area = try AreaMask(path: path, crs: pixels.crs, geotransform: pixels.geotransform)
      if area.coverage(plan.region) == .none { throw LeftOut.outsideArea(([path] + area.warnings).joined(separator: ": ")) }
      plan.area = area
      plan.reading.area = area.reading
      plan.warnings += area.warnings.map { "\(area.reading.file): \($0)" }
    }
    let job = job(plan, of: source, pixels)
    try VectorLayers.check(try job.request(LayerFiles(directory: "", name: job.name)))
    return plan
  }

  /// What the layers of a source are made of.
  ///
  /// - Parameter pixels: the source, open.
  package func job(_ plan: SourcePlan, of source: DueSource, _ pixels: any PixelSource) -> LayerJob {
    let context = self
    var job = LayerJob(
      source: source.name.text, name: source.name.leaf, size: plan.writtenSize, geotransform: plan.writtenGeotransform,
      isPlaced: plan.isPlaced || plan.frame != nil, crs: plan.writtenCRS, catalog: model.catalog, vectors: pipeline.vectors,
      output: pipeline.output, dates: plan.reading.dates, postGIS: postGIS, probabilityClasses: probabilityClasses,
      picture: {
        guard let frame = plan.carriedTo else { return try pixels.picture(of: plan.region, side: Picture.largestSide) }
        return try context.open(source, onGround: true).picture(of: Window(frame.size), side: Picture.largestSide)
      })
    job.frame = plan.frame
    if pipeline.output.formats.contains(.qgis) {
      job.orthophotos = Orthophotos(
        source.files.map { ($0, source.origins[$0] ?? $0) }, from: output.published(source.name), plan.reading,
        alphaBands: plan.alphaBands)
    }
    job.provenance = provenance
    job.provenance.dates = plan.reading.dates.map { Provenance.Dates(first: $0.lowerBound.text, last: $0.upperBound.text) }
    return job
  }

  /// What a pass reads: a source that is open, with the polygons of `input.area`.
  package func reading(_ pixels: any PixelSource, _ plan: SourcePlan) -> SourcePass.Opened {
    let masks = [plan.area?.mask, plan.earth?.mask].compactMap(\.self)
    guard let first = masks.first else { return SourcePass.Opened(source: pixels, area: nil) }
    return SourcePass.Opened(source: pixels) { window in
      masks.dropFirst().reduce(first(window)) { mask, other in zip(mask, other(window)).map { $0 & $1 } }
    }
  }

  /// - Throws: `UntilReached` once `run.until` has passed.
  package func checkTime() throws {
    if let end, end.hasPassed { throw UntilReached() }
  }
}

/// When the run must stop. If the system clock is changed meanwhile, whichever comes first applies: the time of day, or the time that remained when
/// the run began.
package struct Deadline {
  package let date: Date
  package let instant: ContinuousClock.Instant

  package init(_ date: Date, from start: Date) {
    self.date = date
    instant = .now + .seconds(date.timeIntervalSince(start))
  }

  package var hasPassed: Bool { Date() >= date || .now >= instant }
}

/// `run.until` has passed: the run ends cleanly, and the next one resumes.
package struct UntilReached: Error {}
