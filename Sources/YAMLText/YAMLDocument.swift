internal import Yams

/// Turns bytes that nobody vouches for into `YAMLNode`s, within limits.
///
/// Yams composes the document; three things are bounded around it. Aliases: composing shares aliased nodes, but comparing
/// mapping keys walks through all copies, so a text with more aliases than anyone could want is refused before. Depth: libyaml
/// stops at 1,000 levels, this at 20. Size: copying the composed document stops at 100,000 nodes.
package enum YAMLDocument {
  package static let maximumBytes = 1_000_000
  static let maximumAliases = 32
  static let maximumDepth = 20
  static let maximumNodes = 100_000

  /// The document's root; `nil` for an empty document.
  ///
  /// - Throws: `YAMLError`: unreadable for what is too large or not UTF-8, duplicateKey, else syntax.
  package static func parse(_ bytes: some Collection<UInt8>) throws(YAMLError) -> YAMLNode? {
    guard bytes.count <= maximumBytes else {
      throw YAMLError(.unreadable, reason: "is larger than a megabyte", remedy: "a few lines of YAML were expected; is it the right file?")
    }
    guard var text = String(validating: bytes, as: UTF8.self) else {
      let place = firstInvalidPlace(in: bytes)
      throw YAMLError(.unreadable, line: place.line, column: place.column, reason: "is not UTF-8 text", remedy: "save it as UTF-8")
    }
    guard aliasCount(in: bytes) <= maximumAliases else {
      throw YAMLError(.syntax, reason: "has more than \(maximumAliases) aliases", remedy: "write the values out")
    }
    // With a given encoding, libyaml takes a byte order mark for content.
    if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
    // Yams keeps a pointer to the text's bytes, which for a string of up to 15 bytes would point to the stack.
    text += String(repeating: "\n", count: 64)
    do {
      guard let root = try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot() else { return nil }
      var budget = maximumNodes
      return try copy(root, depth: 0, budget: &budget)
    } catch let error as YAMLError {
      throw error
    } catch let error as YamlError {
      throw problem(error)
    } catch {
      throw YAMLError(.syntax, reason: "is not YAML: \(error)")
    }
  }

  private static func copy(_ node: Node, depth: Int, budget: inout Int) throws(YAMLError) -> YAMLNode {
    let line = node.mark?.line ?? 1
    let column = node.mark?.column ?? 1
    budget -= 1
    guard budget > 0, depth < maximumDepth else {
      let reason = depth < maximumDepth ? "has more than \(maximumNodes) values" : "is nested deeper than \(maximumDepth) levels"
      throw YAMLError(.syntax, line: line, column: column, reason: reason)
    }
    switch node {
    case .scalar(let scalar):
      return YAMLNode(content: .scalar(scalar.string, quoted: scalar.style != .plain && scalar.style != .any), line: line, column: column)
    case .sequence(let sequence):
      var items: [YAMLNode] = []
      for item in sequence { items.append(try copy(item, depth: depth + 1, budget: &budget)) }
      return YAMLNode(content: .list(items), line: line, column: column)
    case .mapping(let mapping):
      var pairs: [(key: YAMLNode, value: YAMLNode)] = []
      for (key, value) in mapping {
        let name = try copy(key, depth: depth + 1, budget: &budget)
        pairs.append((name, try copy(value, depth: depth + 1, budget: &budget)))
      }
      return YAMLNode(content: .map(pairs), line: line, column: column)
    case .alias:
      throw YAMLError(.syntax, line: line, column: column, reason: "has an alias that leads nowhere")
    }
  }

  private static func problem(_ error: YamlError) -> YAMLError {
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let during = context.map { "\($0.text), " } ?? ""
      let remedy =
        problem.contains("tab") ? "indent with blanks" : problem.contains("undefined alias") ? "put text that begins with * in quotes" : ""
      return YAMLError(.syntax, line: mark.line, column: mark.column, reason: "is not YAML: \(during)\(problem)", remedy: remedy)
    case .duplicatedKeysInMapping(let keys, let context):
      let names = keys.map { "'\(YAMLNode.shortened($0))'" }.joined(separator: ", ")
      return YAMLError(
        .duplicateKey, line: context.mark.line, column: context.mark.column, reason: "\(names) is given more than once",
        remedy: "keep one; the first stands here")
    case .reader(let problem, _, let value, _):
      let character = value > 0 ? " (U+\(String(value, radix: 16, uppercase: true)))" : ""
      return YAMLError(.syntax, reason: "is not YAML: \(problem)\(character)")
    default:
      return YAMLError(.syntax, reason: "is not YAML")
    }
  }

  /// An upper bound of the aliases in a text, counted without parsing: asterisks that begin a word. 0 if no anchor could be there.
  static func aliasCount(in bytes: some Collection<UInt8>) -> Int {
    var anchors = 0
    var aliases = 0
    var beforeLast = UInt8(ascii: "\n")
    var last = UInt8(ascii: "\n")
    for byte in bytes {
      if last == UInt8(ascii: "&") || last == UInt8(ascii: "*"), isAnchorCharacter(byte), !isAnchorCharacter(beforeLast) {
        if last == UInt8(ascii: "*") { aliases += 1 } else { anchors += 1 }
      }
      beforeLast = last
      last = byte
    }
    return anchors == 0 ? 0 : aliases
  }

  private static func isAnchorCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "_"), UInt8(ascii: "-"): true
    default: false
    }
  }

  /// Where the longest valid beginning of a text ends.
  private static func firstInvalidPlace(in bytes: some Collection<UInt8>) -> (line: Int, column: Int) {
    var line = 1
    var column = 1
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    while case .scalarValue(let scalar) = decoder.decode(&iterator) {
      if scalar == "\n" {
        line += 1
        column = 1
      } else {
        column += 1
      }
    }
    return (line, column)
  }
}
