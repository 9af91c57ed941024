/// The bytes of a pickle, fetched from the file as the interpreter comes to them: in the old format nothing says how long a pickle is.
extension PickleInterpreter {
  /// Fetches what lies before `end`, in growing steps.
  private mutating func fetch(upTo end: Int) throws(PickleProblem) {
    guard end <= limit else { throw beyondLimit }
    let step = max(end - heap.bytes.count, max(64 << 10, heap.bytes.count))
    do throws(CheckpointError) {
      heap.bytes += try source.bytes(at: start + heap.bytes.count, count: min(step, limit - heap.bytes.count))
    } catch {
      throw .unreadable(error)
    }
  }

  private var beyondLimit: PickleProblem {
    limitIsEnd ? .truncated : .limit("a pickle of more than \(limit / 1_000_000) MB")
  }

  mutating func byte() throws(PickleProblem) -> UInt8 {
    if position >= heap.bytes.count { try fetch(upTo: position + 1) }
    defer { position += 1 }
    return heap.bytes[position]
  }

  /// Passes over so many bytes and says where they are.
  mutating func take(_ count: Int) throws(PickleProblem) -> PickleText {
    guard count >= 0 else { throw malformed("a length is negative") }
    guard count <= limit - position else { throw beyondLimit }
    if position + count > heap.bytes.count { try fetch(upTo: position + count) }
    defer { position += count }
    return PickleText(start: position, count: count)
  }

  /// A little-endian number.
  mutating func number<Number: FixedWidthInteger>(_: Number.Type) throws(PickleProblem) -> Number {
    let text = try take(Number.bitWidth / 8)
    return heap.bytes.littleEndian(Number.self, at: text.start) ?? 0
  }

  mutating func bigEndianReal() throws(PickleProblem) -> Double {
    Double(bitPattern: try number(UInt64.self).byteSwapped)
  }

  mutating func length64() throws(PickleProblem) -> Int {
    guard let length = Int(exactly: try number(UInt64.self)) else { throw beyondLimit }
    return length
  }

  /// The bytes up to a line feed, which is passed over.
  mutating func line() throws(PickleProblem) -> PickleText {
    let first = position
    while try byte() != 0x0a {}
    return PickleText(start: first, count: position - 1 - first)
  }

  /// The text of a line that holds a number. Longer ones than Python's own limit are not read.
  mutating func numberLine() throws(PickleProblem) -> String {
    // Not in one expression: the bytes may be fetched, and with them `heap` changed, while the line is read.
    let text = try line()
    guard text.count <= 4_400 else { throw malformed("a number of \(text.count) digits") }
    return heap.string(text)
  }

  mutating func memoLine() throws(PickleProblem) -> UInt64 {
    guard let number = UInt64(try numberLine()) else { throw malformed("the index of a memo entry is not a number") }
    return number
  }

  /// Opcode INT: a decimal number; 00 and 01 are the truth values.
  mutating func integerLine() throws(PickleProblem) -> PickleValue {
    let text = try numberLine()
    switch text {
    case "00": return .bool(false)
    case "01": return .bool(true)
    default:
      guard let number = Int64(text) else { throw malformed("an integer is not a number") }
      return .integer(number)
    }
  }

  /// Opcode LONG: a decimal number with an L behind it. One beyond 64 bits becomes a real.
  mutating func longLine() throws(PickleProblem) -> PickleValue {
    var text = try numberLine()
    if text.hasSuffix("L") { text.removeLast() }
    if let number = Int64(text) { return .integer(number) }
    guard let number = Double(text) else { throw malformed("an integer is not a number") }
    return .real(number)
  }

  /// A two's complement number of so many bytes. One beyond 64 bits keeps only its bytes.
  mutating func long(count: Int) throws(PickleProblem) -> PickleValue {
    let text = try take(count)
    guard count <= 8 else { return .bytes(text) }
    guard count > 0 else { return .integer(0) }
    var value = UInt64.zero
    for index in (0..<count).reversed() { value = value << 8 | UInt64(heap.bytes[text.start + index]) }
    let unused = UInt64(64 - count * 8)
    return .integer(Int64(bitPattern: value << unused) >> Int64(unused))
  }

  /// Opcode STRING: a text in quotes, with Python's escapes.
  mutating func stringLine() throws(PickleProblem) -> PickleText {
    let text = try line()
    guard text.count >= 2 else { throw malformed("a text has no quotes") }
    let inner = PickleText(start: text.start + 1, count: text.count - 2)
    return unescaped(inner, unicodeOnly: false)
  }

  /// Opcode UNICODE: Latin-1 with `\uXXXX`.
  mutating func unicodeLine() throws(PickleProblem) -> PickleText {
    unescaped(try line(), unicodeOnly: true)
  }

  /// The text without its escapes; itself where it has none and is ASCII.
  private mutating func unescaped(_ text: PickleText, unicodeOnly: Bool) -> PickleText {
    let range = text.start..<text.start + text.count
    guard heap.bytes[range].contains(where: { $0 == UInt8(ascii: "\\") || $0 >= 0x80 }) else { return text }
    let first = heap.decoded.count
    var index = range.lowerBound
    func hexadecimal(_ digits: Int) -> UInt32? {
      guard index + digits <= range.upperBound else { return nil }
      return UInt32(String(decoding: heap.bytes[index..<index + digits], as: UTF8.self), radix: 16)
    }
    while index < range.upperBound {
      let byte = heap.bytes[index]
      index += 1
      guard byte == UInt8(ascii: "\\"), index < range.upperBound else {
        if unicodeOnly, byte >= 0x80 { append(UInt32(byte)) } else { heap.decoded.append(byte) }
        continue
      }
      let kind = heap.bytes[index]
      index += 1
      let digits: Int? =
        switch kind {
        case UInt8(ascii: "u"): 4
        case UInt8(ascii: "U"): 8
        case UInt8(ascii: "x") where !unicodeOnly: 2
        default: nil
        }
      if let digits, let number = hexadecimal(digits) {
        index += digits
        if digits == 2 { heap.decoded.append(UInt8(truncatingIfNeeded: number)) } else { append(number) }
      } else if unicodeOnly {
        heap.decoded += [byte, kind]
      } else {
        switch kind {
        case UInt8(ascii: "n"): heap.decoded.append(0x0a)
        case UInt8(ascii: "r"): heap.decoded.append(0x0d)
        case UInt8(ascii: "t"): heap.decoded.append(0x09)
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): heap.decoded.append(kind)
        default: heap.decoded += [byte, kind]
        }
      }
    }
    return PickleText(start: first, count: heap.decoded.count - first, form: .decoded)
  }

  private mutating func append(_ scalar: UInt32) {
    heap.decoded += Array(String(Character(Unicode.Scalar(scalar) ?? "\u{fffd}")).utf8)
  }
}
