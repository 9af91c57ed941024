import Basics
import Foundation
import GeoTypes
import Geodata
import Inference
import Layers
import PipelineFile
import RunState
public import Runs

/// Class rasters of any origin to layers, without a network.
public struct TraceRequest: Sendable {
  /// Asks it to end soon.
  public let stop = StopRequest()
  private let raster: String
  private let confidence: String?
  private let name: String
  private let pipeline: Pipeline

  /// - Parameters:
  ///   - raster: whole numbers of 0…254 in any data type; 255 and the file's own nodata value are not classes.
  ///   - confidence: percent, of the same size.
  ///   - directory: becomes an output directory, as a run's.
  ///   - formats: as in `output.formats`.
  ///   - vectors: YAML of the pipeline's key `vectors`, such as "{minimumArea: 10, simplify: {method: smooth}}".
  /// - Throws: `PipelineError`, `RunError` (wrongCall).
  public init(raster: String, confidence: String?, directory: String, formats: [String], vectors: String?) throws {
    self.raster = raster
    self.confidence = confidence
    let stem = (lastComponent(raster) as NSString).deletingPathExtension
    name = stem.hasSuffix(".classes") ? String(stem.dropLast(8)) : stem
    // The pipeline's own reader checks these values, so that they mean the same in both places.
    let text = """
      input: {sources: [raster.tif]}
      model: {checkpoint: none.pth}
      vectors: \(vectors ?? "{}")
      output: {directory: layers, formats: [\(formats.joined(separator: ", "))]}
      """
    var pipeline = try PipelineReader.read(
      text: text, file: "the call's options", folder: "/", environment: ProcessEnvironment.original)
    pipeline.output.directory = PipelinePath(written: directory, resolved: URL(fileURLWithPath: directory).path)
    for format in [Pipeline.Format.probabilities, .postgis] where pipeline.output.formats.contains(format) {
      throw RunError(.wrongCall, reason: "tracing cannot write \(format.rawValue)", remedy: "leave it out of the formats")
    }
    if pipeline.output.formats.contains(.confidence), confidence == nil {
      throw RunError(
        .wrongCall, reason: "there is no confidence to write", remedy: "give a raster of confidences, or leave it out of the formats")
    }
    if confidence == nil, pipeline.vectors.minimumConfidence != .all(0) {
      throw RunError(
        .wrongCall, reason: "vectors.minimumConfidence needs confidences", remedy: "give a raster of confidences, or leave it out")
    }
    self.pipeline = pipeline
  }

  /// What was published.
  public struct Report: Sendable, Encodable {
    public var folder: String
    public var polygons: Int
    public var seconds: Double
    public var warnings: [String]
  }

