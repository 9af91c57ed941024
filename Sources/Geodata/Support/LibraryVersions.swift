import CGDAL

extension GDALLibrary {
  /// PROJ's version, such as "9.1.1".
  public static var projVersion: String {
    // PROJ reads its variables when it is first asked for anything.
    ProcessEnvironment.fix()
    var (major, minor, patch) = (Int32(0), Int32(0), Int32(0))
    OSRGetPROJVersion(&major, &minor, &patch)
    return "\(major).\(minor).\(patch)"
  }

  /// The version of GEOS, which judges validity; "none" where GDAL was built without it.
  public static var geosVersion: String {
    var (major, minor, patch) = (Int32(0), Int32(0), Int32(0))
    return OGRGetGEOSVersion(&major, &minor, &patch) ? "\(major).\(minor).\(patch)" : "none"
  }
}

extension GDALLibrary {
  /// Whether GDAL was built with a driver, by its short name.
  public static func hasDriver(_ name: String) -> Bool {
    start()
    return GDALGetDriverByName(name) != nil
  }
}
