import Basics

/// What failed, why, since when, and what to do about it.
struct FailureSection: PageSection {
  private let content: PageContent
  /// More rows help nobody: what so many sources have in common is in the first ones.
  private static let most = 500

  init(_ content: PageContent) { self.content = content }

  var isEmpty: Bool { content.failures.isEmpty }

  func write(_ html: inout HTMLWriter) {
    let columns = [("Source", false), ("Reason and remedy", false), ("Since", false), ("Tries", true), ("Next try", false)]
    html.table("Failures", columns) { html in
      for failure in content.failures.prefix(Self.most) {
        html.element("tr") { html in
          html.rowHeading(failure.name)
          html.element("td", ["class": "wide"], text: failure.reason)
          html.element("td", ["class": "t"], text: failure.since.map { Wording.moment($0, content.timeZone) } ?? "–")
          html.number(failure.tries.map(String.init) ?? "–")
          html.element(
            "td", ["class": "t"], text: failure.next.map { "after \(Wording.moment($0, content.timeZone))" } ?? "not by itself")
        }
      }
    }
    if content.failures.count > Self.most {
      html.element("p", ["class": "note"], text: "And \(content.failures.count - Self.most) more in .orthoweave/reports/latest.json.")
    }
  }
}
