/// Why a pickle cannot be interpreted.
enum PickleProblem: Error {
  /// The pickle continues past the end of the bytes.
  case truncated
  /// What is wrong, and at which byte.
  case malformed(String, at: Int)
  /// What is beyond the limits.
  case limit(String)
  case unreadable(CheckpointError)
}

/// A value of a pickle. Texts, lists and the like lie in the heap; this is the handle.
enum PickleValue: Sendable {
  case none
  case bool(Bool)
  case integer(Int64)
  case real(Double)
  case text(PickleText)
  case bytes(PickleText)
  /// Index into the heap's nodes.
  case object(Int)
}

/// A range of the bytes that the heap keeps.
struct PickleText: Sendable {
  enum Form: Sendable {
    /// The pickle's own bytes.
    case plain
    /// Bytes of the heap's `decoded`.
    case decoded
    /// The pickle's bytes are UTF-8 whose characters each stand for one byte: so numpy's bytes are written in protocol 2.
    case latin
  }

  var start: Int
  var count: Int
  var form = Form.plain
}

/// What the interpreter makes of a pickle: nodes that refer to each other by index.
///
/// Indices instead of references: a pickle may hold cycles and a million nested lists, which cost neither leaks nor recursion here.
struct PickleHeap: Sendable {
  struct Node: Sendable {
    var kind: Kind
    /// Elements; of a mapping, keys and values in turn.
    var items: [PickleValue] = []
  }

  enum Kind: Sendable {
    case list, tuple, set
    case dictionary
    /// A name that a pickle refers to, such as `collections.OrderedDict`. It is never looked up.
    case global(module: PickleText, name: PickleText)
    /// What a call of anything unknown would have made; `type` is the index of the called name's node, -1 if it has none.
    /// Its items are the pairs set in it, as a subclass of dict gets them.
    case opaque(type: Int)
    /// Index into `storages`.
    case storage(Int)
    /// Index into `tensors`.
    case tensor(Int)
    /// Index into `arrays`.
    case array(Int)
    /// numpy's dtype: kind and size (`f8`), and whether it is big-endian.
    case numberType(PickleText, isBigEndian: Bool)
  }

  /// A block of numbers in the file that tensors share.
  struct Storage: Sendable {
    /// Nil for a type that cannot be read.
    var type: ElementType?
    var typeName: String
    /// The name of the block in the file.
    var key: String
    /// Elements of the whole block.
    var count: Int
    /// The part that this storage is, in elements (only in files of torch before 0.4).
    var view: Range<Int>?
  }

  /// A tensor as the pickle describes it, unchecked.
  struct Tensor: Sendable {
    /// Index into `storages`.
    var storage: Int
    var firstElement: Int
    var shape: [Int]
    var strides: [Int]
    /// The type where it is not the storage's: storages of bytes serve tensors of any type.
    var type: ElementType?
    var typeName: String?
  }

  /// A numpy array as the pickle describes it, unchecked.
  struct Array: Sendable {
    var shape: [Int] = []
    /// Kind and size: `u1`, `i8`, `f4` …
    var typeName = ""
    var isBigEndian = false
    var isColumnMajor = false
    var bytes = PickleText(start: 0, count: 0)
  }

  /// The pickle.
  var bytes: [UInt8] = []
  /// Texts that are not in the pickle as such: those written with escapes.
  var decoded: [UInt8] = []
  var nodes: [Node] = []
  var storages: [Storage] = []
  var tensors: [Tensor] = []
  var arrays: [Array] = []
}

// MARK: - Looking at values

extension PickleHeap {
  /// The text, with bytes that are not UTF-8 replaced.
  func string(_ text: PickleText) -> String { String(decoding: slice(text), as: UTF8.self) }

  private func slice(_ text: PickleText) -> ArraySlice<UInt8> {
    let range = text.start..<text.start + text.count
    return text.form == .decoded ? decoded[range] : bytes[range]
  }

  /// The bytes of a bytes object; nil where Latin text holds characters beyond 255.
  func rawBytes(_ text: PickleText) -> [UInt8]? {
    guard text.form == .latin else { return Swift.Array(slice(text)) }
    var result: [UInt8] = []
    for scalar in string(text).unicodeScalars {
      guard let byte = UInt8(exactly: scalar.value) else { return nil }
      result.append(byte)
    }
    return result
  }

  /// A text or bytes object as a string; nil for one that is longer than the limit, for a pickle can refer to one text a million times.
  func string(_ value: PickleValue?, limit: Int = 4096) -> String? {
    switch value {
    case .text(let text) where text.count <= limit, .bytes(let text) where text.count <= limit: string(text)
    default: nil
    }
  }

  func isText(_ value: PickleValue, _ wanted: String) -> Bool {
    guard case .text(let text) = value, text.count == wanted.utf8.count else { return false }
    return slice(text).elementsEqual(wanted.utf8)
  }

  func node(_ value: PickleValue?) -> Node? {
    guard case .object(let index) = value else { return nil }
    return nodes[index]
  }

  /// Elements of a list, tuple or set.
  func elements(_ value: PickleValue?) -> [PickleValue]? {
    guard let node = node(value) else { return nil }
    switch node.kind {
    case .list, .tuple, .set: return node.items
    default: return nil
    }
  }

  /// Keys and values in turn, of a dictionary or of an object that had pairs set in it.
  func pairs(_ value: PickleValue?) -> [PickleValue]? {
    guard let node = node(value) else { return nil }
    switch node.kind {
    case .dictionary: return node.items
    case .opaque where !node.items.isEmpty: return node.items
    default: return nil
    }
  }

  /// The value of a key; the last one, as Python has it, where a key comes twice.
  func value(_ key: String, in mapping: PickleValue?) -> PickleValue? {
    guard let items = pairs(mapping) else { return nil }
    for index in stride(from: items.count - 2, through: 0, by: -2) where isText(items[index], key) { return items[index + 1] }
    return nil
  }

  func integer(_ value: PickleValue?) -> Int? {
    switch value {
    case .integer(let number): Int(exactly: number)
    case .bool(let flag): flag ? 1 : 0
    default: nil
    }
  }

  func integers(_ value: PickleValue?) -> [Int]? {
    guard let elements = elements(value), elements.count <= 64 else { return nil }
    var result: [Int] = []
    for element in elements {
      guard let number = integer(element) else { return nil }
      result.append(number)
    }
    return result
  }

  /// The tensor that a value is, as index into `tensors`.
  func tensor(_ value: PickleValue) -> Int? {
    guard let node = node(value), case .tensor(let index) = node.kind else { return nil }
    return index
  }

  /// `module.name` of a global, or of what an opaque object was made by.
  func typeName(_ value: PickleValue?) -> String? {
    guard let node = node(value) else { return nil }
    switch node.kind {
    case .global: return globalName(node)
    case .opaque(let type) where type >= 0: return globalName(nodes[type])
    default: return nil
    }
  }

  private func globalName(_ node: Node) -> String? {
    guard case .global(let module, let name) = node.kind, module.count <= 256, name.count <= 256 else { return nil }
    return "\(string(module)).\(string(name))"
  }
}
