import Foundation
import Frames
import GeoTypes
public import Geodata

/// The vector layers of one source: regions in, one pass, all formats with the same ids and values.
///
/// What was not finished is not to be used. Not for several threads at once.
public final class VectorLayers {
  private let request: LayerRequest
  private let projector: Projector
  private let measure: GroundMeasure
  private let fields: LayerFields
  /// In m² or pixels; 0 where it is not known.
  private let pixelArea: Double
  private let wgs84: CoordinateTransformation?
  /// That of longitudes and latitudes on WGS 84.
  private let ellipsoid: Ellipsoid
  /// Whether geometry is split at 180°.
  private let turn: Double
  private var tables: [any VectorTable] = []
  private var geoPackage: GeoPackageTable?
  private var geoJSON: GeoJSONPart?
  private var totals: [Int: LayersReport.ClassTotal] = [:]
  private var features = 0
  private var bounds: Bounds?
  private var repaired = 0
  private var invalid = 0
  private var unplaced = 0
  private var unmeasured = 0
  private var buffer = MultiPolygonBuffer()
  private var geographicBuffer = MultiPolygonBuffer()
  private var finished = false
  private let preview: Preview?
  private var nearby: NearbyOutlines

  private struct GeoJSONPart {
    var table: GeoJSONTable
    var frame: LayerFrames.Geographic
  }

  /// The crs of the layers.
  public let crs: CoordinateSystem?
  /// What the layers tell about themselves.
  public let metadata: LayerMetadata

  /// Opens the layers.
  ///
  /// - Parameter request: what to write, and where.
  /// - Parameter preview: a picture that every region is drawn into, too.
  /// - Throws: `GeodataError`, `LayersError`.
  public init(_ request: LayerRequest, preview: Preview? = nil) throws {
    self.request = request
    self.preview = preview
    nearby = try NearbyOutlines()
    let frames = try LayerFrames(request)
    projector = frames.projector
    crs = frames.crs
    turn = frames.turn
    measure = try GroundMeasure(crs: crs, over: try frames.bounds(request))
    var extras: Set<LayerFields.Extra> = []
    if request.frame != nil { extras.insert(.positionError) }
    if request.hasShapes { extras.insert(.shape) }
    if !request.thickness.isEmpty { extras.insert(.volume) }
    if !request.nearest.isEmpty { extras.insert(.nearest) }
    pixelArea = try Self.pixelArea(request)
    fields = LayerFields(isGeodesic: measure.isGeodesic, pixelArea: pixelArea, extras: extras)
    ellipsoid = Ellipsoid(of: frames.longitudeLatitude)
    wgs84 = try frames.earth.map { try CoordinateTransformation(from: $0, to: frames.longitudeLatitude) }
    let outline = try SourceFootprint(
      size: request.size, geotransform: request.geotransform, crs: request.crs, outline: request.frame?.outline)
    metadata = LayerMetadata(
      name: request.source, provenance: request.provenance, catalog: request.catalog, crs: crs,
      pixel: measure.isGeodesic && pixelArea > 0 ? (pixelArea.squareRoot() * 1e6).rounded() / 1e6 : nil, box: outline?.box)
    for entry in request.catalog.classes {
      totals[entry.id] = LayersReport.ClassTotal(id: entry.id, name: entry.name, features: 0, pixels: 0, area: 0)
    }
    try openTables(frames)
  }

  /// Finds out whether the layers that a request asks for can be, before there is anything to write.
  ///
  /// - Throws: `GeodataError`, `LayersError`: the reason and the remedy.
  public static func check(_ request: LayerRequest) throws { _ = try LayerFrames(request) }

  /// Adds a region to every layer.
  ///
  /// - Throws: `GeodataError` where a table cannot be written.
  public func add(_ region: RegionFeature) throws {
    precondition(!finished, "a region was added to layers that are finished")
    buffer.removeAll()
    try projector.project(region.polygons, into: &buffer)
    if projector.changesCRS, !buffer.isValid() { repair(&buffer) }
    let (area, perimeter) = measureAndOrient(region)
    let row = values(region, area, perimeter)
    if let geoJSON { try add(region, row, to: geoJSON) }
    if turn > 0, let split = buffer.splitAtDateline(turn: turn) { buffer = split }
    if let own = buffer.bounds { bounds = bounds?.union(own) ?? own }
    for table in tables { try table.add(id: region.id, geometry: buffer, values: row) }
    preview?.draw(region.polygons, classID: region.classID)

    features += 1
    let name = request.catalog.name(region.classID)
    var total = totals[region.classID] ?? LayersReport.ClassTotal(id: region.classID, name: name, features: 0, pixels: 0, area: 0)
    total.features += 1
    total.pixels += region.pixels
    // What lies where the crs ends has no area.
    if area.isFinite { total.area += area }
    if let confidence = region.confidence, total.pixels > 0 {
      let before = total.confidence ?? confidence.mean
      total.confidence = before + (confidence.mean - before) * Double(region.pixels) / Double(total.pixels)
    }
    totals[region.classID] = total
  }

