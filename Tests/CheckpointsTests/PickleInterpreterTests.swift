import Foundation
import Testing

@testable import Checkpoints

struct PickleInterpreterTests {
  private func interpret(
    _ bytes: [UInt8], limits: PickleInterpreter.Limits = .standard
  ) throws(PickleProblem) -> (heap: PickleHeap, root: PickleValue) {
    let result = try PickleInterpreter.interpret(ByteSource(bytes, file: ""), start: 0, end: bytes.count, limits: limits)
    return (result.heap, result.root)
  }

  /// A value as text, for comparison.
  private func show(_ heap: PickleHeap, _ value: PickleValue, depth: Int = 0) -> String {
    guard depth < 8 else { return "…" }
    func all(_ items: [PickleValue]) -> String { items.map { show(heap, $0, depth: depth + 1) }.joined(separator: " ") }
    switch value {
    case .none: return "None"
    case .bool(let flag): return flag ? "True" : "False"
    case .integer(let number): return "\(number)"
    case .real(let number): return "\(number)"
    case .text(let text): return "'\(heap.string(text))'"
    case .bytes(let text): return "b\(heap.rawBytes(text) ?? [])"
    case .object(let index):
      let node = heap.nodes[index]
      switch node.kind {
      case .list: return "[\(all(node.items))]"
      case .tuple: return "(\(all(node.items)))"
      case .set: return "set(\(all(node.items)))"
      case .dictionary: return "{\(all(node.items))}"
      case .global: return "<\(heap.typeName(value) ?? "")>"
      case .opaque: return "?\(heap.typeName(value) ?? "")\(node.items.isEmpty ? "" : "{\(all(node.items))}")"
      default: return "\(node.kind)"
      }
    }
  }

  private func show(_ bytes: [UInt8]) throws(PickleProblem) -> String {
    let (heap, root) = try interpret(bytes)
    return show(heap, root)
  }

  /// `{'a': [1, -2, 300, 70000, 2.5, True, None], 'b': ('x', ('y', 'z'), ()), 'é': 10000000000}` by pickle.dumps of Python 3.11.
  @Test(arguments: [
    """
    KGRwMApWYQpwMQoobHAyCkkxCmFJLTIKYUkzMDAKYUk3MDAwMAphRjIuNQphSTAxCmFOYXNWYgpwMwooVngKcDQKKFZ5CnA1ClZ6CnA2CnRwNwoodHRwOApzVukKcDkKTDEwMDAwMDAwMDAwTApzLg==
    """,
    """
    fXEAKFgBAAAAYXEBXXECKEsBSv7///9NLAFKcBEBAEdABAAAAAAAAEkwMQpOZVgBAAAAYnEDKFgBAAAAeHEEKFgBAAAAeXEFWAEAAAB6cQZ0cQcpdHEIWAIAAADDqXEJTDEwMDAwMDAwMDAwTAp1Lg==
    """,
    """
    gAJ9cQAoWAEAAABhcQFdcQIoSwFK/v///00sAUpwEQEAR0AEAAAAAAAAiE5lWAEAAABicQNYAQAAAHhxBFgBAAAAeXEFWAEAAAB6cQaGcQcph3EIWAIAAADDqXEJigUA5AtUAnUu
    """,
    """
    gASVSAAAAAAAAAB9lCiMAWGUXZQoSwFK/v///00sAUpwEQEAR0AEAAAAAAAAiE5ljAFilIwBeJSMAXmUjAF6lIaUKYeUjALDqZSKBQDkC1QCdS4=
    """,
    """
    gAWVSAAAAAAAAAB9lCiMAWGUXZQoSwFK/v///00sAUpwEQEAR0AEAAAAAAAAiE5ljAFilIwBeJSMAXmUjAF6lIaUKYeUjALDqZSKBQDkC1QCdS4=
    """,
  ])
  func everyProtocolGivesTheSameValue(text: String) throws {
    let bytes = try #require(Data(base64Encoded: text, options: .ignoreUnknownCharacters))
    #expect(try show([UInt8](bytes)) == "{'a' [1 -2 300 70000 2.5 True None] 'b' ('x' ('y' 'z') ()) 'é' 10000000000}")
  }

  @Test func textsOfPython2AreUnescaped() throws {
    #expect(try show(Array("S'a\\n\\x41\\'b'\n.".utf8)) == "'a\nA'b'")
    #expect(try show(Array("Va\\u00e9\\n\n.".utf8)) == "'aé\\n'")
    #expect(try show(Array("U".utf8) + [3] + Array("abc.".utf8)) == "'abc'")
  }

  @Test func longsOfAnySizeAreRead() throws {
    #expect(try show([0x8a, 0, 0x2e]) == "0")
    #expect(try show([0x8a, 1, 0xff, 0x2e]) == "-1")
    #expect(try show([0x8b, 2, 0, 0, 0, 0, 0x80, 0x2e]) == "-32768")
    #expect(try show([0x8a, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0x2e]) == "b[1, 2, 3, 4, 5, 6, 7, 8, 9]")
    #expect(try show(Array("L99999999999999999999L\n.".utf8)) == "1e+20")
  }

