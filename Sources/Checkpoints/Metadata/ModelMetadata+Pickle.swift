import Basics

extension ModelMetadata {
  /// Takes the `meta` of mmsegmentation 0.x or 1.x, but for its configuration.
  ///
  /// - Returns: whether the data set that the configuration names may name the classes: not so where the file names them in a way that is
  ///   not understood.
  mutating func take(meta heap: PickleHeap, root: PickleValue, warnings: inout [String]) -> Bool {
    guard let meta = heap.value("meta", in: root) else { return true }
    let data = heap.value("dataset_meta", in: meta)
    func find(_ key: String) -> PickleValue? {
      for place in [data, meta] {
        if let value = heap.value(key, in: place) ?? heap.value(key.uppercased(), in: place) { return value }
      }
      return nil
    }
    let given = find("classes")
    classNames = Self.names(heap, given)
    // Of the 0.x and the 1.x way, both of which a converted file has.
    let other = Self.names(heap, heap.value("CLASSES", in: meta) ?? heap.value("classes", in: meta))
    if let classNames, let other, classNames != other {
      warnings.append(
        "its meta.dataset_meta and its meta.CLASSES name different classes (\(Self.firstDifference(classNames, other))): dataset_meta is followed"
      )
    }
    let isUnread = classNames == nil && !heap.isNothing(given)
    if isUnread { warnings.append(Self.unreadClasses(heap.kind(given))) }
    palette = Self.colors(heap, find("palette"))
    if case .bool(let flag) = heap.value("reduce_zero_label", in: data) { reduceZeroLabel = flag }
    for (key, name) in [("mmengine_version", "mmengine"), ("mmseg_version", "mmsegmentation"), ("mmcv_version", "mmcv")] {
      if let version = heap.string(heap.value(key, in: meta), limit: 100) {
        frameworkVersion = "\(name) \(version)"
        break
      }
    }
    iterations = heap.integer(heap.value("iter", in: meta))
    return !isUnread
  }

  /// The names that the configuration in `meta` assigns: a text, a dictionary, or mmengine's `Config`; nil where there is none.
  mutating func configuration(_ heap: PickleHeap, root: PickleValue, warnings: inout [String]) -> [String: ConfigValue]? {
    guard let meta = heap.value("meta", in: root) else { return nil }
    for key in ["cfg", "config"] {
      guard let value = heap.value(key, in: meta), !heap.isNothing(value) else { continue }
      if case .text = value {
        guard let text = heap.string(value, limit: ConfigReader.maximumSize), !text.isEmpty else { continue }
        configText = text
        return ConfigText.read(text)
      }
      if case .dictionary(let names) = ConfigValue(heap, value), !names.isEmpty {
        configText = ConfigValue.assignments(names)
        return names
      }
      warnings.append(
        "its configuration (meta.\(key)) is not understood (\(heap.kind(value))) and is ignored; give the training's config.py in model.config"
      )
      return nil
    }
    return nil
  }

  /// "road, street", or "6, 7 of them".
  static func firstDifference(_ first: [String], _ second: [String]) -> String {
    guard first.count == second.count, let index = first.indices.first(where: { first[$0] != second[$0] }) else {
      return "\(first.count) and \(second.count) of them"
    }
    return "\(first[index].prefix(60)) and \(second[index].prefix(60))"
  }

  private static func names(_ heap: PickleHeap, _ value: PickleValue?) -> [String]? {
    guard let elements = heap.elements(value), !elements.isEmpty, elements.count <= 65_536 else { return nil }
    let names = elements.compactMap { heap.string($0, limit: 1024) }
    return names.count == elements.count ? names : nil
  }

  /// A list of lists, or a numpy array of three columns (mmsegmentation makes random palettes that way).
  private static func colors(_ heap: PickleHeap, _ value: PickleValue?) -> [Color]? {
    let numbers: [Int]
    if let node = heap.node(value), case .array(let index) = node.kind {
      guard heap.arrays[index].shape.last == 3, let found = integers(heap, heap.arrays[index]) else { return nil }
      numbers = found
    } else {
      guard let rows = heap.elements(value), rows.count <= 65_536 else { return nil }
      let parts = rows.compactMap { heap.integers($0) ?? row(heap, $0) }.filter { $0.count == 3 }
      guard parts.count == rows.count else { return nil }
      numbers = parts.flatMap(\.self)
    }
    guard !numbers.isEmpty, numbers.allSatisfy({ 0...255 ~= $0 }) else { return nil }
    return stride(from: 0, to: numbers.count, by: 3).map {
      Color(red: UInt8(numbers[$0]), green: UInt8(numbers[$0 + 1]), blue: UInt8(numbers[$0 + 2]))
    }
  }

  /// A row that is a numpy array itself.
  private static func row(_ heap: PickleHeap, _ value: PickleValue) -> [Int]? {
    guard let node = heap.node(value), case .array(let index) = node.kind else { return nil }
    return integers(heap, heap.arrays[index])
  }

  /// The values of a small numpy array of whole numbers, row by row.
  private static func integers(_ heap: PickleHeap, _ array: PickleHeap.Array) -> [Int]? {
    guard array.typeName.count == 2, let kind = array.typeName.first, "iu".contains(kind), let size = array.typeName.last?.wholeNumberValue,
      [1, 2, 4, 8].contains(size), array.shape.count <= 2, array.shape.allSatisfy({ 0...65_536 ~= $0 }), array.bytes.count <= 16_000_000,
      let bytes = heap.rawBytes(array.bytes)
    else { return nil }
    let count = array.shape.reduce(1, *)
    guard count * size == bytes.count else { return nil }
    let numbers = (0..<count).map { index -> Int in
      var value: UInt64 = 0
      for position in 0..<size { value = value << 8 | UInt64(bytes[index * size + (array.isBigEndian ? position : size - 1 - position)]) }
      let unused = UInt64(64 - size * 8)
      return kind == "i" ? Int(Int64(bitPattern: value << unused) >> Int64(unused)) : Int(truncatingIfNeeded: value)
    }
    guard array.isColumnMajor, array.shape.count == 2 else { return numbers }
    let (rows, columns) = (array.shape[0], array.shape[1])
    return (0..<count).map { numbers[$0 % columns * rows + $0 / columns] }
  }
}

extension PickleHeap {
  fileprivate func isNothing(_ value: PickleValue?) -> Bool {
    switch value {
    case nil, PickleValue.none?: true
    case .text(let text)?: text.count == 0
    default: elements(value)?.isEmpty ?? false
    }
  }

  /// What kind of value it is, in words.
  fileprivate func kind(_ value: PickleValue?) -> String {
    switch value {
    case .text: return "a text"
    case .bytes: return "bytes"
    case .bool, .integer, .real: return "a number"
    case .object:
      if elements(value) != nil { return "a list of other things than texts" }
      if let node = node(value), case .array = node.kind { return "a numpy array" }
      if let type = typeName(value) { return "an object of \(type)" }
      return pairs(value) != nil ? "a dictionary" : "an object of an unknown class"
    case nil, PickleValue.none?: return "nothing"
    }
  }
}
