import CGDAL

/// The geoid EGM96 over the ellipsoid WGS 84, from the grid of PROJ's own data.
enum Geoid {
  /// The height of the geoid over the ellipsoid, in meters.
  ///
  /// PROJ is asked for this one grid: where crs are asked for, it shifts by 0 without a word when it does not have the grid.
  ///
  /// - Parameters: degrees.
  /// - Throws: `reference` where the grid is not installed.
  static func height(longitude: Double, latitude: Double) throws(GeodataError) -> Double {
    GDALLibrary.start()
    let operation =
      "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=vgridshift +grids=egm96_15.gtx +multiplier=1 "
      + "+step +proj=unitconvert +xy_in=rad +xy_out=deg"
    let options = OCTNewCoordinateTransformationOptions()
    defer { OCTDestroyCoordinateTransformationOptions(options) }
    guard OCTCoordinateTransformationOptionsSetOperation(options, operation, 0) != 0,
      let transformation = OCTNewCoordinateTransformationEx(nil, nil, options)
    else { throw missing() }
    defer { OCTDestroyCoordinateTransformation(transformation) }
    var (x, y, z) = (longitude.remainder(dividingBy: 360), latitude, 0.0)
    guard OCTTransform(transformation, 1, &x, &y, &z) != 0, z.isFinite, z != 0 else { throw missing() }
    return z
  }

  private static func missing() -> GeodataError {
    GeodataError(
      .reference, file: "", reason: "PROJ does not have the geoid EGM96 (egm96_15.gtx), from which heights over the sea count",
      remedy: "install proj-data")
  }
}
