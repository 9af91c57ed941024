import Basics
import Foundation
public import GeoTypes

/// One page for a duty officer: an HTML file that needs nothing else, neither a network nor a script.
public enum IncidentPage {
  /// A part of a picture with the outline that was found in it.
  public struct Thumbnail: Sendable {
    /// The name of the source.
    public var source: String
    /// A JPEG file.
    public var jpeg: [UInt8]
    /// Pixels of the JPEG.
    public var size: RasterSize
    /// In pixels of the JPEG.
    public var rings: [[Point]]

    public init(source: String, jpeg: [UInt8], size: RasterSize, rings: [[Point]]) {
      (self.source, self.jpeg, self.size, self.rings) = (source, jpeg, size, rings)
    }
  }

  /// An incident on the page.
  public struct Entry: Sendable {
    public var incident: Incident
    public var thumbnails: [Thumbnail]
    /// What is missing among the pictures, a sentence each.
    public var notes: [String]

    public init(_ incident: Incident, thumbnails: [Thumbnail], notes: [String]) {
      (self.incident, self.thumbnails, self.notes) = (incident, thumbnails, notes)
    }
  }

  /// The page in UTF-8.
  ///
  /// - Parameters:
  ///   - entries: the incidents that are on the page, in order.
  ///   - incidents: all of them.
  ///   - table: the file that has them all.
  public static func bytes(_ entries: [Entry], of incidents: [Incident], title: String, table: String) -> [UInt8] {
    var html = HTMLWriter()
    html.element("html", ["lang": "en"]) { html in
      html.element("head") { html in
        html.void("meta", ["charset": "utf-8"])
        html.void("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
        html.void(
          "meta",
          ["http-equiv": "Content-Security-Policy", "content": "default-src 'none'; img-src data:; style-src 'unsafe-inline'"])
        html.element("title", text: title)
        html.element("style") { $0.literal(style) }
      }
      html.literal("\n")
      html.element("body") { html in
        html.element("main") { html in
          html.element("h1", text: title)
          html.element("p", text: summary(incidents))
          if entries.count < incidents.count {
            html.element("p", text: "The latest \(entries.count) are shown; \(table) has all.")
          }
          for (index, entry) in entries.enumerated() {
            html.literal("\n")
            write(entry, number: index + 1, to: &html)
          }
        }
      }
    }
    html.literal("\n")
    return html.bytes
  }

  private static func summary(_ incidents: [Incident]) -> String {
    let liters = incidents.compactMap(\.liters)
    var words = ["\(incidents.count) \(incidents.count == 1 ? "incident" : "incidents")"]
    if !incidents.isEmpty { words.append(IncidentText.area(incidents.reduce(0) { $0 + $1.area })) }
    if !liters.isEmpty {
      words.append(IncidentText.liters(liters.reduce(0) { $0 + $1.lowerBound }...liters.reduce(0) { $0 + $1.upperBound }))
    }
    if let last = incidents.compactMap(\.last).max() { words.append("last seen \(IncidentText.time(last))") }
    return words.joined(separator: " · ")
  }

  private static func write(_ entry: Entry, number: Int, to html: inout HTMLWriter) {
    html.element("section") { html in
      html.element("h2", text: "\(number). \(entry.incident.className)")
      html.element("dl") { html in
        for (name, value) in facts(entry.incident) {
          html.element("div") { html in
            html.element("dt", text: name)
            html.element("dd", text: value)
          }
        }
      }
      if !entry.thumbnails.isEmpty {
        html.element("div", ["class": "pictures"]) { html in
          for thumbnail in entry.thumbnails { write(thumbnail, to: &html) }
        }
      }
      for note in entry.notes { html.element("p", text: note) }
    }
  }

  private static func facts(_ incident: Incident) -> [(String, String)] {
    var facts: [(String, String)] = [
      ("Position", IncidentText.position(longitude: incident.longitude, latitude: incident.latitude)),
      ("Position error", incident.sigma.map { "\(IncidentText.distance($0)) (one standard error)" } ?? "not stated"),
      ("Area", IncidentText.area(incident.area)),
    ]
    if let liters = incident.liters { facts.append(("Volume", IncidentText.liters(liters))) }
    if let length = incident.length, let width = incident.width {
      facts.append(("Length × width", "\(IncidentText.distance(length)) × \(IncidentText.distance(width))"))
    }
    if let strand = incident.strand {
      facts.append(("Along its middle", "\(IncidentText.distance(strand.length)) × \(IncidentText.distance(strand.width))"))
    }
    if let axis = incident.strand?.axis ?? incident.axis { facts.append(("Drift axis", IncidentText.axis(axis))) }
    if let nearest = incident.nearest { facts.append(("Nearest \(nearest.className)", IncidentText.nearest(nearest))) }
    if let confidence = incident.confidence { facts.append(("Confidence", "\(IncidentText.rounded(confidence)) %")) }
    if let first = incident.first, let last = incident.last {
      facts.append(("Seen", first == last ? IncidentText.time(last) : "\(IncidentText.time(first)) to \(IncidentText.time(last))"))
    }
    facts.append((incident.sources.count == 1 ? "Picture" : "Pictures", list(incident.sources)))
    if incident.isCut { facts.append(("Note", "the edge of the picture cuts it off: there may be more")) }
    return facts
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(8).joined(separator: ", ") + (names.count > 8 ? " and \(names.count - 8) more" : "")
  }

  private static func write(_ thumbnail: Thumbnail, to html: inout HTMLWriter) {
    let (width, height) = ("\(thumbnail.size.width)", "\(thumbnail.size.height)")
    let path = thumbnail.rings.map { ring in
      "M" + ring.map { String(format: "%.1f %.1f", $0.x, $0.y) }.joined(separator: "L") + "Z"
    }.joined()
    html.element("figure") { html in
      html.element("svg", ["viewBox": "0 0 \(width) \(height)", "role": "img", "aria-label": thumbnail.source]) { html in
        html.void(
          "image",
          ["width": width, "height": height, "href": "data:image/jpeg;base64,\(Data(thumbnail.jpeg).base64EncodedString())"])
        html.void("path", ["d": path])
      }
      html.element("figcaption", text: thumbnail.source)
    }
  }

  private static let style: StaticString = """
    :root{color-scheme:light dark;background:#fff;color:#111;--quiet:#595959}\
    @media (prefers-color-scheme:dark){:root{background:#121212;color:#eee;--quiet:#aaa}}\
    body{font:16px/1.4 system-ui,sans-serif;margin:0 auto;max-width:72rem;padding:1rem;overflow-wrap:anywhere}\
    h1{font-size:1.4rem;margin:.2rem 0}h2{font-size:1.15rem;margin:0 0 .5rem}\
    section{border:1px solid #8888;border-radius:.4rem;margin:1rem 0;padding:.8rem;break-inside:avoid}\
    dl{display:grid;gap:.2rem 1.5rem;grid-template-columns:repeat(auto-fill,minmax(min(20rem,100%),1fr));margin:0}\
    dl div{display:flex;gap:.6rem}dt{color:var(--quiet);flex:0 0 8rem}dd{margin:0;flex:1;min-width:0}\
    .pictures{display:grid;gap:.6rem;grid-template-columns:repeat(auto-fill,minmax(min(15rem,100%),1fr));margin-top:.8rem}\
    figure{margin:0}svg{display:block;width:100%;height:auto;max-height:20rem;background:#8883}\
    path{fill:none;stroke:#f0f;stroke-width:2;vector-effect:non-scaling-stroke}figcaption{color:var(--quiet);font-size:.85rem}
    """
}
