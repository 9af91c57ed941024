import Basics
import Geodata

/// A layer's metadata as QGIS keeps it: in a .qmd file beside a layer, or in a GeoPackage.
enum QGISMetadata {
  /// By which QGIS finds its own metadata in a GeoPackage.
  static let standard = "http://mrcc.com/qgis.dtd"

  static func document(_ metadata: LayerMetadata) -> String {
    "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
      + XMLNode.element("qgis", ["version": "3.22.0"], elements(metadata)).indented
  }

  /// The elements, as a project holds them for each layer, too.
  static func elements(_ metadata: LayerMetadata) -> [XMLNode] {
    let about = metadata.provenance.about
    var elements: [XMLNode] = [
      .element("identifier", [:], metadata.name), .element("parentidentifier"), .element("language", [:], "ENG"),
      .element("type", [:], "dataset"), .element("title", [:], metadata.title), .element("abstract", [:], metadata.abstract),
    ]
    if !metadata.keywords.isEmpty {
      elements.append(.element("keywords", ["vocabulary": ""], metadata.keywords.map { .element("keyword", [:], $0) }))
    }
    if let contact = about.contact {
      let isMail = ContactForm(contact) == .mail
      elements.append(
        .element(
          "contact", [:],
          [
            .element("name", [:], isMail ? "" : contact), .element("organization"), .element("position"), .element("voice"),
            .element("fax"),
            .element("email", [:], isMail ? contact : ""), .element("role", [:], "pointOfContact"),
          ]))
    }
    elements.append(.element("links"))
    elements += metadata.lineage.map { .element("history", [:], $0) }
    elements.append(.element("fees"))
    if let license = about.license { elements.append(.element("license", [:], license)) }
    if let attribution = about.attribution { elements.append(.element("rights", [:], attribution)) }
    elements.append(.element("encoding", [:], "UTF-8"))
    elements.append(.element("extent"))
    return elements
  }
}
