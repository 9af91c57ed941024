import CGDAL
import Foundation
public import GeoTypes

/// The pixels whose centers lie inside the polygons of a vector file: `input.area`.
///
/// Edges are kept in absolute pixel coordinates, so a pixel's answer does not depend on the window. A value: any thread may ask.
public final class AreaMask: Sendable {
  private struct Shape: Sendable {
    /// Upper end, lower end; never horizontal.
    var edges: [(x0: Double, y0: Double, x1: Double, y1: Double)]
    var bounds: Bounds
  }

  public let path: String
  /// Every file that GDAL lists for the vector file.
  public let files: [String]
  /// What was read of the file.
  public let reading: AreaReading
  /// What is assumed of the file or left out, a sentence each.
  public let warnings: [String]
  private let shapes: [Shape]

  /// Points that are read, at most.
  private static let mostPoints = 20_000_000

  /// Reads every polygon of every layer and brings it into the pixels of a raster.
  ///
  /// - Parameters:
  ///   - path: a vector file of polygons.
  ///   - crs: the raster's; `nil` takes the file's coordinates as the raster's.
  ///   - geotransform: the raster's, after resampling.
  /// - Throws: `unreadable`, `unsupported` without a polygon, `reference` where it cannot be brought into the raster's crs.
  public init(path: String, crs: CoordinateSystem?, geotransform: Geotransform) throws(GeodataError) {
    GDALLibrary.start()
    guard let inverse = geotransform.inverse else {
      throw GeodataError(.reference, file: path, reason: "the raster's geotransform cannot be inverted")
    }
    guard FileManager.default.fileExists(atPath: path) else {
      throw GeodataError(.unreadable, file: path, reason: "does not exist", remedy: "change input.area")
    }
    let drivers = DriverTable.vectors
    guard
      let dataset = try ConfinedDataset(
        opening: path, flags: GDAL_OF_VECTOR, drivers: drivers, confinement: try Confinement(named: path))
    else {
      throw GeodataError(
        .unreadable, file: path, reason: "it is not a vector file that the drivers \(drivers.joined(separator: ", ")) know",
        remedy: "convert it: ogr2ogr area.gpkg FILE")
    }
    (files, shapes, reading, warnings) = try dataset.checked { (handle) throws(GeodataError) in
      let list = GDALGetFileList(handle)
      defer { CSLDestroy(list) }
      let driver = GDALGetDatasetDriver(handle).flatMap { GDALGetDriverShortName($0) }.map { String(cString: $0) }
      let isGeoJSON = driver == "GeoJSON" || driver == "GeoJSONSeq"
      var reader = AreaReader(path: path, inverse: inverse, budget: AreaMask.mostPoints)
      for index in 0..<GDALDatasetGetLayerCount(handle) {
        guard let layer = GDALDatasetGetLayer(handle, index) else { continue }
        try reader.read(layer, crs: crs, isGeoJSON: isGeoJSON)
      }
      return (
        strings(of: list), AreaMask.shapes(of: reader.polygons), reader.reading, reader.warnings(crs: crs, geotransform: geotransform)
      )
    }
    guard !shapes.isEmpty else {
      throw GeodataError(.unsupported, file: path, reason: "it contains no polygons", remedy: "give a file of polygons in input.area")
    }
    self.path = path
  }

  /// The edges of polygons, each given by its rings.
  private static func shapes(of polygons: [[[Point]]]) -> [Shape] {
    polygons.compactMap { rings in
      var edges: [(x0: Double, y0: Double, x1: Double, y1: Double)] = []
      for ring in rings {
        var previous = ring[ring.count - 1]
        for point in ring {
          // Always from the upper end to the lower: two polygons get the same crossing from the edge they share.
          if previous.y < point.y {
            edges.append((previous.x, previous.y, point.x, point.y))
          } else if point.y < previous.y {
            edges.append((point.x, point.y, previous.x, previous.y))
          }
          previous = point
        }
      }
      guard let bounds = Bounds(of: rings.joined()), !edges.isEmpty else { return nil }
      return Shape(edges: edges, bounds: bounds)
    }
  }

