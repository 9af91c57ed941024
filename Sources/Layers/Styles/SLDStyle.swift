import Basics

/// A style after OGC's SLD 1.1, as map servers read it: a rule for each class, by `class_id`.
public enum SLDStyle {
  public static func vector(_ catalog: ClassCatalog, layer: String) -> String {
    let rules = catalog.classes.map { entry in
      XMLNode.element(
        "se:Rule", [:],
        [
          .element("se:Name", [:], entry.name), .element("se:Description", [:], [.element("se:Title", [:], entry.name)]),
          .element(
            "ogc:Filter", ["xmlns:ogc": "http://www.opengis.net/ogc"],
            [
              .element(
                "ogc:PropertyIsEqualTo", [:],
                [.element("ogc:PropertyName", [:], "class_id"), .element("ogc:Literal", [:], "\(entry.id)")])
            ]),
          .element(
            "se:PolygonSymbolizer", [:],
            [
              .element("se:Fill", [:], [parameter("fill", entry.color.hex), parameter("fill-opacity", "0.55")]),
              .element("se:Stroke", [:], [parameter("stroke", darker(entry.color).hex), parameter("stroke-width", "1")]),
            ]),
        ])
    }
    let document = XMLNode.element(
      "StyledLayerDescriptor",
      [
        "xmlns": "http://www.opengis.net/sld", "xmlns:se": "http://www.opengis.net/se",
        "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance", "version": "1.1.0",
        "xsi:schemaLocation": "http://www.opengis.net/sld http://schemas.opengis.net/sld/1.1.0/StyledLayerDescriptor.xsd",
      ],
      [
        .element(
          "NamedLayer", [:],
          [
            .element("se:Name", [:], layer),
            .element(
              "UserStyle", [:],
              [.element("se:Name", [:], layer), .element("se:FeatureTypeStyle", [:], rules)]),
          ])
      ])
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + document.indented
  }

  private static func parameter(_ name: String, _ value: String) -> XMLNode { .element("se:SvgParameter", ["name": name], value) }

  private static func darker(_ color: Color) -> Color {
    func channel(_ value: UInt8) -> UInt8 { UInt8((Double(value) * 0.6).rounded()) }
    return Color(red: channel(color.red), green: channel(color.green), blue: channel(color.blue))
  }
}