  /// Writes what is left and closes everything.
  ///
  /// - Throws: `GeodataError`, `LayersError` where a table cannot be written whole.
  public func finish() throws -> LayersReport {
    precondition(!finished, "layers were finished twice")
    finished = true
    var files: [String] = []
    var warnings: [String] = []
    if repaired > 0 {
      let which = repaired == 1 ? "1 polygon crossed itself" : "\(repaired) polygons crossed themselves"
      warnings.append("\(which) after the change of crs and were made valid.")
    }
    if invalid > 0 {
      warnings.append("\(invalid == 1 ? "1 polygon is" : "\(invalid) polygons are") too thin to be valid after the change of crs.")
    }
    if unplaced > 0 {
      warnings.append("\(unplaced == 1 ? "1 polygon has" : "\(unplaced) polygons have") no longitude and latitude: the crs has none there.")
    }
    if unmeasured > 0 {
      warnings.append("\(unmeasured == 1 ? "1 polygon has" : "\(unmeasured) polygons have") no area and length: the crs ends there.")
    }
    if measure.isGeodesic, let crs {
      let (sum, whole) = (totals.values.reduce(0) { $0 + $1.area }, GroundMeasure.surface(of: crs))
      // A world with its edges half a pixel over has a little more.
      if sum > whole * 1.1 {
        warnings.append(
          "The polygons have \(String(format: "%.2g", sum)) m² together, more than the whole surface of \(String(format: "%.2g", whole)) m²: "
            + "the place or the crs of the source cannot be right.")
      }
    }
    if geoJSON != nil, crs == nil {
      warnings.append(
        "The coordinates of its GeoJSON are not longitudes and latitudes, for which programs take them: the source has no crs, or is not georeferenced."
      )
    }
    let names = LayerFiles(directory: request.directory, name: request.name)
    let beside = LayerCompanions(metadata: metadata, fields: fields.fields, files: names)
    if let geoPackage { try describe(geoPackage, layer: names.layer, beside) }
    var database: [String: PostGISContent] = [:]
    for table in tables + (geoJSON.map { [$0.table] } ?? []) {
      try request.check()
      // Indexes are sorted in memory: GDAL's of FlatGeobuf and ours of GeoPackage hold an entry for each polygon, and a copy.
      try request.reserve(features * 120)
      try table.finish()
      files += table.files
      warnings += table.warnings
      if let rows = table as? PostGISTable { database = rows.content }
    }
    let shapefiles = tables.compactMap { $0 as? ShapefileTable }.flatMap(\.parts)
    files += try beside.write(formats: request.formats, shapefiles: shapefiles)
    return LayersReport(
      files: files, features: features, classes: totals.values.sorted { $0.id < $1.id }, isGeodesic: measure.isGeodesic, crs: crs,
      warnings: warnings, fields: request.formats.isEmpty ? [] : fields.fields, bounds: bounds, database: database)
  }

  private func describe(_ geoPackage: GeoPackageTable, layer: String, _ beside: LayerCompanions) throws {
    try QGISStyle.store(beside.style, sld: beside.sld, layer: layer, in: geoPackage)
    geoPackage.describe(beside.description(layer: layer))
    guard let frame = request.frame, let crs else { return }
    let footprint = try FootprintLayer(frame, source: request.source, crs: crs)
    let name = layer + FootprintLayer.ending
    geoPackage.addLayer(name, crs: crs, fields: FootprintLayer.fields, rows: [(footprint.geometry, footprint.values)])
    geoPackage.describe(
      GeoPackageDescription(
        layer: name, title: "\(beside.metadata.title) (footprint)", abstract: "The ground that \(request.source) shows.",
        columns: LayerColumn.footprints, classes: [], metadata: []))
  }

  // MARK: - Geometry

  /// The area of a pixel in the middle, or of the first of some that can be measured; 0 where none can.
  private static func pixelArea(_ request: LayerRequest) throws -> Double {
    let size = request.size
    let measure = try PixelMeasure(crs: request.crs, geotransform: request.geotransform, size: size)
    for (x, y) in [(4, 4), (2, 4), (6, 4), (4, 2), (4, 6), (2, 2), (6, 6), (2, 6), (6, 2)] {
      let column = min(size.width - 1, size.width * x / 8)
      let row = min(size.height - 1, size.height * y / 8)
      let area = try? measure.area(of: Window(column: column, row: row, width: 1, height: 1))
      if let area, area.isFinite, area > 0 { return area }
    }
    return 0
  }

