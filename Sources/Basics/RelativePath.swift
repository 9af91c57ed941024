/// The way from a folder to a file, such as "../images/a.tif" or "./a.tif".
///
/// - Parameters:
///   - file: absolute; parts of it that are `.` or `..` are taken for what they say, as no file is looked at.
///   - folder: absolute, likewise.
package func relativePath(_ file: String, from folder: String) -> String {
  let (to, from) = (parts(file), parts(folder))
  let common = zip(to, from).prefix { $0.utf8.elementsEqual($1.utf8) }.count
  let up = from.count - common
  return (up == 0 ? "./" : String(repeating: "../", count: up)) + to.dropFirst(common).joined(separator: "/")
}

private func parts(_ path: String) -> [Substring] {
  var parts: [Substring] = []
  for part in path.split(separator: "/") where part != "." {
    if part == ".." { _ = parts.popLast() } else { parts.append(part) }
  }
  return parts
}