  /// - Throws: `RunError`, `GeodataError` and others; nothing is published then.
  public func perform() throws -> Report {
    let (start, clock) = (Date(), ContinuousClock.now)
    let reader = try wrongCall { try LabelRaster(path: raster) }
    let second = try confidence.map { path in try wrongCall { try LabelRaster(path: path, holds: .percentages) } }
    for reader in [reader, second].compactMap(\.self) where reader.bands != 1 {
      throw RunError(
        .wrongCall, file: reader.path, reason: "has \(reader.bands) bands, where a map of classes or percentages has one",
        remedy: "give a class raster")
    }
    if let second, second.size != reader.size {
      throw RunError(
        .wrongCall, file: confidence ?? "",
        reason: "has \(second.size.width) × \(second.size.height) pixels, the class raster \(reader.size.width) × \(reader.size.height)")
    }
    if let second, reader.isPlaced, second.isPlaced, !second.geotransform.coincides(with: reader.geotransform, over: reader.size) {
      throw RunError(
        .wrongCall, file: confidence ?? "", reason: "lies in another place than the class raster",
        remedy: "give the confidence of that raster")
    }
    let place = try wrongCall { try reader.checkPlace() }
    // A crs without a place says nothing about pixels.
    let unplaced =
      reader.crs != nil && !reader.isPlaced ? ["it has a crs but no geotransform: its layers are in pixel coordinates, without a crs"] : []
    let doubts =
      (unplaced + place.warnings
      + (try wrongCall {
        try DatumWarnings.of(reader.isPlaced ? reader.crs : nil, reader.geotransform, reader.size, pixel: place.pixel, pipeline)
      }))
      .map { "\(raster): \($0)" }
    let rows = LabelRows(classes: reader, confidence: second)
    let found = try wrongCall { try rows.scan(stop) }
    let names = (0..<max(min(reader.names.count, 255), found.classes)).map {
      $0 < reader.names.count && !reader.names[$0].isEmpty ? reader.names[$0] : "class \($0)"
    }
    let catalog = ClassCatalog(
      names: names, palette: Array(reader.colors.prefix(names.count)))
    try wrongCall { try pipeline.checkClassNames(catalog) }
    let output = OutputDirectory(pipeline.output.directory.resolved)
    return try surroundings {
      try output.prepare()
      let lock = try RunLock.acquire(output, .exclusive, label: "trace", now: start)
      defer { lock.release() }
      try output.recover(lock)
      let source = try SourceName(name)
      guard let own = try SourceLock.take(output, source, .exclusive) else {
        throw RunError(.locked, reason: "another process writes \(source)")
      }
      defer { own.release() }
      try checkNothingIsLost(output, source)
      let folder = try output.beginBuilding(own)
      do {
        let fingerprint = try Fingerprint.of([raster, confidence].compactMap(\.self), content: true)
        var job = LayerJob(
          source: name, name: source.leaf, size: reader.size, geotransform: reader.geotransform, isPlaced: reader.isPlaced,
          crs: reader.isPlaced ? reader.crs : nil,
          catalog: catalog, vectors: pipeline.vectors, output: pipeline.output, postGIS: pipeline.postGISTarget,
          writesEmpty: true, picture: { try Self.picture(rows) })
        job.provenance = try Provenance(tracing: pipeline, fingerprint)
        let built = try LayerBuilder(
          job: job, folder: folder, meter: Meter(observer: .silent), limits: SourceLimits(stop: stop, file: raster), memory: MemoryGuard()
        )
        .build(rows)
        let key = RasterKey(settings: try SettingsDigest("trace"), fingerprint: fingerprint)
        let settings = try SettingsDigest(LayerSettings(pipeline, classNames: names, classColors: catalog.classes.map(\.color.hex)))
        try output.publish(
          Receipt(
            source: source, rasterKey: key, layerKey: LayerKey(raster: key, settings: settings), fingerprint: fingerprint,
            versions: Versions.ofResults, details: built.details,
            files: try Receipt.describe(folder, rows: built.rowChecksums)), own)
        return Report(
          folder: output.published(source), polygons: built.polygons, seconds: clock.secondsAgo,
          warnings: doubts + found.warnings + built.warnings)
      } catch {
        defer { try? output.discardBuilding(own) }
        try own.checkWrites()
        throw error
      }
    }
  }

  /// Layers take the place of those traced earlier, but neither of a run's nor of what is being read.
  private func checkNothingIsLost(_ output: OutputDirectory, _ source: SourceName) throws {
    let published = output.published(source)
    let inputs = [raster, confidence].compactMap(\.self)
    let folder = URL(fileURLWithPath: published).resolvingSymlinksInPath().path + "/"
    if let input = inputs.first(where: { URL(fileURLWithPath: $0).resolvingSymlinksInPath().path.hasPrefix(folder) }) {
      throw RunError(
        .wrongCall, file: input, reason: "lies in the folder of the layers, and would be lost", remedy: "choose another output directory")
    }
    guard let receipt = try output.receipt(source) else { return }
    let earlier = RasterKey(settings: try SettingsDigest("trace"), fingerprint: receipt.fingerprint)
    guard receipt.rasterKey == earlier else {
      throw RunError(.wrongCall, file: published, reason: "holds what a run published", remedy: "choose another output directory")
    }
  }

  /// The class map itself in one gray: there is no image.
  private static func picture(_ rows: LabelRows) throws -> Picture {
    let full = rows.classes.size
    let step = max(1, (max(full.width, full.height) + Picture.largestSide - 1) / Picture.largestSide)
    let size = RasterSize(width: (full.width + step - 1) / step, height: (full.height + step - 1) / step)
    var rgba: [UInt8] = []
    rgba.reserveCapacity(size.area * 4)
    for row in stride(from: 0, to: full.height, by: step) {
      let values = try rows.classRow(row)
      for column in stride(from: 0, to: full.width, by: step) {
        rgba.append(contentsOf: values[column] != ClassMap.nodata ? [235, 235, 235, 255] : [0, 0, 0, 0])
      }
    }
    return Picture(size: size, rgba: rgba)
  }
}
