/// Checking what is on disk against what was written.
public enum Verification {
  /// Something that is not as it was written.
  public struct Problem: Sendable, Equatable, Codable {
    /// What differs.
    public enum Kind: String, Sendable, Codable {
      case missing
      /// The size is another.
      case size
      /// The bytes are others.
      case content
      case unreadable
      /// The receipt itself is damaged or absent.
      case receipt
      /// A reader touched it: the file differs, but not what it says. Not damage.
      case touched
      /// A segment that will be computed again.
      case segment
    }

    public var source: String
    /// Path below the output directory.
    public var file: String
    public var kind: Kind
    /// A sentence.
    public var message: String

    /// Whether the source has to be processed again.
    public var isDamage: Bool { kind != .touched }
  }

  /// How much is compared.
  public enum Depth: Sendable {
    /// Presence and size, as every run does.
    case sizes
    /// All bytes.
    case content
  }
}

extension OutputDirectory {
  /// What is wrong with a published source; empty where nothing is. Files that others put beside them are not a fault.
  ///
  /// - Parameter source: its name.
  /// - Parameter depth: how much is compared.
  /// - Parameter rows: Makes the rows checksum of a file whose receipt has one, after checking that the file is sound; nil where it is not.
  public func verify(
    _ source: SourceName, _ depth: Verification.Depth, rows: (_ path: String) -> String? = { _ in nil }
  ) throws(RunStateError) -> [Verification.Problem] {
    let folder = published(source)
    let receipt: Receipt
    do {
      guard let found = try Receipt.read(folder) else {
        return [problem(source, Receipt.fileName, .receipt, "its receipt is missing")]
      }
      receipt = found
    } catch {
      guard error.isOfContent else { throw error }
      return [problem(source, Receipt.fileName, .receipt, "the receipt \(error.reason)")]
    }
    if receipt.source != source.text {
      return [problem(source, Receipt.fileName, .receipt, "the receipt is that of \(receipt.source)")]
    }
    return try verify(source, receipt, depth, rows: rows)
  }

  /// As `verify` without a receipt, for a caller that has read it: 10,000 sources are compared in half the time.
  public func verify(
    _ source: SourceName, _ receipt: Receipt, _ depth: Verification.Depth, rows: (_ path: String) -> String? = { _ in nil }
  ) throws(RunStateError) -> [Verification.Problem] {
    let folder = published(source)
    var problems: [Verification.Problem] = []
    for file in receipt.files {
      if let beside = try unmergedChanges(beside: folder + "/" + file.name) {
        problems.append(
          problem(source, file.name, .content, "'\(beside)' beside it holds changes that another program has not written into it yet"))
        continue
      }
      guard let found = try verify(source, file, depth) else { continue }
      if isReadersChange(file, found, depth, rows: rows) {
        problems.append(problem(source, file.name, .touched, "changed by a reader, which did not change what it says; this is not damage"))
      } else {
        problems.append(found)
      }
    }
    return problems
  }

  /// Whether a file differs, but not in what it says. Statistics that readers add to an `.aux.xml` change its size.
  private func isReadersChange(
    _ file: Receipt.File, _ found: Verification.Problem, _ depth: Verification.Depth, rows: (String) -> String?
  ) -> Bool {
    guard let expected = file.rows, found.kind == .size || found.kind == .content else { return false }
    if depth == .sizes, file.name.hasSuffix(".aux.xml") { return true }
    return rows(path + "/" + found.file) == expected
  }

  /// The name of an SQLite log or journal beside a GeoPackage that holds something: whoever opens the file reads what that says, too.
  private func unmergedChanges(beside file: String) throws(RunStateError) -> String? {
    guard file.hasSuffix(".gpkg") else { return nil }
    for ending in ["-wal", "-journal"] {
      // A folder of that name holds no changes, and stays where outputs are replaced.
      guard let status = try Files.status(file + ending), status.kind != .directory else { continue }
      if status.kind != .file || status.size > 0 { return Files.last(file + ending) }
    }
    return nil
  }

  /// Names of files in a published folder that others laid beside outputs as readers do, in order: they go with the outputs.
  ///
  /// - Parameter known: the names of the outputs.
  public static func readersFiles(in folder: String, of known: Set<String>) -> [String] {
    let names = ((try? Files.list(folder)) ?? nil) ?? []
    return names.filter { name in
      let isFile = ((try? Files.status(folder + "/" + name)) ?? nil).map { $0.kind != .directory } ?? false
      return isFile && !known.contains(name)
        && PublishedFiles.describedFiles(by: name).contains { known.contains($0) && ($0.hasSuffix(".tif") || $0.hasSuffix(".png")) }
    }
  }

  /// What is wrong with the segments in all work directories: each is read and compared with its checksums.
  public func verifySegments() throws(RunStateError) -> [Verification.Problem] {
    var problems: [Verification.Problem] = []
    for folder in try Files.list(work) ?? [] {
      for name in try Files.list(work + "/" + folder) ?? [] {
        guard let window = SegmentWindow(fileName: name) else { continue }
        let path = work + "/" + folder + "/" + name
        guard let reason = try Self.fault(inSegment: path, window) else { continue }
        let place = "\(Self.stateFolder)/work/\(folder)/\(name)"
        problems.append(.init(source: folder, file: place, kind: .segment, message: "\(place): \(reason); it will be computed again"))
      }
    }
    return problems
  }

  private static func fault(inSegment path: String, _ window: SegmentWindow) throws(RunStateError) -> String? {
    do {
      guard let bytes = try Files.read(path, limit: SegmentHeader.maximumFileBytes) else { return nil }
      guard let header = SegmentHeader(bytes[...]) else { return "the header is damaged" }
      if case .damaged(let reason) = SegmentStore.content(bytes, header, window) { return reason }
      return nil
    } catch {
      guard error.isOfContent else { throw error }
      return error.reason
    }
  }

  private func verify(
    _ source: SourceName, _ file: Receipt.File, _ depth: Verification.Depth
  ) throws(RunStateError) -> Verification.Problem? {
    let path = published(source) + "/" + file.name
    guard let status = try Files.status(path) else { return problem(source, file.name, .missing, "is missing") }
    guard status.kind == .file else { return problem(source, file.name, .missing, "is not a file") }
    guard status.size == file.size else {
      return problem(source, file.name, .size, "has \(status.size) bytes instead of \(file.size)")
    }
    guard depth == .content else { return nil }
    do {
      return try Digest.sha256(file: path) == file.sha256 ? nil : problem(source, file.name, .content, "does not match its checksum")
    } catch {
      return problem(source, file.name, .unreadable, error.reason)
    }
  }

  private func problem(_ source: SourceName, _ file: String, _ kind: Verification.Problem.Kind, _ what: String) -> Verification.Problem {
    let place = source.text + "/" + file
    return .init(source: source.text, file: place, kind: kind, message: "\(place): \(what)")
  }
}
