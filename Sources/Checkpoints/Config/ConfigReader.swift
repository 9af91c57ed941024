/// Reads the assignments of a Python configuration: `name = literal`, as mmengine and mmcv write and users edit it.
///
/// Known are `dict(…)`, `{…}`, lists, tuples, texts, numbers, `True`, `False`, `None`, names assigned before, their attributes and elements,
/// and sums, differences, products and quotients of these. Everything else (calls, imports, blocks, comprehensions) is
/// opaque: it has no value here and is never executed.
struct ConfigReader {
  /// Most bytes of a configuration that is read.
  static let maximumSize = 4_000_000
  /// Deepest nesting of values, counted through names.
  private static let maximumDepth = 64
  /// Most tokens, and so values, of a configuration.
  private static let maximumTokens = 2_000_000
  /// Longest text or list that a sum or product makes.
  private static let maximumLength = 100_000

  /// A value and how deep it is nested: names can nest values far deeper than the text does.
  private struct Item {
    var value: ConfigValue
    var depth = 0

    static let opaque = Item(value: .opaque)
  }

  /// Thrown inside an expression that is not understood; its statement becomes opaque.
  private struct NotLiteral: Error {}

  private var names: [String: Item] = [:]
  private var line: ArraySlice<ConfigToken> = []
  private var nesting = 0
  /// Values that may still be copied by sums and unfoldings: a short text could ask for billions.
  private var budget = 1_000_000

  /// The names that the text assigns, with their last values.
  ///
  /// - Parameters:
  ///   - text: the configuration.
  ///   - inherited: names that files it is based on have assigned, as `{{_base_.name}}` and `_base_.name` refer to them.
  static func read(_ text: String, inherited: [String: ConfigValue] = [:]) -> [String: ConfigValue] {
    guard text.utf8.count <= maximumSize else { return [:] }
    var reader = ConfigReader()
    if !inherited.isEmpty { reader.names["_base_"] = Item(value: .dictionary(inherited), depth: maximumDepth / 2) }
    var tokens = 0
    // mmengine replaces these before Python sees the text.
    let plain = inherited.isEmpty ? text : text.replacing(/\{\{\s*(_base_[\w.]*)\s*\}\}/) { String($0.1) }
    for line in ConfigTokens.lines(plain) {
      tokens += line.count
      guard tokens <= maximumTokens else { break }
      reader.statement(line)
    }
    return reader.names.mapValues(\.value)
  }

  // MARK: - Statements

  private mutating func statement(_ tokens: [ConfigToken]) {
    line = tokens[...]
    guard case .name(let first)? = line.first, tokens.count >= 3 else { return }
    var targets = [first]
    line.removeFirst()
    guard line.first == .symbol(UInt8(ascii: "=")) else { return }
    line.removeFirst()
    // a = b = value
    while case .name(let next)? = line.first, line.dropFirst().first == .symbol(UInt8(ascii: "=")) {
      targets.append(next)
      line.removeFirst(2)
    }
    nesting = 0
    var item = Item.opaque
    if let first = try? sum() {
      // `a, b` without brackets is a tuple.
      item = line.first == .symbol(UInt8(ascii: ",")) ? (try? openTuple(first)) ?? .opaque : first
      if !line.isEmpty { item = .opaque }
    }
    for target in targets { names[target] = item }
  }

  private mutating func openTuple(_ first: Item) throws(NotLiteral) -> Item {
    var items = [first]
    while accept(",") {
      if line.isEmpty { break }
      items.append(try sum())
    }
    return try collected(items)
  }

  // MARK: - Expressions

  private mutating func accept(_ symbol: Unicode.Scalar) -> Bool {
    guard line.first == .symbol(UInt8(ascii: symbol)) else { return false }
    line.removeFirst()
    return true
  }

  private mutating func expect(_ symbol: Unicode.Scalar) throws(NotLiteral) {
    guard accept(symbol) else { throw NotLiteral() }
  }

  private mutating func sum() throws(NotLiteral) -> Item {
    var result = try product()
    while true {
      if accept("+") {
        result = added(result, try product())
      } else if accept("-") {
        result = calculated(result, try product(), { $0.subtractingReportingOverflow($1) }, -)
      } else {
        return result
      }
    }
  }

