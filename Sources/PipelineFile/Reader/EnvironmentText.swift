import YAMLText

/// `${NAME}` in values.
enum EnvironmentText {
  struct Failure: Error {
    var reason: String
    var remedy: String
  }

  /// The text with each `${NAME}` replaced; `$${` stands for `${` itself. Values are not looked through again.
  static func substituting(_ text: String, _ environment: [String: String]) -> Result<String, Failure> {
    guard text.utf8.contains(UInt8(ascii: "$")) else { return .success(text) }
    var result = ""
    var rest = Substring(text)
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[dollar...]
      if rest.hasPrefix("$${") {
        result += "${"
        rest = rest.dropFirst(3)
      } else if rest.hasPrefix("${") {
        guard let end = rest.firstIndex(of: "}") else {
          return .failure(Failure(reason: "has a ${ without }", remedy: "write ${NAME}, or $${ for the characters themselves"))
        }
        let name = String(rest.dropFirst(2)[..<end])
        guard isName(name) else {
          let shown = YAMLNode.shortened(name)
          return .failure(
            Failure(reason: "'${\(shown)}' names no environment variable", remedy: "write ${NAME}, or $${ for the characters themselves"))
        }
        guard let value = environment[name] else {
          return .failure(
            Failure(reason: "the environment variable \(YAMLNode.shortened(name)) is not set", remedy: "set it, or write the value"))
        }
        result += value
        rest = rest[end...].dropFirst()
      } else {
        result += "$"
        rest = rest.dropFirst()
      }
    }
    return .success(result + rest)
  }

  private static func isName(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
    return name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
      default: byte == UInt8(ascii: "_")
      }
    }
  }
}
