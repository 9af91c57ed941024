import Foundation
import FoundationXML
import GeoTypes
import Report
import TestSupport
import Testing

/// Reads a page as XML, which is stricter than HTML, and keeps what another program sees in it.
private final class PageReader: NSObject, XMLParserDelegate {
  var elements: [String: Int] = [:]
  var attributes: Set<String> = []
  var texts: [String] = []
  private var text = ""

  init?(_ page: [UInt8]) {
    super.init()
    // An XML parser takes the document type for a file to load.
    let document = String(decoding: page, as: UTF8.self).replacing("<!DOCTYPE html>\n", with: "")
    let parser = XMLParser(data: Data(document.utf8))
    parser.delegate = self
    guard parser.parse() else { return nil }
  }

  func parser(_: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?, attributes: [String: String]) {
    elements[name, default: 0] += 1
    self.attributes.formUnion(attributes.keys)
    flush()
  }

  func parser(_: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) { flush() }

  func parser(_: XMLParser, foundCharacters characters: String) { text += characters }

  private func flush() {
    if !text.isEmpty { texts.append(text) }
    text = ""
  }
}

@Suite struct PageTests {
  private static let hostile = [
    #"<b>"x"</b>"#, "=1+1", "Gebäude & Höfe", "수면", "水域", "</style><script>alert(1)</script>", "' onmouseover='x", "]]>", "<!--", "&amp;",
    "javascript:alert(1)",
  ]

  @Test(arguments: hostile) func whatOthersHaveNamedIsTextAtEveryPlace(_ name: String) throws {
    let reader = try #require(PageReader(ReportPage(SampleContent.everywhere(name)).bytes()), "the page is not well-formed")
    let usual = try #require(PageReader(ReportPage(SampleContent.everywhere("plain")).bytes()))
    #expect(reader.elements == usual.elements)
    #expect(reader.attributes == usual.attributes)
    #expect(reader.elements["script"] == nil && reader.elements["b"] == nil)
    #expect(reader.texts.count { $0 == name } > 8)
  }

  @Test func controlAndDirectionMarksAreShown() throws {
    let page = ReportPage(SampleContent.everywhere("a\u{202E}b\u{0}c\u{1B}d\u{FFFE}e\u{85}f\ng")).bytes()
    let reader = try #require(PageReader(page))
    #expect(reader.texts.contains("a[U+202E]b\u{FFFD}c\u{FFFD}d\u{FFFD}e\u{FFFD}f g"))
  }

  @Test func randomTextIsReadBackAsItWas() throws {
    var random = Seeded(seed: 5)
    let alphabet = Array("ab<>&\"'=/;#x 水é😀\u{301}")
    for _ in 0..<40 {
      let name = String((0..<Int.random(in: 1...30, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "a" })
      let reader = try #require(PageReader(ReportPage(SampleContent.everywhere(name)).bytes()), "\(name)")
      #expect(reader.texts.contains { $0.unicodeScalars.elementsEqual(name.unicodeScalars) }, "\(name)")
    }
  }

  @Test func aPageNeedsNothingFromElsewhereAndRunsNothing() throws {
    let page = String(decoding: ReportPage(SampleContent.everywhere("sheet")).bytes(), as: UTF8.self)
    #expect(page.contains("default-src 'none'") || page.contains("default-src &#39;none&#39;"))
    for word in ["http://", "https://", "url(", "@import", "<script", "<link", "<iframe"] { #expect(!page.contains(word), "\(word)") }
    #expect(page.prefix(1000).contains(ReportPage.mark))
  }

  @Test func sectionsWithoutContentAreLeftOut() throws {
    let page = String(
      decoding: ReportPage(PageContent(title: "empty", run: SampleContent.run(), timeZone: SampleContent.utc)).bytes(), as: UTF8.self)
    for id in ["failures", "map", "areas", "changes", "confidence", "nights", "warnings", "settings"] {
      #expect(!page.contains("id=\"\(id)\""))
    }
    #expect(page.contains("id=\"speed\""))
  }

  @Test(arguments: [10_000, 60_000]) func manySourcesStayUnderFiveMegabytes(_ count: Int) throws {
    var content = PageContent(title: "many", run: SampleContent.run(), timeZone: SampleContent.utc)
    for index in 0..<count {
      let outcome: Outcome = index % 97 == 0 ? .failed : index % 5 == 0 ? .done : .unchanged
      let name = "orthophotos/2026/block-\(index / 100)/sheet-\(index)"
      let (longitude, latitude) = (8 + Double(index % 250) * 0.0123456, 47 + Double(index / 250) * 0.0123456)
      let outline = SampleContent.square(longitude, latitude, 0.0121)
      content.sources.append(PageContent.SourceState(name: name, outcome: outcome, outline: outline, seconds: 1))
      guard outcome == .failed else { continue }
      let reason = "\(name).tif: cannot be read (truncated at row 812); replace the file, then run again"
      content.failures.append(PageContent.Failure(name: name, reason: reason, since: SampleContent.start, tries: 2, next: nil))
    }
    let bytes = ReportPage(content).bytes()
    #expect(bytes.count < 5_000_000, "\(bytes.count) bytes")
    let page = String(decoding: bytes, as: UTF8.self)
    #expect(page.contains("block-0/sheet-0: failed"))
    #expect(PageReader(bytes) != nil)
  }
}
