import YAMLText

extension ConfigValue {
  /// The value of a YAML node, as PyYAML reads it: only what stands without quotes can be a number, a flag or nothing.
  ///
  /// What a table merges in (`<<`) and keys that are not texts make a table opaque.
  init(_ node: YAMLNode) {
    switch node.content {
    case .scalar(let text, quoted: true): self = .text(text)
    case .scalar(let text, quoted: false): self = Self.plain(text)
    case .list(let items): self = .list(items.map { ConfigValue($0) })
    case .map(let pairs):
      var entries: [String: ConfigValue] = [:]
      for pair in pairs {
        guard case .scalar(let name, _) = pair.key.content, name != "<<" else {
          self = .opaque
          return
        }
        entries[name] = ConfigValue(pair.value)
      }
      self = .dictionary(entries)
    }
  }

  private static func plain(_ text: String) -> ConfigValue {
    switch text {
    case "", "~", "null", "Null", "NULL", "None": return .none
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    default: break
    }
    if let number = Int(text) { return .integer(number) }
    // Not words that Swift takes for numbers, such as "nan" and "0x1p3".
    guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), let number = Double(text), number.isFinite else {
      return .text(text)
    }
    return .real(number)
  }
}
