import CGDAL

extension CoordinateSystem {
  /// The crs that a vector layer names; `nil` where it names none.
  init?(ofLayer layer: OGRLayerH) {
    guard let crs = CoordinateSystem(handle: OGR_L_GetSpatialRef(layer)) else { return nil }
    // What GDAL makes of a GeoPackage's srs_id 0 and -1.
    if crs.name.hasPrefix("Undefined "), crs.name.hasSuffix(" SRS") { return nil }
    self = crs
  }
}
