import CGDAL
import CGDALGate
import FileWriting
public import Foundation

/// What a server, or an archive's table of contents, says of a file.
public struct RemoteStatus: Sendable, Equatable {
  /// Bytes.
  public var size: Int64
  /// Seconds since 1970; 0 where it is not known.
  public var modified: Int64
  /// What changes with the content: the server's ETag, or the size and time of an archive. Empty where there is none.
  public var etag: String
  /// When what the file lies in was changed last, in nanoseconds since 1970: the archive; 0 on the network.
  public var changed: Int64

  public init(size: Int64, modified: Int64, etag: String, changed: Int64 = 0) {
    self.size = size
    self.modified = modified
    self.etag = etag
    self.changed = changed
  }

  /// Whether both are of the same content, as far as can be told.
  func isOfSame(_ other: RemoteStatus) -> Bool { size == other.size && modified == other.modified && etag == other.etag }
}

/// Fetches what the pipeline itself names, from the network and from archives. GDAL's drivers never get there: they read the copy.
public enum RemoteFiles {
  /// Entries of one folder.
  static let mostEntries = 100_000
  /// Seconds before each further try.
  static let waits = [0.5, 2, 5]
  /// Bytes that are asked for at once.
  private static let part = 4 << 20

  /// Asks what a file is like.
  ///
  /// - Parameter check: asked before each try; what it throws ends the work.
  /// - Throws: `GeodataError` (unreadable) where there is no such file, or no answer.
  public static func status(of address: RemoteAddress, check: () throws -> Void = {}) throws -> RemoteStatus {
    let status = try attempt(address, check) { () -> orthoweave_remote_status? in
      var status = orthoweave_remote_status()
      return orthoweave_remote_examine(address.fullPath, &status) ? status : nil
    }
    guard !status.is_folder else {
      throw GeodataError(.unreadable, file: address.text, reason: "it is a folder", remedy: "write a slash behind it, or name a file in it")
    }
    guard status.size >= 0 else { throw GeodataError(.tooLarge, file: address.text, reason: "it claims more bytes than a file can have") }
    // Beyond the year 2255 some clock is wrong.
    var result = RemoteStatus(size: status.size, modified: min(max(0, status.modified), 9_000_000_000), etag: text(status.etag))
    if address.isArchive {
      let file = ArchivePath.file(of: address.text)
      var archive = stat()
      guard stat(file, &archive) == 0 else { throw GeodataError(.unreadable, file: file, reason: "it cannot be opened") }
      func nanoseconds(_ time: timespec) -> Int64 { Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec) }
      result.etag = "\(archive.st_size)-\(nanoseconds(archive.st_mtim))"
      result.changed = max(nanoseconds(archive.st_mtim), nanoseconds(archive.st_ctim))
    }
    return result
  }

  /// The names in a folder, in no order; `nil` where it cannot be listed, as on many web servers. A page of links over HTTP does not tell folders
  /// from files: a name without a dot counts as a folder.
  ///
  /// GDAL takes an answer that was cut off for a shorter list: so the folder is listed until two lists in succession are the same.
  ///
  /// - Parameter folder: without a slash at the end.
  /// - Throws: `GeodataError`: unreadable where the server cannot be reached, or its lists differ, tooLarge for more than 100,000 entries.
  public static func list(_ folder: RemoteAddress, check: () throws -> Void = {}) throws -> [(name: String, isFolder: Bool)]? {
    let isPage = folder.path.hasPrefix("/vsicurl/")
    /// Asks for what is in the folder as such, too; with that, GDAL forgets a list that it has kept.
    func examine() -> Bool? {
      var status = orthoweave_remote_status()
      return orthoweave_remote_examine(folder.fullPath + "/", &status) ? true : nil
    }
    func once() -> [String]? {
      if isPage { _ = examine() }
      guard let list = orthoweave_remote_list(folder.fullPath, Int32(mostEntries)) else { return nil }
      defer { CSLDestroy(list) }
      return (0..<Int(CSLCount(list))).compactMap { list[$0].map { String(cString: $0) } }
    }
    GDALLibrary.start()
    var names: [String]?
    if folder.isArchive {
      guard case .success(let found) = try tried(folder, check, once) else { return nil }
      names = found
    } else {
      if isPage, case .failure(let failure) = try tried(folder, check, examine) {
        if failure.isTransient { throw failure.error(folder) }
        return nil
      }
      names = once()
      var count = 1
      while case let next = once(), next != names {
        count += 1
        guard count <= 6 else {
          throw GeodataError(
            .unreadable, file: folder.text, reason: "its list differs from one answer to the next", remedy: "try again later")
        }
        names = next
        try sleep(0.2, check)
      }
    }
    guard let names else { return nil }
    guard names.count <= mostEntries else {
      throw GeodataError(
        .tooLarge, file: folder.text, reason: "it holds more than \(mostEntries) files and folders", remedy: "name a smaller folder")
    }
    return names.map { $0.hasSuffix("/") ? (name: String($0.dropLast()), isFolder: true) : (name: $0, isFolder: false) }
  }

  /// Copies a file to a path where none is, whole: what was cut off is asked for again, and what changed meanwhile is refused. The copy has the file's
  /// time of modification.
  ///
  /// - Parameters:
  ///   - status: as it was found before.
  ///   - check: asked between parts.
  /// - Throws: `GeodataError`: unreadable or damaged where it cannot be fetched whole, unwritable. Nothing is left at the path then.
  public static func copy(_ address: RemoteAddress, _ status: RemoteStatus, to path: String, check: () throws -> Void = {}) throws {
    let temporary = path + ".part"
    unlink(temporary)
    do {
      let file = try NewFile(temporary)
      try read(address, status, check) { try file.write($0) }
      // What lies there under its own name is taken for whole by the next run.
      try file.sync()
      try file.finish()
      let time = timespec(tv_sec: Int(status.modified), tv_nsec: 0)
      guard utimensat(AT_FDCWD, temporary, [time, time], 0) == 0, rename(temporary, path) == 0 else {
        throw FileError(errno, file: path, cannotBe: "written")
      }
    } catch {
      unlink(temporary)
      guard let failure = error as? FileError else { throw error }
      throw GeodataError(
        .unwritable, file: address.text, reason: "its copy in \((path as NSString).deletingLastPathComponent) \(failure.reason)",
        remedy: failure.remedy)
    }
  }

  /// A small file's bytes.
  ///
  /// - Throws: `GeodataError`: tooLarge for one of more than `most` bytes, else as `copy`.
  public static func bytes(of address: RemoteAddress, atMost most: Int, check: () throws -> Void = {}) throws -> Data {
    let status = try Self.status(of: address, check: check)
    guard status.size <= most else {
      throw GeodataError(
        .tooLarge, file: address.text, reason: "it has \(status.size) bytes, more than the \(most) that are read of such a file")
    }
    var bytes = Data()
    try read(address, status, check) { bytes.append(contentsOf: $0) }
    return bytes
  }

  /// Gives the whole of a file in parts. Where a connection is cut, the rest is asked for, if the file is still the same; of a server that sends whole
  /// files only, all of it, of which what is known already is passed over.
  private static func read(
    _ address: RemoteAddress, _ status: RemoteStatus, _ check: () throws -> Void, _ take: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: part, alignment: 16)
    defer { buffer.deallocate() }
    func requireSame() throws {
      guard try Self.status(of: address, check: check).isOfSame(status) else {
        throw GeodataError(
          .damaged, file: address.text, reason: "it changed while it was fetched", remedy: "the next run fetches it again")
      }
    }
    var offset: Int64 = 0
    var failures = 0
    var isStreamed = false
    while offset < status.size {
      let reader = try attempt(address, check) { RemoteReader(address, isStreamed: isStreamed) }
      var isCut = false
      while offset < status.size, !isCut {
        try check()
        let wanted = Int(min(Int64(part), status.size - offset))
        CPLErrorReset()
        let count = reader.read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]))
        if count > 0 {
          try take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
          offset += Int64(count)
          failures = 0
        }
        isCut = count < wanted
      }
      guard isCut else { break }
      // GDAL takes an answer of 40 MB in place of a part, and refuses larger ones.
      if !isStreamed, address.streamedPath != nil, RemoteFailure.isOfServerWithoutRanges {
        isStreamed = true
        continue
      }
      guard failures < waits.count else {
        throw GeodataError(
          .damaged, file: address.text, reason: "only \(offset) of its \(status.size) bytes can be read",
          remedy: "check the file, or run again")
      }
      try sleep(waits[failures], check)
      failures += 1
      try requireSame()
    }
    try requireSame()
  }

  /// Calls GDAL until it answers, or has failed in a way that will not pass, or too often.
  ///
  /// - Throws: what `check` throws, and `GeodataError` where an archive is missing.
  private static func tried<Value>(
    _ address: RemoteAddress, _ check: () throws -> Void, _ call: () -> Value?
  ) throws -> Result<Value, RemoteFailure> {
    GDALLibrary.start()
    let confinement = try address.isArchive ? Confinement(named: address.text) : nil
    var failures = 0
    while true {
      try check()
      VSIErrorReset()
      CPLErrorReset()
      if let value = confinement.map({ $0.run(call) }) ?? call() { return .success(value) }
      let failure = address.isArchive ? RemoteFailure.ofArchive : RemoteFailure.last()
      guard failure.isTransient, failures < waits.count else { return .failure(failure) }
      try sleep(waits[failures], check)
      failures += 1
    }
  }

  private static func attempt<Value>(_ address: RemoteAddress, _ check: () throws -> Void, _ call: () -> Value?) throws -> Value {
    do { return try tried(address, check, call).get() } catch let failure as RemoteFailure { throw failure.error(address) }
  }

  private static func sleep(_ seconds: Double, _ check: () throws -> Void) throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
      try check()
      Thread.sleep(forTimeInterval: 0.05)
    }
  }

  private static func text<Characters>(_ characters: Characters) -> String {
    withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}

/// A file that is open for reading where it lies. One thread at a time.
private final class RemoteReader {
  private let handle: UnsafeMutableRawPointer
  private let confinement: Confinement?

  /// - Parameter isStreamed: whether it is read from its beginning to its end in one go.
  init?(_ address: RemoteAddress, isStreamed: Bool) {
    let path = isStreamed ? address.streamedPath : address.fullPath
    guard let path, let handle = orthoweave_remote_open(path) else { return nil }
    self.handle = handle
    confinement = try? address.isArchive ? Confinement(named: address.text) : nil
  }

  deinit { orthoweave_remote_close(handle) }

  func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    func read() -> Int { orthoweave_remote_read(handle, UInt64(offset), buffer.baseAddress, buffer.count) }
    return confinement.map { $0.run(read) } ?? read()
  }
}
