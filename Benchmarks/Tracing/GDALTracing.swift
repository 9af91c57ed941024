import CGDAL
import Foundation
import GeoTypes
import Geodata

/// The map traced by GDALPolygonize, through GDAL's C interface.
struct GDALTracing {
  let size: RasterSize
  let classes: [UInt8]

  /// To complete rings in a layer of OGR's memory driver.
  func inMemory() throws -> (counts: TraceCounts, seconds: Seconds) {
    let dataset = try Self.memoryDataset()
    defer { GDALClose(dataset) }
    let (layer, seconds) = try measured { try polygonize(into: dataset) }
    return (Self.count(layer), seconds)
  }

  /// To a GeoPackage with the fields of this project's layers, in one transaction, and synced: polygons in memory first, as
  /// GDALPolygonize fills one field only; then handed over, not copied, with what costs GDAL nothing in the other fields: constants, and
  /// the polygon's plane area and length. SQLite is set as it is for this project's layers.
  func toGeoPackage(in folder: URL, place: TracePlace) throws -> (counts: TraceCounts, seconds: Seconds, path: String) {
    let path = folder.appendingPathComponent("gdal.gpkg").path
    var counts = TraceCounts()
    let memory = try Self.memoryDataset()
    defer { GDALClose(memory) }
    let settings = ["OGR_SQLITE_SYNCHRONOUS": "OFF", "OGR_SQLITE_JOURNAL": "MEMORY", "OGR_SQLITE_CACHE": "32"]
    for (key, value) in settings { CPLSetThreadLocalConfigOption(key, value) }
    defer { for key in settings.keys { CPLSetThreadLocalConfigOption(key, nil) } }
    let (_, seconds) = try measured {
      let polygons = try polygonize(into: memory)
      counts = try write(polygons, to: path, place)
      try place.sync(path)
    }
    return (counts, seconds, path)
  }

  /// How many features and how many entries of the spatial index a GeoPackage has.
  static func rows(of path: String, layer: String) throws -> (features: Int, indexed: Int) {
    guard let dataset = GDALOpenEx(path, UInt32(GDAL_OF_VECTOR), nil, nil, nil) else { throw TraceFailure("\(path): \(message)") }
    defer { GDALClose(dataset) }
    func number(_ query: String) throws -> Int {
      guard let result = GDALDatasetExecuteSQL(dataset, query, nil, nil) else { throw TraceFailure("\(path): \(message)") }
      defer { GDALDatasetReleaseResultSet(dataset, result) }
      guard let row = OGR_L_GetNextFeature(result) else { throw TraceFailure("\(path): no answer to \(query)") }
      defer { OGR_F_Destroy(row) }
      return Int(OGR_F_GetFieldAsInteger64(row, 0))
    }
    return (try number("SELECT count(*) FROM \"\(layer)\""), try number("SELECT count(*) FROM \"rtree_\(layer)_geom\""))
  }

  private static var message: String { CPLGetLastErrorMsg().map { String(cString: $0) } ?? "" }

  private static func memoryDataset() throws -> GDALDatasetH {
    GDALLibrary.start()
    guard let driver = GDALGetDriverByName("Memory"), let dataset = GDALCreate(driver, "", 0, 0, 0, GDT_Unknown, nil) else {
      throw TraceFailure("OGR's memory driver: \(message)")
    }
    return dataset
  }

  private func polygonize(into dataset: GDALDatasetH) throws -> OGRLayerH {
    guard let layer = GDALDatasetCreateLayer(dataset, "polygons", nil, wkbPolygon, nil) else { throw TraceFailure(Self.message) }
    let field = OGR_Fld_Create("class_id", OFTInteger)
    defer { OGR_Fld_Destroy(field) }
    guard OGR_L_CreateField(layer, field, 1) == OGRERR_NONE else { throw TraceFailure(Self.message) }
    try classes.withUnsafeBytes { bytes in
      guard let raster = GDALCreate(GDALGetDriverByName("MEM"), "", Int32(size.width), Int32(size.height), 0, GDT_Byte, nil) else {
        throw TraceFailure(Self.message)
      }
      defer { GDALClose(raster) }
      let options = CSLSetNameValue(nil, "DATAPOINTER", String(UInt(bitPattern: bytes.baseAddress)))
      defer { CSLDestroy(options) }
      guard GDALAddBand(raster, GDT_Byte, options) == CE_None, let band = GDALGetRasterBand(raster, 1) else {
        throw TraceFailure(Self.message)
      }
      // Without a nodata value GDAL has no mask to read.
      var mask: GDALRasterBandH?
      if classes.contains(ClassMap.nodata) {
        GDALSetRasterNoDataValue(band, Double(ClassMap.nodata))
        mask = GDALGetMaskBand(band)
      }
      guard GDALPolygonize(band, mask, layer, 0, nil, nil, nil) == CE_None else { throw TraceFailure(Self.message) }
    }
    return layer
  }