  /// Shells counter-clockwise, holes clockwise; the area and the length of all rings, NaN where the crs ends there.
  private func measureAndOrient(_ region: RegionFeature) -> (area: Double, perimeter: Double) {
    do { return try orientedMeasure(region) } catch {
      buffer.orient()
      return (.nan, .nan)
    }
  }

  private func orientedMeasure(_ region: RegionFeature) throws(GeodataError) -> (area: Double, perimeter: Double) {
    var (area, perimeter) = (0.0, 0.0)
    guard measure.isGeodesic else {
      for polygon in region.polygons {
        let measured = try measure.measure(polygon)
        area += measured.area
        perimeter += measured.perimeter
      }
      buffer.orient()
      return (area, perimeter)
    }
    for polygon in buffer.polygonEnds.indices {
      let rings = buffer.polygon(polygon)
      for index in rings {
        let measured = try measure.measure(buffer.points[buffer.ring(index)])
        let isShell = index == rings.lowerBound
        area += isShell ? abs(measured.signedArea) : -abs(measured.signedArea)
        perimeter += measured.length
        if isShell != (measured.signedArea > 0) { buffer.reverseRing(index) }
      }
    }
    return (area, perimeter)
  }

  /// Makes crossing rings valid; where nothing would be left of the region, it stays as it is.
  private func repair(_ buffer: inout MultiPolygonBuffer) {
    guard var valid = buffer.madeValid(), !valid.isEmpty else {
      invalid += 1
      return
    }
    repaired += 1
    valid.orient()
    buffer = valid
  }

  private func add(_ region: RegionFeature, _ row: [FieldValue], to part: GeoJSONPart) throws {
    let frame = part.frame
    geographicBuffer.removeAll()
    if let projector = frame.projector {
      try projector.project(region.polygons, into: &geographicBuffer)
      geographicBuffer.orient()
    } else {
      geographicBuffer = buffer
    }
    if frame.turn > 0, let split = geographicBuffer.splitAtDateline(turn: frame.turn) { geographicBuffer = split }
    for index in geographicBuffer.points.indices {
      var point = geographicBuffer.points[index]
      // Pixels around a pole reach beyond it by half their size.
      if frame.turn > 0 { point.y = max(-90, min(90, point.y)) }
      geographicBuffer.points[index] = Point(
        x: GeoJSONTable.rounded(point.x, digits: frame.digits), y: GeoJSONTable.rounded(point.y, digits: frame.digits))
    }
    if !geographicBuffer.isValid() { repair(&geographicBuffer) }
    try part.table.add(id: region.id, geometry: geographicBuffer, values: row)
  }

  private func values(_ region: RegionFeature, _ area: Double, _ perimeter: Double) -> [FieldValue] {
    var place: Point?
    if let wgs84 {
      if var point = try? wgs84.apply(request.geotransform.apply(region.pointInside)) {
        point.x -= (point.x / 360).rounded() * 360
        point.y = max(-90, min(90, point.y))
        place = point
      } else {
        unplaced += 1
      }
    }
    if !area.isFinite || !perimeter.isFinite { unmeasured += 1 }
    return [
      .integer(region.id), .integer(region.classID), .text(request.catalog.name(region.classID)), .text(request.source),
      .integer(region.pixels), area.isFinite ? .real(fields.rounded(area: area)) : .null,
      perimeter.isFinite ? .real(fields.rounded(length: perimeter)) : .null,
      region.confidence.map { .real(LayerFields.rounded(percent: $0.mean)) } ?? .null,
      region.confidence.map { .integer($0.minimum) } ?? .null, region.confidence.map { .integer($0.maximum) } ?? .null,
      .integer(touchesEdge(region) ? 1 : 0), place.map { .real(LayerFields.rounded(degrees: $0.x)) } ?? .null,
      place.map { .real(LayerFields.rounded(degrees: $0.y)) } ?? .null, request.date.map { .text($0) } ?? .null,
    ] + extraValues(region, area, perimeter)
  }

