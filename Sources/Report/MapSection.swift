import Basics
import Foundation
import GeoTypes

/// The outlines of all sources, colored by what became of them; pointing at one or tapping it names it.
struct MapSection: PageSection {
  private let content: PageContent
  private let drawn: [PageContent.SourceState]
  /// Sources that are named; of more, those that need attention are, so that the page stays small.
  private static let mostNames = 10_000
  /// Outlines smaller than this are drawn as squares of this size, in units of the drawing.
  private static let leastSize = 5.0
  /// Room for names above the map and for the scale bar below it, in units of the drawing.
  private static let caption = 52.0

  init(_ content: PageContent) {
    self.content = content
    drawn = content.sources.filter { $0.outline.count >= 3 && $0.outcome != .removed }
  }

  var isEmpty: Bool { content.sources.isEmpty }

  func write(_ html: inout HTMLWriter) {
    let outlines = MapFrame.unwrapped(drawn.map(\.outline))
    if let frame = MapFrame(outlines) {
      html.element("figure") { html in
        drawing(frame, outlines, &html)
        html.element("figcaption") { legend(&$0) }
      }
    }
    let absent = content.sources.count { $0.outline.count < 3 && $0.outcome != .removed }
    if absent > 0 {
      let what = absent == 1 ? "1 source is not on the map: its" : "\(Wording.number(Double(absent))) sources are not on the map: their"
      html.element(
        "p", ["class": "note"],
        text: "\(what) place is not known, since it has no coordinate system, was never opened, or was published by an earlier version.")
    }
  }

  private func drawing(_ frame: MapFrame, _ outlines: [[Point]], _ html: inout HTMLWriter) {
    let box = "0 \(Self.short(-Self.caption)) \(Self.short(MapFrame.width)) \(Self.short(frame.height + 2 * Self.caption))"
    html.element("svg", ["class": "map", "viewBox": box, "role": "group", "aria-label": "Map of \(drawn.count) sources"]) { html in
      html.element("rect", ["class": "sheet", "width": Self.short(MapFrame.width), "height": Self.short(frame.height)]) { _ in }
      html.element("text", ["class": "hint", "aria-hidden": "true"], text: "Point at an outline, or tap it, to read its name")
      let groups = Dictionary(grouping: drawn.indices) { drawn[$0].outcome }
      var names = Self.mostNames
      var named: Set<Outcome> = []
      // What needs attention is named first.
      for outcome in Outcome.drawn.reversed() {
        let count = groups[outcome]?.count ?? 0
        if count <= names {
          named.insert(outcome)
          names -= count
        }
      }
      for outcome in Outcome.drawn {
        guard let indices = groups[outcome] else { continue }
        html.element("g", ["class": "o-\(outcome.rawValue)"]) { html in
          if named.contains(outcome) {
            for index in indices { namedOutline(index, path(outlines[index], frame), &html) }
          } else {
            html.element("path", ["d": indices.map { path(outlines[$0], frame) }.joined()]) { _ in }
          }
        }
      }
      scaleBar(frame, &html)
    }
  }

  private func namedOutline(_ index: Int, _ path: String, _ html: inout HTMLWriter) {
    let source = drawn[index]
    let name = "\(Self.shortened(source.name)): \(source.outcome.words)"
    let write: (inout HTMLWriter) -> Void = { html in
      html.element("path", ["d": path]) { _ in }
      html.element("text", text: name)
    }
    // A link to itself can be tapped and keeps its name on show, which takes no part in the layout until then. Of many, only a few can be
    // stepped through by keys.
    if drawn.count <= 100 {
      html.element("a", ["id": "m\(index)", "href": "#m\(index)", "aria-label": name], write)
    } else {
      html.element("a", ["id": "m\(index)", "href": "#m\(index)", "aria-label": name, "tabindex": "-1"], write)
    }
  }

  /// An outline as path data; a small one as a square around its middle.
  private func path(_ outline: [Point], _ frame: MapFrame) -> String {
    let points = outline.map(frame.place)
    guard let bounds = Bounds(of: points), max(bounds.maxX - bounds.minX, bounds.maxY - bounds.minY) >= Self.leastSize else {
      let middle = frame.place(outline[0])
      let (x, y) = (Self.short(middle.x - Self.leastSize / 2), Self.short(middle.y - Self.leastSize / 2))
      let side = Self.short(Self.leastSize)
      return "M\(x) \(y)h\(side)v\(side)h-\(side)z"
    }
    var path = ""
    for (index, point) in points.enumerated() {
      path += "\(index == 0 ? "M" : index == 1 ? "L" : " ")\(Self.short(point.x)) \(Self.short(point.y))"
    }
    return path + "z"
  }

  private func scaleBar(_ frame: MapFrame, _ html: inout HTMLWriter) {
    let longest = 200 * frame.metersPerUnit
    guard longest.isFinite, longest > 0 else { return }
    let power = pow(10, log10(longest).rounded(.down))
    let length = [5, 2, 1].map { $0 * power }.first { $0 <= longest } ?? power
    let width = length / frame.metersPerUnit
    let label = length >= 1000 ? "\(Wording.number(length / 1000)) km" : "\(Wording.number(length, decimals: length < 1 ? 2 : 0)) m"
    let (x, y) = (2.0, frame.height + Self.caption * 0.6)
    html.element("g", ["class": "scale", "aria-hidden": "true"]) { html in
      html.element("path", ["d": "M\(Self.short(x)) \(Self.short(y - 10))v10h\(Self.short(width))v-10"]) { _ in }
      html.element("text", ["x": Self.short(x + width + 8), "y": Self.short(y)], text: "\(label), north is up")
    }
  }

  private func legend(_ html: inout HTMLWriter) {
    var counts: [Outcome: Int] = [:]
    for source in drawn { counts[source.outcome, default: 0] += 1 }
    for outcome in Outcome.allCases {
      guard let count = counts[outcome] else { continue }
      html.element("span", ["class": "key"]) { html in
        html.element("span", ["class": "sw o-\(outcome.rawValue)", "aria-hidden": "true"]) { _ in }
        html.text("\(outcome.words): \(Wording.number(Double(count)))")
      }
    }
  }

  /// A number with one decimal, without what is not needed.
  private static func short(_ value: Double) -> String {
    let tenths = Int(max(-1e9, min(1e9, (value.isFinite ? value : 0) * 10)).rounded())
    let sign = tenths < 0 ? "-" : ""
    let (whole, rest) = abs(tenths).quotientAndRemainder(dividingBy: 10)
    return rest == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(rest)"
  }

  /// A name that fits above the map: the beginning and the end of a long one.
  private static func shortened(_ name: String) -> String {
    name.count <= 44 ? name : "\(name.prefix(16))…\(name.suffix(27))"
  }
}
