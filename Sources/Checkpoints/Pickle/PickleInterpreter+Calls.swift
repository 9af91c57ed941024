/// The calls that make values. This list is closed: what is not on it makes an opaque node.
extension PickleInterpreter {
  /// What a call, or an object's construction, makes.
  mutating func call(_ called: PickleValue, _ arguments: [PickleValue]) throws(PickleProblem) -> PickleValue {
    guard case .object(let index) = called, case .global(let module, let name) = heap.nodes[index].kind,
      module.count <= 64, name.count <= 64
    else { return try makeNode(.opaque(type: -1)) }
    if let value = try known("\(heap.string(module)).\(heap.string(name))", arguments) { return value }
    return try makeNode(.opaque(type: index))
  }

  private mutating func known(_ name: String, _ arguments: [PickleValue]) throws(PickleProblem) -> PickleValue? {
    switch name {
    case "collections.OrderedDict", "builtins.dict", "__builtin__.dict": return try mapping(arguments.first)
    case "collections.defaultdict": return try makeNode(.dictionary)
    case "builtins.list", "__builtin__.list": return try makeNode(.list, heap.elements(arguments.first) ?? [])
    case "builtins.tuple", "__builtin__.tuple", "torch.Size": return try makeNode(.tuple, heap.elements(arguments.first) ?? [])
    case "builtins.set", "__builtin__.set", "builtins.frozenset", "__builtin__.frozenset":
      return try makeNode(.set, heap.elements(arguments.first) ?? [])
    case "copyreg._reconstructor", "copy_reg._reconstructor":
      guard case .object(let index) = arguments.first, let type = heap.typeName(arguments.first) else { return nil }
      return try makeNode(type == "collections.OrderedDict" || Self.isDictionary(type) ? .dictionary : .opaque(type: index))
    case _ where Self.isDictionary(name): return try makeNode(.dictionary, heap.pairs(arguments.first) ?? [])
    case "_codecs.encode": return encoded(arguments)

    case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state":
      guard let data = arguments.first, heap.tensor(data) != nil else { return nil }
      return data
    case "torch._tensor._rebuild_from_type_v2":
      guard arguments.count >= 3, let inner = heap.typeName(arguments[0]), inner != name else { return nil }
      return try known(inner, heap.elements(arguments[2]) ?? [])
    case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2": return try tensor(arguments, type: nil)
    case "torch._utils._rebuild_tensor_v3":
      guard arguments.count >= 7 else { return nil }
      return try tensor(arguments, type: arguments[6])

    case "numpy.dtype":
      guard case .text(let text) = arguments.first, text.count <= 16 else { return nil }
      return try makeNode(.numberType(text, isBigEndian: heap.string(text).hasPrefix(">")))
    case "numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct":
      heap.arrays.append(PickleHeap.Array())
      return try makeNode(.array(heap.arrays.count - 1))
    case "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar":
      guard arguments.count == 2, case .bytes(let bytes) = arguments[1] else { return nil }
      return try array(shape: [], type: arguments[0], bytes: bytes, isColumnMajor: false)
    case "numpy.core.numeric._frombuffer", "numpy._core.numeric._frombuffer":
      guard arguments.count == 4, case .bytes(let bytes) = arguments[0], let shape = heap.integers(arguments[2]) else { return nil }
      return try array(shape: shape, type: arguments[1], bytes: bytes, isColumnMajor: heap.string(arguments[3]) == "F")
    default: return nil
    }
  }

  /// Whether a class is a dictionary by another name, as configurations are kept in.
  private static func isDictionary(_ type: String) -> Bool {
    [".ConfigDict", ".addict.Dict", ".EasyDict", ".AttrDict"].contains { type.hasSuffix($0) } || type == "addict.Dict"
  }

  /// A dictionary from a list of pairs, as Python 2 wrote ordered ones.
  private mutating func mapping(_ pairs: PickleValue?) throws(PickleProblem) -> PickleValue {
    var items: [PickleValue] = []
    for pair in heap.elements(pairs) ?? [] {
      guard let both = heap.elements(pair), both.count == 2 else { throw malformed("an entry of a dictionary is not a pair") }
      items += both
    }
    return try makeNode(.dictionary, items)
  }

  /// `encode(text, 'latin1')`: how bytes are written in protocol 2.
  private func encoded(_ arguments: [PickleValue]) -> PickleValue? {
    guard arguments.count == 2, case .text(var text) = arguments[0], text.form == .plain,
      let encoding = heap.string(arguments[1]), ["latin1", "latin-1"].contains(encoding)
    else { return nil }
    text.form = .latin
    return .bytes(text)
  }

