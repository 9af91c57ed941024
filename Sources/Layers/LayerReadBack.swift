import GeoTypes
public import Geodata

/// Reads the crs of written layers back, as a GIS will.
public enum LayerReadBack {
  /// A file whose crs is not the one that its coordinates are in.
  public struct Fault: Sendable, Hashable {
    public var file: String
    public var reason: String
  }

  /// - Parameters:
  ///   - files: of one source; those without a crs of their own are passed over (GeoJSON is in WGS 84 by definition).
  ///   - layers: the crs of the polygons; `nil` for none.
  ///   - raster: the crs of the rasters; `nil` for none.
  /// - Throws: `GeodataError` where a file cannot be read.
  public static func faults(in files: [String], layers: CoordinateSystem?, raster: CoordinateSystem?) throws(GeodataError) -> [Fault] {
    var faults: [Fault] = []
    for file in files {
      let (found, meant): (CoordinateSystem?, CoordinateSystem?)
      var difference: String?
      if let driver = drivers.first(where: { file.hasSuffix($0.ending) })?.driver {
        let reader = try VectorReader(file, drivers: [driver])
        (found, meant) = (reader.crs, layers)
        if let found, let meant { difference = meant.difference(from: found, over: reader.bounds) }
      } else if file.hasSuffix(".tif") {
        let reader = try ClassRasterReader(path: file)
        (found, meant) = (reader.crs, raster)
        if let found, let meant { difference = meant.difference(from: found, over: reader.geotransform.bounds(of: reader.size)) }
      } else {
        continue
      }
      if (found == nil) != (meant == nil) {
        difference = "it is \(found?.description ?? "none") instead of \(meant?.description ?? "none")"
      }
      if let difference { faults.append(Fault(file: file, reason: "its crs reads back as another: \(difference)")) }
    }
    return faults
  }

  private static let drivers = [
    (ending: ".gpkg", driver: "GPKG"), (ending: ".shp", driver: "ESRI Shapefile"), (ending: ".fgb", driver: "FlatGeobuf"),
  ]
}
