import Basics

/// How sure the network is of each class: the mean over all pixels of its polygons.
struct ConfidenceSection: PageSection {
  private let rows: [PageContent.ClassConfidence]

  init(_ content: PageContent) { rows = content.confidences }

  var isEmpty: Bool { rows.isEmpty }

  func write(_ html: inout HTMLWriter) {
    html.table("Confidence by class", [("Class", false), ("Mean confidence", true), ("", false)]) { html in
      for entry in rows {
        html.element("tr") { html in
          html.element("th", ["scope": "row"]) { html in
            html.swatch(entry.color)
            html.text(entry.name)
          }
          html.number("\(Wording.number(entry.mean, decimals: 1)) %")
          html.bar(entry.mean / 100, entry.color)
        }
      }
    }
    html.element(
      "p", ["class": "note"],
      text: "The probability that the network gives to the class it chose, as the mean over the pixels of all polygons. "
        + "It is not a measured accuracy.")
  }
}
