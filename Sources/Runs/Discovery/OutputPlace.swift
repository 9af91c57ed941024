import Glibc

/// Tells what lies in the output directory, by whatever way it is named: through links and dots, or another mount of the same folder.
final class OutputPlace {
  private struct Identity: Hashable {
    var device: dev_t
    var inode: ino_t
  }

  /// Answers by folder: thousands of sources lie in few.
  private var known: [String: Bool] = [:]

  /// Whether a path is the output directory, lies in it, or is a link to something that does.
  func holds(_ path: String, in output: String) -> Bool {
    if path == output || path.hasPrefix(output + "/") { return true }
    var status = stat()
    guard lstat(path, &status) == 0 else { return false }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return isInside(path, output)
    case S_IFLNK: return isInside(path, output) || isInside(Self.parent(path), output)
    default: return isInside(Self.parent(path), output)
    }
  }

  private func isInside(_ folder: String, _ output: String) -> Bool {
    if let answer = known[folder] { return answer }
    var answer = false
    if let resolved = Self.resolved(folder) {
      let place = Self.resolved(output)
      let identity = place.flatMap(Self.identity)
      var above = resolved
      while true {
        if above == place || (identity != nil && Self.identity(above) == identity) { answer = true }
        if answer || above == "/" { break }
        above = Self.parent(above)
      }
    }
    known[folder] = answer
    return answer
  }

  private static func identity(_ path: String) -> Identity? {
    var status = stat()
    return stat(path, &status) == 0 ? Identity(device: status.st_dev, inode: status.st_ino) : nil
  }

  private static func resolved(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func parent(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
  }
}
