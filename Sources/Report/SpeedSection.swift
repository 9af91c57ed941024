import Basics

/// How fast the run was, and where its time went.
struct SpeedSection: PageSection {
  private let content: PageContent
  private static let slowest = 5

  init(_ content: PageContent) { self.content = content }

  var isEmpty: Bool { content.run.stages.values.allSatisfy { $0 <= 0 } }

  func write(_ html: inout HTMLWriter) {
    let run = content.run
    html.element("dl", ["class": "figures"]) { html in
      for (name, value) in figures(run) {
        html.element("div") { html in
          html.element("dt", text: name)
          html.element("dd", text: value)
        }
      }
    }
    let sum = run.stages.values.reduce(0, +)
    let largest = run.stages.values.max() ?? 0
    html.table("Seconds by stage", [("Stage", false), ("Time over all threads", true), ("Share", true), ("", false)]) { html in
      for stage in run.stages.sorted(by: { ($0.value, $1.key) > ($1.value, $0.key) }) where stage.value > 0 {
        html.element("tr") { html in
          html.rowHeading(stage.key)
          html.number(Wording.duration(stage.value))
          html.number("\(Wording.number(stage.value / sum * 100, decimals: 1)) %")
          html.bar(stage.value / largest)
        }
      }
    }
    let timed = content.sources.filter { $0.seconds != nil }.sorted { ($0.seconds ?? 0, $1.name) > ($1.seconds ?? 0, $0.name) }
    guard timed.count > 1 else { return }
    html.table("Slowest sources", [("Slowest sources", false), ("Time", true)]) { html in
      for source in timed.prefix(Self.slowest) {
        html.element("tr") { html in
          html.rowHeading(source.name)
          html.number(Wording.duration(source.seconds ?? 0))
        }
      }
    }
  }

  private func figures(_ run: RunFigures) -> [(String, String)] {
    var figures = [("Duration", Wording.duration(run.seconds))]
    if run.pixels > 0, run.seconds > 0 {
      figures.append(("Megapixels per second", Wording.number(Double(run.pixels) / 1e6 / run.seconds, decimals: 2)))
    }
    if run.inferredTiles > 0 { figures.append(("Tiles inferred", Wording.number(Double(run.inferredTiles)))) }
    figures.append(("Workers", "\(run.workers)"))
    if let share = run.busyShare, run.inferredTiles > 0 {
      figures.append(("Workers busy", "\(Wording.number(share * 100, decimals: 0)) %"))
    }
    figures.append(("Largest memory", Wording.bytes(run.peakMemory)))
    return figures
  }
}
