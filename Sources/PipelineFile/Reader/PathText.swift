/// Paths as texts: nothing here looks at the file system.
enum PathText {
  /// The path joined to a folder if it is relative, without `.` components and doubled slashes. `..` stays: beyond a link, only the
  /// file system knows where it leads.
  static func absolute(_ path: String, in folder: String) -> String {
    if path.hasPrefix("/vsi") { return archive(path, in: folder) }
    if path.prefixMatch(of: /[A-Za-z][A-Za-z0-9+.\-]*:\/\//) != nil { return path }
    let joined = path.hasPrefix("/") ? path : folder + "/" + path
    let parts = joined.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    return joined.hasPrefix("/") ? "/" + parts : parts
  }

  /// A path into a local archive, whose own path follows the prefix: `/vsizip/sheets.zip/a.tif` is relative, `/vsizip//data/…` absolute.
  private static func archive(_ path: String, in folder: String) -> String {
    for prefix in ["/vsizip/", "/vsitar/"] where path.hasPrefix(prefix) {
      let rest = String(path.dropFirst(prefix.count))
      return rest.hasPrefix("/") || rest.hasPrefix("vsi") || rest.hasPrefix("{") ? path : prefix + absolute(rest, in: folder)
    }
    return path
  }

  /// A URL without its query, which may hold a secret; any other path as it is.
  static func withoutQuery(_ path: String) -> String {
    path.prefixMatch(of: /(\/vsicurl\/)?https?:/.ignoresCase()) == nil ? path : String(path.prefix { $0 != "?" })
  }

  /// The folder that a file lies in.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The part of a pattern before its first component with a glob character.
  static func fixedFolder(ofPattern pattern: String) -> String {
    var fixed: [Substring] = []
    let parts = pattern.split(separator: "/")
    for part in parts {
      if part.contains(where: { "*?[{".contains($0) }) { break }
      fixed.append(part)
    }
    return (pattern.hasPrefix("/") ? "/" : "") + fixed.joined(separator: "/")
  }
}
