import Basics
import Geodata

/// A layer's metadata after ISO 19115 in the XML of ISO 19139, which catalogs harvest.
enum ISOMetadata {
  /// The namespace by which GeoPackage names the standard.
  static let standard = "http://www.isotc211.org/2005/gmd"

  /// A whole document. Without dates of a run; what is not known is marked as unknown.
  static func document(_ metadata: LayerMetadata) -> String {
    let about = metadata.provenance.about
    var children: [XMLNode] = [
      string("gmd:fileIdentifier", metadata.name), string("gmd:language", "eng"), code("gmd:characterSet", "MD_CharacterSetCode", "utf8"),
      code("gmd:hierarchyLevel", "MD_ScopeCode", "dataset"), contact("gmd:contact", about.contact),
      date("gmd:dateStamp", metadata.provenance.dates?.last), string("gmd:metadataStandardName", "ISO 19115:2003/19139"),
      string("gmd:metadataStandardVersion", "1.0"),
    ]
    if let crs = metadata.crs {
      children.append(
        .element(
          "gmd:referenceSystemInfo", [:],
          [
            .element(
              "gmd:MD_ReferenceSystem", [:],
              [
                .element(
                  "gmd:referenceSystemIdentifier", [:],
                  [.element("gmd:RS_Identifier", [:], [string("gmd:code", crs.authority ?? crs.wkt)])])
              ])
          ]))
    }
    children += [.element("gmd:identificationInfo", [:], [identification(metadata)]), quality(metadata)]
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      + XMLNode.element(
        "gmd:MD_Metadata",
        [
          "xmlns:gmd": standard, "xmlns:gco": "http://www.isotc211.org/2005/gco", "xmlns:xlink": "http://www.w3.org/1999/xlink",
          "xmlns:gml": "http://www.opengis.net/gml",
        ], children
      ).indented
  }

  // MARK: - Parts, in the order of the standard

  private static func identification(_ metadata: LayerMetadata) -> XMLNode {
    let about = metadata.provenance.about
    var children = [
      .element(
        "gmd:citation", [:],
        [.element("gmd:CI_Citation", [:], [string("gmd:title", metadata.title), created(metadata.provenance.dates?.last)])]),
      string("gmd:abstract", metadata.abstract),
    ]
    if let attribution = about.attribution { children.append(string("gmd:credit", attribution)) }
    children.append(contact("gmd:pointOfContact", about.contact))
    if !metadata.keywords.isEmpty {
      children.append(
        .element("gmd:descriptiveKeywords", [:], [.element("gmd:MD_Keywords", [:], metadata.keywords.map { string("gmd:keyword", $0) })]))
    }
    if let license = about.license {
      children.append(
        .element(
          "gmd:resourceConstraints", [:],
          [
            .element(
              "gmd:MD_LegalConstraints", [:],
              [
                code("gmd:useConstraints", "MD_RestrictionCode", "otherRestrictions"),
                string("gmd:otherConstraints", license),
              ])
          ]))
    }
    children.append(code("gmd:spatialRepresentationType", "MD_SpatialRepresentationTypeCode", "vector"))
    if let pixel = metadata.pixel, pixel.isFinite {
      children.append(
        .element(
          "gmd:spatialResolution", [:],
          [.element("gmd:MD_Resolution", [:], [.element("gmd:distance", [:], [.element("gco:Distance", ["uom": "m"], "\(pixel)")])])]))
    }
    children += [
      string("gmd:language", "eng"),
      .element("gmd:topicCategory", [:], [.element("gmd:MD_TopicCategoryCode", [:], "imageryBaseMapsEarthCover")]),
    ]
    if let box = metadata.box, box.count == 4 { children.append(extent(box)) }
    return .element("gmd:MD_DataIdentification", [:], children)
  }

  private static func extent(_ box: [Double]) -> XMLNode {
    let names = ["gmd:westBoundLongitude", "gmd:eastBoundLongitude", "gmd:southBoundLatitude", "gmd:northBoundLatitude"]
    let bounds = zip(names, [box[0], box[2], box[1], box[3]]).map { name, value in
      XMLNode.element(name, [:], [.element("gco:Decimal", [:], "\(value)")])
    }
    return .element(
      "gmd:extent", [:],
      [.element("gmd:EX_Extent", [:], [.element("gmd:geographicElement", [:], [.element("gmd:EX_GeographicBoundingBox", [:], bounds)])])])
  }

