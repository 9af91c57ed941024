import Dispatch
import Drawing
import Synchronization
import Testing

@Suite struct TextLineTests {
  private func ink(_ line: TextLine) -> Int { line.coverage.reduce(0) { $0 + Int($1) } }

  @Test(arguments: ["Gebäude & Höfe", "<b>\"x\"</b>", "=1+1", "수면", "水域", "Ж", "العربية"]) func aTextHasPixelsAndTheSameOnesTwice(
    _ text: String
  ) {
    let line = TextLine(text, size: 17)
    #expect(line.coverage.count == line.width * line.height && ink(line) > 500)
    #expect(line.coverage == TextLine(text, size: 17).coverage)
  }

  @Test func lettersThatLatinFontsHaveAreNotMissing() {
    #expect(TextLine("Gebäude & Höfe", size: 17).missing == 0)
    // Not a character, so that no font has it.
    #expect(TextLine("a\u{10FFFD}", size: 17).missing == 1)
  }

  @Test func accentsAreDrawn() {
    #expect(ink(TextLine("Ä", size: 40)) > ink(TextLine("A", size: 40)))
    #expect(ink(TextLine("A", size: 40, weight: .bold)) > ink(TextLine("A", size: 40)))
  }

  @Test func aLongTextLosesItsMiddle() {
    let text = String(repeating: "sheet ", count: 100)
    let line = TextLine(text, size: 17, widest: 200)
    #expect(line.width <= 200 && line.width > 150 && line.height < 40)
    #expect(TextLine(String(repeating: "x", count: 100_000), size: 17, widest: 4000).width <= 4000)
  }

  @Test func nothingIsDrawnOfNothing() {
    let line = TextLine("", size: 17)
    #expect(line.width == 0 && line.coverage.isEmpty)
  }

  @Test func marksThatTurnTheDirectionDoNotTurnIt() {
    #expect(TextLine("ab\u{202E}cd", size: 17).coverage == TextLine("ab\u{FFFD}cd", size: 17).coverage)
    #expect(TextLine("a\nb\u{0}", size: 17).coverage == TextLine("a b\u{FFFD}", size: 17).coverage)
  }

  @Test func manyThreadsGetTheSame() {
    let expected = TextLine("Straße 수면 水域", size: 17).coverage
    let wrong = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: 64) { _ in
      if TextLine("Straße 수면 水域", size: 17).coverage != expected { wrong.withLock { $0 += 1 } }
    }
    #expect(wrong.withLock { $0 } == 0)
  }
}
