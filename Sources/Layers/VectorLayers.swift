import Foundation
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
  private let wgs84: CoordinateTransformation?
  /// Whether geometry is split at 180°.
  private let turn: Double
  private var tables: [any VectorTable] = []
  private var geoPackage: GeoPackageTable?
  private var geoJSON: GeoJSONPart?
  private var totals: [Int: LayersReport.ClassTotal] = [:]
  private var features = 0
  private var repaired = 0
  private var invalid = 0
  private var buffer = MultiPolygonBuffer()
  private var geographicBuffer = MultiPolygonBuffer()
  private var finished = false
  private let preview: Preview?

  private struct GeoJSONPart {
    var table: GeoJSONTable
    /// `nil` where the layers are in longitudes and latitudes on WGS 84 anyway.
    var projector: Projector?
    var digits: Int
    var turn: Double
  }

  /// The crs of the layers.
  public let crs: CoordinateSystem?

  /// Opens the layers.
  ///
  /// - Parameter preview: a picture that every region is drawn into, too.
  /// - Throws: `GeodataError`, `LayersError`.
  public init(_ request: LayerRequest, preview: Preview? = nil) throws {
    self.request = request
    self.preview = preview
    let source = request.crs
    if let source, let target = request.targetCRS, !target.isEquivalent(to: source) {
      guard source.isOnEarth else {
        throw LayersError(.request, reason: "'\(source.name)' cannot be transformed", remedy: "set `vectors.crs: source`")
      }
      projector = try Projector(request.geotransform, size: request.size, from: source, to: target, keepsNodes: request.keepsNodes)
      crs = target
      turn = target.isGeographic ? 2 * .pi / target.radiansPerUnit : 0
    } else {
      projector = Projector(request.geotransform)
      crs = source
      turn = 0
    }
    measure = try GroundMeasure(crs: crs, over: try Self.bounds(request, projector))
    let pixelArea = try PixelMeasure(crs: source, geotransform: request.geotransform, size: request.size)
      .area(of: Window(column: request.size.width / 2, row: request.size.height / 2, width: 1, height: 1))
    fields = LayerFields(isGeodesic: measure.isGeodesic, pixelArea: pixelArea)
    let onEarth = source.flatMap { $0.isOnEarth ? $0 : nil }
    let longitudeLatitude = try CoordinateSystem("EPSG:4326")
    wgs84 = try onEarth.map { try CoordinateTransformation(from: $0, to: longitudeLatitude) }
    for entry in request.catalogue.classes {
      totals[entry.id] = LayersReport.ClassTotal(id: entry.id, name: entry.name, features: 0, pixels: 0, area: 0)
    }
    try openTables(onEarth, longitudeLatitude)
  }

  /// Adds a region to every layer.
  public func add(_ region: RegionFeature) throws {
    precondition(!finished, "a region was added to layers that are finished")
    buffer.removeAll()
    try projector.project(region.polygons, into: &buffer)
    if projector.changesCRS, !buffer.isValid() { repair(&buffer) }
    let (area, perimeter) = try measureAndOrient(region)
    let row = try values(region, fields.rounded(area: area), fields.rounded(length: perimeter))
    if let geoJSON { try add(region, row, to: geoJSON) }
    if turn > 0, let split = buffer.splitAtDateline(turn: turn) { buffer = split }
    for table in tables { try table.add(id: region.id, geometry: buffer, values: row) }
    preview?.draw(region.polygons, classID: region.classID)

    features += 1
    let name = request.catalogue.name(region.classID)
    var total = totals[region.classID] ?? LayersReport.ClassTotal(id: region.classID, name: name, features: 0, pixels: 0, area: 0)
    total.features += 1
    total.pixels += region.pixels
    total.area += area
    totals[region.classID] = total
  }

  /// Writes what is left and closes everything.
  public func finish() throws -> LayersReport {
    precondition(!finished, "layers were finished twice")
    finished = true
    var files: [String] = []
    var warnings: [String] = []
    if repaired > 0 {
      let which = repaired == 1 ? "1 polygon crossed itself" : "\(repaired) polygons crossed themselves"
      warnings.append("\(which) after the change of crs, mended to be valid.")
    }
    if invalid > 0 {
      warnings.append("\(invalid == 1 ? "1 polygon is" : "\(invalid) polygons are") too thin to be valid after the change of crs.")
    }
    let style = QGISStyle.vector(request.catalogue)
    let layer = LayerFiles(directory: request.directory, name: request.name).layer
    if let geoPackage { try QGISStyle.store(style, layer: layer, in: geoPackage) }
    for table in tables + (geoJSON.map { [$0.table] } ?? []) {
      try table.finish()
      files += table.files
      warnings += table.warnings
      guard let shapefile = table as? ShapefileTable else { continue }
      for part in shapefile.parts {
        try QGISStyle.write(style, to: part + ".qml")
        files.append(part + ".qml")
      }
    }
    return LayersReport(
      files: files, features: features, classes: totals.values.sorted { $0.id < $1.id }, isGeodesic: measure.isGeodesic,
      warnings: warnings)
  }

  // MARK: - Geometry

  /// A rectangle in the layers' crs that holds the raster.
  private static func bounds(_ request: LayerRequest, _ projector: Projector) throws -> Bounds {
    guard projector.changesCRS else { return request.geotransform.bounds(of: request.size) }
    let (width, height) = (Double(request.size.width), Double(request.size.height))
    var buffer = MultiPolygonBuffer()
    let corners = [Point(x: 0, y: 0), Point(x: width, y: 0), Point(x: width, y: height), Point(x: 0, y: height)]
    try projector.project([Polygon(shell: Ring(corners))], into: &buffer)
    return buffer.bounds ?? request.geotransform.bounds(of: request.size)
  }

  /// Shells counter-clockwise, holes clockwise; the area and the length of all rings.
  private func measureAndOrient(_ region: RegionFeature) throws -> (area: Double, perimeter: Double) {
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
    geographicBuffer.removeAll()
    if let projector = part.projector {
      try projector.project(region.polygons, into: &geographicBuffer)
      geographicBuffer.orient()
    } else {
      geographicBuffer = buffer
    }
    if part.turn > 0, let split = geographicBuffer.splitAtDateline(turn: part.turn) { geographicBuffer = split }
    for index in geographicBuffer.points.indices {
      let point = geographicBuffer.points[index]
      geographicBuffer.points[index] = Point(
        x: GeoJSONTable.rounded(point.x, digits: part.digits), y: GeoJSONTable.rounded(point.y, digits: part.digits))
    }
    if !geographicBuffer.isValid() { repair(&geographicBuffer) }
    try part.table.add(id: region.id, geometry: geographicBuffer, values: row)
  }

  private func values(_ region: RegionFeature, _ area: Double, _ perimeter: Double) throws -> [FieldValue] {
    var place: Point?
    if let wgs84 {
      var point = try wgs84.apply(request.geotransform.apply(region.pointInside))
      point.x -= (point.x / 360).rounded() * 360
      place = point
    }
    return [
      .integer(region.id), .integer(region.classID), .text(request.catalogue.name(region.classID)), .text(request.source),
      .integer(region.pixels), .real(area), .real(perimeter),
      region.confidence.map { .real(LayerFields.rounded(percent: $0.mean)) } ?? .null,
      region.confidence.map { .integer($0.minimum) } ?? .null, region.confidence.map { .integer($0.maximum) } ?? .null,
      .integer(region.touchesEdge ? 1 : 0), place.map { .real(LayerFields.rounded(degrees: $0.x)) } ?? .null,
      place.map { .real(LayerFields.rounded(degrees: $0.y)) } ?? .null,
    ]
  }

  // MARK: - Tables

  private func openTables(_ onEarth: CoordinateSystem?, _ longitudeLatitude: CoordinateSystem) throws {
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
      case .csv: tables.append(try CSVTable(path, fields: fields.fields))
      case .flatGeobuf: tables.append(try OGRTable.flatGeobuf(path, layer: files.layer, crs: crs, fields: fields.fields))
      case .geoJSON: try openGeoJSON(path, onEarth, longitudeLatitude)
      case .postGIS:
        guard let target = request.postGIS else {
          throw LayersError(
            .request, reason: "`output.formats` has postgis, but `output.postgis` is missing", remedy: "set `output.postgis`")
        }
        tables.append(try PostGISTable(target, sources: [request.source], crs: crs, fields: fields.fields))
      }
    }
  }

  private func openGeoJSON(_ path: String, _ onEarth: CoordinateSystem?, _ longitudeLatitude: CoordinateSystem) throws {
    let isThere = crs?.authority == "EPSG:4326"
    let own =
      try isThere
      ? nil
      : onEarth.map {
        try Projector(request.geotransform, size: request.size, from: $0, to: longitudeLatitude, keepsNodes: request.keepsNodes)
      }
    // A hundredth of a pixel.
    let pixel = try (own ?? projector).pixelSize(request.size)
    let digits = pixel > 0 && pixel.isFinite ? max(1, Int((-log10(pixel / 100)).rounded(.up))) : 9
    geoJSON = GeoJSONPart(
      table: try GeoJSONTable(path, name: request.name, fields: fields.fields, digits: digits), projector: own, digits: digits,
      turn: onEarth == nil ? 0 : 360)
  }
}
