/// The files that a coordinate system names: grids of shifts, which PROJ opens by itself.
///
/// PROJ finds a grid by its bare name in its own folders. A path leads wherever whoever wrote the crs likes, past `Confinement`.
enum GridNames {
  private static let keys: Set<String> = ["nadgrids", "geoidgrids", "grids", "xy_grids", "z_grids", "file", "model", "init"]

  /// The first path among the names of grids in a crs; `nil` where there is none.
  ///
  /// - Parameter wkt: of any kind; texts in it may hold PROJ strings.
  /// - Complexity: linear.
  static func firstPath(in wkt: String) -> String? {
    let parts = wkt.split(separator: "\"", omittingEmptySubsequences: false)
    for index in parts.indices {
      for word in parts[index].split(whereSeparator: \.isWhitespace) {
        guard let equals = word.firstIndex(of: "="), isPath(word[word.index(after: equals)...]) else { continue }
        if keys.contains(word[..<equals].lowercased().filter { $0 != "+" }) { return String(word[word.index(after: equals)...]) }
      }
      // PARAMETERFILE["name","file"]: between quotes are the odd parts.
      if index >= 3, index % 2 == 1, parts[index - 3].uppercased().hasSuffix("PARAMETERFILE["), isPath(parts[index]) {
        return String(parts[index])
      }
    }
    return nil
  }

  private static func isPath(_ name: Substring) -> Bool { name.contains("/") || name.contains("\\") }
}

extension CoordinateSystem {
  /// - Throws: `unsupported` where it names a grid by a path, and so makes PROJ open a file of somebody else's choice.
  func requireGridsByName(file: String) throws(GeodataError) {
    guard let path = GridNames.firstPath(in: wkt) else { return }
    throw GeodataError(
      .unsupported, file: file, reason: "its crs names the grid '\(path.prefix(200))' by a path",
      remedy: "put the grid into PROJ's data folder, and name it without a folder")
  }
}
