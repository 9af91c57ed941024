import Foundation
import GeoTypes
package import Geodata
package import Inference
import Layers
import PipelineFile
import RunState

// From a source that is due to its pixels, and to the plan of its work.

extension RunContext {
  /// Opens a source. What comes back belongs to the calling thread.
  ///
  /// - Parameter source: one that is due.
  /// - Parameter onGround: whether a picture is read as the ground that it shows, whatever the network sees.
  /// - Parameter looksAtPixels: as in `RasterSourceOptions`.
  /// - Parameter awaitsTurn: as in `RasterSourceOptions`.
  /// - Throws: `GeodataError`; `RunError` (source) where it was not fetched.
  package func open(
    _ source: DueSource, onGround: Bool = false, looksAtPixels: Bool = true, awaitsTurn: @escaping @Sendable () -> Bool = { true }
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
    options.looksAtPixels = looksAtPixels
    if onGround { options.frames?.readsPicture = false }
    if source.isMosaic, source.files.count > 1 {
      return try MosaicSource(name: source.name.text, paths: source.files, options: options)
    }
    return try RasterSource(path: source.files[0], options: options)
  }

  /// The crs in which the layers of a source are written, from its header alone; `nil` where it is not georeferenced.
  ///
  /// - Throws: as `open`.
  func writtenCRS(of source: DueSource) throws -> CoordinateSystem? {
    let pixels = try open(source, looksAtPixels: false)
    return pixels.isPlaced ? pixels.crs : pixels.frame?.crs ?? pixels.crs
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
}
