/// A value of a Python configuration, as far as it is made of literals.
enum ConfigValue: Sendable, Equatable {
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
  subscript(_ key: String) -> ConfigValue? {
    guard case .dictionary(let entries) = self else { return nil }
    return entries[key]
  }

  /// The value at a path of keys.
  func at(_ keys: String...) -> ConfigValue? {
    var value: ConfigValue? = self
    for key in keys { value = value?[key] }
    return value
  }

  var bool: Bool? {
    switch self {
    case .bool(let flag): flag
    case .integer(let number): number != 0
    default: nil
    }
  }

  var integer: Int? {
    switch self {
    case .integer(let number): number
    case .real(let number): Int(exactly: number)
    default: nil
    }
  }

  var real: Double? {
    switch self {
    case .integer(let number): Double(number)
    case .real(let number) where number.isFinite: number
    default: nil
    }
  }

  var text: String? {
    guard case .text(let text) = self else { return nil }
    return text
  }

  var list: [ConfigValue]? {
    guard case .list(let elements) = self else { return nil }
    return elements
  }

  var integers: [Int]? { all(\.integer) }
  var reals: [Double]? { all(\.real) }
  var texts: [String]? { all(\.text) }

  private func all<Element>(_ part: (ConfigValue) -> Element?) -> [Element]? {
    guard let list else { return nil }
    let elements = list.compactMap(part)
    return elements.count == list.count ? elements : nil
  }

  /// Height and width: of one number, both.
  var extent: [Int]? {
    let pair = integer.map { [$0, $0] } ?? integers
    guard let pair, pair.count == 2, pair.allSatisfy({ $0 > 0 && $0 <= 1 << 30 }) else { return nil }
    return pair
  }
}
