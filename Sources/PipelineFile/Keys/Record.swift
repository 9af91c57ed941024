import Basics
import YAMLText

/// A table with known keys, read into a value: one description serves the reader, the schema and the documents.
struct Record<Root: Sendable>: Sendable {
  struct Field: Sendable {
    var name: String
    var required: Bool
    var description: KeyDescription
    var read: @Sendable (YAMLNode, inout Reading, inout Root) -> Void
  }

  var fields: [Field]

  var descriptions: [KeyDescription] { fields.map(\.description) }

  var schema: JSONText {
    var object: [(String, JSONText)] = [("type", "object"), ("additionalProperties", .bool(false))]
    let required = fields.filter { $0.required || !$0.description.fields.allSatisfy { $0.defaultText != nil } }
    if !required.isEmpty { object.append(("required", .array(required.map { .string($0.name) }))) }
    object.append(
      (
        "properties",
        .object(
          fields.map { field in
            var schema = field.description.schema.members
            schema.append(("description", .string(field.description.summary)))
            if let text = field.description.defaultText, let value = JSONText(yaml: text) { schema.append(("default", value)) }
            return (field.name, .object(schema))
          })
      ))
    return .object(object)
  }

  /// Reads a table into `root`. A table of which nothing is written (all keys commented out) keeps its defaults.
  func read(_ node: YAMLNode, _ reading: inout Reading, _ root: inout Root) {
    var pairs: [(key: YAMLNode, value: YAMLNode)] = []
    if case .map(let given) = node.content {
      pairs = given
    } else if !node.isNull {
      reading.wrongType(node, expected: "a table of keys")
      return
    }
    var given: Set<String> = []
    for pair in pairs {
      guard case .scalar(let name, _) = pair.key.content else {
        reading.wrongType(pair.key, expected: "a key")
        continue
      }
      guard let field = fields.first(where: { $0.name == name }) else {
        reportUnknown(name, pair.key, &reading)
        continue
      }
      reading.path.append(name)
      // Yams has refused keys written twice alike; `tile` and `"tile"` differ to it.
      if !given.insert(name).inserted {
        reading.fail(.duplicateKey, at: pair.key, "is given more than once", "keep one")
      }
      reading.locations[reading.key] = .init(line: pair.value.line, column: pair.value.column)
      field.read(pair.value, &reading, &root)
      reading.path.removeLast()
    }
    reportMissing(at: node, given: given, &reading)
  }

  /// Reports keys that must be given and are not, here and in tables that are not there at all.
  func reportMissing(at node: YAMLNode, given: Set<String>, _ reading: inout Reading) {
    for field in fields where !given.contains(field.name) {
      for description in field.description.flattened where description.defaultText == nil {
        let key = (reading.path + [description.path]).joined(separator: ".")
        reading.fail(.missingKey, at: node, key: key, "is missing", "it must be \(description.expected)")
      }
    }
  }

  private func reportUnknown(_ name: String, _ node: YAMLNode, _ reading: inout Reading) {
    let shown = YAMLNode.shortened(name)
    let elsewhere = PipelineKeys.all.map(\.path).filter { $0.split(separator: ".").last.map(String.init) == name }
    var remedy = ""
    if name == "<<" {
      remedy = "merge keys are not supported; write the keys out"
    } else if let nearest = NearestName.of(name, among: fields.map(\.name)) {
      remedy = "did you mean '\(nearest)'?"
    } else if let path = elsewhere.first {
      remedy = "'\(path)' is such a key: move it"
    } else if let nearest = NearestName.of(
      name, among: PipelineKeys.all.compactMap { $0.path.split(separator: ".").last.map(String.init) }),
      let path = PipelineKeys.all.map(\.path).first(where: { $0.hasSuffix("." + nearest) || $0 == nearest })
    {
      remedy = "did you mean '\(path)'?"
    } else {
      remedy = "keys here are \(fields.map(\.name).joined(separator: ", "))"
    }
    reading.fail(.unknownKey, at: node, "unknown key '\(shown)'", remedy)
  }
}

extension Record.Field {
  /// A key whose value is stored where the key path says.
  ///
  /// - default: as YAML, for documents and the schema; a test compares it with the value of a pipeline that leaves the key out.
  ///   `nil` for a key that must be given.
  static func key<Value>(
    _ name: String, _ path: any WritableKeyPath<Root, Value> & Sendable, _ kind: Kind<Value>, default text: String?, _ summary: String
  ) -> Self {
    let description = KeyDescription(
      path: name, defaultText: text, expected: kind.expected, summary: summary, schema: kind.schema,
      fields: kind.fields.map { $0.below(name) })
    return Self(name: name, required: text == nil, description: description) { node, reading, root in
      if let value = kind.read(node, &reading) { root[keyPath: path] = value }
    }
  }

  /// A key whose value is a table of its own.
  static func table<Value>(
    _ name: String, _ path: any WritableKeyPath<Root, Value> & Sendable, _ record: Record<Value>, default text: String? = "",
    _ summary: String
  ) -> Self {
    let description = KeyDescription(
      path: name, defaultText: text, expected: "a table of keys", summary: summary, schema: record.schema,
      fields: record.descriptions.map { $0.below(name) })
    return Self(name: name, required: false, description: description) { node, reading, root in
      record.read(node, &reading, &root[keyPath: path])
    }
  }
}
