import CGDAL
import Foundation

/// A layer of an OGR dataset, written in one transaction; the spatial index comes at the end.
public final class OGRTable: VectorTable {
  private var dataset: GDALDatasetH?
  private var layer: OGRLayerH?
  private var feature: OGRFeatureH?
  private let path: String
  private let shownPath: String
  private let fields: [VectorField]
  private var inTransaction = false
  private var bytes: [UInt8] = []
  private let setsIdentifier: Bool

  public private(set) var files: [String]
  public private(set) var warnings: [String] = []

  /// A new FlatGeobuf with its packed index.
  public static func flatGeobuf(
    _ path: String, layer: String, crs: CoordinateSystem?, fields: [VectorField]
  ) throws(GeodataError) -> OGRTable {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    return try OGRTable(
      creating: path, driver: "FlatGeobuf", layer: layer, crs: crs, fields: fields.map(\.plain),
      layerOptions: ["SPATIAL_INDEX=YES", "TEMPORARY_DIR=\(folder)"])
  }

  /// Creates a file with one layer of MultiPolygons and starts its transaction.
  init(
    creating path: String, driver: String, layer name: String, crs: CoordinateSystem?, fields: [VectorField],
    layerOptions: [String]
  ) throws(GeodataError) {
    GDALLibrary.start()
    self.path = path
    shownPath = path
    self.fields = fields
    setsIdentifier = driver == "GPKG"
    files = [path]
    guard let driverHandle = GDALGetDriverByName(driver) else {
      throw GeodataError(.unwritable, file: path, reason: "this GDAL lacks the driver \(driver)", remedy: "install GDAL with it")
    }
    let dataset = try checkedHandle(.unwritable, file: path, "creating the file") {
      GDALCreate(driverHandle, path, 0, 0, 0, GDT_Unknown, nil)
    }
    self.dataset = dataset
    layer = try Self.createLayer(in: dataset, path: path, name: name, crs: crs, fields: fields, options: layerOptions)
    try begin()
  }

  /// Opens a GeoPackage again, for `execute` and `addPlainTable`, and starts a transaction.
  init(reopening path: String) throws(GeodataError) {
    GDALLibrary.start()
    self.path = path
    shownPath = path
    fields = []
    setsIdentifier = false
    files = [path]
    let flags = UInt32(GDAL_OF_VECTOR | GDAL_OF_UPDATE)
    let dataset = try checkedHandle(.unwritable, file: path, "opening the file again") {
      withStringList(["GPKG"]) { GDALOpenEx(path, flags, orthoweave_const_list($0), nil, nil) }
    }
    self.dataset = dataset
    try checkedOGR(.unwritable, file: path, "starting a transaction") { GDALDatasetStartTransaction(dataset, 0) }
    inTransaction = true
  }

  /// Takes over a dataset whose layer is there already, in a transaction of the caller's.
  ///
  /// - Parameter shownPath: what messages call it.
  init(
    adopting dataset: GDALDatasetH, layer: OGRLayerH, shownPath: String, fields: [VectorField]
  ) throws(GeodataError) {
    path = shownPath
    self.shownPath = shownPath
    self.fields = fields
    self.dataset = dataset
    self.layer = layer
    setsIdentifier = false
    inTransaction = true
    files = []
    feature = OGR_F_Create(OGR_L_GetLayerDefn(layer))
  }

  deinit {
    // Not finished: closed without asking; its file is never published.
    if let feature { OGR_F_Destroy(feature) }
    if let dataset {
      if inTransaction { GDALDatasetRollbackTransaction(dataset) }
      GDALClose(dataset)
    }
  }

  public func add(id: Int, geometry: MultiPolygonBuffer, values: [FieldValue]) throws(GeodataError) {
    guard let layer, let feature else { throw closedError() }
    precondition(values.count == fields.count, "\(values.count) values for \(fields.count) fields")
    OGR_F_SetFID(feature, setsIdentifier ? GIntBig(id) : GIntBig(OGRNullFID))
    for (index, value) in values.enumerated() { set(value, Int32(index), feature) }
    geometry.writeWellKnownBinary(into: &bytes)
    OGR_F_SetGeometryDirectly(feature, try makeShape(id, geometry))
    try checkedOGR(.unwritable, file: shownPath, "writing feature \(id)", remedy: "check free space and permissions") {
      OGR_L_CreateFeature(layer, feature)
    }
  }

