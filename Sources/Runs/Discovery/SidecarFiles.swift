import Foundation
import Geodata
import PipelineFile

/// The files that make up a source as GDAL sees it, found by name alone: nothing is opened, so ten thousand sources take
/// one listing for each folder.
///
/// Beside the raster itself those are `NAME.tif.ovr`, `NAME.tif.msk`, `NAME.tif.aux.xml`, and files of the same stem with a
/// world file's, RPC's or tab file's ending. Beside an address on the network they are found where its folder can be listed.
struct SidecarFiles {
  /// A name that counts for every file of its folder, as a table of frames does; `nil` for none.
  private let shared: String?
  private var listings: [String: Result<Set<String>, GeodataError>] = [:]
  private let check: @Sendable () throws -> Void

  private static let afterName = [".ovr", ".msk", ".aux.xml", ".msk.ovr", ".ovr.msk"]
  private static let afterStem = [
    ".ovr", ".aux", ".aux.xml", ".wld", ".tfw", ".tifw", ".tiffw", ".jgw", ".jpgw", ".pgw", ".pngw", ".j2w", ".jp2w", ".tab", ".RPB",
    ".rpb", "_RPC.TXT", "_rpc.txt", "_metadata.txt", ".IMD", ".imd", ".prj",
  ]

  /// - Parameter input: where frames may have a table beside them; `nil` for sheets of a mosaic, which are not frames.
  /// - Parameter check: asked between what is asked of servers.
  init(_ input: Pipeline.Input? = nil, check: @escaping @Sendable () throws -> Void = {}) {
    self.check = check
    shared = input?.frames.metadata == .auto ? FrameOptions.tableBeside : nil
  }

  /// The file and what belongs to it, sorted.
  ///
  /// - Throws: `GeodataError` where a server that lists folders cannot be reached.
  mutating func files(of path: String) throws -> [String] {
    let folder = parentPath(path)
    let name = lastComponent(path)
    let stem = (name as NSString).deletingPathExtension
    let present = try listing(folder)
    var names: Set<String> = []
    if let shared { names.insert(shared) }
    for ending in Self.afterName { names.insert(name + ending) }
    for ending in Self.afterStem {
      names.insert(stem + ending)
      names.insert(stem + ending.uppercased())
    }
    return [path] + names.intersection(present).subtracting([name]).sorted().map { folder + "/" + $0 }
  }

  /// Lists the folders of those files that are on the network, several at once.
  mutating func list(foldersOf files: [String]) throws {
    let folders = Set(files.filter(RemoteAddress.isRemote).map(parentPath)).subtracting(listings.keys).sorted()
    let answers = try ServerQuestions.answers(to: folders) { [check] in try Self.names(in: $0, check) }
    for (folder, answer) in zip(folders, answers) { listings[folder] = answer }
  }

  private mutating func listing(_ folder: String) throws -> Set<String> {
    let names = try listings[folder] ?? Self.names(in: folder, check)
    listings[folder] = names
    return try names.get()
  }

  /// A folder that cannot be listed has no sidecars that could be read; opening the source will say what is wrong.
  private static func names(in folder: String, _ check: () throws -> Void) throws -> Result<Set<String>, GeodataError> {
    guard RemoteAddress.isRemote(folder) else {
      return .success(Set((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []))
    }
    do {
      return .success(Set((try RemoteFiles.list(RemoteAddress(folder), check: check) ?? []).map(\.name)))
    } catch let error as GeodataError {
      return .failure(error)
    }
  }
}

/// Everything before a path's last slash, as it is written, so that it holds for addresses, too.
func parentPath(_ path: String) -> String {
  guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}
