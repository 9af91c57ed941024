import Basics
import Testing

@Suite struct MarkupTextTests {
  @Test(arguments: [
    ("Gebäude & Höfe", "Gebäude &amp; Höfe"), ("<b>\"x\"</b>", "&lt;b&gt;&quot;x&quot;&lt;/b&gt;"), ("it's", "it&#39;s"),
    ("수면", "수면"), ("=1+1", "=1+1"), ("a\r\nb\tc", "a  b c"), ("a\u{0}\u{1B}b\u{FFFE}", "a\u{FFFD}\u{FFFD}b\u{FFFD}"),
    ("", ""), ("😀", "😀"),
  ])
  func markupAndControlsAreEscapedForEverybody(_ text: String, _ expected: String) {
    #expect(MarkupText.escaped(text, for: .program) == expected)
    #expect(MarkupText.escaped(text, for: .person) == expected)
  }

  @Test func onlyAPersonIsShownMarksThatTurnTheDirection() {
    #expect(MarkupText.escaped("a\u{202E}b", for: .person) == "a[U+202E]b")
    #expect(MarkupText.escaped("a\u{202E}b", for: .program) == "a\u{202E}b")
  }

  /// Every scalar of the first planes stays one, or becomes what XML 1.0 allows.
  @Test func nothingIsLeftThatXMLCannotHold() {
    for value in UInt32(0)..<0x11000 {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let allowed = MarkupText.escaped(String(scalar), for: .program).unicodeScalars.allSatisfy { scalar in
        (0x20...0xD7FF).contains(scalar.value) || (0xE000...0xFFFD).contains(scalar.value) || scalar.value >= 0x10000
      }
      #expect(allowed, "U+\(String(value, radix: 16))")
    }
  }
}
