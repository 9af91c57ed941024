/// Interprets a pickle without executing anything.
///
/// Every opcode of protocols 0 to 5 is known. A call makes a value only where `PickleInterpreter+Calls` recognizes what is
/// called (an ordered dictionary, a tensor, a numpy array, …); any other call, class or object becomes an opaque node.
/// No name in a pickle is ever looked up, let alone called.
struct PickleInterpreter {
  /// How much a pickle may make us hold.
  struct Limits: Sendable {
    var bytes = 256_000_000
    var nodes = 1_000_000
    /// Opcodes, and thereby values on the stack.
    var opcodes = 8_000_000
    /// Values in all nodes together: a call can copy a list.
    var values = 4_000_000

    static let standard = Limits()
  }

  var heap = PickleHeap()
  /// The next byte, counted from the pickle's first.
  var position = 0
  let source: ByteSource
  let start: Int
  /// Bytes from `start` to where the pickle must have ended.
  let limit: Int
  /// Whether the limit is the end of the data (else it is the longest pickle that is accepted).
  let limitIsEnd: Bool
  let limits: Limits

  private var stack: [PickleValue] = []
  /// Heights of the stack where a mark was set.
  private var marks: [Int] = []
  private var memo: [PickleValue?] = []
  /// Memo entries whose number is far beyond their count.
  private var sparseMemo: [UInt64: PickleValue] = [:]
  private var memoCount: UInt64 = 0
  /// Values in all nodes so far.
  var valuesHeld = 0

  /// Interprets one pickle that begins at `start` and ends before `end`.
  ///
  /// - Returns: the heap, the value on top of the stack at the end, and the number of bytes that the pickle has.
  static func interpret(
    _ source: ByteSource, start: Int, end: Int, limits: Limits = .standard
  ) throws(PickleProblem) -> (heap: PickleHeap, root: PickleValue, length: Int) {
    var machine = PickleInterpreter(source, start: start, end: end, limits: limits)
    let root = try machine.run()
    return (machine.heap, root, machine.position)
  }

  private init(_ source: ByteSource, start: Int, end: Int, limits: Limits) {
    self.source = source
    self.start = start
    limit = max(0, min(end - start, limits.bytes))
    limitIsEnd = end - start <= limits.bytes
    self.limits = limits
  }

  private mutating func run() throws(PickleProblem) -> PickleValue {
    for _ in 0..<limits.opcodes {
      let opcode = try byte()
      if opcode == UInt8(ascii: ".") { return try pop() }
      try perform(opcode)
    }
    throw .limit("a pickle of more than \(limits.opcodes) opcodes")
  }

  func malformed(_ reason: String) -> PickleProblem { .malformed(reason, at: start + position) }

  // MARK: - Stack, memo, nodes

  private mutating func push(_ value: PickleValue) { stack.append(value) }

  private mutating func pop() throws(PickleProblem) -> PickleValue {
    guard stack.count > marks.last ?? 0 else { throw malformed("a value is missing") }
    return stack.removeLast()
  }