  /// Whether the edge of the source cuts the region off. The edge of a picture lies within the raster that it is brought to: whatever a pixel
  /// away is not seen is beyond it.
  private func touchesEdge(_ region: RegionFeature) -> Bool {
    guard !region.touchesEdge, let frame = request.frame, let toGrid = frame.geotransform.inverse else { return region.touchesEdge }
    let (width, height) = (Double(frame.frame.camera.size.width), Double(frame.frame.camera.size.height))
    for polygon in region.polygons {
      // In parts, as most regions that touch an edge do so with many vertices.
      for start in stride(from: 0, to: polygon.shell.points.count, by: 512) {
        let around = polygon.shell.points[start..<min(polygon.shell.points.count, start + 512)].flatMap { point in
          [(-1.0, -1.0), (1, -1), (1, 1), (-1, 1)].map {
            toGrid.apply(request.geotransform.apply(Point(x: point.x + $0.0, y: point.y + $0.1)))
          }
        }
        let isCut = frame.lattice.picturePixels(around).contains { seen in
          seen.map { $0.x < 0 || $0.y < 0 || $0.x > width || $0.y > height } ?? true
        }
        if isCut { return true }
      }
    }
    return false
  }

  /// The values of the fields that are there besides, in the order of `LayerFields.Extra`.
  private func extraValues(_ region: RegionFeature, _ area: Double, _ perimeter: Double) -> [FieldValue] {
    var values: [FieldValue] = []
    if let frame = request.frame {
      let error = frame.positionError(at: request.geotransform.apply(region.pointInside))
      values.append(error.map { .real(LayerFields.rounded($0, decimals: 2)) } ?? .null)
    }
    if request.hasShapes { values += shapeValues(region, area, perimeter) }
    if !request.thickness.isEmpty {
      values += LayerFields.volumes(area: area, measure.isGeodesic ? request.thickness[region.classID] : nil)
    }
    if !request.nearest.isEmpty {
      let classID = request.nearest[region.classID]
      let nearest = classID.flatMap { classID in
        geographic(region).flatMap { nearby.nearest(to: $0, classID: classID) }
      }
      values += LayerFields.values(nearest, className: classID.map(request.catalog.name) ?? "")
    }
    return values
  }

  /// The outline in longitudes and latitudes; `nil` where it has none.
  private func geographic(_ region: RegionFeature) -> MultiPolygonBuffer? {
    guard let wgs84 else { return nil }
    var outline = MultiPolygonBuffer(region.polygons).mapped(request.geotransform.apply)
    guard (try? wgs84.apply(to: &outline.points)) != nil else { return nil }
    return outline
  }

  /// Takes down that a region will come: the nearest objects are known only once all have been noted. Needed where `LayerRequest.nearest` names any.
  public func note(_ region: RegionFeature) {
    guard request.nearest.values.contains(region.classID), let outline = geographic(region) else { return }
    nearby.add(outline, classID: region.classID, id: region.id, source: request.source)
  }

  private func shapeValues(_ region: RegionFeature, _ area: Double, _ perimeter: Double) -> [FieldValue] {
    let shape = wgs84.flatMap { wgs84 in
      try? ObjectShape(region.polygons, on: ellipsoid, place: { try wgs84.apply(request.geotransform.apply($0)) })
    }
    let line = geographic(region).flatMap { MedialLine($0, on: ellipsoid) }
    return ObjectShape.values(shape, line, area: area, perimeter: perimeter)
  }

  // MARK: - Tables

  private func openTables(_ frames: LayerFrames) throws {
    let files = LayerFiles(directory: request.directory, name: request.name)
    for format in VectorFormat.allCases where request.formats.contains(format) {
      let path = files.vector(format) ?? ""
      switch format {
      case .geoPackage:
        let table = try GeoPackageTable(path, layer: files.layer, crs: crs, fields: fields.fields)
        geoPackage = table
        tables.append(table)
      case .shapefile:
        tables.append(try ShapefileTable(path, crs: crs, fields: fields.fields, limit: request.shapefileLimit))
      case .csv: tables.append(try CSVTable(path, crs: crs, fields: fields.fields))
      case .flatGeobuf: tables.append(try OGRTable.flatGeobuf(path, layer: files.layer, crs: crs, fields: fields.fields))
      case .geoJSON:
        guard let frame = frames.geoJSON else { preconditionFailure("GeoJSON was asked for without its frame") }
        let table = try GeoJSONTable(path, name: request.name, fields: fields.fields, digits: frame.digits)
        geoJSON = GeoJSONPart(table: table, frame: frame)
      case .postGIS:
        guard let target = request.postGIS else {
          throw LayersError(
            .request, reason: "`output.formats` has postgis, but `output.postgis` is missing", remedy: "set `output.postgis`")
        }
        tables.append(try PostGISTable(target, sources: [request.source], crs: crs, fields: fields.fields))
      }
    }
  }
}
