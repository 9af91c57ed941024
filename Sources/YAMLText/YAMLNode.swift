/// A piece of a YAML document with its place. Scalars keep the user's own letters: `no` is not `false`, `06:00` is not a number.
package struct YAMLNode: Sendable {
  /// What a node holds.
  package enum Content: Sendable {
    /// - quoted: whether it stood in quotes or in a block; a number in quotes is text.
    case scalar(String, quoted: Bool)
    case list([YAMLNode])
    case map([(key: YAMLNode, value: YAMLNode)])
  }

  package var content: Content
  /// From 1.
  package var line: Int
  /// From 1, in Unicode scalars.
  package var column: Int

  package init(content: Content, line: Int, column: Int) {
    self.content = content
    self.line = line
    self.column = column
  }

  /// What the node is, for messages.
  package var kindName: String {
    switch content {
    case .scalar(let text, let quoted): text.isEmpty && !quoted ? "nothing" : "\"\(Self.shortened(text))\""
    case .list: "a list"
    case .map: "a table of keys"
    }
  }

  /// Nothing was written after the colon, or `null`.
  package var isNull: Bool {
    guard case .scalar(let text, quoted: false) = content else { return false }
    return text.isEmpty || text == "~" || text == "null"
  }

  /// At most 60 characters on one line.
  package static func shortened(_ text: String) -> String {
    let line = String(
      String.UnicodeScalarView(text.unicodeScalars.prefix(61).map { $0.properties.isWhitespace || $0.value < 32 ? " " : $0 }))
    return line.unicodeScalars.count > 60 ? String(line.unicodeScalars.prefix(60)) + "…" : line
  }
}
