/// Documents beside the sources' folders that follow from what is published there.
extension OutputDirectory {
  /// Replaces a document in one step.
  ///
  /// - Parameters:
  ///   - name: the file's name, without a folder.
  ///   - mark: what every such document holds; a file in its place without it was not written by this program, and stays.
  public func replaceDocument(_ name: String, with bytes: [UInt8], mark: String) throws(RunStateError) {
    try replaceDocument(name, with: bytes, mark: mark, within: .max, remedy: "move it, or leave stac out of output.formats")
  }

  /// Removes a document that is not asked for any more; one that this program did not write stays.
  ///
  /// - Parameters:
  ///   - name: the file's name, without a folder.
  ///   - mark: what every such document holds.
  /// - Returns: whether there was one.
  public func removeDocument(_ name: String, mark: String) throws(RunStateError) -> Bool {
    let file = "\(path)/\(name)"
    try forgetDocument(name)
    guard try Files.status(file)?.kind == .file, try isMarked(file, mark, within: .max) else { return false }
    try removeUnfinished(file)
    try operations.remove(file)
    try operations.syncDirectory(path)
    return true
  }
}
