/// Walking over the folders of published and unpublished outputs.
enum DirectoryTree {
  /// Paths of all that is not a folder, below a directory, in order; links are listed, not followed.
  static func files(_ directory: String) throws(RunStateError) -> [String] {
    var found: [String] = []
    try walk(directory) { (name, kind) throws(RunStateError) in
      if kind != .directory { found.append(name) }
    }
    return found
  }

  /// Visits everything below a directory, a folder before what it holds; names are relative to the directory.
  static func walk(_ directory: String, _ visit: (String, Files.Kind) throws(RunStateError) -> Void) throws(RunStateError) {
    var waiting = [""]
    while let folder = waiting.popLast() {
      let names = try Files.list(folder.isEmpty ? directory : directory + "/" + folder) ?? []
      for name in names {
        let path = folder.isEmpty ? name : folder + "/" + name
        guard let status = try Files.status(directory + "/" + path) else { continue }
        try visit(path, status.kind)
        if status.kind == .directory { waiting.append(path) }
      }
    }
  }

  /// Brings a directory to disk: every file, then every folder from the inside out, then itself.
  static func sync(_ directory: String, _ operations: FileOperations) throws(RunStateError) {
    for name in try files(directory) { try operations.syncFile(directory + "/" + name) }
    try syncFolders(directory, operations)
  }

  /// Brings the entries of a directory and of its folders to disk, not the files' content.
  static func syncFolders(_ directory: String, _ operations: FileOperations) throws(RunStateError) {
    try syncFolders(RawPath(directory), operations)
  }

  private static func syncFolders(_ folder: RawPath, _ operations: FileOperations) throws(RunStateError) {
    for name in try Files.rawList(folder) ?? [] {
      let below = folder.appending(name)
      if try Files.status(below)?.kind == .directory { try syncFolders(below, operations) }
    }
    try operations.syncDirectory(folder)
  }
}