  private mutating func product() throws(NotLiteral) -> Item {
    var result = try signed()
    while true {
      if accept("*") {
        result = multiplied(result, try signed())
      } else if accept("/") {
        guard let a = result.value.real, let b = try signed().value.real, b != 0 else { throw NotLiteral() }
        result = Item(value: .real(a / b))
      } else if line.first == .operation("//") {
        line.removeFirst()
        guard let a = result.value.integer, let b = try signed().value.integer, b > 0 else { throw NotLiteral() }
        result = Item(value: .integer(a / b - (a % b < 0 ? 1 : 0)))
      } else {
        return result
      }
    }
  }

  private mutating func signed() throws(NotLiteral) -> Item {
    var isNegative = false
    while true {
      if accept("-") {
        isNegative.toggle()
      } else if !accept("+") {
        break
      }
    }
    let item = try element()
    guard isNegative else { return item }
    switch item.value {
    case .integer(let number) where number != Int.min: return Item(value: .integer(-number))
    case .real(let number): return Item(value: .real(-number))
    default: return .opaque
    }
  }

  /// A value with what follows it: `.attribute`, `[index]`.
  private mutating func element() throws(NotLiteral) -> Item {
    nesting += 1
    defer { nesting -= 1 }
    guard nesting <= Self.maximumDepth else { throw NotLiteral() }
    var item = try primary()
    while true {
      if accept(".") {
        guard case .name(let key)? = line.popFirst() else { throw NotLiteral() }
        item = Item(value: item.value[key] ?? .opaque, depth: item.depth)
      } else if accept("[") {
        let index = try sum()
        try expect("]")
        item = Item(value: Self.part(item.value, index.value), depth: item.depth)
      } else if line.first == .symbol(UInt8(ascii: "(")) {
        try skipBrackets()
        item = .opaque
      } else {
        return item
      }
    }
  }

  private static func part(_ value: ConfigValue, _ index: ConfigValue) -> ConfigValue {
    if let key = index.text { return value[key] ?? .opaque }
    guard let list = value.list, let number = index.integer, number >= -list.count, number < list.count else { return .opaque }
    return list[number < 0 ? number + list.count : number]
  }

  private mutating func primary() throws(NotLiteral) -> Item {
    guard let token = line.popFirst() else { throw NotLiteral() }
    switch token {
    case .integer(let number): return Item(value: .integer(number))
    case .real(let number): return Item(value: .real(number))
    case .formatted: return .opaque
    case .text(var text):
      while case .text(let more)? = line.first {
        text += more
        line.removeFirst()
      }
      return Item(value: .text(text))
    case .symbol(UInt8(ascii: "[")): return try collected(try items(until: "]").items)
    case .symbol(UInt8(ascii: "(")):
      let (items, isTuple) = try items(until: ")")
      if items.count == 1, !isTuple, let only = items.first { return only }
      return try collected(items)
    case .symbol(UInt8(ascii: "{")): return try braces()
    case .name("True"): return Item(value: .bool(true))
    case .name("False"): return Item(value: .bool(false))
    case .name("None"): return Item(value: .none)
    case .name("dict") where line.first == .symbol(UInt8(ascii: "(")): return try keywords()
    case .name(let name):
      guard !["lambda", "not", "await"].contains(name) else { throw NotLiteral() }
      return names[name] ?? .opaque
    default: throw NotLiteral()
    }
  }

  /// An expression inside brackets. If it is not a literal (a comprehension, a condition), it is opaque up to the next comma or closing
  /// bracket (of a key: or colon), and what surrounds it keeps its value.
  private mutating func member(isKey: Bool = false) -> Item {
    let start = line
    func isEnd(_ token: ConfigToken?) -> Bool {
      switch token {
      case .symbol(let byte): (isKey ? ",:)]}" : ",)]}").utf8.contains(byte)
      default: false
      }
    }
    if let item = try? sum(), isEnd(line.first) { return item }
    line = start
    while let token = line.first, !isEnd(token) {
      switch token {
      case .symbol(UInt8(ascii: "(")), .symbol(UInt8(ascii: "[")), .symbol(UInt8(ascii: "{")):
        guard (try? skipBrackets()) != nil else { return .opaque }
      default: line.removeFirst()
      }
    }
    return .opaque
  }

  /// Expressions with commas between them.
  private mutating func items(until end: Unicode.Scalar) throws(NotLiteral) -> (items: [Item], hasComma: Bool) {
    var items: [Item] = []
    var hasComma = false
    while !accept(end) {
      items.append(member())
      if accept(",") {
        hasComma = true
      } else {
        try expect(end)
        break
      }
    }
    return (items, hasComma)
  }

  private func collected(_ items: [Item]) throws(NotLiteral) -> Item {
    let depth = 1 + (items.map(\.depth).max() ?? 0)
    guard depth <= Self.maximumDepth else { throw NotLiteral() }
    return Item(value: .list(items.map(\.value)), depth: depth)
  }

