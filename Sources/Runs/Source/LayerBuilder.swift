import Basics
import FileWriting
import Foundation
import Frames
package import GeoTypes
package import Geodata
import Inference
package import Layers
package import PipelineFile
package import RunState
import Tracing

/// What layers are made of: the place and size of a class map, its classes, and what the pipeline wants of them.
package struct LayerJob {
  /// The value of the field `source`.
  package var source: String
  /// What files are called.
  package var name: String
  package var size: RasterSize
  package var geotransform: Geotransform
  package var isPlaced: Bool
  package var crs: CoordinateSystem?
  package var catalog: ClassCatalog
  package var vectors: Pipeline.Vectors
  package var output: Pipeline.Output
  /// When the source was taken, from the first to the last of its files; `nil` where that is not known.
  package var dates: ClosedRange<AcquisitionDate>?
  /// Where rows go in a database.
  package var postGIS: PostGISTarget?
  /// The geometry of a picture that was placed by its tags; `nil` for other sources.
  package var frame: PlacedFrame?
  /// Classes whose probabilities are written, or 0.
  package var probabilityClasses: Int
  /// Whether layers without a polygon are written for a class map without a valid pixel; else nothing is finished.
  package var writesEmpty: Bool
  /// How the layers are made.
  package var provenance = Provenance()
  /// The images, for a project to open.
  package var orthophotos = Orthophotos()
  /// The image behind a preview.
  package var picture: () throws -> Picture

  package init(
    source: String, name: String, size: RasterSize, geotransform: Geotransform, isPlaced: Bool, crs: CoordinateSystem?,
    catalog: ClassCatalog, vectors: Pipeline.Vectors, output: Pipeline.Output, dates: ClosedRange<AcquisitionDate>? = nil,
    postGIS: PostGISTarget?,
    probabilityClasses: Int = 0, writesEmpty: Bool = false, picture: @escaping () throws -> Picture
  ) {
    self.source = source
    self.name = name
    self.size = size
    self.geotransform = geotransform
    self.isPlaced = isPlaced
    self.crs = crs
    self.catalog = catalog
    self.vectors = vectors
    self.output = output
    self.dates = dates
    self.postGIS = postGIS
    self.probabilityClasses = probabilityClasses
    self.writesEmpty = writesEmpty
    self.picture = picture
  }
}

/// The images that layers were made from, as a project names them.
package struct Orthophotos {
  package var layers: [QGISProject.Layer] = []
  package var picture = QGISProject.Picture(bands: [1, 2, 3], ranges: [])

  package init() {}

  /// - Parameters:
  ///   - files: absolute paths, as they were read and as the project names them.
  ///   - folder: the folder in which the project will lie, absolute.
  ///   - alphaBands: as in `PixelSource`.
  init(_ files: [(read: String, named: String)], from folder: String, _ reading: RasterReading, alphaBands: [String: Int]) {
    layers = files.map { read, file in
      // A path of GDAL's own file systems stays as it is.
      let source = file.hasPrefix("/vsi") ? file : relativePath(file, from: folder)
      var layer = QGISProject.Layer(name: (lastComponent(file) as NSString).deletingPathExtension, source: source)
      layer.alphaBand = alphaBands[read]
      return layer
    }
    picture = QGISProject.Picture(bands: reading.bands.map(\.number), ranges: reading.scale.map { $0.min...$0.max })
    picture.nodata = reading.validity.pipelineNodata
  }
}

extension Pipeline.Output {
  /// The formats of a single source. Merged layers and incidents are put together from its GeoPackage; merged layers take the place of its other tables with
  /// `output.merge: only`.
  package var sourceFormats: [Pipeline.Format] {
    guard isCombined else { return formats }
    let rasters = formats.filter { !$0.isVector }
    let tables = merge == .only ? [] : formats.filter { $0.isVector && $0 != .gpkg }
    return rasters + [.gpkg] + tables
  }
}

extension LayerJob {
  /// Whether points where three regions meet stay vertices of every ring, straight on or not: where edges are bent by another crs, or turned by a
  /// rotated geotransform and rounded, neighbors stay equal only if their edges have the same ends.
  package var keepsNodes: Bool {
    !geotransform.isAxisParallel || output.formats.contains(.geojson)
      || vectors.crs != .source || vectors.simplify.method != .none || !vectors.regularize.isEmpty
  }
}

