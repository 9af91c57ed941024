import YAMLText

/// A JSON value whose objects keep their order, for a schema that reads like the documents.
indirect enum JSONText: Sendable, Equatable {
  case string(String)
  case number(Double)
  case bool(Bool)
  case array([JSONText])
  case object([(String, JSONText)])

  static func == (first: JSONText, second: JSONText) -> Bool { first.text() == second.text() }

  /// The members of an object; none for other values.
  var members: [(String, JSONText)] {
    if case .object(let members) = self { members } else { [] }
  }

  /// What a YAML text means to JSON: numbers and booleans where they are not in quotes. `nil` for empty or broken text.
  init?(yaml: String) {
    guard let node = try? YAMLDocument.parse(Array(yaml.utf8)), !node.isNull else { return nil }
    self.init(node)
  }

  private init(_ node: YAMLNode) {
    switch node.content {
    case .scalar("true", quoted: false): self = .bool(true)
    case .scalar("false", quoted: false): self = .bool(false)
    case .scalar(let text, quoted: _): self = NumberText.value(of: node).map { .number($0) } ?? .string(text)
    case .list(let items): self = .array(items.map { JSONText($0) })
    case .map(let pairs):
      self = .object(
        pairs.map { pair in
          if case .scalar(let name, _) = pair.key.content { (name, JSONText(pair.value)) } else { ("", JSONText(pair.value)) }
        })
    }
  }

  /// The value as JSON, indented by two blanks; short arrays of plain values on one line.
  func text(indent: String = "") -> String {
    let inner = indent + "  "
    switch self {
    case .string(let text): return Self.quoted(text)
    case .number(let value): return Int(exactly: value).map(String.init) ?? String(value)
    case .bool(let value): return String(value)
    case .array(let items) where items.allSatisfy(\.isPlain):
      return "[" + items.map { $0.text() }.joined(separator: ", ") + "]"
    case .array(let items):
      return "[\n" + items.map { inner + $0.text(indent: inner) }.joined(separator: ",\n") + "\n\(indent)]"
    case .object(let members) where members.isEmpty:
      return "{}"
    case .object(let members):
      return "{\n" + members.map { "\(inner)\(Self.quoted($0.0)): \($0.1.text(indent: inner))" }.joined(separator: ",\n") + "\n\(indent)}"
    }
  }

  private var isPlain: Bool {
    switch self {
    case .string, .number, .bool: true
    case .array, .object: false
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case _ where scalar.value < 32:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension JSONText: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  init(stringLiteral value: String) { self = .string(value) }
  init(booleanLiteral value: Bool) { self = .bool(value) }
  init(floatLiteral value: Double) { self = .number(value) }
  init(integerLiteral value: Int) { self = .number(Double(value)) }
}

extension JSONText: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
  init(arrayLiteral elements: JSONText...) { self = .array(elements) }
  init(dictionaryLiteral elements: (String, JSONText)...) { self = .object(elements) }
}
