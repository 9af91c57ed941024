extension ModelMetadata {
  /// Takes the `meta` of mmsegmentation 0.x or 1.x.
  mutating func take(meta heap: PickleHeap, root: PickleValue) {
    guard let meta = heap.value("meta", in: root) else { return }
    let data = heap.value("dataset_meta", in: meta)
    func find(_ key: String) -> PickleValue? {
      for place in [data, meta] {
        if let value = heap.value(key, in: place) ?? heap.value(key.uppercased(), in: place) { return value }
      }
      return nil
    }
    classNames = Self.names(heap, find("classes"))
    palette = Self.colours(heap, find("palette"))
    if case .bool(let flag) = heap.value("reduce_zero_label", in: data) { reduceZeroLabel = flag }
    for (key, name) in [("mmengine_version", "mmengine"), ("mmseg_version", "mmsegmentation"), ("mmcv_version", "mmcv")] {
      if let version = heap.string(heap.value(key, in: meta), limit: 100) {
        frameworkVersion = "\(name) \(version)"
        break
      }
    }
    iterations = heap.integer(heap.value("iter", in: meta))
    for key in ["cfg", "config"] {
      if let text = heap.string(heap.value(key, in: meta), limit: ConfigReader.maximumSize), !text.isEmpty {
        configText = text
        break
      }
    }
  }

  private static func names(_ heap: PickleHeap, _ value: PickleValue?) -> [String]? {
    guard let elements = heap.elements(value), !elements.isEmpty, elements.count <= 65_536 else { return nil }
    let names = elements.compactMap { heap.string($0, limit: 1024) }
    return names.count == elements.count ? names : nil
  }

  /// A list of lists, or a numpy array of three columns (mmsegmentation makes random palettes that way).
  private static func colours(_ heap: PickleHeap, _ value: PickleValue?) -> [PaletteColour]? {
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
      PaletteColour(red: UInt8(numbers[$0]), green: UInt8(numbers[$0 + 1]), blue: UInt8(numbers[$0 + 2]))
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