extension LayerJob {
  /// What `VectorLayers` is asked for.
  package func request(_ files: LayerFiles) throws -> LayerRequest {
    let formats = output.sourceFormats.compactMap { format -> VectorFormat? in
      switch format {
      case .gpkg: .geoPackage
      case .shp: .shapefile
      case .csv: .csv
      case .geojson: .geoJSON
      case .fgb: .flatGeobuf
      case .postgis: .postGIS
      case .classes, .confidence, .probabilities, .preview, .stac, .qgis: nil
      }
    }
    var request = LayerRequest(
      directory: files.directory, name: files.name, formats: formats, source: source, size: size,
      geotransform: geotransform, crs: crs, targetCRS: try vectors.target, catalog: catalog,
      postGIS: postGIS)
    request.keepsNodes = keepsNodes
    request.frame = frame
    request.hasShapes = vectors.shape
    request.provenance = provenance
    request.thickness = vectors.thickness(of: catalog)
    request.nearest = vectors.nearest(in: catalog)
    // Layers over several days have no date.
    if let dates, dates.lowerBound.day == dates.upperBound.day { request.date = dates.lowerBound.day }
    return request
  }
}

extension Pipeline.Vectors {
  /// From and to in µm, by the ids of classes.
  func thickness(of catalog: ClassCatalog) -> [Int: ClosedRange<Double>] {
    var result: [Int: ClosedRange<Double>] = [:]
    for entry in catalog.classes { result[entry.id] = thickness[entry.name].map { $0.least...$0.greatest } }
    return result
  }

  /// The class whose nearest object counts, by the ids of classes.
  func nearest(in catalog: ClassCatalog) -> [Int: Int] {
    let ids = Dictionary(catalog.classes.map { ($0.name, $0.id) }, uniquingKeysWith: { first, _ in first })
    var result: [Int: Int] = [:]
    for (own, other) in nearest { if let own = ids[own], let other = ids[other] { result[own] = other } }
    return result
  }
}

