import Basics
import Foundation
import GeoTypes
import Geodata

/// The page of a QGIS project: A4 across, with title, map, legend, scale bar, north arrow, and whom to name.
struct QGISPage {
  let metadata: LayerMetadata
  /// In the layers' crs.
  let extent: Bounds
  /// The layer whose classes the legend shows; `nil` for none.
  let legend: String?

  private enum Item {
    // QGIS' numbers for kinds of items.
    static let page = "65638"
    static let map = "65639"
    static let picture = "65640"
    static let label = "65641"
    static let legend = "65642"
    static let scaleBar = "65646"
  }

  /// Of the map on the page, in millimeters.
  private static let map = (x: 10.0, y: 24.0, width: 210.0, height: 172.0)

  var layout: XMLNode {
    var items: [XMLNode] = [
      .element(
        "PageCollection", [:],
        [item(Item.page, 0, (0, 0, 297, 210), background: true, [], [])]),
      label(2, (10, 8, 277, 12), metadata.title, size: 18, bold: true), mapItem, northArrow,
    ]
    if let legend { items.append(legendItem(legend)) }
    if metadata.crs?.isGeodetic == true { items.append(scaleBar) }
    items.append(label(6, (10, 198, 277, 8), notes, size: 8, bold: false))
    items.append(.element("Atlas", ["enabled": "0", "hideCoverage": "0"]))
    return .element("Layout", ["name": "Page", "units": "mm", "printResolution": "300"], items)
  }

  /// Attribution, license and program in a line.
  private var notes: String {
    [metadata.copyright, metadata.crs.map { "\($0)" }, metadata.provenance.program].compactMap(\.self).joined(separator: " · ")
  }

  // MARK: - Items

  private func item(
    _ type: String, _ number: Int, _ place: (x: Double, y: Double, width: Double, height: Double), frame: Bool = false,
    background: Bool = false, _ attributes: [(name: String, value: String)], _ children: [XMLNode]
  ) -> XMLNode {
    let common = [
      ("type", type), ("uuid", Self.identifier(number)), ("templateUuid", Self.identifier(number)),
      ("position", "\(place.x),\(place.y),mm"), ("positionOnPage", "\(place.x),\(place.y),mm"),
      ("size", "\(place.width),\(place.height),mm"),
      ("referencePoint", "0"), ("itemRotation", "0"), ("zValue", "\(number)"), ("visibility", "1"), ("opacity", "1"), ("blendMode", "0"),
      ("frame", frame ? "true" : "false"), ("outlineWidthM", "0.3,mm"), ("background", background ? "true" : "false"),
      ("excludeFromExports", "0"),
    ]
    return .element(
      "LayoutItem", attributes: common.map { (name: $0.0, value: $0.1) } + attributes,
      [
        .element("FrameColor", ["red": "0", "green": "0", "blue": "0", "alpha": "255"]),
        .element("BackgroundColor", ["red": "255", "green": "255", "blue": "255", "alpha": "255"]),
      ] + children)
  }

  private static func identifier(_ number: Int) -> String { "{6f727468-6f77-4561-8665-00000000000\(number)}" }

  private func label(_ number: Int, _ place: (x: Double, y: Double, width: Double, height: Double), _ text: String, size: Int, bold: Bool)
    -> XMLNode
  {
    return item(
      Item.label, number, place,
      [
        ("labelText", QGISStyle.literal(text)), ("htmlState", "0"), ("halign", "1"), ("valign", "128"), ("marginX", "0"), ("marginY", "0"),
      ],
      [
        .element("LabelFont", ["description": "Sans Serif,\(size),-1,5,\(bold ? 75 : 50),0,0,0,0,0", "style": ""]),
        .element("FontColor", ["red": "0", "green": "0", "blue": "0", "alpha": "255"]),
      ])
  }

  private var mapItem: XMLNode {
    let shown = mapExtent
    return item(
      Item.map, 1, Self.map, frame: true, background: true,
      [
        ("mapRotation", "0"), ("keepLayerSet", "false"), ("followPreset", "false"), ("drawCanvasItems", "true"), ("mapFlags", "0"),
        ("labelMargin", "0,mm"), ("isTemporal", "0"),
      ],
      [
        .element(
          "Extent", ["xmin": "\(shown.minX)", "ymin": "\(shown.minY)", "xmax": "\(shown.maxX)", "ymax": "\(shown.maxY)"]),
        .element("LayerSet"), .element("AtlasMap", ["margin": "0.1", "scalingMode": "2", "atlasDriven": "0"]),
      ])
  }

