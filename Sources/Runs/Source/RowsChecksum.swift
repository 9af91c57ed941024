import Geodata
import RunState

/// Checksums over what files say that programs change when they only look at them.
package enum ContentChecksum {
  /// Whether a published file has one: GeoPackages, whose header QGIS changes, and `.aux.xml`, to which GIS add statistics.
  package static func covers(_ name: String) -> Bool { name.hasSuffix(".gpkg") || name.hasSuffix(".aux.xml") }

  /// SHA-256 over the rows of a GeoPackage in the order of their ids, table by table, or over what an `.aux.xml` says apart from statistics.
  ///
  /// - Throws: `GeodataError` where the file cannot be read.
  package static func of(_ path: String) throws -> String {
    if path.hasSuffix(".aux.xml") { return Digest.sha256(try RasterCompanions.description(in: path)) }
    var digest = Digest.Stream()
    try GeoPackageContents.forEachRow(of: path) { digest.update($0) }
    return digest.finish()
  }

  /// As `of`, for a file that may be damaged; `nil` where it is.
  package static func ifSound(_ path: String) -> String? {
    if path.hasSuffix(".gpkg"), !GeoPackageContents.isIntact(path) { return nil }
    return try? of(path)
  }
}
