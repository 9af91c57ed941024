import Glibc

/// The segments of one source in its work directory: written whole or not at all, read only where they are what was written.
///
/// Each belongs to a raster key; one of another key is never read, and goes when its place is needed or `removeForeign` is called.
/// Any number of processes may write and read at once: equal keys mean equal bytes.
public struct SegmentStore: Sendable {
  public let source: SourceName
  private let output: OutputDirectory
  private let folder: String
  private let key: RasterKey

  /// Its directory is made with the first segment.
  public init(_ output: OutputDirectory, _ source: SourceName, key: RasterKey) {
    self.output = output
    self.source = source
    self.key = key
    folder = output.work(source)
  }

  /// Where a window's segment lies.
  public func path(_ window: SegmentWindow) -> String { folder + "/" + window.fileName }

  /// Writes a segment: aside, synced, renamed, the folder synced. After it returned, the segment survives a power cut.
  public func write(_ window: SegmentWindow, _ payload: [UInt8]) throws(RunStateError) {
    let header = SegmentHeader(window: window, key: key, payload: payload)
    do {
      try output.prepareWork(source)
      try output.operations.replace(path(window), with: header.bytes + payload)
    } catch {
      // Without its folder the whole directory is gone: that ends the run, not the source.
      if error.code == .vanished { try output.checkPresent() }
      throw error
    }
  }

  /// The payload of a window; `nil` if it has to be computed: absent, of another key, or damaged; a damaged one is reported through `warn` and removed.
  public func read(_ window: SegmentWindow) throws(RunStateError) -> [UInt8]? {
    let path = path(window)
    switch try Self.load(path, window, key) {
    case .whole(let payload): return payload
    case .absent, .foreign: return nil
    case .damaged(let reason):
      output.warn("\(path): \(reason); it will be computed again")
      try output.operations.remove(path)
      return nil
    }
  }

  /// The windows whose segments are there, with a whole header of the right key and the right length, in order; payloads are not read.
  ///
  /// Cheap enough to plan by; `read` has the last word.
  public func present() throws(RunStateError) -> [SegmentWindow] {
    var windows: [SegmentWindow] = []
    for name in try Files.list(folder) ?? [] {
      guard let window = SegmentWindow(fileName: name) else { continue }
      guard let header = try SegmentHeader.read(folder + "/" + name), header.window == window else { continue }
      if header.keyDigest == SegmentHeader.digest(of: key) { windows.append(window) }
    }
    return windows.sorted()
  }

  /// Removes segments of other keys, damaged ones, and what killed runs left. Needs the source's lock, exclusively.
  ///
  /// - Returns: How many files went.
  @discardableResult
  public func removeForeign(_ lock: SourceLock) throws(RunStateError) -> Int {
    precondition(lock.mode == .exclusive && lock.source == source, "cleaning \(source) needs its exclusive lock")
    let kept = Set(try present().map(\.fileName))
    var removed = 0
    for name in try Files.list(folder) ?? [] where !kept.contains(name) && (name.hasSuffix(".seg") || Files.isTemporary(name)) {
      if try output.operations.remove(folder + "/" + name) { removed += 1 }
    }
    return removed
  }

  // MARK: - Reading

  enum Content: Equatable {
    case whole([UInt8])
    case absent
    case foreign
    case damaged(String)
  }

  static func load(_ path: String, _ window: SegmentWindow, _ key: RasterKey) throws(RunStateError) -> Content {
    let bytes: [UInt8]?
    do { bytes = try Files.read(path, limit: SegmentHeader.maximumFileBytes) } catch {
      guard error.isOfContent else { throw error }
      return .damaged(error.reason)
    }
    guard let bytes else { return .absent }
    guard let header = SegmentHeader(bytes[...]) else { return .damaged("the header is damaged") }
    guard header.keyDigest == SegmentHeader.digest(of: key) else { return .foreign }
    return content(bytes, header, window)
  }

  /// The payload behind a header, where length, checksum and window are right.
  static func content(_ bytes: [UInt8], _ header: SegmentHeader, _ window: SegmentWindow) -> Content {
    guard header.window == window else { return .damaged("it is the segment of another window") }
    guard bytes.count == SegmentHeader.byteCount + header.payloadBytes else { return .damaged("it is cut off") }
    let payload = Array(bytes[SegmentHeader.byteCount...])
    guard payload.withUnsafeBytes({ Digest.raw($0) }) == header.payloadDigest else { return .damaged("the checksum does not match") }
    return .whole(payload)
  }
}