  /// 1 for pixels inside, 0 for others, `[height][width]`.
  public func mask(_ window: Window) -> [UInt8] {
    var mask = [UInt8](repeating: 0, count: window.area)
    for shape in shapes where touches(shape, window) {
      let near = shape.edges.filter { $0.y0 < Double(window.maxRow) && $0.y1 > Double(window.row) }
      for row in 0..<window.height {
        let y = Double(window.row + row) + 0.5
        var crossings: [Double] = []
        for edge in near where edge.y0 <= y && y < edge.y1 {
          crossings.append(edge.x0 + (y - edge.y0) * (edge.x1 - edge.x0) / (edge.y1 - edge.y0))
        }
        crossings.sort()
        for pair in stride(from: 0, to: crossings.count - 1, by: 2) {
          let first = max(Double(window.column), (crossings[pair] - 0.5).rounded(.up))
          let end = min(Double(window.maxColumn), (crossings[pair + 1] - 0.5).rounded(.up))
          guard first < end else { continue }
          for column in Int(first)..<Int(end) { mask[row * window.width + column - window.column] = 1 }
        }
      }
    }
    return mask
  }

  /// `none` where no polygon's rectangle meets the window.
  public func coverage(_ window: Window) -> Coverage { shapes.contains { touches($0, window) } ? .some : .none }

  private func touches(_ shape: Shape, _ window: Window) -> Bool {
    shape.bounds.minX < Double(window.maxColumn) && shape.bounds.maxX > Double(window.column)
      && shape.bounds.minY < Double(window.maxRow) && shape.bounds.maxY > Double(window.row)
  }
}

/// Gathers the rings of a vector file's polygons in pixel coordinates.
private struct AreaReader {
  let path: String
  let inverse: Geotransform
  /// Points that may still be read.
  var budget: Int
  /// For each polygon its rings, the shell first.
  var polygons: [[[Point]]] = []
  /// Layers with polygons, and the crs that each names.
  private var layers: [(name: String, crs: CoordinateSystem?)] = []
  private var otherFeatures = 0

  init(path: String, inverse: Geotransform, budget: Int) {
    self.path = path
    self.inverse = inverse
    self.budget = budget
  }

  /// - Parameter isGeoJSON: the file is GeoJSON, which says no crs of its own where it keeps to its definition.
  mutating func read(_ layer: OGRLayerH, crs: CoordinateSystem?, isGeoJSON: Bool) throws(GeodataError) {
    let isGeoJSON = isGeoJSON && OGR_L_GetSpatialRef(layer).map { OSRIsGeographic($0) != 0 } ?? true
    let transformation = try transformation(of: layer, to: crs)
    defer { if let transformation { OCTDestroyCoordinateTransformation(transformation) } }
    let before = polygons.count
    defer {
      if polygons.count > before {
        let name = OGR_L_GetName(layer).map { String(cString: $0) } ?? ""
        layers.append((name, CoordinateSystem(ofLayer: layer)))
      }
    }
    CPLErrorReset()
    while let feature = OGR_L_GetNextFeature(layer) {
      defer { OGR_F_Destroy(feature) }
      guard let geometry = OGR_F_GetGeometryRef(feature) else {
        otherFeatures += 1
        continue
      }
      if let transformation {
        var envelope = OGREnvelope()
        OGR_G_GetEnvelope(geometry, &envelope)
        let side = max(envelope.MaxX - envelope.MinX, envelope.MaxY - envelope.MinY)
        // Straight edges bend in another crs.
        if side > 0, side.isFinite { OGR_G_Segmentize(geometry, side / 128) }
        if isGeoJSON, max(abs(envelope.MinY), abs(envelope.MaxY)) > 90 || max(abs(envelope.MinX), abs(envelope.MaxX)) > 540 {
          throw GeodataError(
            .reference, file: path,
            reason: "its coordinates (\(envelope.MinX), \(envelope.MinY)) are not longitudes and latitudes, "
              + "which GeoJSON's are by definition",
            remedy: "GeoJSON is WGS 84: give a GeoPackage, which says its crs")
        }
        try checkedOGR(.reference, file: path, "bringing a polygon into the raster's crs") {
          OGR_G_Transform(geometry, transformation)
        }
      }
      let known = polygons.count
      try gather(geometry, depth: 0)
      if polygons.count == known { otherFeatures += 1 }
    }
    guard CPLGetLastErrorType().rawValue < CE_Failure.rawValue else {
      throw GeodataError(.damaged, file: path, reason: "its features cannot be read (\(lastErrorMessage()))")
    }
  }

