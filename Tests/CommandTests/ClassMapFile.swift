import GeoTypes
import Geodata

/// A class raster's values, row by row.
enum ClassMapFile {
  static func read(_ path: String) throws -> [UInt8] {
    let reader = try ClassRasterReader(path: path)
    return try reader.readRows(0..<reader.size.height)
  }
}
