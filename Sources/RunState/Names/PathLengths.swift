import FileWriting
import Glibc

/// Whether names and paths of outputs are short enough for the file system and for SQLite: without a look, hours of inference would end in an
/// error.
extension OutputDirectory {
  /// The most bytes of a database's path in SQLite, less what its journal adds.
  static let longestDatabasePath = 512 - "-journal".utf8.count

  /// Checks that a source's files can be made and opened under the names that they will have.
  ///
  /// - Parameters:
  ///   - source: its name.
  ///   - suffixes: of the files to be written, such as ".classes.tif".
  ///   - databases: of those among them that SQLite opens.
  /// - Throws: `badName`, with the path that is too long.
  public func checkPaths(of source: SourceName, suffixes: [String], databases: [String]) throws(RunStateError) {
    let real = Self.real(path)
    let state = real + "/" + Self.stateFolder
    let folders = ["\(state)/aside/\(source.flat)", "\(real)/\(source.text)"]
    let nameBytes = DiskSpace.left(near: path)?.nameBytes ?? Int(NAME_MAX)
    for suffix in suffixes + [""] {
      let name = source.leaf + suffix
      // Libraries write beside a file: ".aux.xml".
      let longest = max(name.utf8.count + (suffix.isEmpty ? 0 : 8), source.flat.utf8.count + 6)
      guard longest <= nameBytes else {
        throw RunStateError(
          .badName, file: source.text,
          reason: "its files would have names of \(longest) bytes, the file system of \(path) takes \(nameBytes)",
          remedy: "set output.name so that it gives a shorter name")
      }
    }
    for folder in folders {
      for suffix in databases {
        let bytes = "\(folder)/\(source.leaf)\(suffix)".utf8.count
        guard bytes <= Self.longestDatabasePath else {
          throw RunStateError(
            .badName, file: "\(folder)/\(source.leaf)\(suffix)",
            reason: "is a path of \(bytes) bytes, and SQLite opens a GeoPackage under at most \(Self.longestDatabasePath)",
            remedy: "set a shorter output.directory or output.name")
        }
      }
      for suffix in suffixes {
        let bytes = "\(folder)/\(source.leaf)\(suffix).aux.xml".utf8.count
        guard bytes < Int(PATH_MAX) else {
          throw RunStateError(
            .badName, file: source.text, reason: "its files would have paths of \(bytes) bytes, the system takes \(PATH_MAX - 1)",
            remedy: "set a shorter output.directory or output.name")
        }
      }
    }
  }

  /// A path without links, as SQLite looks at it; that of the nearest folder above that exists, with the rest as it is.
  private static func real(_ path: String) -> String {
    var above = path
    var rest = ""
    while true {
      if let resolved = realpath(above, nil) {
        defer { free(resolved) }
        let text = String(cString: resolved)
        return rest.isEmpty ? text : (text == "/" ? "" : text) + rest
      }
      let parent = Files.parent(above)
      if parent == above { return path }
      rest = "/" + Files.last(above) + rest
      above = parent
    }
  }
}
