import CGDAL
import Foundation

/// What lies beside a raster and tells readers more about it: an `.aux.xml`, a mask, overviews, positions.
public enum RasterCompanions {
  /// Elements within elements; those of GDAL are five deep.
  private static let deepest = 32
  /// Elements that say nothing where they hold no others.
  private static let containers: Set<String> = ["PAMDataset", "PAMRasterBand", "Metadata"]

  /// The files that GDAL reads with a raster, without the raster itself.
  ///
  /// - Throws: `unreadable`, `damaged`, `unsupported` where what lies beside it keeps it from being read.
  public static func files(of path: String) throws(GeodataError) -> [String] {
    try RasterDataset(path: path, drivers: ["GTiff", "PNG"]).files.filter { $0 != path }
  }

  /// What an `.aux.xml` says, as text, but for statistics and histograms, which any reader may add. Empty where it says nothing else.
  ///
  /// - Throws: `unreadable`; `tooLarge`; `damaged` where it is not XML.
  public static func description(in path: String) throws(GeodataError) -> String {
    let confinement = try Confinement(named: path)
    guard let bytes = confinement.bytes(of: path, atMost: Confinement.largestDescription) else {
      throw GeodataError(.unreadable, file: path, reason: "it cannot be opened, or is too large")
    }
    let text = String(decoding: bytes, as: UTF8.self)
    let tree = try checkedHandle(.damaged, file: path, "reading its XML") { CPLParseXMLString(text) }
    defer { CPLDestroyXMLNode(tree) }
    var result = ""
    try append(tree, depth: 0, to: &result, path)
    return result
  }

  /// Appends a node and those that follow it: attributes, then texts and elements.
  private static func append(
    _ first: UnsafeMutablePointer<CPLXMLNode>, depth: Int, to text: inout String, _ path: String
  ) throws(GeodataError) {
    guard depth <= deepest else {
      throw GeodataError(.damaged, file: path, reason: "its XML elements are nested deeper than \(deepest) times")
    }
    var content = ""
    var isDefaultDomain = true
    var next: UnsafeMutablePointer<CPLXMLNode>? = first
    while let node = next {
      next = node.pointee.psNext
      let value = node.pointee.pszValue.map { String(cString: $0) } ?? ""
      var inner = ""
      switch node.pointee.eType {
      case CXT_Element where value == "Histograms" || (isDefaultDomain && value == "MDI" && isStatistic(node)): continue
      case CXT_Element:
        if let child = node.pointee.psChild { try append(child, depth: depth + 1, to: &inner, path) }
        if containers.contains(value), !inner.contains("\n<") { continue }
        content += "\n<\(value)\n\(inner)>\n"
      case CXT_Attribute:
        if value == "domain" { isDefaultDomain = false }
        if let child = node.pointee.psChild { try append(child, depth: depth + 1, to: &inner, path) }
        text += "\(value)=\(inner)"
      case CXT_Text:
        // How lines are broken says nothing.
        let words = value.trimmingCharacters(in: .whitespacesAndNewlines)
        if !words.isEmpty { content += "\(words.utf8.count) \(words.replacing("\n", with: " "))\n" }
      default: continue
      }
    }
    text += content
  }

  private static func isStatistic(_ node: UnsafeMutablePointer<CPLXMLNode>) -> Bool {
    CPLGetXMLValue(node, "key", "").map { String(cString: $0).hasPrefix("STATISTICS_") } ?? false
  }
}
