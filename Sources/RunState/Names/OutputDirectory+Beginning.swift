/// A new output directory appears with its state folder in it. An empty one, for however short a time, would look to shards that begin
/// together, and to the next run after a kill, like the place of a disk that is not mounted.
extension OutputDirectory {
  /// Makes the directory, whose parent is there, unless another run does so at the same time.
  func begin() throws(RunStateError) {
    let parent = Files.parent(path)
    // Another run that begins in this folder removes our leftovers before they are in place; a few tries outlast any number of shards.
    for _ in 0..<100 {
      let new = Files.temporaryName(beside: parent + "/" + Self.newPrefix)
      do throws(RunStateError) {
        try operations.makeDirectory(new)
        try operations.makeDirectory(new + "/" + Self.stateFolder)
        try operations.syncDirectory(new)
        _ = try operations.renameNew(new, path)
      } catch {
        guard error.code == .vanished, try Files.status(parent, followingLinks: true) != nil else {
          try? removeNew(new)
          throw error
        }
      }
      guard try Files.status(path, followingLinks: true) != nil else { continue }
      try operations.syncDirectory(parent)
      return try removeLeftovers(in: parent)
    }
    throw RunStateError(
      .vanished, file: path, reason: "cannot be created: other programs remove it", remedy: "check what else works in its folder")
  }

  private static let newPrefix = ".orthoweave"

  /// Of runs that were killed, or slower. Only empty folders go.
  private func removeLeftovers(in parent: String) throws(RunStateError) {
    for name in try Files.list(parent) ?? [] where name.hasPrefix(Self.newPrefix) && Files.isTemporary(name) {
      try removeNew(parent + "/" + name)
    }
  }

  private func removeNew(_ folder: String) throws(RunStateError) {
    try operations.removeEmptyDirectory(folder + "/" + Self.stateFolder)
    try operations.removeEmptyDirectory(folder)
  }
}
