import CGDAL

/// An open dataset that others have made, with the confinement in which alone GDAL works on it.
///
/// The only way in which this module opens what the program has not written itself. GDAL opens files late, as when pixels are read for the
/// first time: so every call to it goes through `with` or `checked`. One thread at a time.
final class ConfinedDataset {
  private let handle: GDALDatasetH
  let confinement: Confinement
  private let path: String

  /// Opens a file for reading with one of the drivers; `nil`, and GDAL's message in CPL, where none of them knows it.
  ///
  /// - Parameter flags: `GDAL_OF_RASTER` or `GDAL_OF_VECTOR`, and others.
  /// - Throws: `unsupported` where it makes GDAL open what lies elsewhere, or a driver is refused, or another program's changes lie beside it.
  init?(
    opening path: String, flags: Int32, drivers: [String], options: [String] = [], confinement: Confinement
  ) throws(GeodataError) {
    try GDALLibrary.allow(drivers)
    let isDatabase = drivers.contains("GPKG")
    let options = options + (isDatabase ? try ForeignDatabase.options(path, in: confinement) : [])
    CPLErrorReset()
    // SQLite then reads through GDAL's file systems.
    if isDatabase { CPLSetThreadLocalConfigOption("SQLITE_USE_OGR_VFS", "YES") }
    defer { if isDatabase { CPLSetThreadLocalConfigOption("SQLITE_USE_OGR_VFS", nil) } }
    let opened = confinement.run {
      withStringList(drivers) { allowed in
        withStringList(options) { options in
          GDALOpenEx(
            path, UInt32(flags | GDAL_OF_READONLY), orthoweave_const_list(allowed), orthoweave_const_list(options), nil)
        }
      }
    }
    if let refusal = confinement.takeRefusal() {
      if let opened { confinement.run { GDALClose(opened) } }
      throw ConfinedDataset.refused(path, refusal)
    }
    guard let opened else { return nil }
    handle = opened
    self.path = path
    self.confinement = confinement
  }

  /// Takes over a view of a dataset, in the same confinement.
  init(adopting handle: GDALDatasetH, viewOf other: ConfinedDataset) {
    self.handle = handle
    path = other.path
    confinement = other.confinement
  }

  deinit { confinement.run { GDALClose(handle) } }

  /// Calls GDAL for what cannot fail. What was refused meanwhile is found by the next `checked`.
  func with<Result>(_ body: (GDALDatasetH) -> Result) -> Result { confinement.run { body(handle) } }

  /// Calls GDAL, and throws where that made it ask for what lies elsewhere.
  func checked<Result>(_ body: (GDALDatasetH) throws(GeodataError) -> Result) throws(GeodataError) -> Result {
    let result: Swift.Result<Result, GeodataError> = confinement.run {
      do throws(GeodataError) { return .success(try body(handle)) } catch { return .failure(error) }
    }
    if let refusal = confinement.takeRefusal() { throw ConfinedDataset.refused(path, refusal) }
    return try result.get()
  }

  private static func refused(_ path: String, _ refusal: Confinement.Refusal) -> GeodataError {
    guard refusal.isTooLarge else { return pointsElsewhere(path, to: refusal.name) }
    return GeodataError(
      .tooLarge, file: path,
      reason:
        "'\(refusal.name.prefix(200))' beside it is larger than the \(Confinement.largestDescription / 1_000_000) MB that such a file may have",
      remedy: "remove it, or make it smaller")
  }

  static func pointsElsewhere(_ path: String, to target: String) -> GeodataError {
    GeodataError(
      .unsupported, file: path, reason: "it, or a file beside it, points to '\(target.prefix(200))', which is not a file below its folder",
      remedy: "put that file beside it, or remove what names it")
  }
}
