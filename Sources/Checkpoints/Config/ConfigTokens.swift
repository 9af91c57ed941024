/// A token of Python text.
enum ConfigToken: Equatable {
  case name(String)
  case integer(Int)
  case real(Double)
  case text(String)
  /// A text with computed parts (`f"…"`), whose value is not known.
  case formatted
  case symbol(UInt8)
  /// `**`, `//`, `==` and the like: two characters.
  case operation(String)
}

/// Splits Python text into logical lines of tokens. Lines that begin with a blank belong to a block (`def`, `if` …) and are left out.
struct ConfigTokens {
  private let text: [UInt8]
  private var position = 0

  static func lines(_ text: String) -> [[ConfigToken]] {
    var reader = ConfigTokens(text: Array(text.utf8))
    return reader.readLines()
  }

  private init(text: [UInt8]) { self.text = text }

  private func peek(_ distance: Int = 0) -> UInt8 {
    position + distance < text.count ? text[position + distance] : 0
  }

  private mutating func readLines() -> [[ConfigToken]] {
    var lines: [[ConfigToken]] = []
    var line: [ConfigToken] = []
    var depth = 0
    var isIndented = false
    var atStart = true
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0c }
    while position < text.count {
      let byte = text[position]
      if atStart, depth == 0 {
        isIndented = isBlank(byte)
        atStart = false
      }
      switch byte {
      case 0x0a, 0x0d, UInt8(ascii: ";"):
        position += 1
        guard depth == 0 else { break }
        if !line.isEmpty, !isIndented { lines.append(line) }
        line = []
        atStart = byte != UInt8(ascii: ";")
      case _ where isBlank(byte): position += 1
      case UInt8(ascii: "\\"): position += peek(1) == 0x0d && peek(2) == 0x0a ? 3 : 2
      case UInt8(ascii: "#"): while position < text.count, text[position] != 0x0a { position += 1 }
      default:
        let token = readToken()
        switch token {
        case .symbol(UInt8(ascii: "(")), .symbol(UInt8(ascii: "[")), .symbol(UInt8(ascii: "{")): depth += 1
        case .symbol(UInt8(ascii: ")")), .symbol(UInt8(ascii: "]")), .symbol(UInt8(ascii: "}")): depth = max(0, depth - 1)
        default: break
        }
        line.append(token)
      }
    }
    if !line.isEmpty, !isIndented { lines.append(line) }
    return lines
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7a || byte == 0x5f || byte >= 0x80
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  private mutating func readToken() -> ConfigToken {
    let byte = peek()
    if Self.isDigit(byte) || byte == UInt8(ascii: ".") && Self.isDigit(peek(1)) { return readNumber() }
    if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") { return .text(readText(isRaw: false)) }
    if Self.isLetter(byte) { return readWord() }
    let pairs: [(UInt8, UInt8)] = [
      (0x2a, 0x2a), (0x2f, 0x2f), (0x3d, 0x3d), (0x21, 0x3d), (0x3c, 0x3d), (0x3e, 0x3d), (0x3a, 0x3d), (0x2d, 0x3e), (0x2b, 0x3d),
      (0x2d, 0x3d), (0x2a, 0x3d), (0x7c, 0x3d),
    ]
    if pairs.contains(where: { $0 == (byte, peek(1)) }) {
      position += 2
      return .operation(String(decoding: text[position - 2..<position], as: UTF8.self))
    }
    position += 1
    return .symbol(byte)
  }

  private mutating func readWord() -> ConfigToken {
    let start = position
    while position < text.count, Self.isLetter(text[position]) || Self.isDigit(text[position]) { position += 1 }
    let word = String(decoding: text[start..<position], as: UTF8.self)
    guard peek() == UInt8(ascii: "'") || peek() == UInt8(ascii: "\""), position - start <= 2 else { return .name(word) }
    // A prefix: raw, bytes, unicode, formatted.
    let prefix = word.lowercased()
    let content = readText(isRaw: prefix.contains("r"))
    return prefix.contains("f") ? .formatted : .text(content)
  }

  private mutating func readNumber() -> ConfigToken {
    let start = position
    if peek() == 0x30, let radix = [0x78: 16, 0x6f: 8, 0x62: 2][Int(peek(1) | 0x20)] {
      position += 2
      while position < text.count, Self.isLetter(text[position]) || Self.isDigit(text[position]) { position += 1 }
      let digits = String(decoding: text[start + 2..<position], as: UTF8.self).filter { $0 != "_" }
      return Int(digits, radix: radix).map(ConfigToken.integer) ?? .formatted
    }
    var isReal = false
    while position < text.count {
      let byte = text[position]
      if byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e") {
        isReal = true
        if byte != UInt8(ascii: "."), peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-") { position += 1 }
      } else if !Self.isDigit(byte), byte != 0x5f {
        break
      }
      position += 1
    }
    let digits = String(decoding: text[start..<position], as: UTF8.self).filter { $0 != "_" }
    if !isReal, let number = Int(digits) { return .integer(number) }
    return Double(digits.hasSuffix(".") ? digits + "0" : digits).map(ConfigToken.real) ?? .formatted
  }

  /// The content of a text in single or triple quotes.
  private mutating func readText(isRaw: Bool) -> String {
    let quote = peek()
    let isTriple = peek(1) == quote && peek(2) == quote
    position += isTriple ? 3 : 1
    var content: [UInt8] = []
    while position < text.count {
      let byte = text[position]
      if byte == quote, !isTriple || (peek(1) == quote && peek(2) == quote) {
        position += isTriple ? 3 : 1
        break
      }
      // An unfinished text ends with its line.
      if byte == 0x0a, !isTriple { break }
      position += 1
      guard byte == UInt8(ascii: "\\"), position < text.count else {
        content.append(byte)
        continue
      }
      if isRaw {
        content += [byte, text[position]]
        position += 1
      } else {
        readEscape(into: &content)
      }
    }
    return String(decoding: content, as: UTF8.self)
  }

  private mutating func readEscape(into content: inout [UInt8]) {
    let kind = text[position]
    position += 1
    let digits: Int
    switch kind {
    case UInt8(ascii: "n"): return content.append(0x0a)
    case UInt8(ascii: "r"): return content.append(0x0d)
    case UInt8(ascii: "t"): return content.append(0x09)
    case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): return content.append(kind)
    case 0x0a: return
    case UInt8(ascii: "x"): digits = 2
    case UInt8(ascii: "u"): digits = 4
    case UInt8(ascii: "U"): digits = 8
    default: return content += [UInt8(ascii: "\\"), kind]
    }
    let end = min(position + digits, text.count)
    guard let number = UInt32(String(decoding: text[position..<end], as: UTF8.self), radix: 16), let scalar = Unicode.Scalar(number) else {
      return content += [UInt8(ascii: "\\"), kind]
    }
    position = end
    content += Array(String(Character(scalar)).utf8)
  }
}