/// Makes all layers of one source in one pass over its class map: rasters, polygons, picture, STAC item.
package struct LayerBuilder {
  package let job: LayerJob
  /// Where everything is written to; empty at first.
  package let folder: String
  package let meter: Meter
  package let limits: SourceLimits
  /// Asked after each strip of rows.
  package let memory: MemoryGuard

  package init(
    job: LayerJob, folder: String, meter: Meter, limits: SourceLimits, memory: MemoryGuard
  ) {
    self.job = job
    self.folder = folder
    self.meter = meter
    self.limits = limits
    self.memory = memory
  }

  /// What came out.
  package struct Built {
    package var validPixels = 0
    package var polygons = 0
    package var warnings: [String] = []
    /// For the receipt: pixels and area by class.
    package var details: JSONValue?
    /// Checksums over the rows of tables that readers change.
    package var rowChecksums: [String: String] = [:]
  }

  /// Writes the rasters, tables and pictures that the job asks for, in one pass over the rows.
  ///
  /// - Throws: `GeodataError`, `LayersError`, `TracingError`, `RunError`; what is in the folder then is not whole.
  package func build(_ rows: some ClassRows) throws -> Built {
    let formats = job.output.sourceFormats
    let files = LayerFiles(directory: folder, name: job.name)
    let catalog = job.catalog
    let geotransform = job.geotransform
    let size = job.size
    var built = Built()

    let preview = formats.contains(.preview) ? try makePreview() : nil
    var request = try job.request(files)
    request.check = limits.check
    request.reserve = { [memory, source = job.source] in try memory.check(source, more: $0) }
    // A vertex takes about 300 bytes while a polygon is checked; half of the memory is for everything else.
    request.pointLimit = max(100_000, memory.limit / 600)
    let vectors = try VectorLayers(request, preview: preview)
    func raster(_ path: String, _ content: COGWriter.Content) throws -> COGWriter {
      try COGWriter(
        path: path, size: size, geotransform: job.isPlaced ? geotransform : nil, crs: job.crs, content: content,
        description: vectors.metadata.tags)
    }
    let names = catalog.classes.map(\.name)
    let colors = catalog.classes.map(\.color)
    let classes = try formats.contains(.classes) ? raster(files.classes, .classes(names: names, colors: colors)) : nil
    let confidence = try formats.contains(.confidence) ? raster(files.confidence, .confidence) : nil
    let probabilities = try job.probabilityClasses > 0 ? raster(files.probabilities, .probabilities(names: names)) : nil

    // Without polygons and without a picture of them nothing needs to be traced.
    let isTraced = preview != nil || formats.contains(where: \.isVector)
    if isTraced, !request.nearest.isEmpty { try note(rows, in: vectors) }
    var tracer = try isTraced ? makeTracer(meter: meter, vectors.add) : nil
    try rows.forEachStrip { _, planes in
      try limits.check()
      built.validPixels += planes[0].reduce(0) { $0 + ($1 == ClassMap.nodata ? 0 : 1) }
      let start = ContinuousClock.now
      let height = planes[0].count / size.width
      try classes?.write(planes[0], rows: height)
      if planes.count > 1 { try confidence?.write(planes[1], rows: height) }
      if let probabilities { try probabilities.write(interleaved(planes[2...]), rows: height) }
      meter.add(start.secondsAgo, to: .write)
      let traceStart = ContinuousClock.now
      try tracer?.add(classes: planes[0], confidence: planes.count > 1 ? planes[1] : nil)
      meter.add(traceStart.secondsAgo, to: .trace)
      try memory.check(job.source)
    }
    guard built.validPixels > 0 || job.writesEmpty else { return built }
    let traceStart = ContinuousClock.now
    _ = try tracer?.finish()
    meter.add(traceStart.secondsAgo, to: .trace)

    let start = ContinuousClock.now
    let report = try finish([classes, confidence, probabilities].compactMap(\.self), vectors)
    try limits.check()
    built.polygons = report.features
    built.warnings += report.warnings
    if let preview { try write(try preview.png(), to: files.preview) }
    if formats.contains(.classes) { try write(Array(QGISStyle.raster(catalog).utf8), to: files.classesStyle) }
    for raster in [classes, confidence, probabilities].compactMap(\.self) {
      try write(Array(vectors.metadata.qgisDocument.utf8), to: files.metadata(ofRaster: raster.path))
    }
    let readme = LayerReadme(metadata: vectors.metadata, report: report, formats: formats.map(\.rawValue)) { [vectors = job.vectors] name in
      guard isTraced else { return false }
      guard case .names(let names) = vectors.classes else { return true }
      return names.contains(name)
    }
    try write(Array(readme.text.utf8), to: files.readme)
    let rasterCRS = job.isPlaced ? job.crs : nil
    try readBack(report, raster: rasterCRS)
    built.details = try JSONValue(encoding: Details(report, size: size, rasterCRS: rasterCRS))
      .adding(Provenance.receiptKey, try JSONValue(encoding: job.provenance))
      .adding(ReceiptRows.key, try job.postGIS.flatMap { try ReceiptRows($0, report)?.value })
    for name in try FileManager.default.contentsOfDirectory(atPath: files.directory) where ContentChecksum.covers(name) {
      built.rowChecksums[name] = try ContentChecksum.of("\(files.directory)/\(name)")
    }
    if formats.contains(.qgis) { try writeProject(files, report: report, metadata: vectors.metadata) }
    if formats.contains(.stac) {
      try writeItem(files, metadata: vectors.metadata, bands: bands([classes, confidence, probabilities].compactMap(\.self)))
    }
    meter.add(start.secondsAgo, to: .write)
    return built
  }

  // MARK: - Parts

  /// Traces once to know which objects there are: only then is the nearest of them known.
  private func note(_ rows: some ClassRows, in vectors: VectorLayers) throws {
    let start = ContinuousClock.now
    var tracer = try makeTracer(meter: meter, vectors.note)
    try rows.forEachStrip { _, planes in
      try limits.check()
      try tracer.add(classes: planes[0], confidence: planes.count > 1 ? planes[1] : nil)
      try memory.check(job.source)
    }
    _ = try tracer.finish()
    meter.add(start.secondsAgo, to: .trace)
  }

  /// Brings rasters and tables to their ends at the same time: compressing overviews and indexing polygons take about as long. Where memory is
  /// short, one raster after the other: each holds up to 64 MB besides GDAL's cache.
  private func finish(_ rasters: [COGWriter], _ vectors: VectorLayers) throws -> LayersReport {
    let meeting = StageMeeting()
    let group = DispatchGroup()
    let limits = limits
    let lanes = memory.hasRoom(for: 2 * MemoryPlan.cacheBytes + rasters.count * 64_000_000) ? rasters.count : min(1, rasters.count)
    for lane in 0..<lanes {
      // Each writer has a data set of its own, and until the group has ended nobody else touches it.
      nonisolated(unsafe) let own = stride(from: lane, to: rasters.count, by: lanes).map { rasters[$0] }
      group.enter()
      do {
        try startThread(named: "raster") {
          defer { group.leave() }
          do { for raster in own { _ = try raster.finish(check: limits.check) } } catch { meeting.fail(error) }
        }
      } catch {
        meeting.fail(error)
        group.leave()
      }
    }
    let report = Result { try vectors.finish() }
    group.wait()
    if let error = meeting.error { throw error }
    return try report.get()
  }

  /// - Throws: `RunError` (source) where a file that was written says another crs than that of its coordinates.
  private func readBack(_ report: LayersReport, raster: CoordinateSystem?) throws {
    let files = LayerFiles(directory: folder, name: job.name)
    let rasters = [files.classes, files.confidence, files.probabilities].filter { FileManager.default.fileExists(atPath: $0) }
    guard let fault = try LayerReadBack.faults(in: report.files + rasters, layers: report.crs, raster: raster).first else { return }
    let format = (fault.file as NSString).pathExtension
    throw RunError(
      .source, file: lastComponent(fault.file), reason: fault.reason,
      remedy: "leave \(format == "tif" ? "rasters" : format) out of output.formats, or set vectors.crs")
  }

  /// [pixels][planes].
  private func interleaved(_ planes: ArraySlice<[UInt8]>) -> [UInt8] {
    guard let first = planes.first else { return [] }
    var result = [UInt8](repeating: 0, count: first.count * planes.count)
    for (index, plane) in planes.enumerated() {
      for pixel in plane.indices { result[pixel * planes.count + index] = plane[pixel] }
    }
    return result
  }

  private func makePreview() throws -> Preview {
    let picture = try job.picture()
    return Preview(
      source: job.size, image: picture, title: job.source, catalog: job.catalog,
      metersPerPixel: metersPerPixel?.x,
      north: job.isPlaced ? job.crs.flatMap { WorldPosition.north(job.geotransform, job.size, $0) } : nil)
  }

  private var metersPerPixel: Point? {
    guard let measure = try? PixelMeasure(crs: job.crs, geotransform: job.geotransform, size: job.size),
      measure.isGeodesic, let size = try? measure.metersPerPixel()
    else { return nil }
    return Point(x: size.width, y: size.height)
  }

  private func makeTracer(meter: Meter, _ sink: @escaping (RegionFeature) throws -> Void) throws -> Tracer {
    let settings = job.vectors
    let catalog = job.catalog
    let measure = try PixelMeasure(crs: job.crs, geotransform: job.geotransform, size: job.size)
    var options = TracingOptions()
    options.connectivity = settings.connectivity == .eight ? .eight : .four
    options.minimumArea = settings.minimumArea
    options.minimumHole = settings.minimumHole
    let areas = try settings.minimumArea > 0 || settings.minimumHole > 0 ? measure.rowAreas(0..<job.size.height) : [1]
    options.pixelArea = { areas[min($0, areas.count - 1)] }
    options.metersPerPixel = metersPerPixel.map { ($0.x, $0.y) } ?? (1, 1)
    for entry in catalog.classes {
      options.minimumConfidence[UInt8(entry.id)] = settings.minimumConfidence.percent(ofClass: entry.name)
    }
    if case .names(let names) = settings.classes {
      options.classes = Set(catalog.classes.filter { names.contains($0.name) }.map { UInt8($0.id) })
    }
    options.simplify =
      switch settings.simplify.method {
      case .none: .none
      case .visvalingam: .visvalingam(tolerance: settings.simplify.tolerance)
      case .douglasPeucker: .douglasPeucker(tolerance: settings.simplify.tolerance)
      case .smooth: .smooth
      }
    if settings.simplify.tolerance > 0 { options.regularizeTolerance = settings.simplify.tolerance }
    options.keepsNodes = job.keepsNodes
    options.regularize = Set(catalog.classes.filter { settings.regularize.contains($0.name) }.map { UInt8($0.id) })
    return try Tracer(size: job.size, options: options) { region in
      let start = ContinuousClock.now
      let statistics = region.statistics
      try sink(
        RegionFeature(
          id: region.id, classID: Int(region.classID), polygons: region.polygons, pixels: statistics.pixels,
          confidence: statistics.confidence.map {
            RegionConfidence(mean: $0.mean, minimum: Int($0.minimum), maximum: Int($0.maximum))
          },
          touchesEdge: statistics.touchesEdge, pointInside: statistics.pointInside))
      let seconds = start.secondsAgo
      meter.add(seconds, to: .write)
      meter.add(-seconds, to: .trace)
    }
  }

  private func write(_ bytes: [UInt8], to path: String) throws {
    do throws(FileError) { try writeNewFile(path, bytes) } catch { throw GeodataError(error) }
  }

  // MARK: - Catalogs and projects

  private func writeItem(_ files: LayerFiles, metadata: LayerMetadata, bands: [String: [STACBand]]) throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    let time = job.frame?.time.flatMap { $0.isUTC ? STACItem.Acquisition.moment($0.text) : nil }
    let assets = try names.compactMap { name -> STACAsset? in
      guard var asset = STACAsset(file: name) else { return nil }
      let file = try Fingerprint.of(["\(folder)/\(name)"], content: true).files.first
      (asset.bytes, asset.sha256) = (file?.size, file?.sha256)
      asset.bands = bands[name] ?? []
      return asset
    }
    var item = STACItem(
      size: job.size, geotransform: job.geotransform, crs: job.crs, acquisition: time ?? STACItem.Acquisition(job.dates),
      metadata: metadata,
      assets: assets)
    item.outline = job.frame?.outline
    try item.write(to: files.stacItem)
  }

  /// What the bands of written rasters hold, by the file's name.
  private func bands(_ rasters: [COGWriter]) -> [String: [STACBand]] {
    let names = job.catalog.classes.map(\.name)
    var bands: [String: [STACBand]] = [:]
    for raster in rasters {
      let summaries = (0..<raster.bands).map { raster.summary(band: $0) }
      let file = lastComponent(raster.path)
      bands[file] =
        if file.hasSuffix(".classes.tif") {
          [STACBand(name: "class", classes: job.catalog.classes)]
        } else if file.hasSuffix(".confidence.tif") {
          [STACBand(name: "confidence", unit: "%", statistics: summaries[0])]
        } else {
          zip(names, summaries).map { STACBand(name: $0, unit: "%", scale: 0.5, statistics: $1) }
        }
    }
    return bands
  }

  private func writeProject(_ files: LayerFiles, report: LayersReport, metadata: LayerMetadata) throws {
    let formats = job.output.sourceFormats
    var polygons: QGISProject.Layer?
    if let format = [Pipeline.Format.gpkg, .fgb, .shp, .geojson].first(where: { formats.contains($0) }) {
      let suffix = format == .gpkg ? "|layername=\(files.layer)" : ""
      polygons = QGISProject.Layer(name: job.source, source: "./\(job.name).\(format.rawValue)\(suffix)")
    }
    let crs = job.isPlaced ? job.crs : nil
    let classes =
      formats.contains(.classes) ? [QGISProject.Layer(name: job.source, source: "./\(lastComponent(files.classes))", crs: crs)] : []
    // Pictures that are placed by their tags lie in no crs.
    var orthophotos = job.frame == nil ? job.orthophotos.layers : []
    for index in orthophotos.indices { orthophotos[index].crs = crs }
    let project = QGISProject(
      metadata: metadata, extent: report.bounds ?? job.geotransform.bounds(of: job.size), polygons: polygons, fields: report.fields,
      classMaps: classes, orthophotos: orthophotos, picture: job.orthophotos.picture)
    try project.write(to: files.project)
  }

  /// What a receipt tells of the layers.
  private struct Details: Encodable {
    struct Class: Encodable {
      var id: Int
      var name: String
      var polygons: Int
      var pixels: Int
      var area: Double
      /// In percent.
      var confidence: Double?
    }

    var width: Int
    var height: Int
    var areaUnit: String
    var crs: LayerCRS
    var classes: [Class]

    init(_ report: LayersReport, size: RasterSize, rasterCRS: CoordinateSystem?) {
      crs = LayerCRS(raster: rasterCRS, layers: report.crs)
      width = size.width
      height = size.height
      areaUnit = report.isGeodesic ? "m2" : "px"
      classes = report.classes.map {
        Class(
          id: $0.id, name: $0.name, polygons: $0.features, pixels: $0.pixels, area: ($0.area * 100).rounded() / 100,
          confidence: $0.confidence.map { ($0 * 100).rounded() / 100 })
      }
    }
  }
}
