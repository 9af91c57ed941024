import Basics

/// An XML document as a value, whose text is escaped by construction.
indirect enum XMLNode: Sendable {
  case element(String, attributes: [(name: String, value: String)], [XMLNode])
  case text(String)

  static func element(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ children: [XMLNode] = []) -> XMLNode {
    .element(name, attributes: attributes.map { ($0.key, $0.value) }, children)
  }

  static func element(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ text: String) -> XMLNode {
    .element(name, attributes: attributes.map { ($0.key, $0.value) }, [.text(text)])
  }

  /// The element and all below it, indented, ending in a line break. Elements with text are on one line.
  var indented: String {
    var result = ""
    write(to: &result, indent: "")
    return result
  }

  private func write(to result: inout String, indent: String) {
    switch self {
    case .text(let text): result += indent + Self.escaped(text) + "\n"
    case .element(let name, let attributes, let children):
      result += "\(indent)<\(name)"
      for attribute in attributes { result += " \(attribute.name)=\"\(Self.escaped(attribute.value))\"" }
      if children.isEmpty {
        result += "/>\n"
      } else if children.count == 1, case .text(let text) = children[0] {
        result += ">\(Self.escaped(text))</\(name)>\n"
      } else {
        result += ">\n"
        for child in children { child.write(to: &result, indent: indent + "  ") }
        result += "\(indent)</\(name)>\n"
      }
    }
  }

  private static func escaped(_ text: String) -> String { MarkupText.escaped(text, for: .program) }
}
