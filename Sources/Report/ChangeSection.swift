import Basics
import Foundation
import GeoTypes

/// The sources whose areas changed most since the run before, with their previews.
struct ChangeSection: PageSection {
  private let content: PageContent
  private static let most = 30
  /// Classes that are named for one source.
  private static let mostClasses = 3

  init(_ content: PageContent) { self.content = content }

  var isEmpty: Bool { content.changes.isEmpty }

  func write(_ html: inout HTMLWriter) {
    if !content.hasBefore {
      html.element("p", ["class": "note"], text: "There is no earlier run to compare with: these are the sources that were done.")
    }
    let pictures = content.changes.filter { $0.preview != nil }
    if !pictures.isEmpty {
      html.element("div", ["class": "previews"]) { html in
        for change in pictures { if let preview = change.preview { figure(change, preview, &html) } }
      }
    }
    html.table("Changes by source", [("Source", false), ("Largest changes", false)]) { html in
      for change in content.changes.prefix(Self.most) {
        html.element("tr") { html in
          html.element("th", ["scope": "row"]) { html in
            html.text(change.name)
            if change.isNew { html.element("span", ["class": "tag"], text: "new") }
            if change.isRemoved { html.element("span", ["class": "tag"], text: "removed") }
          }
          html.element("td", ["class": "wide"]) { classes(of: change, &$0) }
        }
      }
    }
    let more = content.changes.count - Self.most
    if more > 0 {
      html.element("p", ["class": "note"], text: "And \(Wording.count(more, "more source")) with smaller changes.")
    }
  }

  private func classes(of change: PageContent.SourceChange, _ html: inout HTMLWriter) {
    let scale = AreaScale(change.unit, largest: change.classes.map { max($0.before, $0.now) }.max() ?? 0)
    for entry in change.classes.prefix(Self.mostClasses) {
      html.element("span", ["class": "key"]) { html in
        html.swatch(entry.color)
        html.text("\(entry.name) \(scale.change(entry.now - entry.before))")
      }
    }
    if change.classes.count > Self.mostClasses {
      html.element("span", ["class": "key"], text: "and \(change.classes.count - Self.mostClasses) more")
    }
  }

  private func figure(_ change: PageContent.SourceChange, _ preview: PageContent.Preview, _ html: inout HTMLWriter) {
    html.element("figure") { html in
      html.element("a", ["href": preview.link]) { html in
        html.void(
          "img",
          [
            "src": "data:image/jpeg;base64,\(Data(preview.jpeg).base64EncodedString())", "width": "\(preview.size.width)",
            "height": "\(preview.size.height)", "alt": "Preview of \(change.name)",
          ])
      }
      html.element("figcaption", text: change.name)
    }
  }
}
