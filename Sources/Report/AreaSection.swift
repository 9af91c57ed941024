import Basics

/// The area of each class over all sources, as a table with bars, and how it changed.
struct AreaSection: PageSection {
  private let content: PageContent

  init(_ content: PageContent) { self.content = content }

  var isEmpty: Bool { content.areas.allSatisfy(\.classes.isEmpty) }

  func write(_ html: inout HTMLWriter) {
    for table in content.areas where !table.classes.isEmpty {
      if content.areas.count > 1 {
        html.element("h3", text: table.unit == .pixels ? "Sources without a coordinate system" : "Sources with a coordinate system")
      }
      write(table, &html)
    }
  }

  private func write(_ table: PageContent.AreaTable, _ html: inout HTMLWriter) {
    let sum = table.classes.reduce(0) { $0 + $1.area }
    let before = table.classes.reduce(0) { $0 + $1.before }
    let largest = table.classes.map(\.area).max() ?? 0
    let scale = AreaScale(table.unit, largest: max(largest, table.classes.map(\.before).max() ?? 0))
    var columns = [("Class", false), ("Area (\(scale.unit))", true), ("Share", true), ("", false), ("Sources", true)]
    if content.hasBefore { columns.append(("Change", true)) }
    html.table("Areas by class", columns) { html in
      for entry in table.classes {
        html.element("tr") { html in
          html.element("th", ["scope": "row"]) { html in
            html.swatch(entry.color)
            html.text(entry.name)
          }
          html.number(scale.number(entry.area))
          html.number(sum > 0 ? "\(Wording.number(entry.area / sum * 100, decimals: 1)) %" : "–")
          html.bar(largest > 0 ? entry.area / largest : 0, entry.color)
          html.number(Wording.number(Double(entry.sources)))
          if content.hasBefore { html.number(Self.change(from: entry.before, to: entry.area, scale)) }
        }
      }
      html.element("tr", ["class": "sum"]) { html in
        html.rowHeading("Together")
        html.number(scale.number(sum))
        html.number("")
        html.element("td") { _ in }
        html.number("")
        if content.hasBefore { html.number(Self.change(from: before, to: sum, scale)) }
      }
    }
  }

  /// "+1.20 ha (+3.4 %)".
  private static func change(from before: Double, to now: Double, _ scale: AreaScale) -> String {
    let text = scale.change(now - before)
    guard before > 0, text != "0", text != "±0" else { return text }
    let percent = (now - before) / before * 100
    let number = Wording.number(abs(percent), decimals: 1)
    return "\(text) (\(number == "0.0" ? "less than 0.1" : (percent < 0 ? "−" : "+") + number) %)"
  }
}
