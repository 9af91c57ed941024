import CGDAL
import Foundation
public import GeoTypes

/// A layer of a vector file, read feature by feature: polygons and multipolygons with their values.
///
/// Not for several threads at once: GDAL's datasets are not.
public final class VectorReader {
  private let dataset: ConfinedDataset
  private let layer: OGRLayerH
  private let path: String

  /// The layer's name.
  public let name: String
  public let crs: CoordinateSystem?
  /// Names of the columns, in order.
  public let fieldNames: [String]
  /// Names of all layers of the file, in order.
  public let layerNames: [String]
  private let kinds: [OGRFieldType]

  /// - Parameters:
  ///   - path: a vector file.
  ///   - drivers: the only GDAL drivers that may open the file; all vector drivers if empty.
  ///   - layerName: of a file with several; `nil` for the first one.
  public init(_ path: String, drivers: [String] = [], layer layerName: String? = nil) throws(GeodataError) {
    GDALLibrary.start()
    self.path = path
    let isDatabase = drivers == ["PostgreSQL"]
    let opened = try ConfinedDataset(
      opening: path, flags: GDAL_OF_VECTOR | GDAL_OF_VERBOSE_ERROR, drivers: drivers.isEmpty ? DriverTable.vectors : drivers,
      confinement: isDatabase ? Confinement() : try Confinement(named: path))
    guard let dataset = opened else {
      throw GeodataError(.unreadable, file: path, reason: "opening the vector file failed (\(lastErrorMessage()))")
    }
    // Layers belong to the dataset.
    let found = dataset.with { handle in
      layerName.map { GDALDatasetGetLayerByName(handle, $0) } ?? GDALDatasetGetLayer(handle, 0)
    }
    guard let found else {
      throw GeodataError(.unreadable, file: path, reason: layerName.map { "there is no layer '\($0)'" } ?? "it contains no layers")
    }
    self.dataset = dataset
    layer = found
    let definition = OGR_L_GetLayerDefn(found)
    name = OGR_FD_GetName(definition).map { String(cString: $0) } ?? ""
    crs = CoordinateSystem(ofLayer: found)
    try crs?.requireGridsByName(file: path)
    layerNames = dataset.with { handle in
      (0..<GDALDatasetGetLayerCount(handle)).compactMap { index in
        GDALDatasetGetLayer(handle, index).flatMap { OGR_L_GetName($0) }.map { String(cString: $0) }
      }
    }
    var names: [String] = []
    var kinds: [OGRFieldType] = []
    for index in 0..<OGR_FD_GetFieldCount(definition) {
      let field = OGR_FD_GetFieldDefn(definition, index)
      names.append(OGR_Fld_GetNameRef(field).map { String(cString: $0) } ?? "")
      kinds.append(OGR_Fld_GetType(field))
    }
    fieldNames = names
    self.kinds = kinds
  }

  /// A rectangle that holds all features, in the layer's crs; `nil` for an empty layer.
  public var bounds: Bounds? {
    var extent = OGREnvelope()
    guard dataset.with({ _ in OGR_L_GetExtent(layer, &extent, 1) }) == OGRERR_NONE, extent.MinX <= extent.MaxX, extent.MinY <= extent.MaxY
    else { return nil }
    return Bounds(minX: extent.MinX, minY: extent.MinY, maxX: extent.MaxX, maxY: extent.MaxY)
  }

  /// The number of features.
  public var count: Int { dataset.with { _ in Int(OGR_L_GetFeatureCount(layer, 1)) } }

  /// Calls `body` with each feature, in the file's order: its number, its polygons, its values by column.
  ///
  /// Geometries other than polygons are left out of the buffer, which names them.
  ///
  /// - Throws: `GeodataError` where a feature cannot be read, and what `body` throws.
  public func forEach(_ body: (Int, borrowing MultiPolygonBuffer, [FieldValue]) throws -> Void) throws {
    dataset.with { _ in OGR_L_ResetReading(layer) }
    var buffer = MultiPolygonBuffer()
    var values: [FieldValue] = []
    while true {
      CPLErrorReset()
      let next = try dataset.checked { (_) throws(GeodataError) in OGR_L_GetNextFeature(layer) }
      guard let feature = next else { break }
      defer { OGR_F_Destroy(feature) }
      read(feature, &buffer, &values)
      try body(Int(OGR_F_GetFID(feature)), buffer, values)
    }
    if CPLGetLastErrorType().rawValue >= CE_Failure.rawValue {
      throw GeodataError(.damaged, file: path, reason: "reading stopped (\(lastErrorMessage()))")
    }
  }

  /// One feature by its number; `nil` where there is none.
  public func feature(_ id: Int) throws(GeodataError) -> (geometry: MultiPolygonBuffer, values: [FieldValue])? {
    CPLErrorReset()
    let found = try dataset.checked { (_) throws(GeodataError) in OGR_L_GetFeature(layer, GIntBig(id)) }
    guard let feature = found else { return nil }
    defer { OGR_F_Destroy(feature) }
    var buffer = MultiPolygonBuffer()
    var values: [FieldValue] = []
    read(feature, &buffer, &values)
    return (buffer, values)
  }

  private func read(_ feature: OGRFeatureH, _ buffer: inout MultiPolygonBuffer, _ values: inout [FieldValue]) {
    buffer.removeAll()
    if let geometry = OGR_F_GetGeometryRef(feature) { buffer.append(geometry) }
    values.removeAll(keepingCapacity: true)
    for (index, kind) in kinds.enumerated() { values.append(value(feature, Int32(index), kind)) }
  }

  /// The numbers of the features whose boxes touch a rectangle, by the file's spatial index where it has one.
  package func ids(in window: Bounds) -> [Int] {
    dataset.with { _ in
      OGR_L_SetSpatialFilterRect(layer, window.minX, window.minY, window.maxX, window.maxY)
      defer { OGR_L_SetSpatialFilter(layer, nil) }
      OGR_L_ResetReading(layer)
      var result: [Int] = []
      while let feature = OGR_L_GetNextFeature(layer) {
        result.append(Int(OGR_F_GetFID(feature)))
        OGR_F_Destroy(feature)
      }
      return result
    }
  }

  /// What SQLite finds wrong with a GeoPackage's spatial index; `nil` where it is sound.
  package func spatialIndexFault() throws(GeodataError) -> String? {
    let query = "SELECT rtreecheck(\(SQL.literal("rtree_\(name)_geom")))"
    return try dataset.checked { (handle) throws(GeodataError) in
      let result = try checkedHandle(.damaged, file: path, "checking the index") { GDALDatasetExecuteSQL(handle, query, nil, nil) }
      defer { GDALDatasetReleaseResultSet(handle, result) }
      guard let row = OGR_L_GetNextFeature(result) else { return "no answer" }
      defer { OGR_F_Destroy(row) }
      let answer = OGR_F_GetFieldAsString(row, 0).map { String(cString: $0) } ?? ""
      return answer == "ok" ? nil : answer
    }
  }

  private func value(_ feature: OGRFeatureH, _ index: Int32, _ kind: OGRFieldType) -> FieldValue {
    guard OGR_F_IsFieldSetAndNotNull(feature, index) != 0 else { return .null }
    switch kind {
    case OFTInteger, OFTInteger64: return .integer(Int(OGR_F_GetFieldAsInteger64(feature, index)))
    case OFTReal: return .real(OGR_F_GetFieldAsDouble(feature, index))
    default: return .text(OGR_F_GetFieldAsString(feature, index).map { String(cString: $0) } ?? "")
    }
  }
}
