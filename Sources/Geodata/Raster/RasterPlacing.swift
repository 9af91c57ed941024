import GeoTypes

/// Where a raster lies, without reading it.
public enum RasterPlacing {
  /// Whether a file opens and is georeferenced: by a geotransform, control points or rational polynomials.
  ///
  /// - Parameter path: the file.
  /// - Parameter drivers: short names of the GDAL drivers that may open it.
  public static func isKnown(path: String, drivers: [String]) -> Bool {
    guard (try? GDALLibrary.allow(drivers)) != nil,
      let file = try? RasterDataset(path: path, drivers: drivers.filter { $0 != "VRT" })
    else { return false }
    if let geotransform = try? file.geotransform(), geotransform.tellsPixelsApart(in: file.size) { return true }
    return file.controlPointCount > 0 || !file.metadata(domain: "RPC").isEmpty
  }
}