  /// `dict(key=value, **other)`, behind the name.
  private mutating func keywords() throws(NotLiteral) -> Item {
    try expect("(")
    var entries: [String: ConfigValue] = [:]
    var depth = 0
    while !accept(")") {
      if line.first == .operation("**") {
        line.removeFirst()
        try unfold(into: &entries, &depth)
      } else {
        guard case .name(let key)? = line.popFirst() else { throw NotLiteral() }
        try expect("=")
        let item = member()
        entries[key] = item.value
        depth = max(depth, item.depth)
      }
      if !accept(",") {
        try expect(")")
        break
      }
    }
    return try dictionary(entries, depth)
  }

  /// `{key: value, **other}` or a set, behind the bracket.
  private mutating func braces() throws(NotLiteral) -> Item {
    var entries: [String: ConfigValue] = [:]
    var elements: [Item] = []
    var depth = 0
    while !accept("}") {
      if line.first == .operation("**") {
        line.removeFirst()
        try unfold(into: &entries, &depth)
      } else {
        let key = member(isKey: true)
        if accept(":") {
          let item = member()
          // Keys that are not texts (class ids, for example) are not looked up by anyone.
          if let text = key.value.text { entries[text] = item.value }
          depth = max(depth, item.depth)
        } else {
          elements.append(key)
        }
      }
      if !accept(",") {
        try expect("}")
        break
      }
    }
    return elements.isEmpty ? try dictionary(entries, depth) : try collected(elements)
  }

  private mutating func unfold(into entries: inout [String: ConfigValue], _ depth: inout Int) throws(NotLiteral) {
    let other = try sum()
    guard case .dictionary(let more) = other.value else { return }
    guard spend(more.count) else { throw NotLiteral() }
    entries.merge(more) { $1 }
    depth = max(depth, other.depth)
  }

  private func dictionary(_ entries: [String: ConfigValue], _ depth: Int) throws(NotLiteral) -> Item {
    guard depth < Self.maximumDepth else { throw NotLiteral() }
    return Item(value: .dictionary(entries), depth: depth + 1)
  }

  /// Passes over a call's brackets and what is in them.
  private mutating func skipBrackets() throws(NotLiteral) {
    var depth = 0
    while let token = line.popFirst() {
      switch token {
      case .symbol(UInt8(ascii: "(")), .symbol(UInt8(ascii: "[")), .symbol(UInt8(ascii: "{")): depth += 1
      case .symbol(UInt8(ascii: ")")), .symbol(UInt8(ascii: "]")), .symbol(UInt8(ascii: "}")):
        depth -= 1
        if depth == 0 { return }
      default: break
      }
    }
    throw NotLiteral()
  }

  // MARK: - Arithmetic

  private mutating func spend(_ count: Int) -> Bool {
    budget -= count
    return budget >= 0
  }

  private mutating func added(_ a: Item, _ b: Item) -> Item {
    switch (a.value, b.value) {
    case (.text(let x), .text(let y)):
      return x.utf8.count + y.utf8.count <= Self.maximumLength && spend(x.utf8.count + y.utf8.count) ? Item(value: .text(x + y)) : .opaque
    case (.list(let x), .list(let y)):
      return x.count + y.count <= Self.maximumLength && spend(x.count + y.count)
        ? Item(value: .list(x + y), depth: max(a.depth, b.depth)) : .opaque
    default: return calculated(a, b, { $0.addingReportingOverflow($1) }, +)
    }
  }

  private mutating func multiplied(_ a: Item, _ b: Item) -> Item {
    if case .list(let elements) = a.value, let times = b.value.integer, times >= 0 {
      guard times <= 1000, elements.count <= 10_000, spend(elements.count * times) else { return .opaque }
      return Item(value: .list(Array(repeatElement(elements, count: times).joined())), depth: a.depth)
    }
    return calculated(a, b, { $0.multipliedReportingOverflow(by: $1) }, *)
  }

  private func calculated(
    _ a: Item, _ b: Item, _ whole: (Int, Int) -> (partialValue: Int, overflow: Bool), _ real: (Double, Double) -> Double
  ) -> Item {
    if case .integer(let x) = a.value, case .integer(let y) = b.value {
      let (result, overflow) = whole(x, y)
      return overflow ? .opaque : Item(value: .integer(result))
    }
    guard let x = a.value.real, let y = b.value.real else { return .opaque }
    return Item(value: .real(real(x, y)))
  }
}
