extension ConfigValue {
  /// The value of a pickled configuration: dictionaries, and objects that hold one, such as mmengine's `Config` and `ConfigDict`.
  ///
  /// Values deeper than 64 levels, or beyond 200,000 of them, are opaque: a small pickle can refer to one list a million times.
  init(_ heap: PickleHeap, _ value: PickleValue) {
    var budget = 200_000
    self.init(heap, value, depth: 0, budget: &budget)
  }

  private init(_ heap: PickleHeap, _ value: PickleValue, depth: Int, budget: inout Int) {
    budget -= 1
    guard budget > 0, depth < 64 else {
      self = .opaque
      return
    }
    switch value {
    case .none: self = .none
    case .bool(let flag): self = .bool(flag)
    case .integer(let number): self = Int(exactly: number).map(ConfigValue.integer) ?? .opaque
    case .real(let number): self = .real(number)
    case .text: self = heap.string(value, limit: 1 << 20).map(ConfigValue.text) ?? .opaque
    case .bytes: self = .opaque
    case .object:
      if let elements = heap.elements(value) {
        var list: [ConfigValue] = []
        for element in elements { list.append(ConfigValue(heap, element, depth: depth + 1, budget: &budget)) }
        self = .list(list)
      } else if let pairs = heap.pairs(value) {
        var entries: [String: ConfigValue] = [:]
        for index in stride(from: 0, to: pairs.count - 1, by: 2) {
          guard let key = heap.string(pairs[index]) else { continue }
          entries[key] = ConfigValue(heap, pairs[index + 1], depth: depth + 1, budget: &budget)
        }
        self = .dictionary(entries)
      } else {
        self = .opaque
      }
    }
  }
}
