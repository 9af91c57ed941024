import Basics
import YAMLText

/// A kind of value: how it is read, what messages and documents call it, and its JSON Schema.
struct Kind<Value: Sendable>: Sendable {
  /// "a number above 0": fits after "must be".
  var expected: String
  var schema: JSONText
  /// Keys below, for documents; empty unless the kind is a table.
  var fields: [KeyDescription] = []
  /// `nil` after a problem was reported.
  var read: @Sendable (YAMLNode, inout Reading) -> Value?

  /// The same kind with a value made from it.
  func map<Other: Sendable>(_ transform: @escaping @Sendable (Value) -> Other) -> Kind<Other> {
    Kind<Other>(expected: expected, schema: schema, fields: fields) { node, reading in read(node, &reading).map(transform) }
  }
}

/// One key as documents show it.
struct KeyDescription: Sendable {
  /// Such as `vectors.simplify.method`.
  var path: String
  /// As YAML; `nil` for keys that must be given.
  var defaultText: String?
  var expected: String
  var summary: String
  var schema: JSONText
  var fields: [KeyDescription]

  /// The key and all below it.
  var flattened: [KeyDescription] { [self] + fields.flatMap(\.flattened) }

  func below(_ parent: String) -> KeyDescription {
    var copy = self
    copy.path = parent + "." + path
    copy.fields = fields.map { $0.below(parent) }
    return copy
  }
}

extension Kind where Value == Bool {
  static let boolean = Kind(expected: "true or false", schema: ["type": "boolean"]) { node, reading in
    if case .scalar(let text, quoted: false) = node.content {
      switch text {
      case "true", "True", "TRUE": return true
      case "false", "False", "FALSE": return false
      default: break
      }
    }
    reading.wrongType(node, expected: "true or false")
    return nil
  }
}

extension Kind where Value == String {
  /// Text that is not empty.
  static func text(_ expected: String) -> Kind {
    Kind(expected: expected, schema: ["type": "string", "minLength": 1]) { node, reading in
      guard let text = reading.text(node, expected: expected) else { return nil }
      guard !text.isEmpty else {
        reading.fail(.impossibleValue, at: node, "must not be empty")
        return nil
      }
      guard !text.unicodeScalars.contains("\0") else {
        reading.fail(.impossibleValue, at: node, "must not hold a null character")
        return nil
      }
      return text
    }
  }
}

extension Kind where Value == PipelinePath {
  static func path(_ expected: String) -> Kind {
    let text = Kind<String>.text(expected)
    return Kind(expected: expected, schema: text.schema) { node, reading in
      guard let value = text.read(node, &reading), case .scalar(let written, _) = node.content else { return nil }
      return PipelinePath(written: written, resolved: PathText.absolute(value, in: reading.folder))
    }
  }
}

extension Kind where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One of the enumeration's words.
  static var word: Kind {
    let words = Value.allCases.map(\.rawValue)
    let expected = words.joined(separator: ", ")
    return Kind(expected: "one of \(expected)", schema: ["enum": .array(words.map { .string($0) })]) { node, reading in
      guard let text = reading.text(node, expected: "one of \(expected)") else { return nil }
      if let value = Value(rawValue: text) { return value }
      let nearest = NearestName.of(text, among: words).map { "did you mean \($0)?" } ?? ""
      reading.fail(.impossibleValue, at: node, "must be one of \(expected), not \(node.kindName)", nearest)
      return nil
    }
  }
}

extension Kind {
  /// A word that stands for a value, or another kind; the word may be in quotes.
  static func word<Other>(_ word: String, _ value: Value, or kind: Kind<Other>, _ wrap: @escaping @Sendable (Other) -> Value) -> Kind {
    let expected = "\(word) or \(kind.expected)"
    return Kind(expected: expected, schema: ["anyOf": [["const": .string(word)], kind.schema]]) { node, reading in
      if case .scalar(let text, _) = node.content, text == word { return value }
      // Who writes null means that there is none.
      if word == "none", node.isNull, case .scalar(let text, _) = node.content, !text.isEmpty { return value }
      if case .scalar(let text, quoted: false) = node.content, NearestName.of(text, among: [word]) != nil, Double(text) == nil,
        Other.self != String.self
      {
        reading.fail(.impossibleValue, at: node, "must be \(expected), not \(node.kindName)", "did you mean \(word)?")
        return nil
      }
      return kind.read(node, &reading).map(wrap)
    }
  }

  /// `word` for `nil`, or the kind.
  static func optional<Other>(_ word: String, _ kind: Kind<Other>) -> Kind where Value == Other? {
    .word(word, nil, or: kind) { $0 }
  }

  /// The first of two kinds whose shape fits.
  static func either<First, Second>(
    _ first: Kind<First>, _ wrapFirst: @escaping @Sendable (First) -> Value, or second: Kind<Second>,
    _ wrapSecond: @escaping @Sendable (Second) -> Value, takesSecond: @escaping @Sendable (YAMLNode) -> Bool
  ) -> Kind {
    let expected = "\(first.expected) or \(second.expected)"
    return Kind(expected: expected, schema: ["anyOf": [first.schema, second.schema]]) { node, reading in
      takesSecond(node) ? second.read(node, &reading).map(wrapSecond) : first.read(node, &reading).map(wrapFirst)
    }
  }

  /// A list whose items are all of one kind.
  ///
  /// - unique: tells the names that may not come twice.
  static func list<Item>(
    of kind: Kind<Item>, _ expected: String, atLeast minimum: Int = 1, unique: (@Sendable (Item) -> String)? = nil
  ) -> Kind where Value == [Item] {
    var schema: [(String, JSONText)] = [("type", "array"), ("items", kind.schema)]
    if minimum > 0 { schema.append(("minItems", .number(Double(minimum)))) }
    if unique != nil { schema.append(("uniqueItems", .bool(true))) }
    return Kind(expected: expected, schema: .object(schema)) { node, reading in
      guard case .list(let items) = node.content else {
        reading.wrongType(node, expected: expected)
        return nil
      }
      guard items.count >= minimum else {
        reading.fail(.impossibleValue, at: node, minimum == 1 ? "must not be empty" : "must have at least \(minimum) items")
        return nil
      }
      var seen: Set<String> = []
      var complete = true
      var values: [Item] = []
      for item in items {
        guard let value = kind.read(item, &reading) else {
          complete = false
          continue
        }
        if let unique, !seen.insert(unique(value)).inserted {
          reading.fail(.impossibleValue, at: item, "'\(YAMLNode.shortened(unique(value)))' is given more than once")
          complete = false
        }
        values.append(value)
      }
      return complete ? values : nil
    }
  }

  /// A table from names to values of one kind, in the order of the file.
  static func table<Item>(of kind: Kind<Item>, _ expected: String) -> Kind where Value == [(name: String, value: Item)] {
    Kind(expected: expected, schema: ["type": "object", "minProperties": 1, "additionalProperties": kind.schema]) { node, reading in
      guard case .map(let pairs) = node.content else {
        reading.wrongType(node, expected: expected)
        return nil
      }
      guard !pairs.isEmpty else {
        reading.fail(.impossibleValue, at: node, "must not be empty")
        return nil
      }
      var values: [(name: String, value: Item)] = []
      var complete = true
      for pair in pairs {
        guard case .scalar(let name, _) = pair.key.content, !name.isEmpty else {
          reading.wrongType(pair.key, expected: "a name")
          complete = false
          continue
        }
        guard let value = kind.read(pair.value, &reading) else {
          complete = false
          continue
        }
        values.append((name, value))
      }
      return complete ? values : nil
    }
  }
}
