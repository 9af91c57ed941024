/// Reads JSON that nobody vouches for, from its first byte on. It holds only what the caller asks for, and takes time in proportion to the text.
struct JSONReader {
  struct Malformed: Error {}

  private let text: [UInt8]
  private(set) var position: Int

  init(_ text: [UInt8]) {
    self.text = text
    position = 0
  }

  private var byte: UInt8? { position < text.count ? text[position] : nil }

  private mutating func skipBlanks() {
    while let byte, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
  }

  /// Whether nothing but blanks follows.
  mutating func isAtEnd() -> Bool {
    skipBlanks()
    return position == text.count
  }

  /// Passes over a punctuation mark, if it comes next.
  mutating func accept(_ mark: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard byte == UInt8(ascii: mark) else { return false }
    position += 1
    return true
  }

  mutating func expect(_ mark: Unicode.Scalar) throws(Malformed) {
    guard accept(mark) else { throw Malformed() }
  }

  /// The members of an object, behind its opening brace: `body` reads each value, given its key.
  mutating func members<Failure: Error>(
    keyLimit: Int, _ body: (inout JSONReader, String) throws(Failure) -> Void, malformed: (Malformed) -> Failure
  ) throws(Failure) {
    func plain<Value>(_ step: () throws(Malformed) -> Value) throws(Failure) -> Value {
      do throws(Malformed) { return try step() } catch { throw malformed(error) }
    }
    if accept("}") { return }
    repeat {
      let key = try plain { () throws(Malformed) in
        let key = try string(limit: keyLimit)
        try expect(":")
        return key
      }
      try body(&self, key)
    } while accept(",")
    try plain { () throws(Malformed) in try expect("}") }
  }

  /// A string of at most `limit` bytes.
  mutating func string(limit: Int) throws(Malformed) -> String {
    skipBlanks()
    guard byte == UInt8(ascii: "\"") else { throw Malformed() }
    position += 1
    let start = position
    // Plain text is taken in one piece.
    while let byte, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
    guard let stop = byte, stop >= 0x20, position - start <= limit else { throw Malformed() }
    if stop == UInt8(ascii: "\"") {
      position += 1
      guard let plain = String(validating: text[start..<position - 1], as: UTF8.self) else { throw Malformed() }
      return plain
    }
    var content = Array(text[start..<position])
    while let byte {
      position += 1
      guard content.count <= limit else { throw Malformed() }
      switch byte {
      case UInt8(ascii: "\""):
        guard let result = String(validating: content, as: UTF8.self) else { throw Malformed() }
        return result
      case UInt8(ascii: "\\"): content += Array(String(Character(try escape())).utf8)
      case 0..<0x20: throw Malformed()
      default: content.append(byte)
      }
    }
    throw Malformed()
  }

  private mutating func escape() throws(Malformed) -> Unicode.Scalar {
    guard let kind = byte else { throw Malformed() }
    position += 1
    switch kind {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(kind)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let first = try hexadecimal()
      guard 0xd800...0xdbff ~= first else {
        guard let scalar = Unicode.Scalar(first) else { throw Malformed() }
        return scalar
      }
      guard byte == UInt8(ascii: "\\"), position + 1 < text.count, text[position + 1] == UInt8(ascii: "u") else { throw Malformed() }
      position += 2
      let second = try hexadecimal()
      guard 0xdc00...0xdfff ~= second, let scalar = Unicode.Scalar((first - 0xd800) << 10 + (second - 0xdc00) + 0x10000) else {
        throw Malformed()
      }
      return scalar
    default: throw Malformed()
    }
  }

  private mutating func hexadecimal() throws(Malformed) -> UInt32 {
    guard position + 4 <= text.count else { throw Malformed() }
    var value: UInt32 = 0
    for _ in 0..<4 {
      let digit = text[position]
      position += 1
      switch digit {
      case 0x30...0x39: value = value << 4 | UInt32(digit - 0x30)
      case 0x41...0x46: value = value << 4 | UInt32(digit - 0x41 + 10)
      case 0x61...0x66: value = value << 4 | UInt32(digit - 0x61 + 10)
      default: throw Malformed()
      }
    }
    return value
  }

  /// The bytes of a number.
  private mutating func digits() throws(Malformed) -> String {
    skipBlanks()
    let start = position
    while let byte, 0x30...0x39 ~= byte || byte == 0x2d || byte == 0x2b || byte == 0x2e || byte | 0x20 == 0x65 { position += 1 }
    guard position > start, position - start <= 64 else { throw Malformed() }
    return String(decoding: text[start..<position], as: UTF8.self)
  }

  mutating func integer() throws(Malformed) -> Int {
    guard let number = Int(try digits()) else { throw Malformed() }
    return number
  }

  /// A list of at most `limit` whole numbers.
  mutating func integers(limit: Int) throws(Malformed) -> [Int] {
    try expect("[")
    var numbers: [Int] = []
    if accept("]") { return numbers }
    repeat {
      guard numbers.count < limit else { throw Malformed() }
      numbers.append(try integer())
    } while accept(",")
    try expect("]")
    return numbers
  }

  /// Any value.
  ///
  /// - Parameter budget: values that may still be made.
  mutating func value(depth: Int = 0, budget: inout Int) throws(Malformed) -> ConfigValue {
    budget -= 1
    guard budget >= 0, depth < 64 else { throw Malformed() }
    skipBlanks()
    switch byte {
    case UInt8(ascii: "{"):
      position += 1
      var entries: [String: ConfigValue] = [:]
      var left = budget
      try members(
        keyLimit: 10_000,
        { (reader: inout JSONReader, key) throws(Malformed) in entries[key] = try reader.value(depth: depth + 1, budget: &left) },
        malformed: { $0 })
      budget = left
      return .dictionary(entries)
    case UInt8(ascii: "["):
      position += 1
      var elements: [ConfigValue] = []
      if accept("]") { return .list(elements) }
      repeat { elements.append(try value(depth: depth + 1, budget: &budget)) } while accept(",")
      try expect("]")
      return .list(elements)
    case UInt8(ascii: "\""): return .text(try string(limit: ConfigReader.maximumSize))
    case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "I"): return try word()
    default:
      let digits = try digits()
      if let number = Int(digits) { return .integer(number) }
      guard let number = Double(digits) else { throw Malformed() }
      return .real(number)
    }
  }

  private mutating func word() throws(Malformed) -> ConfigValue {
    // Python's json writes the last two.
    let words: [(String, ConfigValue)] = [
      ("true", .bool(true)), ("false", .bool(false)), ("null", ConfigValue.none), ("NaN", .opaque), ("Infinity", .opaque),
    ]
    for (word, value) in words where text[position...].starts(with: word.utf8) {
      position += word.utf8.count
      return value
    }
    throw Malformed()
  }
}
