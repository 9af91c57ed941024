import Basics

/// With what the layers were made.
struct SettingsSection: PageSection {
  private let tables: [PageContent.FactTable]

  init(_ content: PageContent) { tables = content.facts.filter { !$0.rows.isEmpty } }

  var isEmpty: Bool { tables.isEmpty }

  func write(_ html: inout HTMLWriter) {
    for table in tables {
      if table.isFolded {
        html.element("details") { html in
          html.element("summary", text: table.heading)
          rows(table, &html)
        }
      } else {
        html.element("h3", text: table.heading)
        rows(table, &html)
      }
    }
  }

  private func rows(_ table: PageContent.FactTable, _ html: inout HTMLWriter) {
    html.element("dl", ["class": "facts"]) { html in
      for row in table.rows {
        html.element("dt", text: row.name)
        html.element("dd", text: row.value)
      }
    }
  }
}
