import Basics

/// The last nights as a strip of bars, and the same as a table.
struct NightSection: PageSection {
  private let content: PageContent

  init(_ content: PageContent) { self.content = content }

  var isEmpty: Bool { content.nights.allSatisfy { $0.runs == 0 } }

  func write(_ html: inout HTMLWriter) {
    let nights = content.nights
    let longest = nights.map(\.seconds).max() ?? 0
    html.element("ol", ["class": "strip", "aria-hidden": "true"]) { html in
      for night in nights {
        html.element("li", ["title": Self.words(night)]) { html in
          let height = night.runs == 0 || longest <= 0 ? 0 : max(6, night.seconds / longest * 100)
          html.element("span", ["class": Self.kind(night), "style": "height:\(Wording.number(height, decimals: 1))%"]) { _ in }
        }
      }
    }
    html.element("p", ["class": "ends", "aria-hidden": "true"]) { html in
      html.element("span", text: nights.first?.day ?? "")
      html.element("span", text: nights.last?.day ?? "")
    }
    html.element(
      "p", ["class": "note"],
      text: "A bar for each night, from noon to noon; its height is the time that the runs took, its color how the worst of them ended.")
    html.element("details") { html in
      html.element("summary", text: "As a table")
      let columns = [("Night of", false), ("Ended", false), ("Runs", true), ("Done", true), ("Failed", true), ("Time", true)]
      html.table("Nights", columns) { html in
        for night in nights.reversed() {
          html.element("tr") { html in
            html.rowHeading(night.day)
            html.element("td", text: Self.end(night))
            html.number("\(night.runs)")
            html.number(Wording.number(Double(night.done)))
            html.number(Wording.number(Double(night.failed)))
            html.number(night.runs == 0 ? "–" : Wording.duration(night.seconds))
          }
        }
      }
    }
  }

  private static func kind(_ night: Night) -> String {
    switch RunFigures.severity(night.exitCode) {
    case _ where night.runs == 0: "none"
    case 0: "ok"
    case 1, 2: "warn"
    default: "bad"
    }
  }

  private static func end(_ night: Night) -> String {
    switch night.exitCode {
    case _ where night.runs == 0: "no run"
    case 0: "done"
    case 3: "sources failed"
    case 130: "interrupted"
    default: "stopped (exit code \(night.exitCode))"
    }
  }

  private static func words(_ night: Night) -> String {
    if night.runs == 0 { return "\(night.day): no run" }
    return "\(night.day): \(end(night)), \(Wording.count(night.done, "source")) done, \(Wording.duration(night.seconds))"
  }
}
