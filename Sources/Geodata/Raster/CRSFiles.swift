import CGDAL
import Foundation

/// Files beside a raster that say its crs, for rasters that GDAL finds none for.
enum CRSFiles {
  private static let largest = 65_536

  /// The crs of `NAME.prj`, as Esri's programs and many state surveys write it; `nil` where there is none that can be understood.
  ///
  /// Reads at most 64 KiB of a plain file, and opens nothing that it may name.
  ///
  /// - Throws: `unsupported` where it is a link to what lies elsewhere.
  static func projection(beside raster: RasterDataset) throws(GeodataError) -> (crs: CoordinateSystem, file: String)? {
    let stem = (raster.path as NSString).deletingPathExtension
    for file in [stem + ".prj", stem + ".PRJ"] {
      let bytes = raster.bytes(beside: file, atMost: largest)
      try raster.requireNothingElsewhere()
      guard let bytes, !bytes.isEmpty, !bytes.contains(0), let crs = parse(String(decoding: bytes, as: UTF8.self)) else { continue }
      return (crs, (file as NSString).lastPathComponent)
    }
    return nil
  }

  /// Names of files beside that may say a crs and are not read.
  static func others(beside path: String) -> [String] {
    let stem = (path as NSString).deletingPathExtension
    var files = [
      stem + ".prj", stem + ".PRJ", stem + ".qpj", stem + ".tab", stem + ".TAB", stem + ".xml", path + ".xml", stem + ".aux.xml",
    ]
    files.append(stem + ".aux")
    return files.filter { $0 != path && FileManager.default.fileExists(atPath: $0) }.map { ($0 as NSString).lastPathComponent }
  }

  /// WKT as Esri or OGC writes it, or the keyword lines of ARC/INFO.
  private static func parse(_ text: String) -> CoordinateSystem? {
    guard let handle = OSRNewSpatialReference(nil) else { return nil }
    defer { OSRDestroySpatialReference(handle) }
    CPLErrorReset()
    let lines = text.split(whereSeparator: \.isNewline).map(String.init)
    guard withStringList(lines, { OSRImportFromESRI(handle, $0) }) == OGRERR_NONE else { return nil }
    if OSRIsCompound(handle) != 0 { OSRStripVertical(handle) }
    OSRDemoteTo2D(handle, nil)
    guard let written = CoordinateSystem(handle: handle), written.isOnEarth else { return nil }
    return identified(handle, written) ?? written
  }

  /// The crs of the EPSG register that is the same, units included: Esri's names keep a crs from being known by its code.
  private static func identified(_ handle: OGRSpatialReferenceH, _ written: CoordinateSystem) -> CoordinateSystem? {
    if written.authority != nil { return written }
    return firstMatch(of: handle, least: 90) { match in
      guard let crs = CoordinateSystem(handle: match) else { return nil }
      let isSame =
        crs.isProjected == written.isProjected && crs.isGeographic == written.isGeographic
        && abs(crs.metersPerUnit - written.metersPerUnit) < 1e-9 && abs(crs.radiansPerUnit - written.radiansPerUnit) < 1e-12
        && crs.authority?.hasPrefix("EPSG:") == true
      return isSame ? crs : nil
    }
  }
}