  private static func count(_ layer: OGRLayerH) -> TraceCounts {
    var counts = TraceCounts()
    OGR_L_ResetReading(layer)
    while let feature = OGR_L_GetNextFeature(layer) {
      defer { OGR_F_Destroy(feature) }
      guard let polygon = OGR_F_GetGeometryRef(feature) else { continue }
      counts.add(
        classID: UInt8(truncatingIfNeeded: OGR_F_GetFieldAsInteger(feature, 0)), vertices: vertices(polygon), area: OGR_G_Area(polygon))
    }
    return counts
  }

  private static func vertices(_ polygon: OGRGeometryH) -> Int {
    (0..<OGR_G_GetGeometryCount(polygon)).reduce(0) { $0 + Int(OGR_G_GetPointCount(OGR_G_GetGeometryRef(polygon, $1))) - 1 }
  }

  private func write(_ polygons: OGRLayerH, to path: String, _ place: TracePlace) throws -> TraceCounts {
    let types: [(String, OGRFieldType)] = [
      ("id", OFTInteger64), ("class_id", OFTInteger), ("class", OFTString), ("source", OFTString), ("pixels", OFTInteger64),
      ("area_m2", OFTReal), ("perim_m", OFTReal), ("conf_mean", OFTReal), ("conf_min", OFTInteger), ("conf_max", OFTInteger),
      ("edge", OFTInteger), ("lon", OFTReal), ("lat", OFTReal),
    ]
    let reference = OSRNewSpatialReference(nil)
    defer { OSRDestroySpatialReference(reference) }
    OSRImportFromEPSG(reference, 32645)
    guard let dataset = GDALCreate(GDALGetDriverByName("GPKG"), path, 0, 0, 0, GDT_Unknown, nil) else { throw TraceFailure(Self.message) }
    var isOpen = true
    defer { if isOpen { GDALClose(dataset) } }
    guard let layer = GDALDatasetCreateLayer(dataset, "gdal", reference, wkbPolygon, nil) else { throw TraceFailure(Self.message) }
    for (name, type) in types {
      let field = OGR_Fld_Create(name, type)
      defer { OGR_Fld_Destroy(field) }
      guard OGR_L_CreateField(layer, field, 1) == OGRERR_NONE else { throw TraceFailure(Self.message) }
    }
    guard GDALDatasetStartTransaction(dataset, 0) == OGRERR_NONE else { throw TraceFailure(Self.message) }
    var counts = TraceCounts()
    guard let row = OGR_F_Create(OGR_L_GetLayerDefn(layer)) else { throw TraceFailure(Self.message) }
    defer { OGR_F_Destroy(row) }
    let pixel = place.geotransform.pixelSize
    OGR_L_ResetReading(polygons)
    var id = 0
    while let feature = OGR_L_GetNextFeature(polygons) {
      defer { OGR_F_Destroy(feature) }
      id += 1
      let classID = OGR_F_GetFieldAsInteger(feature, 0)
      guard let polygon = OGR_F_StealGeometry(feature) else { throw TraceFailure("a feature has no polygon") }
      let (area, length) = (OGR_G_Area(polygon), Double(Self.vertices(polygon)))
      counts.add(classID: UInt8(truncatingIfNeeded: classID), vertices: Self.vertices(polygon), area: area)
      OGR_F_SetFID(row, GIntBig(id))
      OGR_F_SetFieldInteger64(row, 0, GIntBig(id))
      OGR_F_SetFieldInteger(row, 1, classID)
      OGR_F_SetFieldString(row, 2, TracePlace.name(Int(classID)))
      OGR_F_SetFieldString(row, 3, TracePlace.source)
      OGR_F_SetFieldInteger64(row, 4, GIntBig(area))
      OGR_F_SetFieldDouble(row, 5, area * pixel.width * pixel.height)
      OGR_F_SetFieldDouble(row, 6, length * pixel.width)
      OGR_F_SetFieldDouble(row, 7, 74.5)
      OGR_F_SetFieldInteger(row, 8, 50)
      OGR_F_SetFieldInteger(row, 9, 99)
      OGR_F_SetFieldInteger(row, 10, 0)
      OGR_F_SetFieldDouble(row, 11, 85.5123456)
      OGR_F_SetFieldDouble(row, 12, 27.6123456)
      OGR_F_SetGeometryDirectly(row, polygon)
      guard OGR_L_CreateFeature(layer, row) == OGRERR_NONE else { throw TraceFailure(Self.message) }
    }
    guard GDALDatasetCommitTransaction(dataset) == OGRERR_NONE else { throw TraceFailure(Self.message) }
    isOpen = false
    GDALClose(dataset)
    return counts
  }
}