  var reading: AreaReading {
    AreaReading(
      file: name, layers: layers.map(\.name), polygons: polygons.count, crs: layers.first?.crs.map { "\($0)" },
      otherFeatures: otherFeatures > 0 ? otherFeatures : nil)
  }

  private var name: String { (path as NSString).lastPathComponent }

  /// - Parameter crs: the raster's; the geotransform, too.
  func warnings(crs: CoordinateSystem?, geotransform: Geotransform) -> [String] {
    var warnings: [String] = []
    if layers.count > 1 {
      let names = layers.prefix(20).map(\.name).joined(separator: ", ") + (layers.count > 20 ? ", …" : "")
      warnings.append("the polygons of all its \(layers.count) layers count (\(names)); for one of them give a file with that layer alone")
    }
    if otherFeatures > 0 {
      warnings.append(
        "\(otherFeatures) of its features \(otherFeatures == 1 ? "has no polygon and does" : "have no polygons and do") not count")
    }
    if let crs, layers.contains(where: { $0.crs == nil }) {
      warnings.append(
        "it names no crs, so its coordinates are taken as positions in \(crs); give a file that names its crs, such as a GeoPackage")
    }
    if crs == nil, let own = layers.lazy.compactMap(\.crs).first {
      warnings.append("its coordinates (\(own)) are taken as positions of the source, which has no crs; set input.crs")
    }
    if let crs, let own = layers.lazy.compactMap(\.crs).first {
      let corner = RasterSize(width: 1, height: 1)
      let pixel = GroundLength.ofPixel(geotransform, corner, crs)
      let shift = DatumShift(from: crs, to: own, geotransform: geotransform, size: corner)
      if let warning = shift?.warning("its polygons", from: own, to: crs, pixel: max(pixel.x, pixel.y)) { warnings.append(warning) }
    }
    return warnings
  }

  private func transformation(of layer: OGRLayerH, to crs: CoordinateSystem?) throws(GeodataError) -> OGRCoordinateTransformationH? {
    guard let crs, let named = CoordinateSystem(ofLayer: layer), let own = OGR_L_GetSpatialRef(layer) else { return nil }
    try named.requireGridsByName(file: path)
    guard let source = OSRClone(own) else { return nil }
    defer { OSRDestroySpatialReference(source) }
    OSRSetAxisMappingStrategy(source, OAMS_TRADITIONAL_GIS_ORDER)
    let path = path
    return try crs.withHandle { (target) throws(GeodataError) in
      if OSRIsSame(source, target) != 0 { return nil }
      return try checkedHandle(.reference, file: path, "finding a transformation into the raster's crs") {
        OCTNewCoordinateTransformation(source, target)
      }
    }
  }

  private mutating func gather(_ geometry: OGRGeometryH, depth: Int) throws(GeodataError) {
    guard depth < 8 else { return }
    switch OGR_GT_Flatten(OGR_G_GetGeometryType(geometry)) {
    case wkbPolygon: try gatherPolygon(geometry)
    case wkbMultiPolygon, wkbGeometryCollection:
      for index in 0..<OGR_G_GetGeometryCount(geometry) {
        if let part = OGR_G_GetGeometryRef(geometry, index) { try gather(part, depth: depth + 1) }
      }
    case wkbCurvePolygon, wkbMultiSurface:
      guard let linear = OGR_G_GetLinearGeometry(geometry, 0, nil) else { return }
      defer { OGR_G_DestroyGeometry(linear) }
      try gather(linear, depth: depth + 1)
    default: return
    }
  }

  private mutating func gatherPolygon(_ polygon: OGRGeometryH) throws(GeodataError) {
    var rings: [[Point]] = []
    for index in 0..<OGR_G_GetGeometryCount(polygon) {
      guard let ring = OGR_G_GetGeometryRef(polygon, index) else { continue }
      let count = Int(OGR_G_GetPointCount(ring))
      budget -= count
      guard budget >= 0 else {
        throw GeodataError(.tooLarge, file: path, reason: "its polygons have more points than this program reads for input.area")
      }
      let points = (0..<Int32(count)).map { inverse.apply(Point(x: OGR_G_GetX(ring, $0), y: OGR_G_GetY(ring, $0))) }
      guard points.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else {
        throw GeodataError(.reference, file: path, reason: "a polygon reaches where the raster's crs has no coordinates")
      }
      if points.count > 2 { rings.append(points) }
    }
    if !rings.isEmpty { polygons.append(rings) }
  }
}
