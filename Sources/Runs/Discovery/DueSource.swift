import Geodata
package import RunState

/// A source with its keys, and what has to be done about it.
package struct DueSource: Sendable {
  /// How much of a source has to be redone.
  package enum Due: Sendable, Hashable {
    /// Its pixels have to be inferred.
    case pixels
    /// Only layers have to be redone.
    case layers
  }

  package var name: SourceName
  /// The file, or a mosaic's sheets.
  package var files: [String]
  /// The fixed folders of the patterns that found them.
  package var folders: [String]
  package var allowsVRT: Bool
  package var isMosaic: Bool
  package var fingerprint: Fingerprint
  package var rasterKey: RasterKey
  /// The raster key but for the kernel set: shards with one such key do the same work.
  package var sharedKey: RasterKey
  package var layerKey: LayerKey
  package var due: Due
  /// Why, in a few words.
  package var reason: String
  /// Of a mosaic that was published with the same settings, libraries and names of files: where in the fingerprint stand the files that have changed
  /// since. `nil` for other sources.
  package var changedFiles: [Int]?
  /// The checksum over the rows of its GeoPackage, where that is published and up to date.
  package var rows: String?
  /// What was published of it when it was found.
  package var publication: OutputDirectory.Publication?
  /// Of those files that are addresses with a query: the query, which may hold a secret.
  package var queries: [String: String] = [:]
  /// Of files that are copies: where other programs find the originals, as GDAL has it.
  package var origins: [String: String] = [:]

  /// Whether files have to be fetched before it can be opened.
  package var isRemote: Bool { files.contains(where: RemoteAddress.isRemote) }
}
