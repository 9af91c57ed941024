import CGDAL
import CGDALGate
import Foundation

/// The folders within which GDAL may read while it works on one dataset.
///
/// GDAL opens what a file names: masks and overviews beside it, sheets of a virtual raster, arrays of positions. Within a confinement it gets
/// regular files below the folders alone, whatever way led to the name, and writes nothing. A link counts for where it leads. Belongs to its
/// dataset, and so to one thread at a time.
final class Confinement {
  private let handle: OpaquePointer

  /// Confines to the folder of a raster.
  ///
  /// - Parameters:
  ///   - folders: the fixed folders of patterns; the raster must lie in one of those in which its name lies. `nil` where the user names the
  ///     file itself, wherever it leads.
  ///   - followsLinks: whether links may lead out of the raster's folder, and out of those.
  ///   - others: files that the pipeline names besides, such as a terrain model: their folders are open, too.
  /// - Throws: `unreadable` if the file does not exist, `unsupported` where a link leads out and is not followed.
  convenience init(
    of source: String, within folders: [String]?, followsLinks: Bool, others: [String] = []
  ) throws(GeodataError) {
    if let folders {
      try self.init(source: source, within: folders, followsLinks: followsLinks, others: others)
    } else {
      try self.init(named: source, others: others, isRaster: true)
    }
  }

  /// Bytes of a file that describes a raster. GDAL reads such files whole, and what it makes of them is up to twenty times as large.
  static let largestDescription = 4_000_000

  /// Limits what is not a raster itself.
  private func limitOthers(than files: [String]) {
    let endings = GDALLibrary.endingsByDriver.values.reduce(into: Set(["msk", "ovr", "ige"])) { $0.formUnion($1) }
      .subtracting(["xml", "txt", "json", "hdr", "kml"])
    FilePath.withPointers(to: files) { files, count in
      FilePath.withPointers(to: endings.sorted()) { endings, endingCount in
        orthoweave_confinement_limit_others(handle, Int64(Self.largestDescription), files, count, endings, endingCount)
      }
    }
  }

  private init(source: String, within folders: [String], followsLinks: Bool, others: [String]) throws(GeodataError) {
    let file = ArchivePath.file(of: source)
    guard let real = FilePath.real(file), let realFolder = FilePath.real(FilePath.folder(of: file)) else {
      throw Confinement.missing(source)
    }
    if !followsLinks {
      guard FilePath.isBelow(realFolder, real) else { throw Confinement.leadsOut(source, real, of: realFolder) }
      let fixed = folders.filter { FilePath.isBelow($0, file) }.compactMap(FilePath.real)
      guard fixed.isEmpty || fixed.contains(where: { FilePath.isBelow($0, real) }) else {
        throw Confinement.leadsOut(source, real, of: fixed[0])
      }
    }
    handle = Confinement.make(
      roots: [realFolder] + others.flatMap(Confinement.folders), names: [FilePath.absolute(FilePath.folder(of: file))],
      follows: followsLinks)
    limitOthers(than: [real] + others.compactMap(FilePath.real))
  }

  /// Confines to the folder of a file that the user names; where it is a link, to the folder that it leads to as well.
  ///
  /// - Parameter isRaster: else it is a vector, whose parts are of any size.
  init(named file: String, others: [String] = [], isRaster: Bool = false) throws(GeodataError) {
    let path = ArchivePath.file(of: file)
    guard FilePath.real(path) != nil else { throw Confinement.missing(file) }
    handle = Confinement.make(roots: ([path] + others).flatMap(Confinement.folders), names: [], follows: false)
    if isRaster { limitOthers(than: ([path] + others).compactMap(FilePath.real)) }
  }

  /// Confines to no folder at all: for what is not a file, such as a database.
  init() { handle = Confinement.make(roots: [], names: [], follows: false) }

  deinit { orthoweave_confinement_free(handle) }

  /// Runs `body` with this thread confined.
  func run<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    let before = orthoweave_confinement_enter(handle)
    defer { _ = orthoweave_confinement_enter(before) }
    return try body()
  }

  /// Whether a file lies within and begins as a raster of one of the drivers does. Opens it, but no driver.
  func knows(_ path: String, drivers: [String]) -> Bool {
    let known = run {
      withStringList(drivers) { GDALIdentifyDriverEx(path, UInt32(GDAL_OF_RASTER), orthoweave_const_list($0), nil) != nil }
    }
    return takeRefusal() == nil && known
  }

  /// The bytes of a small regular file within; `nil` where there is none, it is larger, or it lies elsewhere, which counts as a refusal.
  func bytes(of path: String, atMost largest: Int) -> Data? {
    guard let bytes = ConfinedFile(path, in: self)?.bytes(upTo: largest + 1), bytes.count <= largest else { return nil }
    return bytes
  }

  /// A file or an address that was not opened.
  struct Refusal {
    var name: String
    /// Whether it describes a raster at too great a length; else it lies elsewhere.
    var isTooLarge: Bool
  }

  /// The first file or address that was asked for and refused since the last call.
  func takeRefusal() -> Refusal? {
    var name = [CChar](repeating: 0, count: 4096)
    var isTooLarge = false
    guard orthoweave_confinement_take_refusal(handle, &name, name.count, &isTooLarge) else { return nil }
    return Refusal(name: String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self), isTooLarge: isTooLarge)
  }

  private static func folders(of file: String) -> [String] {
    [FilePath.folder(of: file), FilePath.real(file).map(FilePath.folder)].compactMap { $0 }.compactMap(FilePath.real)
  }

  private static func make(roots: [String], names: [String], follows: Bool) -> OpaquePointer {
    // The gate comes with the library.
    GDALLibrary.start()
    return FilePath.withPointers(to: roots) { roots, rootCount in
      FilePath.withPointers(to: names) { names, nameCount in
        orthoweave_confinement_make(roots, rootCount, names, nameCount, follows)
      }
    }
  }

  private static func leadsOut(_ source: String, _ real: String, of folder: String) -> GeodataError {
    GeodataError(
      .unsupported, file: source, reason: "it is a link to '\(real)', which is not below '\(folder)'",
      remedy: "name that folder in input.sources, or set in input: follow: links", lines: ["follow: links"])
  }

  private static func missing(_ file: String) -> GeodataError {
    GeodataError(.unreadable, file: file, reason: "it cannot be opened (\(String(cString: strerror(errno))))")
  }
}
