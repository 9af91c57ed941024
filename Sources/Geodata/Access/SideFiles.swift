import CGDAL
import Foundation

/// What lies beside a raster, and what it names, judged before GDAL opens it.
///
/// GDAL passes over a mask or an overview that no driver knows, and the source would be done without it: such a source is refused.
enum SideFiles {
  /// Endings after the raster's full name, as far as GDAL follows them.
  private static let endings = [".msk", ".ovr", ".msk.ovr", ".ovr.msk", ".ovr.ovr", ".msk.msk"].flatMap { [$0, $0.uppercased()] }
  /// Drivers of masks and overviews.
  private static let plain = ["GTiff", "PNG", "JPEG", "JP2OpenJPEG"]

  /// Judges the files beside a raster by their names and first bytes.
  ///
  /// - Returns: warnings about files that are not used.
  /// - Throws: `unsupported` if a mask or overviews are not a plain raster.
  static func judge(_ path: String, _ confinement: Confinement, drivers: [String]) throws(GeodataError) -> [String] {
    guard !ArchivePath.isVirtual(path) else { return [] }
    for ending in endings where exists(path + ending) {
      guard confinement.knows(path + ending, drivers: plain) else {
        throw GeodataError(
          .unsupported, file: path + ending,
          reason:
            "it is not a raster that the drivers \(plain.joined(separator: ", ")) know, as \(what(ending)) must be, or is not in this folder",
          remedy: "remove it, or create it again with gdaladdo or gdal_translate")
      }
    }
    var warnings: [String] = []
    let stem = (path as NSString).deletingPathExtension
    for name in [path + ".aux", stem + ".aux"] where isImagine(name, confinement) {
      warnings.append("\((name as NSString).lastPathComponent) beside it is an ERDAS Imagine file and is not read")
    }
    for name in [path + ".rrd", stem + ".rrd"].flatMap({ [$0, String($0.dropLast(3)) + "RRD"] }) where exists(name) {
      warnings.append(
        "\((name as NSString).lastPathComponent) beside it holds overviews of ERDAS Imagine, which are not read; use gdaladdo")
    }
    // A link that leads out is not such a file: it has been passed over, and nothing of it was read.
    _ = confinement.takeRefusal()
    return warnings
  }

  /// Judges what an open raster's metadata name: overviews elsewhere, and arrays of positions.
  ///
  /// - Throws: `unsupported` if a name is not a plain raster below the source's folder, or GDAL has been made to ask for one elsewhere.
  static func judge(namedBy file: RasterDataset, drivers: [String]) throws(GeodataError) {
    for (key, domain) in [("OVERVIEW_FILE", "OVERVIEWS"), ("X_DATASET", "GEOLOCATION"), ("Y_DATASET", "GEOLOCATION")] {
      guard let name = file.metadata(key, domain: domain) else { continue }
      let target: String
      if domain == "OVERVIEWS", name.uppercased().hasPrefix(":::BASE:::") {
        target = String(cString: CPLFormFilename(FilePath.folder(of: file.path), String(name.dropFirst(10)), nil))
      } else {
        target = name
      }
      guard target == file.path || file.canOpen(target, drivers: plain) else {
        throw ConfinedDataset.pointsElsewhere(file.path, to: name)
      }
    }
    // Makes GDAL look for overviews and masks now, so that a plan says what a run would.
    _ = file.overviewCount
    _ = file.describe(band: 1).maskFlags
    try file.requireNothingElsewhere()
  }

  private static func what(_ ending: String) -> String { ending.lowercased().hasSuffix("msk") ? "a mask" : "an overview" }

  private static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  private static func isImagine(_ path: String, _ confinement: Confinement) -> Bool {
    ConfinedFile(path, in: confinement)?.bytes(upTo: 15).elementsEqual("EHFA_HEADER_TAG".utf8) == true
  }
}
