import Basics
import Foundation

/// What the last run did, in a line and in a few figures.
struct SummarySection {
  private let content: PageContent

  init(_ content: PageContent) { self.content = content }

  func write(_ html: inout HTMLWriter) {
    let run = content.run
    html.element("h1", text: content.title)
    html.element("p", ["class": "lead"]) { html in
      html.element("span", ["class": "badge \(kind)"], text: verdict)
      html.text(" ")
      html.element("span", text: when)
    }
    if !Self.usualReasons.contains(run.exitReason) { html.element("p", ["class": "why"], text: run.exitReason) }
    html.element("dl", ["class": "figures"]) { html in
      for (name, value) in figures {
        html.element("div") { html in
          html.element("dt", text: name)
          html.element("dd", text: value)
        }
      }
    }
  }

  private static let usualReasons: Set<String> = ["done", "nothing to do", "failures", "interrupted", "until", ""]

  private var kind: String {
    switch content.run.exitCode {
    case 0: "ok"
    case 3, 130: "warn"
    default: "bad"
    }
  }

  private var verdict: String {
    let run = content.run
    return switch run.exitCode {
    case 0 where run.exitReason == "nothing to do": "Nothing to do"
    case 0 where run.exitReason == "until": "Ended by run.until"
    case 0 where run.failed > 0: "Done, but sources failed"
    case 0: "Done"
    case 3: "Sources failed (exit code 3)"
    case 130: "Interrupted (exit code 130)"
    default: "Stopped (exit code \(run.exitCode))"
    }
  }

  private var when: String {
    let (run, zone) = (content.run, content.timeZone)
    var text = "\(Wording.moment(run.started, zone)) to \(Wording.moment(run.ended, zone)), \(Wording.duration(run.seconds))"
    if let shards = content.shards { text += "; \(shards.reported) of \(Wording.count(shards.count, "shard")) reported so far" }
    return text
  }

  private var figures: [(String, String)] {
    var counts: [Outcome: Int] = [:]
    for source in content.sources { counts[source.outcome, default: 0] += 1 }
    let present = content.sources.count - (counts[.removed] ?? 0)
    var figures = [("Sources", Wording.number(Double(present)))]
    for outcome in Outcome.allCases {
      guard let count = counts[outcome], count > 0 || outcome == .done else { continue }
      let words = outcome.words
      figures.append((words.prefix(1).uppercased() + words.dropFirst(), Wording.number(Double(count))))
    }
    if content.run.pixels > 0 {
      figures.append(("Megapixels written", Wording.number(Double(content.run.pixels) / 1e6, decimals: 1)))
    }
    return figures
  }
}
