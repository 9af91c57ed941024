import Foundation
import GeoTypes
import Geodata
import Layers
import PipelineFile
import RunState

/// Class rasters of any origin to layers, without a network.
public struct TraceRequest: Sendable {
  /// Asks it to end soon.
  public let stop = StopRequest()
  private let raster: String
  private let confidence: String?
  private let name: String
  private let pipeline: Pipeline

  /// - Parameters:
  ///   - raster: bytes; 255 and the file's own nodata value are no class.
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
      text: text, file: "the call's options", folder: "/", environment: ProcessInfo.processInfo.environment)
    pipeline.output.directory = PipelinePath(written: directory, resolved: URL(fileURLWithPath: directory).path)
    for format in [Pipeline.Format.probabilities, .postgis] where pipeline.output.formats.contains(format) {
      throw RunError(.wrongCall, reason: "tracing cannot write \(format.rawValue)", remedy: "leave it out of --formats")
    }
    if pipeline.output.formats.contains(.confidence), confidence == nil {
      throw RunError(.wrongCall, reason: "there is no confidence to write", remedy: "give --confidence, or leave it out of --formats")
    }
    self.pipeline = pipeline
  }

  public struct Report: Sendable, Encodable {
    public var folder: String
    public var polygons: Int
    public var seconds: Double
    public var warnings: [String]
  }

  /// - Throws: `RunError`, `GeodataError` and others; nothing is published then.
  public func perform() throws -> Report {
    let (start, clock) = (Date(), ContinuousClock.now)
    let reader = try wrongCall { try ClassRasterReader(path: raster) }
    let second = try confidence.map { path in try wrongCall { try ClassRasterReader(path: path) } }
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
    let count = max(reader.names.count, try Self.classCount(reader))
    let names = (0..<count).map { $0 < reader.names.count && !reader.names[$0].isEmpty ? reader.names[$0] : "class \($0)" }
    let catalogue = ClassCatalogue(
      names: names, palette: reader.colours.prefix(count).map { Layers.Colour($0.red, $0.green, $0.blue) })
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
        let job = LayerJob(
          source: name, name: source.leaf, size: reader.size, geotransform: reader.geotransform, isPlaced: reader.isPlaced, crs: reader.crs,
          catalogue: catalogue, vectors: pipeline.vectors, output: pipeline.output, postGIS: pipeline.postGISTarget,
          picture: { try Self.picture(reader, catalogue) })
        let built = try LayerBuilder(
          job: job, folder: folder, meter: Meter(observer: .silent), limits: SourceLimits(stop: stop, file: raster), memory: MemoryGuard()
        )
        .build(RasterRows(classes: reader, confidence: second))
        let fingerprint = try Fingerprint.of([raster, confidence].compactMap(\.self))
        let key = RasterKey(settings: try SettingsDigest("trace"), fingerprint: fingerprint)
        let settings = try SettingsDigest(LayerSettings(pipeline, classNames: names, classColours: catalogue.classes.map(\.colour.hex)))
        try output.publish(
          Receipt(
            source: source, rasterKey: key, layerKey: LayerKey(raster: key, settings: settings), fingerprint: fingerprint,
            versions: Versions.ofResults, details: built.details,
            files: try Receipt.describe(folder, rows: built.rowChecksums)), own)
        return Report(
          folder: output.published(source), polygons: built.polygons, seconds: clock.secondsAgo, warnings: built.warnings)
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
      throw RunError(.wrongCall, file: input, reason: "lies where the layers go, and would be lost", remedy: "give another --output")
    }
    guard let receipt = try output.receipt(source) else { return }
    let earlier = RasterKey(settings: try SettingsDigest("trace"), fingerprint: receipt.fingerprint)
    guard receipt.rasterKey == earlier else {
      throw RunError(.wrongCall, file: published, reason: "holds what a run published", remedy: "give another --output")
    }
  }

  /// One more than the largest class in the raster.
  private static func classCount(_ reader: ClassRasterReader) throws -> Int {
    var largest = -1
    try RasterRows(classes: reader, confidence: nil).forEachStrip { _, planes in
      for value in planes[0] where value != ClassMap.nodata { largest = max(largest, Int(value)) }
    }
    return largest + 1
  }

  /// The class map itself in its colours, greyed: there is no image.
  private static func picture(_ reader: ClassRasterReader, _ catalogue: ClassCatalogue) throws -> Picture {
    let step = max(1, (max(reader.size.width, reader.size.height) + 1399) / 1400)
    let size = RasterSize(width: (reader.size.width + step - 1) / step, height: (reader.size.height + step - 1) / step)
    var rgba: [UInt8] = []
    rgba.reserveCapacity(size.area * 4)
    for row in stride(from: 0, to: reader.size.height, by: step) {
      let values = try reader.readRows(row..<row + 1)
      for column in stride(from: 0, to: reader.size.width, by: step) {
        let isValid = values[column] != ClassMap.nodata
        rgba.append(contentsOf: isValid ? [235, 235, 235, 255] : [0, 0, 0, 0])
      }
    }
    return Picture(size: size, rgba: rgba)
  }
}

/// A class raster's rows, with its own nodata value as 255, and its confidence where there is one.
struct RasterRows: ClassRows {
  let classes: ClassRasterReader
  let confidence: ClassRasterReader?

  func forEachStrip(_ body: (_ firstRow: Int, _ planes: [[UInt8]]) throws -> Void) throws {
    let height = max(256, classes.blockHeight)
    for row in stride(from: 0, to: classes.size.height, by: height) {
      let rows = row..<min(classes.size.height, row + height)
      var values = try classes.readRows(rows)
      if let nodata = classes.nodata, nodata != ClassMap.nodata {
        for index in values.indices where values[index] == nodata { values[index] = ClassMap.nodata }
      }
      var planes = [values]
      if let confidence { planes.append(try confidence.readRows(rows)) }
      try body(row, planes)
    }
  }
}
