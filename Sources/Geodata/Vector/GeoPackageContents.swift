import CGDAL
import Foundation

/// What a GeoPackage holds, whatever a program that only looked at it did to the file around it.
public enum GeoPackageContents {
  /// Gives the rows of the first layer as bytes, in the order of their ids: number, values, geometry. Equal rows, equal bytes.
  ///
  /// Meant for a checksum: QGIS changes a GeoPackage that it only reads, but not its rows.
  public static func forEachRow(of path: String, _ body: ([UInt8]) throws -> Void) throws {
    let reader = try VectorReader(path, drivers: ["GPKG"])
    var bytes: [UInt8] = []
    var shape: [UInt8] = []
    func append(_ number: UInt64) { withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) } }
    try reader.forEach { id, geometry, values in
      bytes.removeAll(keepingCapacity: true)
      append(UInt64(bitPattern: Int64(id)))
      for value in values {
        switch value {
        case .null: bytes.append(0)
        case .integer(let number):
          bytes.append(1)
          append(UInt64(bitPattern: Int64(number)))
        case .real(let number):
          bytes.append(2)
          append(number.bitPattern)
        case .text(let text):
          bytes.append(3)
          append(UInt64(text.utf8.count))
          bytes.append(contentsOf: text.utf8)
        }
      }
      geometry.writeWellKnownBinary(into: &shape)
      bytes.append(contentsOf: shape)
      try body(bytes)
    }
  }

  /// Whether SQLite finds the file whole.
  public static func isIntact(_ path: String) -> Bool {
    GDALLibrary.start()
    CPLErrorReset()
    let flags = UInt32(GDAL_OF_VECTOR | GDAL_OF_READONLY)
    let opened = withStringList(["GPKG"]) { GDALOpenEx(path, flags, orthoweave_const_list($0), nil, nil) }
    guard let dataset = opened else { return false }
    defer { GDALClose(dataset) }
    guard let result = GDALDatasetExecuteSQL(dataset, "PRAGMA quick_check", nil, nil) else { return false }
    defer { GDALDatasetReleaseResultSet(dataset, result) }
    guard let row = OGR_L_GetNextFeature(result) else { return false }
    defer { OGR_F_Destroy(row) }
    return OGR_F_GetFieldAsString(row, 0).map { String(cString: $0) } == "ok"
  }
}
