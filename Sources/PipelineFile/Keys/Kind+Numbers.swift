import Basics
import YAMLText

extension Kind where Value == Int {
  static func integer(_ range: ClosedRange<Int>, _ expected: String) -> Kind {
    var schema: [(String, JSONText)] = [("type", "integer"), ("minimum", .number(Double(range.lowerBound)))]
    if range.upperBound != .max { schema.append(("maximum", .number(Double(range.upperBound)))) }
    return Kind(expected: expected, schema: .object(schema)) { node, reading in
      guard let number = NumberText.value(of: node) else {
        reading.wrongType(node, expected: expected)
        return nil
      }
      guard number == number.rounded(), let value = Int(exactly: number), range.contains(value) else {
        reading.fail(.impossibleValue, at: node, "must be \(expected), not \(node.kindName)")
        return nil
      }
      return value
    }
  }

  /// Bytes: `8GB`, `500MB`, `16GiB`.
  static let byteSize = Kind(
    expected: "a size such as 8GB", schema: ["type": "string", "pattern": #"^[0-9]+(\.[0-9]+)? ?([kMGT]B|[KMGT]iB)$"#]
  ) { node, reading in
    guard let text = reading.text(node, expected: "a size such as 8GB") else { return nil }
    let (number, unit) = NumberText.splitUnit(Substring(text))
    let units: [String: Double] = [
      "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "KiB": 1024, "MiB": 1_048_576, "GiB": 1_073_741_824, "TiB": 1_099_511_627_776,
    ]
    guard let number, let scale = units[String(unit)] else {
      let remedy = number != nil && unit.isEmpty ? "write the unit: MB, GB" : "units are kB, MB, GB, TB (thousands) and KiB, MiB, GiB, TiB"
      reading.fail(.impossibleValue, at: node, "must be a size such as 8GB, not \(node.kindName)", remedy)
      return nil
    }
    let bytes = (number * scale).rounded()
    guard bytes >= 1e6, bytes <= 1e18 else {
      reading.fail(.impossibleValue, at: node, "must be at least 1MB and at most a million TB, not \(node.kindName)")
      return nil
    }
    return Int(bytes)
  }
}

extension Kind where Value == Double {
  /// A finite number that the range accepts.
  ///
  /// - above: an exclusive lower bound; - from, to: inclusive ones.
  static func number(_ expected: String, above: Double? = nil, from: Double? = nil, to: Double? = nil) -> Kind {
    var schema: [(String, JSONText)] = [("type", "number")]
    if let above { schema.append(("exclusiveMinimum", .number(above))) }
    if let from { schema.append(("minimum", .number(from))) }
    if let to { schema.append(("maximum", .number(to))) }
    return Kind(expected: expected, schema: .object(schema)) { node, reading in
      guard let value = NumberText.value(of: node) else {
        reading.wrongType(node, expected: expected)
        return nil
      }
      guard value.isFinite, value > above ?? -.infinity, value >= from ?? -.infinity, value <= to ?? .infinity else {
        reading.fail(.impossibleValue, at: node, "must be \(expected), not \(node.kindName)")
        return nil
      }
      return value
    }
  }
}

extension Kind where Value == Duration {
  /// `60s`, `5m`, `1h`, `2d`, or several: `1h30m`. At most a thousand years.
  static let duration = Kind(
    expected: "a time such as 60s, 5m, 1h or 2d", schema: ["type": "string", "pattern": #"^([0-9]+(\.[0-9]+)?[smhd])+$"#]
  ) { node, reading in
    let expected = "a time such as 60s, 5m, 1h or 2d"
    guard let text = reading.text(node, expected: expected) else { return nil }
    if text == "0" { return .zero }
    var rest = Substring(text)
    var seconds = 0.0
    repeat {
      let (number, after) = NumberText.splitUnit(rest)
      let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
      guard let number, let unit = after.first, let scale = units[unit] else {
        let remedy = number != nil && after.isEmpty ? "write the unit: \(text)s" : ""
        reading.fail(.impossibleValue, at: node, "must be \(expected), not \(node.kindName)", remedy)
        return nil
      }
      seconds += number * scale
      rest = after.dropFirst()
    } while !rest.isEmpty
    guard seconds <= 3.2e10 else {
      reading.fail(.impossibleValue, at: node, "must be less than a thousand years, not \(node.kindName)")
      return nil
    }
    let milliseconds = Int64((seconds * 1000).rounded())
    return .milliseconds(milliseconds)
  }
}

extension Kind where Value == Limit {
  /// `10` or `20%`.
  static func limit(countFrom minimum: Int) -> Kind {
    let expected = "a count or a share such as 10%"
    return Kind(
      expected: expected,
      schema: [
        "anyOf": [["type": "integer", "minimum": .number(Double(minimum))], ["type": "string", "pattern": #"^[0-9]+(\.[0-9]+)?%$"#]]
      ]
    ) { node, reading in
      if let count = NumberText.value(of: node) {
        guard let count = Int(exactly: count), count >= minimum else {
          reading.fail(.impossibleValue, at: node, "must be a whole number from \(minimum), or a share such as 10%, not \(node.kindName)")
          return nil
        }
        return .count(count)
      }
      guard let text = reading.text(node, expected: expected) else { return nil }
      let (number, unit) = NumberText.splitUnit(Substring(text))
      guard let number, unit == "%", number <= 100 else {
        reading.fail(.impossibleValue, at: node, "must be \(expected), not \(node.kindName)")
        return nil
      }
      return .percent(number)
    }
  }
}

extension Kind where Value == TimeOfDay {
  /// `06:00`.
  static let timeOfDay = Kind(
    expected: "a time of day such as 06:00", schema: ["type": "string", "pattern": "^([01]?[0-9]|2[0-3]):[0-5][0-9]$"]
  ) { node, reading in
    guard let text = reading.text(node, expected: "a time of day such as 06:00") else { return nil }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, (1...2).contains(parts[0].utf8.count), parts[1].utf8.count == 2, let hour = UInt8(parts[0]),
      let minute = UInt8(parts[1]),
      hour < 24, minute < 60, text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") })
    else {
      reading.fail(.impossibleValue, at: node, "must be a time of day such as 06:00, not \(node.kindName)")
      return nil
    }
    return TimeOfDay(hour: Int(hour), minute: Int(minute))
  }
}

extension Kind where Value == Color {
  static let color = Kind(expected: "a color \"#RRGGBB\"", schema: ["type": "string", "pattern": "^#[0-9A-Fa-f]{6}$"]) { node, reading in
    if node.isNull {
      reading.fail(
        .wrongType, at: node, "must be a color \"#RRGGBB\", not nothing", "put the color in quotes: without them # begins a comment")
      return nil
    }
    guard let text = reading.text(node, expected: "a color \"#RRGGBB\"") else { return nil }
    guard let color = Color(hex: text) else {
      reading.fail(.impossibleValue, at: node, "must be a color \"#RRGGBB\", not \(node.kindName)")
      return nil
    }
    return color
  }
}

/// Numbers as they are written in YAML.
enum NumberText {
  /// The number in a scalar without quotes: decimal, with sign and exponent. No hexadecimal, no `.inf`, no `.nan`.
  static func value(of node: YAMLNode) -> Double? {
    guard case .scalar(let text, quoted: false) = node.content else { return nil }
    return value(Substring(text))
  }

  static func value(_ text: Substring) -> Double? {
    guard text.utf8.count <= 40, text.utf8.contains(where: isDigit) else { return nil }
    let allowed = text.utf8.allSatisfy { byte in
      isDigit(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") || byte | 32 == UInt8(ascii: "e")
    }
    guard allowed, let value = Double(text), value.isFinite else { return nil }
    return value
  }

  /// A number without sign at the beginning, and what follows it.
  static func splitUnit(_ text: Substring) -> (number: Double?, unit: Substring) {
    let digits = text.prefix { $0.isASCII && ($0.isWholeNumber || $0 == ".") }
    var unit = text[digits.endIndex...]
    if unit.first == " " { unit = unit.dropFirst() }
    guard digits.first != ".", digits.last != "." else { return (nil, unit) }
    return (value(digits), unit)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
