import Testing

@testable import Checkpoints

struct ConfigReaderTests {
  private func value(_ text: String) -> ConfigValue? { ConfigReader.read(text)["x"] }

  @Test func literalsAreRead() {
    #expect(value("x = 1") == .integer(1))
    #expect(value("x = -1.5e-3  # a comment") == .real(-0.0015))
    #expect(value("x = 1_000") == .integer(1000))
    #expect(value("x = 0x1F") == .integer(31))
    #expect(value("x = .5") == .real(0.5))
    #expect(value("x = 2.") == .real(2))
    #expect(value("x = None") == ConfigValue.none)
    #expect(value("x = True") == .bool(true))
    #expect(value(#"x = 'a\'b' "c" r'\d'"#) == .text("a'bc\\d"))
    #expect(value("x = '''a\nb'''") == .text("a\nb"))
    #expect(value("x = u'\\u00e9\\x41'") == .text("éA"))
    #expect(value("x = (1, 'a', [])") == .list([.integer(1), .text("a"), .list([])]))
    #expect(value("x = (1)") == .integer(1))
    #expect(value("x = (1,)") == .list([.integer(1)]))
    #expect(value("x = 1, 2") == .list([.integer(1), .integer(2)]))
    #expect(value("x = dict(a=1, b={'c': 2, 3: 4})") == .dictionary(["a": .integer(1), "b": .dictionary(["c": .integer(2)])]))
    #expect(value("x = {1, 2}") == .list([.integer(1), .integer(2)]))
    #expect(value("x = [\n  1,\n  2,\n]\ny = 3") == .list([.integer(1), .integer(2)]))
    #expect(value("x = 1 + \\\n 2") == .integer(3))
    #expect(value("x = y = 4") == .integer(4))
    #expect(value("a = 1; x = a") == .integer(1))
    #expect(value("x = 1\r\ny = 2\r\n") == .integer(1))
  }

  @Test func namesAttributesAndSumsAreFollowed() {
    #expect(value("size = (3, 4)\nx = dict(crop=size, first=size[0], last=size[-1])")?["last"] == .integer(4))
    #expect(value("a = dict(b=dict(c=5))\nx = a.b.c + a['b']['c']") == .integer(10))
    #expect(value("base = dict(a=1, b=2)\nx = dict(**base, b=3)") == .dictionary(["a": .integer(1), "b": .integer(3)]))
    #expect(value("base = dict(a=1)\nx = {**base, 'c': 1}") == .dictionary(["a": .integer(1), "c": .integer(1)]))
    #expect(value("x = [1] + [2] * 2") == .list([.integer(1), .integer(2), .integer(2)]))
    #expect(value("x = 7 // 2") == .integer(3))
    #expect(value("x = 1 / 4 - 2 * 0.5") == .real(-0.75))
    #expect(value("x = 1\nx = 2") == .integer(2))
  }

  @Test func whatIsNoLiteralIsOpaqueAndSparesItsNeighbors() {
    #expect(value("x = os.system('true')") == .opaque)
    #expect(value("x = [i for i in range(3)]")?.list?.allSatisfy { $0 == .opaque } == true)
    #expect(value("x = dict(a=f(1), b=2, c=[y for y in (1, 2)], d=lambda z: z, e=3)")?["b"] == .integer(2))
    #expect(value("x = dict(a=f(1), b=2, c=[y for y in (1, 2)], e=3)")?["e"] == .integer(3))
    #expect(value("x = dict(a=1 if True else 2, b=4)")?["b"] == .integer(4))
    #expect(value("x = f'{a}'") == .opaque)
    #expect(value("x = a") == .opaque)
    #expect(value("import os\nfrom a import *\nif True:\n  x = 1\nx = 5\ndef f():\n    x = 6\n") == .integer(5))
    #expect(value("x.y = 1") == nil)
    #expect(value("x = ") == nil)
    #expect(value("x = (1, 2") == .opaque)
    #expect(value("x = 'unfinished\ny = 1") == .text("unfinished"))
    #expect(value("x = 9223372036854775807 + 1") == .opaque)
    #expect(value("x = -9223372036854775808 // -1") == .opaque)
    #expect(value("x = 99999999999999999999") == .opaque || value("x = 99999999999999999999") == .real(1e20))
    #expect(value("x = 1 / 0") == .opaque)
  }

  @Test func hostileTextsStayBounded() {
    let deep = 20_000
    #expect(value("x = " + String(repeating: "[", count: deep) + String(repeating: "]", count: deep)) != nil)
    #expect(value("x = " + String(repeating: "(", count: deep)) == .opaque)
    #expect(value("x = " + String(repeating: "-", count: deep) + "1") == .integer(1))
    // Names that nest each other, and that double.
    #expect(value((0..<deep).map { "a\($0 + 1) = [a\($0)]" }.joined(separator: "\n") + "\nx = a\(deep)") != nil)
    #expect(value("x = [1]\n" + String(repeating: "x = x + x\n", count: 100)) == .opaque)
    #expect(value("x = 'ab'\n" + String(repeating: "x = x + x\n", count: 100)) == .opaque)
    #expect(value("x = [0] * 1000000000") == .opaque)
    #expect(value(String(repeating: "x", count: ConfigReader.maximumSize + 1)) == nil)
    let wide = "a = dict(" + (0..<10_000).map { "k\($0)=1" }.joined(separator: ",") + ")\n"
    #expect(value(wide + "x = dict(" + String(repeating: "**a,", count: 10_000) + ")") == .opaque)
  }
}
