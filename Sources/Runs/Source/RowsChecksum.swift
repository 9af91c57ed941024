import Geodata
import RunState

/// SHA-256 over the rows of a GeoPackage in the order of their ids, table by table: what stays the same when a reader only looks at the file.
///
/// - Throws: `GeodataError` where the file cannot be read.
package func rowsChecksum(ofGeoPackage path: String) throws -> String {
  var digest = Digest.Stream()
  try GeoPackageContents.forEachRow(of: path) { digest.update($0) }
  return digest.finish()
}