  private func top() throws(PickleProblem) -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.last else { throw malformed("a value is missing") }
    return value
  }

  /// The values above the last mark, which is taken away with them.
  private mutating func popToMark() throws(PickleProblem) -> [PickleValue] {
    guard let mark = marks.popLast() else { throw malformed("a mark is missing") }
    let values = Array(stack[mark...])
    stack.removeLast(stack.count - mark)
    return values
  }

  private mutating func pop(_ count: Int) throws(PickleProblem) -> [PickleValue] {
    guard stack.count - (marks.last ?? 0) >= count else { throw malformed("a value is missing") }
    let values = Array(stack.suffix(count))
    stack.removeLast(count)
    return values
  }

  mutating func makeNode(_ kind: PickleHeap.Kind, _ items: [PickleValue] = []) throws(PickleProblem) -> PickleValue {
    guard heap.nodes.count < limits.nodes else { throw .limit("a pickle of more than \(limits.nodes) objects") }
    try hold(items.count)
    heap.nodes.append(PickleHeap.Node(kind: kind, items: items))
    return .object(heap.nodes.count - 1)
  }

  private mutating func hold(_ count: Int) throws(PickleProblem) {
    valuesHeld += count
    guard valuesHeld <= limits.values else { throw .limit("a pickle of more than \(limits.values) values") }
  }

  private mutating func remember(_ number: UInt64) throws(PickleProblem) {
    let value = try top()
    if number < UInt64(memo.count) {
      memo[Int(number)] = value
    } else if number == UInt64(memo.count) {
      memo.append(value)
    } else if number < UInt64(memo.count) + 4096 {
      memo += [PickleValue?](repeating: nil, count: Int(number) - memo.count)
      memo.append(value)
    } else {
      sparseMemo[number] = value
    }
    memoCount += 1
  }

  private mutating func recall(_ number: UInt64) throws(PickleProblem) {
    let value = number < UInt64(memo.count) ? memo[Int(number)] : sparseMemo[number]
    guard let value else { throw malformed("entry \(number) of the memo is missing") }
    push(value)
  }

  // MARK: - Opcodes

  private mutating func perform(_ opcode: UInt8) throws(PickleProblem) {
    switch opcode {
    // Framing.
    case 0x80:
      let version = try byte()
      guard version <= 5 else { throw malformed("pickle protocol \(version) is unknown") }
    case 0x95: _ = try number(UInt64.self)

    // Simple values.
    case UInt8(ascii: "N"): push(.none)
    case 0x88: push(.bool(true))
    case 0x89: push(.bool(false))
    case UInt8(ascii: "K"): push(.integer(Int64(try byte())))
    case UInt8(ascii: "M"): push(.integer(Int64(try number(UInt16.self))))
    case UInt8(ascii: "J"): push(.integer(Int64(try number(Int32.self))))
    case UInt8(ascii: "G"): push(.real(try bigEndianReal()))
    case UInt8(ascii: "I"): push(try integerLine())
    case UInt8(ascii: "L"): push(try longLine())
    case UInt8(ascii: "F"): push(.real(Double(try numberLine()) ?? .nan))
    case 0x8a: push(try long(count: Int(try byte())))
    case 0x8b: push(try long(count: Int(try number(Int32.self))))

    // Texts and bytes.
    case UInt8(ascii: "X"): push(.text(try take(Int(try number(UInt32.self)))))
    case 0x8c: push(.text(try take(Int(try byte()))))
    case 0x8d: push(.text(try take(try length64())))
    case UInt8(ascii: "V"): push(.text(try unicodeLine()))
    case UInt8(ascii: "T"): push(.text(try take(Int(try number(Int32.self)))))
    case UInt8(ascii: "U"): push(.text(try take(Int(try byte()))))
    case UInt8(ascii: "S"): push(.text(try stringLine()))
    case UInt8(ascii: "B"): push(.bytes(try take(Int(try number(UInt32.self)))))
    case UInt8(ascii: "C"): push(.bytes(try take(Int(try byte()))))
    case 0x8e, 0x96: push(.bytes(try take(try length64())))
    case 0x97: push(try makeNode(.opaque(type: -1)))
    case 0x98: break

    // Stack and memo.
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: "0"):
      // Python's own writer drops a mark with this opcode, too.
      if let mark = marks.last, mark == stack.count { marks.removeLast() } else { _ = try pop() }
    case UInt8(ascii: "1"): _ = try popToMark()
    case UInt8(ascii: "2"): push(try top())
    case UInt8(ascii: "q"): try remember(UInt64(try byte()))
    case UInt8(ascii: "r"): try remember(UInt64(try number(UInt32.self)))
    case UInt8(ascii: "p"): try remember(try memoLine())
    case 0x94: try remember(memoCount)
    case UInt8(ascii: "h"): try recall(UInt64(try byte()))
    case UInt8(ascii: "j"): try recall(UInt64(try number(UInt32.self)))
    case UInt8(ascii: "g"): try recall(try memoLine())

    // Collections.
    case UInt8(ascii: "]"): push(try makeNode(.list))
    case UInt8(ascii: "l"): push(try makeNode(.list, try popToMark()))
    case UInt8(ascii: ")"): push(try makeNode(.tuple))
    case UInt8(ascii: "t"): push(try makeNode(.tuple, try popToMark()))
    case 0x85: push(try makeNode(.tuple, try pop(1)))
    case 0x86: push(try makeNode(.tuple, try pop(2)))
    case 0x87: push(try makeNode(.tuple, try pop(3)))
    case UInt8(ascii: "}"): push(try makeNode(.dictionary))
    case UInt8(ascii: "d"): push(try makeNode(.dictionary, try evenCount(try popToMark())))
    case 0x8f: push(try makeNode(.set))
    case 0x91: push(try makeNode(.set, try popToMark()))
    case UInt8(ascii: "a"):
      let value = try pop()
      try append([value])
    case UInt8(ascii: "e"), 0x90:
      let values = try popToMark()
      try append(values)
    case UInt8(ascii: "s"):
      let pair = try pop(2)
      try set(pair)
    case UInt8(ascii: "u"):
      let pairs = try evenCount(try popToMark())
      try set(pairs)

    // Names, calls, objects.
    case UInt8(ascii: "c"):
      let module = try line()
      push(try makeNode(.global(module: module, name: try line())))
    case 0x93:
      let name = try pop()
      guard case .text(let nameText) = name, case .text(let module) = try pop() else { throw malformed("a name is not a text") }
      push(try makeNode(.global(module: module, name: nameText)))
    case 0x82:
      _ = try byte()
      push(try makeNode(.opaque(type: -1)))
    case 0x83:
      _ = try number(UInt16.self)
      push(try makeNode(.opaque(type: -1)))
    case 0x84:
      _ = try number(UInt32.self)
      push(try makeNode(.opaque(type: -1)))
    case UInt8(ascii: "R"), 0x81:
      let arguments = try pop()
      let called = try pop()
      push(try call(called, heap.elements(arguments) ?? []))
    case 0x92:
      _ = try pop()
      let arguments = try pop()
      let called = try pop()
      push(try call(called, heap.elements(arguments) ?? []))
    case UInt8(ascii: "i"):
      let module = try line()
      let called = try makeNode(.global(module: module, name: try line()))
      push(try call(called, try popToMark()))
    case UInt8(ascii: "o"):
      let values = try popToMark()
      guard let called = values.first else { throw malformed("a class is missing") }
      push(try call(called, Array(values.dropFirst())))
    case UInt8(ascii: "b"):
      let state = try pop()
      build(try top(), state)
    case UInt8(ascii: "P"):
      _ = try line()
      push(try makeNode(.opaque(type: -1)))
    case UInt8(ascii: "Q"):
      let identifier = try pop()
      push(try storage(identifier))

    default: throw malformed("\(opcode) is not an opcode")
    }
  }

  private func evenCount(_ values: [PickleValue]) throws(PickleProblem) -> [PickleValue] {
    guard values.count.isMultiple(of: 2) else { throw malformed("a key has no value") }
    return values
  }

  /// Appends to the list or set on top of the stack. What is appended to an object of an unknown class is dropped.
  private mutating func append(_ values: [PickleValue]) throws(PickleProblem) {
    guard case .object(let index) = try top() else { throw malformed("something is appended to a value that is not a list") }
    switch heap.nodes[index].kind {
    case .list, .set:
      try hold(values.count)
      heap.nodes[index].items += values
    case .opaque: break
    default: throw malformed("something is appended to a value that is not a list")
    }
  }

  /// Sets pairs in the mapping on top of the stack.
  private mutating func set(_ pairs: [PickleValue]) throws(PickleProblem) {
    guard case .object(let index) = try top() else { throw malformed("a key is set in a value that is not a dictionary") }
    switch heap.nodes[index].kind {
    case .dictionary, .opaque:
      try hold(pairs.count)
      heap.nodes[index].items += pairs
    default: throw malformed("a key is set in a value that is not a dictionary")
    }
  }
}
