import Basics
import Foundation
import GeoTypes
public import Geodata

/// What readers are told of a published raster, by itself and by what lies beside it: GDAL takes an `.aux.xml` and a `.msk` for the last word.
public enum RasterDescription {
  /// Whether something lies beside a raster that changes how it is read.
  public static let endings = [".aux.xml", ".msk"]

  /// What differs between the raster as it was written and as a GIS reads it now.
  ///
  /// - Parameters:
  ///   - path: a published raster.
  ///   - names: of classes by id, for a class raster; empty for others.
  /// - Returns: sentences about the raster; empty where nothing differs.
  /// - Throws: `GeodataError` where it cannot be read.
  public static func faults(in path: String, names: [Int: String]) throws(GeodataError) -> [String] {
    let now = try ClassRasterReader(path: path)
    let alone = try ClassRasterReader(path: path, readsBeside: false)
    var faults: [String] = []
    if now.isPlaced != alone.isPlaced || now.geotransform != alone.geotransform { faults.append("places it elsewhere") }
    if now.crs != alone.crs { faults.append("gives it another crs (\(now.crs?.description ?? "none"))") }
    if now.nodata != alone.nodata { faults.append("gives it another nodata value") }
    if now.isMasked != alone.isMasked { faults.append("masks pixels") }
    if now.colors != alone.colors { faults.append("gives it other colors") }
    if now.scaling != alone.scaling { faults.append("scales its values otherwise") }
    // XML has blanks at their ends no longer.
    func trimmed(_ name: String) -> String { name.trimmingCharacters(in: .whitespacesAndNewlines) }
    if names.contains(where: { id, name in !now.names.indices.contains(id) || trimmed(now.names[id]) != trimmed(name) }) {
      faults.append(now.names.isEmpty ? "no longer names its classes" : "gives its classes other names")
    }
    return faults
  }
}
