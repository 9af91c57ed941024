import Basics

/// What the run warned of.
struct WarningSection: PageSection {
  private let content: PageContent
  private static let most = 100

  init(_ content: PageContent) { self.content = content }

  var isEmpty: Bool { content.warnings.isEmpty }

  func write(_ html: inout HTMLWriter) {
    html.element("ul") { html in
      for warning in content.warnings.prefix(Self.most) { html.element("li", text: warning) }
    }
    if content.warnings.count > Self.most {
      html.element("p", ["class": "note"], text: "And \(content.warnings.count - Self.most) more in .orthoweave/reports/latest.json.")
    }
  }
}