  /// The geometry in `bytes`; the caller owns it.
  private func makeShape(_ id: Int, _ geometry: MultiPolygonBuffer) throws(GeodataError) -> OGRGeometryH {
    guard bytes.count <= Int(Int32.max) else {
      throw GeodataError(
        .tooLarge, file: shownPath, reason: "feature \(id) has \(geometry.points.count) vertices, more than a geometry can hold",
        remedy: "simplify, or leave this class out of `vectors.classes`")
    }
    var shape: OGRGeometryH?
    let status = bytes.withUnsafeBytes { OGR_G_CreateFromWkb($0.baseAddress, nil, &shape, Int32($0.count)) }
    guard status == OGRERR_NONE, let shape else {
      throw GeodataError(.unwritable, file: shownPath, reason: "feature \(id) has no usable geometry (\(lastErrorMessage()))")
    }
    return shape
  }

  public func finish() throws(GeodataError) {
    guard let dataset else { throw closedError() }
    if let feature { OGR_F_Destroy(feature) }
    feature = nil
    if inTransaction {
      try checkedOGR(.unwritable, file: shownPath, "committing", remedy: "free some space") {
        GDALDatasetCommitTransaction(dataset)
      }
    }
    inTransaction = false
    try close()
  }

  /// Runs statements on the open dataset, before `finish()`.
  func execute(_ statement: String) throws(GeodataError) {
    guard let dataset else { throw closedError() }
    try checked(.unwritable, file: shownPath, "running SQL") {
      let result = GDALDatasetExecuteSQL(dataset, statement, nil, nil)
      if let result { GDALDatasetReleaseResultSet(dataset, result) }
      return CE_None
    }
  }

  /// The rows that a query answers, as text.
  func rows(_ query: String) throws(GeodataError) -> [[String]] {
    guard let dataset else { throw closedError() }
    let result = try checkedHandle(.unwritable, file: shownPath, "running SQL") { GDALDatasetExecuteSQL(dataset, query, nil, nil) }
    defer { GDALDatasetReleaseResultSet(dataset, result) }
    var rows: [[String]] = []
    while let row = OGR_L_GetNextFeature(result) {
      defer { OGR_F_Destroy(row) }
      rows.append((0..<OGR_F_GetFieldCount(row)).map { OGR_F_GetFieldAsString(row, $0).map { String(cString: $0) } ?? "" })
    }
    return rows
  }

  /// The one number that a query answers.
  func integer(_ query: String) throws(GeodataError) -> Int {
    guard let number = try rows(query).first?.first.flatMap(Int.init) else {
      throw GeodataError(.unwritable, file: shownPath, reason: "a query has no answer")
    }
    return number
  }

  /// Adds a table without geometry and its rows to the open dataset, before `finish()`.
  public func addPlainTable(
    _ name: String, columns: [(name: String, type: PlainColumn)], rows: [[FieldValue]]
  ) throws(GeodataError) {
    guard let dataset else { throw closedError() }
    let table = try checkedHandle(.unwritable, file: path, "creating the table \(name)") {
      GDALDatasetCreateLayer(dataset, name, nil, wkbNone, nil)
    }
    for column in columns { try Self.createField(column.name, column.type, in: table, path: path) }
    for row in rows {
      guard let feature = OGR_F_Create(OGR_L_GetLayerDefn(table)) else { continue }
      defer { OGR_F_Destroy(feature) }
      for (index, value) in row.enumerated() { set(value, Int32(index), feature) }
      try checkedOGR(.unwritable, file: path, "writing the table \(name)") { OGR_L_CreateFeature(table, feature) }
    }
  }

  /// Adds a further layer of MultiPolygons and its rows to the open dataset, before `finish()`.
  func addLayer(
    _ name: String, crs: CoordinateSystem?, fields: [VectorField], rows: [(geometry: MultiPolygonBuffer, values: [FieldValue])]
  ) throws(GeodataError) {
    guard let dataset else { throw closedError() }
    let added = try Self.createLayer(
      in: dataset, path: path, name: name, crs: crs, fields: fields.map(\.plain), options: ["FID=fid", "GEOMETRY_NAME=geom"])
    for (index, row) in rows.enumerated() {
      guard let feature = OGR_F_Create(OGR_L_GetLayerDefn(added)) else { continue }
      defer { OGR_F_Destroy(feature) }
      for (field, value) in row.values.enumerated() { set(value, Int32(field), feature) }
      row.geometry.writeWellKnownBinary(into: &bytes)
      OGR_F_SetGeometryDirectly(feature, try makeShape(index + 1, row.geometry))
      try checkedOGR(.unwritable, file: path, "writing the layer \(name)") { OGR_L_CreateFeature(added, feature) }
    }
  }

  /// The type of a column in a table without geometry.
  public enum PlainColumn: Sendable {
    case text(characters: Int)
    case integer
    case boolean
    case time
  }

  // MARK: - Helpers

