/// What a pipeline's author says of the layers: who made them, what they are, and under which terms they may be used.
public struct About: Sendable, Hashable, Codable {
  public var title: String?
  public var abstract: String?
  /// An SPDX expression such as `CC-BY-4.0`, or the URL of a text.
  public var license: String?
  /// Whom to name beside the layers, such as "© Land survey 2026".
  public var attribution: String?
  /// Whom to ask: an address of mail, a URL, or a name.
  public var contact: String?
  public var keywords: [String] = []

  public init() {}

  /// A warning where the license looks misspelled; `nil` where nothing is known against it.
  public var licenseWarning: String? {
    guard let license, !licenseIsURL else { return nil }
    let words = license.split { $0 == " " || $0 == "(" || $0 == ")" }.map { $0.hasSuffix("+") ? String($0.dropLast()) : String($0) }
    let doubts = words.enumerated().filter { index, word in
      !["AND", "OR", "WITH"].contains(word) && (index == 0 || words[index - 1] != "WITH")
    }.compactMap { License.doubt($0.element) }
    return doubts.isEmpty ? nil : "about.license: \(doubts.joined(separator: "; ")); catalogs may not know it"
  }

  public var licenseIsURL: Bool { license.map(Self.isURL) ?? false }

  /// Whether a text is the address of a page.
  public static func isURL(_ text: String) -> Bool {
    ["http://", "https://"].contains { text.lowercased().hasPrefix($0) && text.utf8.count > $0.utf8.count }
      && !text.unicodeScalars.contains { $0.properties.isWhitespace || $0.value < 0x20 }
  }

  /// Whether a text has the form of an SPDX expression: identifiers, joined by `AND`, `OR` and `WITH`. Whether such a license exists is not known here.
  public static func isSPDXExpression(_ text: String) -> Bool {
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count % 2 == 1 else { return false }
    for (index, word) in words.enumerated() {
      if index % 2 == 1 {
        guard ["AND", "OR", "WITH"].contains(word) else { return false }
        continue
      }
      let name = word.drop { $0 == "(" }
      let plain = name.reversed().drop { $0 == ")" }
      guard !plain.isEmpty, plain.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+-.:".contains($0)) }) else { return false }
    }
    return text.count { $0 == "(" } == text.count { $0 == ")" }
  }
}
