internal import Foundation

/// A path as the user wrote it, and where it leads.
public struct PipelinePath: Sendable, Equatable, Codable {
  /// As it stands in the file, before environment variables are put in: for messages.
  public var written: String
  /// Absolute if the pipeline file's folder was; an address, a `/vsi…` path or an absolute path stays as it is. May hold glob characters
  /// where the key takes patterns.
  public var resolved: String
  /// Of a STAC document: the key or the role of the assets that are meant. `nil` for any other path.
  public var asset: String?

  public init(written: String = "", resolved: String = "", asset: String? = nil) {
    self.written = written
    self.resolved = resolved
    self.asset = asset
  }

  private enum CodingKeys: String, CodingKey { case written, resolved, asset }

  /// Without the query of a URL: what may be a secret never gets into keys, receipts or pages.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(PathText.withoutQuery(written), forKey: .written)
    try container.encode(PathText.withoutQuery(resolved), forKey: .resolved)
    try container.encodeIfPresent(asset, forKey: .asset)
  }
}

/// A number of things, or a share of all of them.
public enum Limit: Sendable, Equatable, Codable {
  case count(Int)
  /// 0…100.
  case percent(Double)

  /// The largest count that the limit allows among `total`; a share is rounded down.
  public func count(of total: Int) -> Int {
    switch self {
    case .count(let count): count
    case .percent(let percent): Int((Double(total) * percent / 100).rounded(.down))
    }
  }
}

/// Local wall-clock time.
public struct TimeOfDay: Sendable, Equatable, Codable {
  /// 0…23.
  public var hour: Int
  /// 0…59.
  public var minute: Int

  public init(hour: Int, minute: Int) {
    self.hour = hour
    self.minute = minute
  }
}

/// A database connection string: whole in `value`, without its password wherever it is printed or encoded.
public struct ConnectionString: Sendable, Equatable, Codable, CustomStringConvertible, CustomDebugStringConvertible {
  public var value: String

  public init(_ value: String) {
    self.value = value
  }

  /// Encodes `redacted`: a password never gets into keys, receipts or logs.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(redacted)
  }

  public init(from decoder: any Decoder) throws {
    value = try decoder.singleValueContainer().decode(String.self)
  }

  public var description: String { redacted }
  public var debugDescription: String { redacted }

  /// The string with `…` in place of the password, for both forms: `password=secret` (quoted or not) and `scheme://user:secret@host`,
  /// the latter with `password=` in its query, too.
  public var redacted: String {
    var text = value
    if let scheme = text.range(of: "://") {
      let end = text[scheme.upperBound...].firstIndex { $0 == "/" || $0 == "?" } ?? text.endIndex
      // A password may hold an at sign: the last one before the host counts, and slashes after it do not belong to it.
      let at = text[scheme.upperBound..<end].lastIndex(of: "@") ?? text[scheme.upperBound...].lastIndex(of: "@")
      if let at, let colon = text[scheme.upperBound..<at].firstIndex(of: ":") {
        text.replaceSubrange(text.index(after: colon)..<at, with: "…")
      }
    }
    for word in ["password", "passwd", "pwd", "passfile", "sslpassword"] {
      text = Self.replacingValue(of: word, in: text)
    }
    return text
  }

  /// Replaces what follows each `word =`, up to its closing quote, or the next blank or `&`.
  private static func replacingValue(of word: String, in text: String) -> String {
    var result = ""
    var rest = Substring(text)
    while let found = rest.range(of: word, options: .caseInsensitive) {
      result += rest[..<found.upperBound]
      rest = rest[found.upperBound...]
      let blanks = rest.prefix { $0 == " " }
      guard rest[blanks.endIndex...].first == "=" else { continue }
      let afterSign = rest[blanks.endIndex...].dropFirst()
      let start = afterSign.drop { $0 == " " }
      result += "=…"
      if start.first == "'" {
        rest = Self.afterQuoted(start.dropFirst())
      } else {
        rest = start.drop { $0 != " " && $0 != "&" }
      }
    }
    return result + rest
  }

  /// What follows the closing quote; a backslash takes the next character's meaning. Nothing if the quote never closes.
  private static func afterQuoted(_ text: Substring) -> Substring {
    var rest = text
    while let character = rest.popFirst() {
      if character == "\\" { _ = rest.popFirst() }
      if character == "'" { return rest }
    }
    return rest
  }
}