  private func begin() throws(GeodataError) {
    guard let dataset, let layer else { return }
    feature = OGR_F_Create(OGR_L_GetLayerDefn(layer))
    if GDALDatasetTestCapability(dataset, "Transactions") != 0 {
      try checkedOGR(.unwritable, file: path, "starting a transaction") { GDALDatasetStartTransaction(dataset, 0) }
      inTransaction = true
    }
  }

  private func set(_ value: FieldValue, _ index: Int32, _ feature: OGRFeatureH) {
    switch value {
    case .null: OGR_F_SetFieldNull(feature, index)
    case .integer(let number): OGR_F_SetFieldInteger64(feature, index, GIntBig(number))
    case .real(let number): OGR_F_SetFieldDouble(feature, index, number)
    case .text(let text): OGR_F_SetFieldString(feature, index, text)
    }
  }

  private func close() throws(GeodataError) {
    guard let dataset else { return }
    self.dataset = nil
    layer = nil
    defer { if feature != nil { feature = nil } }
    var flushed: GeodataError?
    do {
      try checked(.unwritable, file: shownPath, "flushing", remedy: "free some space") {
        GDALFlushCache(dataset)
        return CE_None
      }
    } catch { flushed = error }
    // GDALClose answers nothing in this version: only CPL knows whether the last bytes were written.
    try checked(.unwritable, file: shownPath, "closing", remedy: "free some space") {
      GDALClose(dataset)
      return CE_None
    }
    if let flushed { throw flushed }
  }

  private func closedError() -> GeodataError {
    GeodataError(.unwritable, file: shownPath, reason: "the layer is closed already")
  }

  static func createLayer(
    in dataset: GDALDatasetH, path: String, name: String, crs: CoordinateSystem?, fields: [VectorField], options: [String]
  ) throws(GeodataError) -> OGRLayerH {
    func create(_ reference: OGRSpatialReferenceH?) throws(GeodataError) -> OGRLayerH {
      try withStringList(options) { (list) throws(GeodataError) -> OGRLayerH in
        try checkedHandle(.unwritable, file: path, "creating the layer \(name)") {
          GDALDatasetCreateLayer(dataset, name, reference, wkbMultiPolygon, list)
        }
      }
    }
    let layer: OGRLayerH
    if let crs {
      layer = try crs.withHandleForWriting { (reference) throws(GeodataError) -> OGRLayerH in try create(reference) }
    } else {
      layer = try create(nil)
    }
    for field in fields { try createField(field, in: layer, path: path) }
    return layer
  }

  private static func createField(_ field: VectorField, in layer: OGRLayerH, path: String) throws(GeodataError) {
    let definition: OGRFieldDefnH?
    switch field.kind {
    case .integer: definition = OGR_Fld_Create(field.name, OFTInteger)
    case .long: definition = OGR_Fld_Create(field.name, OFTInteger64)
    case .real(let decimals):
      definition = OGR_Fld_Create(field.name, OFTReal)
      if decimals > 0 {
        OGR_Fld_SetWidth(definition, 24)
        OGR_Fld_SetPrecision(definition, Int32(decimals))
      }
    case .text(let bytes):
      definition = OGR_Fld_Create(field.name, OFTString)
      if bytes > 0 { OGR_Fld_SetWidth(definition, Int32(bytes)) }
    }
    defer { OGR_Fld_Destroy(definition) }
    try checkedOGR(.unwritable, file: path, "creating the field \(field.name)") { OGR_L_CreateField(layer, definition, 1) }
  }

  private static func createField(
    _ name: String, _ type: PlainColumn, in layer: OGRLayerH, path: String
  ) throws(GeodataError) {
    let definition: OGRFieldDefnH?
    switch type {
    case .text(let characters):
      definition = OGR_Fld_Create(name, OFTString)
      if characters > 0 { OGR_Fld_SetWidth(definition, Int32(characters)) }
    case .integer: definition = OGR_Fld_Create(name, OFTInteger)
    case .boolean:
      definition = OGR_Fld_Create(name, OFTInteger)
      OGR_Fld_SetSubType(definition, OFSTBoolean)
    case .time: definition = OGR_Fld_Create(name, OFTDateTime)
    }
    defer { OGR_Fld_Destroy(definition) }
    try checkedOGR(.unwritable, file: path, "creating the field \(name)") { OGR_L_CreateField(layer, definition, 1) }
  }
}

/// Sets GDAL options for this thread while `body` runs.
func withThreadOptions<Result>(
  _ options: [String: String], _ body: () throws(GeodataError) -> Result
) throws(GeodataError) -> Result {
  for (key, value) in options { CPLSetThreadLocalConfigOption(key, value) }
  defer { for key in options.keys { CPLSetThreadLocalConfigOption(key, nil) } }
  return try body()
}
