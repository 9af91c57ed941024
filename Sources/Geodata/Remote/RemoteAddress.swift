import Foundation

/// Where a file lies that is fetched before it is read: on the network, or in an archive on the disk.
public struct RemoteAddress: Sendable, Hashable {
  /// As messages, names and receipts have it: `https://host/a.tif`, `s3://bucket/a.tif`, `/vsizip//data/a.zip/a.tif`. Without a URL's query, which often
  /// is a secret.
  public let text: String
  /// A URL's query with its question mark; empty where there is none.
  public let query: String

  private static let stores = [("s3://", "/vsis3/"), ("gs://", "/vsigs/"), ("az://", "/vsiaz/")]

  /// Whether a path is such an address: it begins with `/vsi`, or with a scheme such as `https://`.
  public static func isRemote(_ path: String) -> Bool {
    if path.hasPrefix("/vsi") { return true }
    guard let colon = path.utf8.firstIndex(of: UInt8(ascii: ":")), colon != path.startIndex, path[colon...].hasPrefix("://") else {
      return false
    }
    return path[..<colon].utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
      default: byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
      }
    }
  }

  /// - Parameter written: as people write it, or as GDAL does.
  /// - Throws: `unsupported` where the program does not fetch what lies there.
  public init(_ written: String) throws(GeodataError) {
    var rest = written.hasPrefix("/vsicurl/") ? String(written.dropFirst("/vsicurl/".count)) : written
    for (scheme, prefix) in Self.stores where written.hasPrefix(prefix) { rest = scheme + written.dropFirst(prefix.count) }
    let isURL = ["http://", "https://"].contains { rest.lowercased().hasPrefix($0) }
    var query = ""
    if isURL {
      rest = String(rest.prefix { $0 != "#" })
      if let mark = rest.firstIndex(of: "?") {
        query = String(rest[mark...])
        rest = String(rest[..<mark])
      }
    }
    let isStore = Self.stores.contains { rest.hasPrefix($0.0) }
    guard isURL || isStore || ArchivePath.isArchive(rest) else {
      throw GeodataError(
        .unsupported, file: rest, reason: "is not an address from which files are fetched",
        remedy: "use http://, https://, s3://, gs:// or az://, or /vsizip/ or /vsitar/ with an archive on the disk")
    }
    text = rest
    self.query = query
    try check(isArchive: !isURL && !isStore)
  }

  private func check(isArchive: Bool) throws(GeodataError) {
    func refused(_ reason: String, _ remedy: String) -> GeodataError {
      GeodataError(.unsupported, file: text, reason: reason, remedy: remedy)
    }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    if (text + query).unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) {
      throw refused("the address holds control characters", "correct it")
    }
    if parts.contains("..") || parts.contains(".") { throw refused("the address holds '.' or '..'", "write it without") }
    if let last = parts.last, last.utf8.count > 200 { throw refused("the file's name is longer than 200 bytes", "give it a shorter one") }
    guard !isArchive else { return }
    let host = parts.count > 2 ? parts[2] : ""
    if host.isEmpty { throw refused("the address names no host or bucket", "correct it") }
    if host.contains("@") {
      throw GeodataError(
        .unsupported, file: "\(parts[0])//\(host.split(separator: "@").last ?? "")/\(parts.dropFirst(3).joined(separator: "/"))",
        reason: "the address holds a user's name or a password", remedy: "put them into ~/.netrc")
    }
  }

  /// A URL without its query, a path as it is: for messages and records.
  public static func withoutQuery(_ path: String) -> String {
    ["http", "/vsicurl/http"].contains { path.lowercased().hasPrefix($0) } ? String(path.prefix { $0 != "?" }) : path
  }

  /// Whether it lies in an archive on the disk.
  public var isArchive: Bool { text.hasPrefix("/vsi") }

  /// As GDAL has it, without a query: what other programs may open.
  public var path: String {
    for (scheme, prefix) in Self.stores where text.hasPrefix(scheme) { return prefix + text.dropFirst(scheme.count) }
    return isArchive ? text : "/vsicurl/" + Self.encoded(text)
  }

  /// As this program opens it.
  var fullPath: String { path + query }

  /// As this program opens it to be read from its beginning to its end in one go; `nil` where it is read in parts alone.
  ///
  /// GDAL remembers what it has heard of an address, failures among them: so each opening has an address of its own. What stands behind `#` is not sent.
  var streamedPath: String? {
    guard path.hasPrefix("/vsicurl/") else { return nil }
    return "/vsicurl_streaming/\(fullPath.dropFirst("/vsicurl/".count))#\(UInt32.random(in: 0 ... .max))"
  }

  /// The part that no pattern goes through: scheme and host, scheme and bucket, or the archive.
  public var root: String {
    guard isArchive else {
      return text.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false).prefix(3).joined(separator: "/")
    }
    let archive = ArchivePath.file(of: text)
    // There is no such archive, as whoever opens it will find out.
    if archive == text { return text }
    return text.hasPrefix("/vsizip/") ? "/vsizip/" + archive : "/vsitar/" + archive
  }

  /// With percent signs for what may not stand in a URL; those that are there stay.
  private static func encoded(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
      if byte > 32, byte < 127, !"\"<>\\^`{|}".utf8.contains(byte) {
        result.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        result += String(format: "%%%02X", byte)
      }
    }
    return result
  }
}