  // MARK: - Tensors

  /// `(storage, first element, shape, strides, …)`.
  private mutating func tensor(_ arguments: [PickleValue], type: PickleValue?) throws(PickleProblem) -> PickleValue? {
    guard arguments.count >= 4, let node = heap.node(arguments[0]), case .storage(let storage) = node.kind else { return nil }
    guard let first = heap.integer(arguments[1]), let shape = heap.integers(arguments[2]), let strides = heap.integers(arguments[3])
    else { throw malformed("a tensor's shape is not one") }
    var tensor = PickleHeap.Tensor(storage: storage, firstElement: first, shape: shape, strides: strides)
    if let type {
      let name = heap.typeName(type) ?? "unknown"
      tensor.typeName = name
      tensor.type = name.hasPrefix("torch.") ? ElementType(torchType: String(name.dropFirst(6))) : nil
    }
    heap.tensors.append(tensor)
    return try makeNode(.tensor(heap.tensors.count - 1))
  }

  /// The storage that a persistent id names: `('storage', class, key, device, count)`, in old files with a view's `(key, first, count)`.
  mutating func storage(_ identifier: PickleValue) throws(PickleProblem) -> PickleValue {
    guard let parts = heap.elements(identifier), parts.count >= 5, heap.string(parts[0]) == "storage" else {
      return try makeNode(.opaque(type: -1))
    }
    let typeName = heap.typeName(parts[1]) ?? heap.string(parts[1]) ?? "unknown"
    let key = heap.string(parts[2]) ?? heap.integer(parts[2]).map(String.init)
    guard let key, let count = heap.integer(parts[4]), count >= 0 else { throw malformed("a storage has no key or no size") }
    let shortName = typeName.split(separator: ".").last.map(String.init) ?? typeName
    var storage = PickleHeap.Storage(type: ElementType(torchStorage: shortName), typeName: typeName, key: key, count: count)
    if shortName == "UntypedStorage" { storage.type = .uint8 }
    if parts.count >= 6, let view = heap.elements(parts[5]) {
      guard view.count == 3, let first = heap.integer(view[1]), let length = heap.integer(view[2]),
        first >= 0, length >= 0, first <= count, length <= count - first
      else { throw malformed("a view lies outside its storage") }
      storage.view = first..<first + length
    }
    heap.storages.append(storage)
    return try makeNode(.storage(heap.storages.count - 1))
  }

  // MARK: - State

  /// Gives an object its state: of interest for numpy's arrays and types, and for configurations.
  mutating func build(_ target: PickleValue, _ state: PickleValue) {
    guard case .object(let index) = target, let parts = heap.elements(state) else { return }
    switch heap.nodes[index].kind {
    case .array(let array):
      // (version, shape, dtype, column-major, bytes)
      guard parts.count == 5, let shape = heap.integers(parts[1]), case .bytes(let bytes) = parts[4] else { return }
      heap.arrays[array] = described(shape: shape, type: parts[2], bytes: bytes, isColumnMajor: heap.integer(parts[3]) == 1)
    case .numberType(let text, _):
      // (version, byte order, …)
      guard parts.count >= 2 else { return }
      heap.nodes[index].kind = .numberType(text, isBigEndian: heap.string(parts[1]) == ">")
    case .opaque where heap.typeName(target)?.hasSuffix(".Config") == true:
      // mmengine's and mmcv's Config: (its dictionary, file name, text, …).
      guard let pairs = heap.pairs(parts.first), valuesHeld + pairs.count <= limits.values else { return }
      valuesHeld += pairs.count
      heap.nodes[index].items = pairs
    default: return
    }
  }

  private mutating func array(
    shape: [Int], type: PickleValue, bytes: PickleText, isColumnMajor: Bool
  ) throws(PickleProblem) -> PickleValue {
    heap.arrays.append(described(shape: shape, type: type, bytes: bytes, isColumnMajor: isColumnMajor))
    return try makeNode(.array(heap.arrays.count - 1))
  }

  private func described(shape: [Int], type: PickleValue, bytes: PickleText, isColumnMajor: Bool) -> PickleHeap.Array {
    var array = PickleHeap.Array(shape: shape, isColumnMajor: isColumnMajor, bytes: bytes)
    if case .numberType(let text, let isBigEndian) = heap.node(type)?.kind {
      array.typeName = String(heap.string(text).drop { "<>|=".contains($0) })
      array.isBigEndian = isBigEndian
    }
    return array
  }
}