  private static func quality(_ metadata: LayerMetadata) -> XMLNode {
    let steps = metadata.lineage.map { step in
      XMLNode.element("gmd:processStep", [:], [.element("gmd:LI_ProcessStep", [:], [string("gmd:description", step)])])
    }
    let sources = metadata.provenance.sources.map { file in
      XMLNode.element(
        "gmd:source", [:], [.element("gmd:LI_Source", [:], [string("gmd:description", "\(file.name), SHA-256 \(file.sha256)")])])
    }
    return .element(
      "gmd:dataQualityInfo", [:],
      [
        .element(
          "gmd:DQ_DataQuality", [:],
          [
            .element("gmd:scope", [:], [.element("gmd:DQ_Scope", [:], [code("gmd:level", "MD_ScopeCode", "dataset")])]),
            .element(
              "gmd:lineage", [:],
              [.element("gmd:LI_Lineage", [:], [string("gmd:statement", metadata.lineage.joined(separator: " "))] + steps + sources)]),
          ])
      ])
  }

  private static func contact(_ name: String, _ contact: String?) -> XMLNode {
    guard let contact else { return .element(name, ["gco:nilReason": "missing"]) }
    let role = code("gmd:role", "CI_RoleCode", "pointOfContact")
    switch ContactForm(contact) {
    case .name: return .element(name, [:], [.element("gmd:CI_ResponsibleParty", [:], [string("gmd:organisationName", contact), role])])
    case .mail:
      return party(
        name, contact,
        .element("gmd:address", [:], [.element("gmd:CI_Address", [:], [string("gmd:electronicMailAddress", contact)])]), role)
    case .url:
      return party(
        name, contact,
        .element(
          "gmd:onlineResource", [:],
          [.element("gmd:CI_OnlineResource", [:], [.element("gmd:linkage", [:], [.element("gmd:URL", [:], contact)])])]), role)
    }
  }

  /// The standard asks for a name, whatever else is known.
  private static func party(_ name: String, _ contact: String, _ way: XMLNode, _ role: XMLNode) -> XMLNode {
    .element(
      name, [:],
      [
        .element(
          "gmd:CI_ResponsibleParty", [:],
          [string("gmd:organisationName", contact), .element("gmd:contactInfo", [:], [.element("gmd:CI_Contact", [:], [way])]), role])
      ])
  }

  private static func created(_ day: String?) -> XMLNode {
    guard day != nil else { return .element("gmd:date", ["gco:nilReason": "unknown"]) }
    return .element(
      "gmd:date", [:], [.element("gmd:CI_Date", [:], [date("gmd:date", day), code("gmd:dateType", "CI_DateTypeCode", "creation")])])
  }

  private static func date(_ name: String, _ date: String?) -> XMLNode {
    guard let date else { return .element(name, ["gco:nilReason": "unknown"]) }
    return .element(name, [:], [.element("gco:Date", [:], String(date.prefix(10)))])
  }

  private static func string(_ name: String, _ text: String) -> XMLNode {
    .element(name, [:], [.element("gco:CharacterString", [:], text)])
  }

  private static func code(_ name: String, _ list: String, _ value: String) -> XMLNode {
    .element(
      name, [:],
      [
        .element(
          "gmd:\(list)",
          [
            "codeList": "http://standards.iso.org/iso/19139/resources/gmxCodelists.xml#\(list)",
            "codeListValue": value,
          ], value)
      ])
  }
}

/// What a contact is.
enum ContactForm {
  case mail
  case url
  case name

  init(_ text: String) {
    let isWord = !text.contains(where: \.isWhitespace)
    if isWord, text.hasPrefix("http://") || text.hasPrefix("https://") {
      self = .url
    } else if isWord, text.split(separator: "@", omittingEmptySubsequences: false).count == 2, !text.hasPrefix("@"), !text.hasSuffix("@") {
      self = .mail
    } else {
      self = .name
    }
  }
}
