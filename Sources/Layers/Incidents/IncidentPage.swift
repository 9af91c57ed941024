import FileWriting
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

  /// Starts a page.
  ///
  /// - Parameters:
  ///   - shown: how many of the incidents follow on the page.
  ///   - table: the file that has them all.
  public static func head(_ incidents: [Incident], shown: Int, title: String, table: String) -> String {
    let title = escaped(title)
    var lines = [
      "<!doctype html>", #"<html lang="en">"#, "<head>", #"<meta charset="utf-8">"#,
      #"<meta name="viewport" content="width=device-width, initial-scale=1">"#,
      #"<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">"#,
      "<title>\(title)</title>", "<style>\(style)</style>", "</head>", "<body>", "<h1>\(title)</h1>",
    ]
    let liters = incidents.compactMap(\.liters)
    var words = ["\(incidents.count) \(incidents.count == 1 ? "incident" : "incidents")"]
    if !incidents.isEmpty { words.append(IncidentText.area(incidents.reduce(0) { $0 + $1.area })) }
    if !liters.isEmpty {
      words.append(IncidentText.liters(liters.reduce(0) { $0 + $1.lowerBound }...liters.reduce(0) { $0 + $1.upperBound }))
    }
    if let last = incidents.compactMap(\.last).max() { words.append("last seen \(escaped(IncidentText.time(last)))") }
    lines.append("<p>\(words.joined(separator: " · "))</p>")
    if shown < incidents.count { lines.append("<p>The latest \(shown) are shown; \(escaped(table)) has all.</p>") }
    return lines.joined(separator: "\n") + "\n"
  }

  public static let foot = "</body>\n</html>\n"

  /// - Parameters:
  ///   - number: from 1.
  ///   - notes: what is missing among the pictures, a sentence each.
  public static func section(_ incident: Incident, number: Int, thumbnails: [Thumbnail], notes: [String]) -> String {
    var facts: [(String, String)] = [
      ("Position", IncidentText.position(longitude: incident.longitude, latitude: incident.latitude)),
      ("Position error", incident.sigma.map { "\(IncidentText.distance($0)) (one standard error)" } ?? "not stated"),
      ("Area", IncidentText.area(incident.area)),
    ]
    if let liters = incident.liters { facts.append(("Volume", IncidentText.liters(liters))) }
    if let length = incident.length, let width = incident.width {
      facts.append(("Length × width", "\(IncidentText.distance(length)) × \(IncidentText.distance(width))"))
    }
    if let axis = incident.axis { facts.append(("Drift axis", IncidentText.axis(axis))) }
    if let nearest = incident.nearest { facts.append(("Nearest \(nearest.className)", IncidentText.nearest(nearest))) }
    if let confidence = incident.confidence { facts.append(("Confidence", "\(IncidentText.rounded(confidence)) %")) }
    if let first = incident.first, let last = incident.last {
      facts.append(("Seen", first == last ? IncidentText.time(last) : "\(IncidentText.time(first)) to \(IncidentText.time(last))"))
    }
    facts.append((incident.sources.count == 1 ? "Picture" : "Pictures", list(incident.sources)))
    if incident.isCut { facts.append(("Note", "the edge of the picture cuts it off: there may be more")) }
    var lines = ["<section>", "<h2>\(number). \(escaped(incident.className))</h2>", "<dl>"]
    lines += facts.map { "<div><dt>\(escaped($0.0))</dt><dd>\(escaped($0.1))</dd></div>" }
    lines.append("</dl>")
    if !thumbnails.isEmpty { lines.append(#"<div class="pictures">"#) }
    lines += thumbnails.map(figure)
    if !thumbnails.isEmpty { lines.append("</div>") }
    lines += notes.map { "<p>\(escaped($0))</p>" }
    lines.append("</section>")
    return lines.joined(separator: "\n") + "\n"
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(8).joined(separator: ", ") + (names.count > 8 ? " and \(names.count - 8) more" : "")
  }

  private static func figure(_ thumbnail: Thumbnail) -> String {
    let (width, height) = (thumbnail.size.width, thumbnail.size.height)
    let path = thumbnail.rings.map { ring in
      "M" + ring.map { String(format: "%.1f %.1f", $0.x, $0.y) }.joined(separator: "L") + "Z"
    }.joined()
    let name = escaped(thumbnail.source)
    return #"<figure><svg viewBox="0 0 \#(width) \#(height)" role="img" aria-label="\#(name)">"#
      + #"<image width="\#(width)" height="\#(height)" href="data:image/jpeg;base64,\#(Data(thumbnail.jpeg).base64EncodedString())"/>"#
      + #"<path d="\#(path)"/></svg><figcaption>\#(name)</figcaption></figure>"#
  }

  /// Text of anybody's in HTML, in quotes or outside of them.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in IncidentText.plain(text).unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static let style = """
    :root{color-scheme:light dark}body{font:16px/1.4 system-ui,sans-serif;margin:0 auto;max-width:72rem;padding:1rem;overflow-wrap:anywhere}\
    h1{font-size:1.4rem;margin:.2rem 0}h2{font-size:1.15rem;margin:0 0 .5rem}\
    section{border:1px solid #8888;border-radius:.4rem;margin:1rem 0;padding:.8rem;break-inside:avoid}\
    dl{display:grid;gap:.2rem 1.5rem;grid-template-columns:repeat(auto-fill,minmax(min(20rem,100%),1fr));margin:0}\
    dl div{display:flex;gap:.6rem}dt{color:#777;flex:0 0 8rem}dd{margin:0;flex:1;min-width:0}\
    .pictures{display:grid;gap:.6rem;grid-template-columns:repeat(auto-fill,minmax(min(15rem,100%),1fr));margin-top:.8rem}\
    figure{margin:0}svg{display:block;width:100%;height:auto;max-height:20rem;background:#8883}\
    path{fill:none;stroke:#f0f;stroke-width:2;vector-effect:non-scaling-stroke}figcaption{color:#777;font-size:.85rem}
    """
}
