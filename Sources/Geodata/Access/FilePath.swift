import Basics
import Foundation

/// Paths as the kernel and GDAL resolve them.
enum FilePath {
  /// The path without links; `nil` where nothing is there.
  static func real(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  static func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  /// Everything before the last slash; "." for a bare name.
  static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The path from the root, with links as they are.
  static func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
  }

  /// Why a file of no bytes cannot be used, and what to do: files of the kernel say that they are empty, whatever is read from them.
  static func emptiness(_ path: String) -> (reason: String, remedy: String) {
    KernelFolders.holding(real(path) ?? path) != nil
      ? ("it is not a file on a disk, but one of the kernel's", "correct the path") : ("the file is empty", "get an intact copy")
  }

  /// Whether a real path lies below a real folder.
  static func isBelow(_ folder: String, _ path: String) -> Bool { folder == "/" || path.utf8.starts(with: (folder + "/").utf8) }

  /// Gives strings as C has them, for the time of one call.
  static func withPointers<Result>(to strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>, Int) -> Result) -> Result {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    // One more, so that an empty list has an address.
    let pointers = copies.map { UnsafePointer($0) } + [nil]
    return pointers.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { preconditionFailure("a list of one has an address") }
      return body(base, strings.count)
    }
  }
}

/// Paths into local archives, as GDAL writes them: `/vsizip/` and `/vsitar/`, then the archive, then the file in it.
public enum ArchivePath {
  private static let archives = ["/vsizip/", "/vsitar/"]

  /// Whether a path begins with `/vsi`, so that GDAL alone can open it.
  public static func isVirtual(_ path: String) -> Bool { path.hasPrefix("/vsi") }

  /// Whether it is the path of a file in a local archive, the one kind of `/vsi` path that this program reads.
  public static func isArchive(_ path: String) -> Bool {
    guard let prefix = archives.first(where: path.hasPrefix) else { return false }
    let rest = path.dropFirst(prefix.count)
    return !rest.hasPrefix("vsi") && !rest.hasPrefix("/vsi") && !rest.hasPrefix("{")
  }

  /// The archive on the disk; any other path as it is.
  ///
  /// The archive is the first part of the path that is a file. Where none is, the whole path is answered: it cannot be opened.
  public static func file(of path: String) -> String {
    guard isArchive(path), let prefix = archives.first(where: path.hasPrefix) else { return path }
    let rest = String(path.dropFirst(prefix.count))
    let plain = rest.hasPrefix("//") ? String(rest.dropFirst()) : rest
    var candidate = ""
    for part in plain.split(separator: "/", omittingEmptySubsequences: false) {
      candidate += candidate.isEmpty && !plain.hasPrefix("/") ? part : (part.isEmpty ? "" : "/" + part)
      var status = stat()
      if stat(candidate, &status) == 0, status.st_mode & S_IFMT == S_IFREG { return candidate }
    }
    return path
  }
}
