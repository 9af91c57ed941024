import Foundation

/// SQLite databases that others have made, such as GeoPackages, are read as the file stands.
///
/// SQLite writes even where it only reads: it makes `-wal` and `-shm` beside a database in WAL mode, folds a log into it when it closes it, and
/// rolls back what a journal beside it says (https://www.sqlite.org/wal.html, https://www.sqlite.org/lockingv3.html). So it reaches a database
/// through GDAL's file systems and thus in the confinement, one in WAL mode as one that nobody changes; with changes beside it, it is refused.
enum ForeignDatabase {
  /// Whether a log lies beside what a link leads to, where SQLite would look for it.
  private static func isBesideTarget(of path: String, _ ending: String) -> Bool {
    guard let real = FilePath.real(path), real != path else { return false }
    var status = stat()
    return lstat(real + ending, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_size > 0
  }

  /// GDAL's options for opening a file; empty where it is not an SQLite database.
  ///
  /// - Throws: `unsupported` where another program's changes lie beside it, which are part of what it says, and where it holds what computes.
  static func options(_ path: String, in confinement: Confinement) throws(GeodataError) -> [String] {
    guard let file = ConfinedFile(path, in: confinement), case let header = file.bytes(upTo: 20),
      header.starts(with: Array("SQLite format 3\0".utf8))
    else { return [] }
    // A journal whose first bytes are zero belongs to a change that is over.
    for ending in ["-wal", "-journal"] {
      let holdsChanges = ConfinedFile(path + ending, in: confinement)?.bytes(upTo: 4).contains { $0 != 0 } ?? false
      guard holdsChanges || isBesideTarget(of: path, ending) else { continue }
      throw GeodataError(
        .unsupported, file: path,
        reason:
          "another program is changing it, or was stopped while it did: '\((path as NSString).lastPathComponent + ending)' beside it holds "
          + "changes that are not in the file yet",
        remedy: "close it there, or open and close it once with that program")
    }
    guard let schema = DatabaseSchema(file) else {
      throw GeodataError(
        .unsupported, file: path, reason: "its list of tables cannot be read", remedy: "copy its layers into a new file (ogr2ogr)")
    }
    if let name = schema.computed {
      throw GeodataError(
        .unsupported, file: path,
        reason:
          "it holds a view or a table with computed columns ('\(name.prefix(100))'), and reading such may take time and memory without end",
        remedy: "copy its layers into a new file (ogr2ogr -nlt PROMOTE_TO_MULTI NEW.gpkg OLD.gpkg)")
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
