import Basics

/// The page of a run: HTML without scripts, with everything in it that is needed to read it.
public struct ReportPage: Sendable {
  /// What the page holds near its start, by which this program knows a page of its own.
  public static let mark = #"<meta name="generator" content="Orthoweave run report"/>"#

  private let content: PageContent

  public init(_ content: PageContent) { self.content = content }

  /// The page in UTF-8.
  public func bytes() -> [UInt8] {
    var html = HTMLWriter()
    html.element("html", ["lang": "en"]) { html in
      html.element("head") { head(&$0) }
      html.literal("\n")
      html.element("body") { body(&$0) }
    }
    html.literal("\n")
    return html.bytes
  }

  private func head(_ html: inout HTMLWriter) {
    html.void("meta", ["charset": "utf-8"])
    html.void("meta", ["name": "generator", "content": "Orthoweave run report"])
    html.void("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
    html.void("meta", ["name": "color-scheme", "content": "light dark"])
    // Nothing is loaded and nothing is run, whatever the page holds.
    html.void("meta", ["http-equiv": "Content-Security-Policy", "content": "default-src 'none'; style-src 'unsafe-inline'; img-src data:"])
    html.element("title", text: "\(content.title): run of \(Wording.moment(content.run.started, content.timeZone))")
    html.element("style") { $0.literal(PageStyle.sheet) }
  }

  private func body(_ html: inout HTMLWriter) {
    let sections: [(id: StaticString, heading: String, section: any PageSection)] = [
      ("failures", "Failures", FailureSection(content)),
      ("map", "Map", MapSection(content)),
      ("areas", "Areas by class", AreaSection(content)),
      ("changes", "Changes since the run before", ChangeSection(content)),
      ("confidence", "Confidence by class", ConfidenceSection(content)),
      ("speed", "Speed", SpeedSection(content)),
      ("nights", "Last \(content.nights.count) nights", NightSection(content)),
      ("warnings", "Warnings", WarningSection(content)),
      ("settings", "Model, settings and versions", SettingsSection(content)),
    ]
    let shown = sections.filter { !$0.section.isEmpty }
    html.element("header") { html in
      SummarySection(content).write(&html)
      html.element("nav", ["aria-label": "Sections"]) { html in
        for entry in shown { html.element("a", ["href": "#\(entry.id)"], text: entry.heading) }
      }
    }
    html.element("main") { html in
      for entry in shown {
        html.literal("\n")
        html.element("section", ["id": "\(entry.id)", "aria-labelledby": "h-\(entry.id)"]) { html in
          html.element("h2", ["id": "h-\(entry.id)"], text: entry.heading)
          entry.section.write(&html)
        }
      }
    }
    html.element("footer") { html in
      html.text("Times are local (\(Wording.offset(content.run.ended, content.timeZone))). ")
      html.text("The same in JSON, and the runs before: .orthoweave/reports.")
    }
  }
}

/// A part of the page under a heading of its own.
protocol PageSection {
  /// Whether there is nothing to say, so that the section is left out.
  var isEmpty: Bool { get }
  func write(_ html: inout HTMLWriter)
}

extension HTMLWriter {
  /// A table that scrolls sideways where it is wider than the page.
  ///
  /// - Parameters:
  ///   - caption: what it is, for those who cannot see it.
  ///   - columns: headings, and whether the column holds numbers.
  mutating func table(_ caption: String, _ columns: [(heading: String, isNumber: Bool)], _ rows: (inout HTMLWriter) -> Void) {
    element("div", ["class": "scroll", "role": "region", "tabindex": "0", "aria-label": "Table: \(caption)"]) { html in
      html.element("table") { html in
        html.element("thead") { html in
          html.element("tr") { html in
            for column in columns {
              // A column of bars has no heading: it shows what the one before it says.
              if column.heading.isEmpty {
                html.element("td") { _ in }
              } else {
                html.element("th", ["scope": "col", "class": column.isNumber ? "n" : ""], text: column.heading)
              }
            }
          }
        }
        html.element("tbody") { rows(&$0) }
      }
    }
  }

  /// A cell with a number.
  mutating func number(_ text: String) { element("td", ["class": "n"], text: text) }

  /// A cell that names its row.
  mutating func rowHeading(_ text: String) { element("th", ["scope": "row"], text: text) }

  /// A cell with a bar; its value stands in another cell.
  ///
  /// - Parameters:
  ///   - share: 0…1.
  ///   - color: of a class; without one, it has that of the page.
  mutating func bar(_ share: Double, _ color: Color? = nil) {
    let percent = Wording.number(max(0, min(1, share.isFinite ? share : 0)) * 100, decimals: 2)
    element("td", ["class": "b"]) { html in
      html.element("span", ["class": "bar", "aria-hidden": "true"]) { html in
        html.element("span", ["style": "width:\(percent)%\(color.map { ";background:\($0.hex)" } ?? "")"]) { _ in }
      }
    }
  }

  /// A small square of a class's color before its name.
  mutating func swatch(_ color: Color) {
    element("span", ["class": "sw", "style": "background:\(color.hex)", "aria-hidden": "true"]) { _ in }
  }
}
