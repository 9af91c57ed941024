/// Checksums of the documents beside the sources' folders, which follow from all of them: the collection, the model's item, the page.
/// `documents/<name>.json`.
extension OutputDirectory {
  private struct DocumentSeal: Codable {
    /// Path below the output directory.
    var document: String
    var sha256: String
    /// Of the document before, which is still there where a run was killed before it replaced it.
    var before: String?
  }

  private var documents: String { state + "/documents" }

  private func seal(_ name: String) -> String { "\(documents)/\(Files.last(name)).json" }

  /// Replaces a document in one step.
  ///
  /// - Parameters:
  ///   - name: its path below the output directory; its folder is there.
  ///   - mark: what every such document holds.
  ///   - limit: how many bytes from the start may hold the mark.
  ///   - remedy: where a file is in the way that this program has not written.
  func replaceDocument(
    _ name: String, with bytes: [UInt8], mark: String, within limit: Int, remedy: String
  ) throws(RunStateError) {
    let file = "\(path)/\(name)"
    try makeRoom(for: name, mark: mark, within: limit, remedy: remedy)
    try removeUnfinished(file)
    try sealDocument(name, bytes)
    try operations.replace(file, with: bytes)
  }

  /// Removes what a killed run left of a file that it was about to replace.
  func removeUnfinished(_ file: String) throws(RunStateError) {
    let folder = Files.parent(file)
    for entry in try Files.list(folder) ?? [] where entry.hasPrefix(Files.last(file) + "%") && Files.isTemporary(entry) {
      try operations.remove("\(folder)/\(entry)")
    }
  }

  /// Notes what a document will be, before it is replaced.
  private func sealDocument(_ name: String, _ bytes: [UInt8]) throws(RunStateError) {
    if try operations.makeDirectory(documents) { try operations.syncDirectory(state) }
    let file = seal(name)
    try removeUnfinished(file)
    let before = (try? SealedJSON.read(DocumentSeal.self, file)) ?? nil
    let digest = Digest.sha256(bytes)
    if let before, before.sha256 == digest { return }
    let next = DocumentSeal(document: name, sha256: digest, before: before?.sha256)
    try operations.replace(file, with: try SealedJSON.seal(next, file: file))
  }

  /// Makes room for a document: what is in its place and without this program's mark stays, under another name where this program has written the
  /// document before, as damage may have taken the mark.
  private func makeRoom(for name: String, mark: String, within limit: Int, remedy: String) throws(RunStateError) {
    let file = "\(path)/\(name)"
    guard let status = try Files.status(file) else { return }
    // What is larger than any document of this program is none, marked or not.
    if status.kind == .file, status.size <= SealedJSON.limit, try isMarked(file, mark, within: limit) { return }
    let known = (try? SealedJSON.read(DocumentSeal.self, seal(name))) ?? nil
    guard status.kind != .directory, known?.document == name, let kept = try renameAside(RawPath(file), of: RawPath(file)) else {
      throw RunStateError(.collision, file: file, reason: "was not written by this program, and stays", remedy: remedy)
    }
    warn("\(file): is not what this program wrote there; it is kept as \(Files.last(kept.shown))")
  }

  /// Forgets a document that is no longer this program's.
  public func forgetDocument(_ name: String) throws(RunStateError) {
    guard try Files.status(seal(name)) != nil else { return }
    if try operations.remove(seal(name)) { try operations.syncDirectory(documents) }
  }

  /// A document's bytes; `nil` where there is none.
  ///
  /// - Parameter name: its path below the output directory.
  /// - Throws: `RunStateError` where it cannot be read, or is larger than any that this program writes.
  public func document(_ name: String) throws(RunStateError) -> [UInt8]? { try Files.read("\(path)/\(name)", limit: SealedJSON.limit) }

  /// Whether a document is as it was last written.
  ///
  /// - Parameter name: its path below the output directory.
  public func isDocumentWhole(_ name: String) throws(RunStateError) -> Bool {
    guard let known = (try? SealedJSON.read(DocumentSeal.self, seal(name))) ?? nil, try Files.status("\(path)/\(name)")?.kind == .file
    else { return false }
    return try Digest.sha256(file: "\(path)/\(name)") == known.sha256
  }

  /// What is wrong with the documents. No source has to be processed for it: the next run rewrites them.
  public func verifyDocuments() throws(RunStateError) -> [Verification.Problem] {
    var problems: [Verification.Problem] = []
    for entry in try Files.list(documents) ?? [] where !Files.isTemporary(entry) {
      let known: DocumentSeal
      do {
        guard let found = try SealedJSON.read(DocumentSeal.self, "\(documents)/\(entry)") else { continue }
        known = found
      } catch {
        guard error.isOfContent else { throw error }
        problems.append(Self.problem("\(Self.stateFolder)/documents/\(entry)", .content, error.reason))
        continue
      }
      let file = "\(path)/\(known.document)"
      guard try Files.status(file)?.kind == .file else {
        problems.append(Self.problem(known.document, .missing, "is missing"))
        continue
      }
      let digest = try Files.status(file)?.size ?? 0 <= SealedJSON.limit ? Digest.sha256(file: file) : ""
      if digest != known.sha256, digest != known.before {
        problems.append(Self.problem(known.document, .content, "does not match its checksum"))
      }
    }
    return problems
  }

  private static func problem(_ file: String, _ kind: Verification.Problem.Kind, _ what: String) -> Verification.Problem {
    .init(source: "", file: file, kind: kind, message: "\(file): \(what), and the next run writes it again")
  }
}
