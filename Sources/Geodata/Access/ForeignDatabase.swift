import Foundation

/// SQLite databases that others have made, such as GeoPackages, are read as the file stands.
///
/// SQLite writes even where it only reads: it makes `-wal` and `-shm` beside a database in WAL mode, folds a log into it when it closes it, and
/// rolls back what a journal beside it says (https://www.sqlite.org/wal.html, https://www.sqlite.org/lockingv3.html). So it reaches a database
/// through GDAL's file systems and thus in the confinement, one in WAL mode as one that nobody changes; with changes beside it, it is refused.
enum ForeignDatabase {
  /// GDAL's options for opening a file; empty where it is not an SQLite database.
  ///
  /// - Throws: `unsupported` where another program's changes lie beside it, which are part of what it says.
  static func options(_ path: String, in confinement: Confinement) throws(GeodataError) -> [String] {
    guard let header = ConfinedFile(path, in: confinement)?.bytes(upTo: 20), header.starts(with: Array("SQLite format 3\0".utf8)) else {
      return []
    }
    // A journal whose first bytes are zero belongs to a change that is over.
    for ending in ["-wal", "-journal"] {
      guard let beside = ConfinedFile(path + ending, in: confinement), beside.bytes(upTo: 4).contains(where: { $0 != 0 }) else { continue }
      throw GeodataError(
        .unsupported, file: path,
        reason:
          "another program is changing it, or was stopped while it did: '\((path as NSString).lastPathComponent + ending)' beside it holds "
          + "changes that are not in the file yet",
        remedy: "close it there, or open and close it once with that program")
    }
    // In WAL mode SQLite wants memory that it shares with other programs, but not for what nobody changes. GDAL makes an address of the name.
    let isInWAL = header.count == 20 && header[header.startIndex + 18] == 2
    guard isInWAL else { return [] }
    guard !path.contains("%") else {
      throw GeodataError(
        .unsupported, file: path, reason: "it is in SQLite's WAL mode, and its name holds a percent sign", remedy: "give it another name")
    }
    return ["IMMUTABLE=YES"]
  }
}
