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
  /// - Parameter change: What a raster whose `.aux.xml` differs or is gone tells otherwise than when it was published; nil where nothing.
  public func verify(
    _ source: SourceName, _ depth: Verification.Depth, rows: (_ path: String) -> String? = { _ in nil },
    change: (_ raster: String, _ receipt: Receipt) -> String? = { _, _ in nil }
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
    return try verify(source, receipt, depth, rows: rows, change: change)
  }

  /// As `verify` without a receipt, for a caller that has read it: 10,000 sources are compared in half the time.
  public func verify(
    _ source: SourceName, _ receipt: Receipt, _ depth: Verification.Depth, rows: (_ path: String) -> String? = { _ in nil },
    change: (_ raster: String, _ receipt: Receipt) -> String? = { _, _ in nil }
  ) throws(RunStateError) -> [Verification.Problem] {
    let folder = published(source)
    var problems: [Verification.Problem] = []
    for file in receipt.files {
      guard let found = try verify(source, file, depth) else { continue }
      if file.name.hasSuffix(Self.readersEnding), try isReadersChange(source, file, found) {
        if let change = change(folder + "/" + file.name.dropLast(Self.readersEnding.count), receipt) {
          problems.append(problem(source, file.name, found.kind, change))
          continue
        }
        let what = found.kind == .missing ? "was removed by a reader" : "was rewritten by a reader"
        problems.append(problem(source, file.name, .touched, "\(what); this is not damage"))
        continue
      }
      if let expected = file.rows, found.kind == .size || found.kind == .content, rows(folder + "/" + file.name) == expected {
        problems.append(problem(source, file.name, .touched, "touched by a reader; its rows are unchanged"))
      } else {
        problems.append(found)
      }
    }
    return problems
  }

  /// GDAL's file for statistics and the like beside a raster: `gdalinfo -stats` and GIS rewrite it.
  private static let readersEnding = ".aux.xml"

  /// Whether a reader may have left such a file like this: other bytes, or none.
  private func isReadersChange(
    _ source: SourceName, _ file: Receipt.File, _ found: Verification.Problem
  ) throws(RunStateError) -> Bool {
    switch found.kind {
    case .size, .content: return true
    case .missing: return try Files.status(published(source) + "/" + file.name) == nil
    default: return false
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
