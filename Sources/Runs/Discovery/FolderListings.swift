import Foundation
import Geodata
import RunState

/// What lies in folders, on the disk or at an address: each is listed once. Hidden entries are left out.
final class FolderListings {
  /// Asked between tries of a server; what it throws ends the search.
  private let check: () throws -> Void

  init(check: @escaping () throws -> Void = {}) { self.check = check }

  enum Kind: Equatable {
    case folder, file
    /// A FIFO, a socket or a device: reading it could wait for ever.
    case special(String)
    /// A link whose target is missing, or an entry that has just gone.
    case dangling
    /// It is there, and the system does not say what it is.
    case unknown
    /// Bytes that are not UTF-8: what the listing calls it is not its name.
    case unnamed
  }

  struct Entry {
    let path: String
    let name: String
    let kind: Kind
    let isLink: Bool
  }

  private var known: [ExactText: [Entry]] = [:]
  private var realFolders: [ExactText: String] = [:]

  /// The entries of a folder, in the order of their names' bytes.
  ///
  /// - Throws: `RunError` (surroundings) where it cannot be listed.
  func entries(of folder: String) throws -> [Entry] {
    if let entries = known[ExactText(folder)] { return entries }
    guard !RemoteAddress.isRemote(folder) else {
      let entries = try remoteEntries(of: folder)
      known[ExactText(folder)] = entries
      return entries
    }
    guard let names = try? folderNames(folder) else { throw Self.unlisted(folder) }
    let entries = names.filter { !$0.hasPrefix(".") }.map {
      Self.entry(folder == "/" ? "/" + $0 : folder + "/" + $0, name: $0)
    }
    // What cannot be looked at may be anything: a folder that may be listed and not searched, a disk that fails.
    guard !entries.contains(where: { $0.kind == .unknown }) else { throw Self.unlisted(folder) }
    known[ExactText(folder)] = entries
    return entries
  }

  private static func unlisted(_ folder: String) -> RunError {
    RunError(
      .surroundings, file: folder, reason: "the folder cannot be listed",
      remedy: "check its permissions, and whether a disk is not mounted")
  }

  private func remoteEntries(of folder: String) throws -> [Entry] {
    do {
      guard let listed = try RemoteFiles.list(RemoteAddress(folder), check: check) else {
        throw RunError(
          .surroundings, file: folder, reason: "the folder cannot be listed",
          remedy: "check the address and the credentials; of a server that sends no page of links, name the files")
      }
      return listed.filter { !$0.name.hasPrefix(".") }
        .sorted { ExactText($0.name) < ExactText($1.name) }
        .map { Entry(path: folder + "/" + $0.name, name: $0.name, kind: $0.isFolder ? .folder : .file, isLink: false) }
    } catch let error as GeodataError {
      throw RunError(.surroundings, file: folder, reason: "the folder cannot be listed: \(error.reason)", remedy: error.remedy)
    }
  }

  /// What lies at a path.
  static func entry(_ path: String, name: String) -> Entry {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      let isGone = errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == ENAMETOOLONG
      let isUnnamed = name.unicodeScalars.contains("\u{FFFD}")
      return Entry(path: path, name: name, kind: isUnnamed ? .unnamed : isGone ? .dangling : .unknown, isLink: false)
    }
    let isLink = status.st_mode & S_IFMT == S_IFLNK
    if isLink, stat(path, &status) != 0 { return Entry(path: path, name: name, kind: .dangling, isLink: true) }
    let kind: Kind =
      switch status.st_mode & S_IFMT {
      case S_IFDIR: .folder
      case S_IFREG: .file
      case S_IFIFO: .special("a FIFO")
      case S_IFSOCK: .special("a socket")
      default: .special("a device")
      }
    return Entry(path: path, name: name, kind: kind, isLink: isLink)
  }

  /// The path without links and `..`: two ways to one file have one such path.
  func realPath(_ path: String) -> String {
    guard !RemoteAddress.isRemote(path) else { return path }
    let folder = (path as NSString).deletingLastPathComponent
    if !Self.entry(path, name: "").isLink {
      let known = realFolders[ExactText(folder)]
      if let real = known ?? Self.resolved(folder) {
        if known == nil { realFolders[ExactText(folder)] = real }
        return (real == "/" ? "" : real) + "/" + lastComponent(path)
      }
    }
    return Self.resolved(path) ?? path
  }

  private static func resolved(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }
}