  /// The extent with a margin, in the shape of the map.
  private var mapExtent: Bounds {
    var (width, height) = ((extent.maxX - extent.minX) * 1.05, (extent.maxY - extent.minY) * 1.05)
    if width <= 0 || height <= 0 { (width, height) = (max(width, 1), max(height, 1)) }
    let shape = Self.map.width / Self.map.height
    if width / height < shape { width = height * shape } else { height = width / shape }
    let (x, y) = ((extent.minX + extent.maxX) / 2, (extent.minY + extent.maxY) / 2)
    return Bounds(minX: x - width / 2, minY: y - height / 2, maxX: x + width / 2, maxY: y + height / 2)
  }

  private var northArrow: XMLNode {
    item(
      Item.picture, 3, (268, 160, 18, 18),
      [
        ("file", ":/images/north_arrows/layout_default_north_arrow.svg"), ("mapUuid", Self.identifier(1)), ("northMode", "1"),
        ("northOffset", "0"), ("pictureRotation", "0"), ("resizeMode", "0"), ("anchorPoint", "4"), ("svgFillColor", "0,0,0,255"),
        ("svgBorderColor", "0,0,0,255"), ("svgBorderWidth", "0.2"), ("mode", "1"),
      ], [])
  }

  private func legendItem(_ layer: String) -> XMLNode {
    func style(_ name: String, _ size: Int, _ attributes: [(name: String, value: String)]) -> XMLNode {
      .element(
        "style", attributes: [(name: "name", value: name), (name: "alignment", value: "1")] + attributes,
        [.element("styleFont", ["description": "Sans Serif,\(size),-1,5,50,0,0,0,0,0", "style": ""])])
    }
    let spaced = [(name: "marginTop", value: "2")]
    return item(
      Item.legend, 4, (224, 24, 63, 100), background: true,
      [
        ("map_uuid", Self.identifier(1)), ("title", ""), ("resizeToContents", "1"), ("columnCount", "1"), ("splitLayer", "0"),
        ("symbolWidth", "7"), ("symbolHeight", "4"), ("boxSpace", "2"), ("columnSpace", "2"), ("wrapString", ""), ("fontColor", "#000000"),
        ("legendFilterByAtlas", "0"),
      ],
      [
        .element(
          "styles", [:],
          [
            style("title", 12, []), style("group", 11, spaced), style("subgroup", 10, spaced), style("symbol", 9, spaced),
            style("symbolLabel", 9, spaced + [(name: "marginLeft", value: "2")]),
          ]),
        .element(
          "layer-tree-group", [:],
          [
            .element("customproperties"),
            .element(
              "layer-tree-layer",
              ["id": layer, "name": "Classes", "checked": "Qt::Checked", "expanded": "1", "providerKey": "ogr", "source": ""],
              [.element("customproperties")]),
          ]),
      ])
  }

  private var scaleBar: XMLNode {
    let segment = segmentMeters
    let isLong = segment >= 1000
    return item(
      Item.scaleBar, 5, (224, 182, 63, 14),
      [
        ("mapUuid", Self.identifier(1)), ("style", "Single Box"), ("unitType", isLong ? "km" : "meters"),
        ("unitLabel", isLong ? "km" : "m"),
        ("numUnitsPerSegment", "\(isLong ? segment / 1000 : segment)"), ("numMapUnitsPerScaleBarUnit", "1"), ("numSegments", "2"),
        ("numSegmentsLeft", "0"), ("numSubdivisions", "1"), ("segmentSizeMode", "0"), ("minBarWidth", "20"), ("maxBarWidth", "60"),
        ("height", "3"), ("labelBarSpace", "2"), ("boxContentSpace", "1"), ("alignment", "0"), ("outlineWidth", "0.3"),
        ("labelVerticalPlacement", "0"), ("labelHorizontalPlacement", "0"), ("lineJoinStyle", "miter"), ("lineCapStyle", "square"),
      ],
      [
        .element("fillColor", ["red": "0", "green": "0", "blue": "0", "alpha": "255"]),
        .element("fillColor2", ["red": "255", "green": "255", "blue": "255", "alpha": "255"]),
        .element("strokeColor", ["red": "0", "green": "0", "blue": "0", "alpha": "255"]),
      ])
  }

  /// 1, 2 or 5 times a power of ten, for about 25 mm on the page.
  private var segmentMeters: Double {
    let shown = mapExtent
    var width = shown.maxX - shown.minX
    if let crs = metadata.crs {
      if crs.isGeographic {
        let middle = (shown.minY + shown.maxY) / 2 * crs.radiansPerUnit
        width *= crs.radiansPerUnit * crs.semiMajorAxis * max(0.01, cos(middle))
      } else {
        width *= crs.metersPerUnit
      }
    }
    let wanted = max(1e-6, width / Self.map.width * 25)
    let power = pow(10, log10(wanted).rounded(.down))
    return [5, 2, 1].map { $0 * power }.first { $0 <= wanted } ?? power
  }
}
