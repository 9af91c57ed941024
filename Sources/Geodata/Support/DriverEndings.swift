import CGDAL

extension GDALLibrary {
  /// The endings of file names, in lower case and without a dot, that each registered raster driver names as its own.
  static func registeredEndings() -> [String: Set<String>] {
    var found: [String: Set<String>] = [:]
    for index in 0..<GDALGetDriverCount() {
      guard let driver = GDALGetDriver(index), let name = GDALGetDriverShortName(driver),
        GDALGetMetadataItem(driver, GDAL_DCAP_RASTER, nil) != nil
      else { continue }
      let texts = [GDAL_DMD_EXTENSIONS, GDAL_DMD_EXTENSION].compactMap { (key: String) -> String? in
        GDALGetMetadataItem(driver, key, nil).map { String(cString: $0) }
      }
      let endings = texts.joined(separator: " ").lowercased().split { $0 == " " || $0 == "/" || $0 == "." }.map(String.init)
      found[String(cString: name)] = Set(endings)
    }
    return found
  }
}