  @Test func unknownCallsBecomeOpaqueAndAreNotMade() throws {
    let witness = FileManager.default.temporaryDirectory.appendingPathComponent("orthoweave-\(UUID().uuidString)").path
    let command = PythonValue.text("touch \(witness)")
    for (module, name) in [("os", "system"), ("posix", "system"), ("subprocess", "Popen"), ("builtins", "eval"), ("nt", "system")] {
      #expect(try show(PythonValue.call(.global(module, name), [command]).pickle) == "?\(module).\(name)")
    }
    // By the other opcodes that construct: INST, OBJ, NEWOBJ, NEWOBJ_EX, STACK_GLOBAL, BUILD.
    #expect(try show([0x28] + command.opcodes + Array("ios\nsystem\n.".utf8)) == "?os.system")
    #expect(try show([0x28] + PythonValue.global("os", "system").opcodes + command.opcodes + Array("o.".utf8)) == "?os.system")
    #expect(try show(PythonValue.global("os", "system").opcodes + PythonValue.tuple([command]).opcodes + [0x81, 0x2e]) == "?os.system")
    #expect(
      try show(
        PythonValue.global("os", "system").opcodes + PythonValue.tuple([command]).opcodes + PythonValue.dict([]).opcodes + [0x92, 0x2e])
        == "?os.system")
    let stacked = PythonValue.text("os").opcodes + PythonValue.text("system").opcodes + [0x93]
    #expect(try show(stacked + PythonValue.tuple([command]).opcodes + [0x52, 0x2e]) == "?os.system")
    #expect(try show(PythonValue.build(.call(.global("a", "B"), []), .mapping(["__setstate__": command])).pickle) == "?a.B")
    #expect(!FileManager.default.fileExists(atPath: witness))
  }

  @Test func foreignObjectsKeepTheirPairs() throws {
    let config = PythonValue.items(.call(.global("training.tools", "Settings"), []), [(.text("a"), .int(1))])
    #expect(try show(config.pickle) == "?training.tools.Settings{'a' 1}")
    #expect(try show(PythonValue.call(.global("collections", "OrderedDict"), [.list([.list([.text("k"), .int(2)])])]).pickle) == "{'k' 2}")
    #expect(try show(PythonValue.call(.global("builtins", "set"), [.list([.int(1), .int(2)])]).pickle) == "set(1 2)")
    #expect(try show(PythonValue.call(.global("torch", "Size"), [.ints([3, 4])]).pickle) == "(3 4)")
    #expect(try show([0x28] + PythonValue.int(1).opcodes + [0x91, 0x2e]) == "set(1)")
  }

  @Test func memoEntriesOfAnyNumberAreFound() throws {
    let text = PythonValue.text("x").opcodes
    #expect(try show(text + [0x72, 0xff, 0xff, 0xff, 0xff, 0x30, 0x6a, 0xff, 0xff, 0xff, 0xff, 0x2e]) == "'x'")
    #expect(try show(text + Array("p18446744073709551615\n0g18446744073709551615\n.".utf8)) == "'x'")
    #expect(try show(text + [0x71, 200, 0x30, 0x68, 200, 0x2e]) == "'x'")
    #expect(throws: PickleProblem.self) { try show([0x68, 1, 0x2e]) }
  }

  @Test func cyclesAndDepthCostNothing() throws {
    // a = []; a.append(a)
    #expect(try show([0x5d, 0x71, 0, 0x68, 0, 0x61, 0x2e]).hasPrefix("[[[["))
    let depth = 200_000
    let nested = [UInt8](repeating: 0x5d, count: depth) + [UInt8](repeating: 0x61, count: depth - 1) + [0x2e]
    #expect(try interpret(nested).heap.nodes.count == depth)
    #expect(throws: PickleProblem.self) { try interpret([UInt8](repeating: 0x28, count: depth) + [0x2e]) }
  }

  @Test func limitsHold() {
    func isLimit(_ bytes: [UInt8], _ limits: PickleInterpreter.Limits) -> Bool {
      do throws(PickleProblem) {
        _ = try interpret(bytes, limits: limits)
        return false
      } catch {
        if case .limit = error { return true }
        return false
      }
    }
    var limits = PickleInterpreter.Limits.standard
    limits.nodes = 100
    #expect(isLimit([UInt8](repeating: 0x5d, count: 101), limits))
    limits.opcodes = 50
    #expect(isLimit([UInt8](repeating: 0x4e, count: 51), limits))
    limits.bytes = 40
    #expect(isLimit([UInt8](repeating: 0x4e, count: 41), limits))
    // list(x), and one more element, again and again: each copies the whole.
    limits = .standard
    limits.values = 100_000
    let long = PythonValue.list([PythonValue](repeating: .none, count: 1000)).opcodes + [0x71, 0]
    let copy = PythonValue.global("builtins", "list").opcodes + [0x68, 0, 0x85, 0x52, 0x4e, 0x61, 0x30]
    #expect(isLimit(long + (0..<200).flatMap { _ in copy } + [0x2e], limits))
  }

  @Test(arguments: 0...255)
  func everyOpcodeAloneIsRefusedOrUnderstood(opcode: Int) {
    for rest in [[], [0x2e], [0, 0x2e], [0, 0, 0, 0, 0x2e], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x2e]] as [[UInt8]] {
      for start in [[], [0x4e], [0x28], [0x28, 0x4e], [0x5d, 0x4e], [0x7d, 0x4e, 0x4e], [0x7d, 0x29]] as [[UInt8]] {
        _ = try? interpret(start + [UInt8(opcode)] + rest)
      }
    }
  }
}
