/// Documents beside the sources' folders that follow from what is published there.
extension OutputDirectory {
  /// Replaces a document in one step.
  ///
  /// - Parameters:
  ///   - name: the file's name, without a folder.
  ///   - mark: what every such document holds; a file in its place without it was not written by this program, and stays.
  public func replaceDocument(_ name: String, with bytes: [UInt8], mark: String) throws(RunStateError) {
    let file = "\(path)/\(name)"
    try makeRoom(for: name, mark: mark, within: .max, remedy: "move it, or leave stac out of output.formats")
    // What a killed run left.
    for entry in try Files.list(path) ?? [] where entry.hasPrefix(name + "%") && Files.isTemporary(entry) {
      try operations.remove("\(path)/\(entry)")
    }
    try sealDocument(name, bytes)
    try operations.replace(file, with: bytes)
  }
}
