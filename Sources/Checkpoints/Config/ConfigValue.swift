/// A value of a training's configuration, as far as it is made of literals.
public enum ConfigValue: Sendable {
  case none
  case bool(Bool)
  case integer(Int)
  case real(Double)
  case text(String)
  /// A list, tuple or set.
  case list([ConfigValue])
  case dictionary([String: ConfigValue])
  /// Anything that is not a literal: a call, a comprehension, an import.
  case opaque
}

extension ConfigValue {
  /// The value of a key of a dictionary; nil where there is none.
  public subscript(_ key: String) -> ConfigValue? {
    guard case .dictionary(let entries) = self else { return nil }
    return entries[key]
  }

  /// The value at a path of keys.
  func at(_ keys: String...) -> ConfigValue? {
    var value: ConfigValue? = self
    for key in keys { value = value?[key] }
    return value
  }

  public var bool: Bool? {
    switch self {
    case .bool(let flag): flag
    case .integer(let number): number != 0
    default: nil
    }
  }

  public var integer: Int? {
    switch self {
    case .integer(let number): number
    case .real(let number): Int(exactly: number)
    default: nil
    }
  }

  public var real: Double? {
    switch self {
    case .integer(let number): Double(number)
    case .real(let number) where number.isFinite: number
    default: nil
    }
  }

  public var text: String? {
    guard case .text(let text) = self else { return nil }
    return text
  }

  public var list: [ConfigValue]? {
    guard case .list(let elements) = self else { return nil }
    return elements
  }

  public var entries: [String: ConfigValue]? {
    guard case .dictionary(let entries) = self else { return nil }
    return entries
  }

  public var integers: [Int]? { all(\.integer) }
  var reals: [Double]? { all(\.real) }
  var texts: [String]? { all(\.text) }

  private func all<Element>(_ part: (ConfigValue) -> Element?) -> [Element]? {
    guard let list else { return nil }
    let elements = list.compactMap(part)
    return elements.count == list.count ? elements : nil
  }

  /// Height and width: of one number, both.
  public var extent: [Int]? {
    let pair = integer.map { [$0, $0] } ?? integers
    guard let pair, pair.count == 2, pair.allSatisfy({ $0 > 0 && $0 <= 1 << 30 }) else { return nil }
    return pair
  }

  /// The name of a class without the module or scope before it: `mmseg.ResNetV1c` and `mmseg.models.backbones.resnet.ResNetV1c` are ResNetV1c.
  public var typeName: String? { text?.split(separator: ".").last.map(String.init) }
}

extension ConfigValue: Equatable {
  /// Whole numbers are equal to reals of the same value, as in Python: JSON does not tell them apart.
  public static func == (a: ConfigValue, b: ConfigValue) -> Bool {
    switch (a, b) {
    case (.none, .none), (.opaque, .opaque): true
    case (.bool(let x), .bool(let y)): x == y
    case (.integer(let x), .integer(let y)): x == y
    case (.real(let x), .real(let y)): x == y
    case (.integer(let x), .real(let y)), (.real(let y), .integer(let x)): Double(x) == y
    case (.text(let x), .text(let y)): x == y
    case (.list(let x), .list(let y)): x == y
    case (.dictionary(let x), .dictionary(let y)): x == y
    default: false
    }
  }
}

// MARK: - As text

extension ConfigValue: CustomStringConvertible {
  /// The value as Python writes it; `...` for what is not a literal.
  public var description: String {
    switch self {
    case .none: "None"
    case .bool(let flag): flag ? "True" : "False"
    case .integer(let number): "\(number)"
    case .real(let number): "\(number)"
    case .text(let text): Self.quoted(text)
    case .list(let elements): "[\(elements.map(\.description).joined(separator: ", "))]"
    case .dictionary(let entries):
      "{\(entries.sorted { $0.key < $1.key }.map { "\(Self.quoted($0.key)): \($0.value)" }.joined(separator: ", "))}"
    case .opaque: "..."
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "'"
    for scalar in text.unicodeScalars {
      switch scalar {
      case "'", "\\": result += "\\\(scalar)"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 32 || scalar.value == 127:
        let digits = String(scalar.value, radix: 16)
        result += "\\x" + String(repeating: "0", count: 2 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "'"
  }

  /// Assignments that `ConfigReader` reads back.
  static func assignments(_ names: [String: ConfigValue]) -> String {
    names.filter { isName($0.key) }.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)\n" }.joined()
  }

  private static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, first > 0x39 else { return false }
    return text.utf8.allSatisfy { $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7a || $0 >= 0x30 && $0 <= 0x39 || $0 == 0x5f }
  }
}

// MARK: - As JSON

extension ConfigValue: Codable {
  private static let opaqueKey = "__not_a_literal__"
  /// Deepest nesting that is decoded.
  private static let maximumDepth = 64

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard decoder.codingPath.count <= Self.maximumDepth else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "nested too deeply")
    }
    if container.decodeNil() {
      self = .none
    } else if let flag = try? container.decode(Bool.self) {
      self = .bool(flag)
    } else if let number = try? container.decode(Int.self) {
      self = .integer(number)
    } else if let number = try? container.decode(Double.self) {
      self = .real(number)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let elements = try? container.decode([ConfigValue].self) {
      self = .list(elements)
    } else {
      let entries = try container.decode([String: ConfigValue].self)
      self = entries[Self.opaqueKey] == nil ? .dictionary(entries) : .opaque
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .none: try container.encodeNil()
    case .bool(let flag): try container.encode(flag)
    case .integer(let number): try container.encode(number)
    // JSON has no infinity: nobody computes with one.
    case .real(let number): if number.isFinite { try container.encode(number) } else { try container.encode([Self.opaqueKey: true]) }
    case .text(let text): try container.encode(text)
    case .list(let elements): try container.encode(elements)
    case .dictionary(let entries): try container.encode(entries)
    case .opaque: try container.encode([Self.opaqueKey: true])
    }
  }
}
