/// Well-known text of a crs as a tree: just enough to bring it into one form.
struct WellKnownText {
  /// A part between commas: a node, or a quoted text or a number as it stands.
  private enum Part {
    case node(WellKnownText)
    case literal(String)
  }

  private var keyword: String
  private var parts: [Part]

  /// `nil` for text that is not one node with balanced brackets.
  init?(_ text: String) {
    var rest = Substring(text)
    guard let node = WellKnownText.node(&rest, depth: 0), rest.allSatisfy(\.isWhitespace) else { return nil }
    self = node
  }

  private init(keyword: String, parts: [Part]) {
    self.keyword = keyword
    self.parts = parts
  }

  /// On one line.
  var text: String {
    let inside = parts.map { part in
      switch part {
      case .node(let node): node.text
      case .literal(let literal): literal
      }
    }
    return "\(keyword)[\(inside.joined(separator: ","))]"
  }

  /// Gives ensembles of datums as the one datum that they stand for.
  ///
  /// PROJ describes the same code with or without the members, depending on what the process looked up first.
  mutating func replaceEnsembles() {
    if keyword == "ENSEMBLE" {
      keyword = "DATUM"
      parts.removeAll { if case .node(let node) = $0 { ["MEMBER", "ENSEMBLEACCURACY"].contains(node.keyword) } else { false } }
      if case .literal(let name)? = parts.first, name.hasSuffix(" ensemble\"") { parts[0] = .literal(name.dropLast(10) + "\"") }
    }
    parts = parts.map { part in
      guard case .node(var node) = part else { return part }
      node.replaceEnsembles()
      return .node(node)
    }
  }

  /// Takes away the identifier of the whole, not those of its parts.
  mutating func removeIdentifier() {
    parts.removeAll { if case .node(let node) = $0 { ["ID", "AUTHORITY"].contains(node.keyword) } else { false } }
  }

  private static func node(_ rest: inout Substring, depth: Int) -> WellKnownText? {
    guard depth < 32, let bracket = rest.firstIndex(where: { $0 == "[" || $0 == "," || $0 == "]" }), rest[bracket] == "["
    else { return nil }
    let keyword = rest[..<bracket].filter { !$0.isWhitespace }
    rest = rest[rest.index(after: bracket)...]
    var parts: [Part] = []
    while let first = rest.first {
      if first.isWhitespace || first == "," {
        rest.removeFirst()
      } else if first == "]" {
        rest.removeFirst()
        return WellKnownText(keyword: keyword, parts: parts)
      } else if first == "\"" {
        guard let quoted = quoted(&rest) else { return nil }
        parts.append(.literal(quoted))
      } else if let end = rest.firstIndex(where: { $0 == "[" || $0 == "," || $0 == "]" }) {
        if rest[end] == "[" {
          guard let child = node(&rest, depth: depth + 1) else { return nil }
          parts.append(.node(child))
        } else {
          parts.append(.literal(String(rest[..<end])))
          rest = rest[end...]
        }
      } else {
        return nil
      }
    }
    return nil
  }

  /// A text in quotes, with them; two quotes within it stand for one.
  private static func quoted(_ rest: inout Substring) -> String? {
    var index = rest.index(after: rest.startIndex)
    while index < rest.endIndex {
      let next = rest.index(after: index)
      if rest[index] == "\"" {
        if next < rest.endIndex, rest[next] == "\"" {
          index = rest.index(after: next)
          continue
        }
        let text = String(rest[..<next])
        rest = rest[next...]
        return text
      }
      index = next
    }
    return nil
  }
}
