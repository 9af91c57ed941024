/// A Python value that tests write as a pickle.
indirect enum PythonValue {
  case none
  case bool(Bool)
  case int(Int)
  case real(Double)
  case text(String)
  case bytes([UInt8])
  case list([PythonValue])
  case tuple([PythonValue])
  case dict([(PythonValue, PythonValue)])
  case set([PythonValue])
  case global(String, String)
  /// A call: REDUCE.
  case call(PythonValue, [PythonValue])
  /// An object with state: BUILD.
  case build(PythonValue, PythonValue)
  /// An object that pairs are set in, such as a subclass of dict.
  case items(PythonValue, [(PythonValue, PythonValue)])
  case persistent(PythonValue)
  /// Opcodes as they are.
  case raw([UInt8])
}

extension PythonValue {
  static func mapping(_ pairs: KeyValuePairs<String, PythonValue>) -> PythonValue { .dict(pairs.map { (.text($0), $1) }) }

  static func ordered(_ pairs: KeyValuePairs<String, PythonValue>) -> PythonValue {
    .items(.call(.global("collections", "OrderedDict"), []), pairs.map { (.text($0), $1) })
  }

  static func ints(_ numbers: [Int]) -> PythonValue { .tuple(numbers.map(PythonValue.int)) }

  static func storage(_ type: String, key: String, count: Int, module: String = "torch") -> PythonValue {
    .persistent(.tuple([.text("storage"), .global(module, type), .text(key), .text("cpu"), .int(count)]))
  }

  /// A tensor as `torch.save` writes it.
  static func tensor(
    _ storage: PythonValue, first: Int = 0, shape: [Int], strides: [Int]? = nil
  ) -> PythonValue {
    var plain: [Int] = []
    for axis in shape.indices { plain.append(shape[(axis + 1)...].reduce(1) { $0 &* $1 }) }
    return .call(
      .global("torch._utils", "_rebuild_tensor_v2"),
      [storage, .int(first), .ints(shape), .ints(strides ?? plain), .bool(false), .call(.global("collections", "OrderedDict"), [])])
  }

  /// The opcodes of protocol 2 that make the value.
  var opcodes: [UInt8] {
    switch self {
    case .none: return [0x4e]
    case .bool(let flag): return [flag ? 0x88 : 0x89]
    case .int(let number):
      if 0...255 ~= number { return [0x4b, UInt8(number)] }
      return [0x8a, 8] + littleEndian(number)
    case .real(let number): return [0x47] + littleEndian(number.bitPattern.byteSwapped)
    case .text(let text): return [0x58] + littleEndian(UInt32(text.utf8.count)) + Array(text.utf8)
    case .bytes(let bytes): return [0x42] + littleEndian(UInt32(bytes.count)) + bytes
    case .list(let items): return [0x5d, 0x28] + items.flatMap(\.opcodes) + [0x65]
    case .tuple(let items): return [0x28] + items.flatMap(\.opcodes) + [0x74]
    case .dict(let pairs): return [0x7d, 0x28] + pairs.flatMap { $0.opcodes + $1.opcodes } + [0x75]
    case .set(let items): return [0x8f, 0x28] + items.flatMap(\.opcodes) + [0x90]
    case .global(let module, let name): return [0x63] + Array("\(module)\n\(name)\n".utf8)
    case .call(let called, let arguments): return called.opcodes + PythonValue.tuple(arguments).opcodes + [0x52]
    case .build(let object, let state): return object.opcodes + state.opcodes + [0x62]
    case .items(let object, let pairs): return object.opcodes + [0x28] + pairs.flatMap { $0.opcodes + $1.opcodes } + [0x75]
    case .persistent(let identifier): return identifier.opcodes + [0x51]
    case .raw(let bytes): return bytes
    }
  }

  /// A whole pickle.
  var pickle: [UInt8] { [0x80, 2] + opcodes + [0x2e] }
}

func littleEndian(_ number: some FixedWidthInteger) -> [UInt8] {
  (0..<number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
}

func littleEndian(_ numbers: [Float]) -> [UInt8] { numbers.flatMap { littleEndian($0.bitPattern) } }
