import Basics
import FileWriting
import Foundation
public import Geodata

/// Styles as QGIS reads them: polygons and class rasters in the classes' own colors.
public enum QGISStyle {
  /// A QML for polygons, by `class_id`: half transparent, with a darker outline; columns are shown under their titles.
  public static func vector(_ catalog: ClassCatalog, fields: [VectorField]) -> String {
    document(
      "Symbology|Fields",
      [aliases(fields), polygonRenderer(catalog)]
        + [
          .element("blendMode", [:], "0"), .element("featureBlendMode", [:], "0"), .element("layerGeometryType", [:], "2"),
        ])
  }

  /// A QML for the class raster.
  public static func raster(_ catalog: ClassCatalog) -> String {
    document("Symbology", [classPipe(catalog), .element("blendMode", [:], "0")])
  }

  // MARK: - Elements, as a project has them, too

  /// A text that QGIS shows as it is: what stands in `[% %]` it would take for an expression.
  static func literal(_ text: String) -> String { text.replacing("[%", with: "[ %") }

  static func aliases(_ fields: [VectorField]) -> XMLNode {
    .element(
      "aliases", [:],
      fields.enumerated().compactMap { index, field in
        LayerColumn.named(field.name).map { .element("alias", ["index": "\(index)", "field": field.name, "name": $0.label]) }
      })
  }

  static func polygonRenderer(_ catalog: ClassCatalog) -> XMLNode {
    .element(
      "renderer-v2",
      ["type": "categorizedSymbol", "attr": "class_id", "forceraster": "0", "symbollevels": "0", "enableorderby": "0"],
      [
        .element(
          "categories", [:],
          catalog.classes.enumerated().map { index, entry in
            .element(
              "category", ["symbol": "\(index)", "value": "\(entry.id)", "type": "long", "label": literal(entry.name), "render": "true"])
          }),
        .element("symbols", [:], catalog.classes.enumerated().map { symbol($0, $1.color) }), .element("rotation"), .element("sizescale"),
      ])
  }

  static func classPipe(_ catalog: ClassCatalog) -> XMLNode {
    .element(
      "pipe", [:],
      [
        .element(
          "rasterrenderer", ["type": "paletted", "band": "1", "opacity": "1", "alphaBand": "-1", "nodataColor": ""],
          [
            .element("rasterTransparency"),
            .element(
              "colorPalette", [:],
              catalog.classes.map {
                .element("paletteEntry", ["value": "\($0.id)", "color": $0.color.hex, "alpha": "255", "label": literal($0.name)])
              }),
          ]),
        .element("brightnesscontrast", ["brightness": "0", "contrast": "0"]),
        .element("huesaturation", ["saturation": "0", "grayscaleMode": "0", "colorizeOn": "0"]),
        .element("rasterresampler", ["maxOversampling": "2"]),
      ])
  }

  /// Makes a style the default of a layer in a GeoPackage that is being written: QGIS looks for it in the table `layer_styles`.
  static func store(_ qml: String, sld: String, layer: String, in table: GeoPackageTable) throws(GeodataError) {
    try table.addPlainTable(
      "layer_styles",
      columns: [
        ("f_table_catalog", .text(characters: 256)), ("f_table_schema", .text(characters: 256)), ("f_table_name", .text(characters: 256)),
        ("f_geometry_column", .text(characters: 256)), ("styleName", .text(characters: 30)), ("styleQML", .text(characters: 0)),
        ("styleSLD", .text(characters: 0)), ("useAsDefault", .boolean), ("description", .text(characters: 0)),
        ("owner", .text(characters: 30)),
        ("ui", .text(characters: 30)), ("update_time", .time),
      ],
      rows: [
        [
          .text(""), .text(""), .text(layer), .text("geom"), .text("classes"), .text(qml), .text(sld), .integer(1),
          .text("Classes in their colors"),
          .text(""), .null, .text("2000/01/01 00:00:00+00"),
        ]
      ])
  }

  private static func document(_ categories: String, _ children: [XMLNode]) -> String {
    "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
      + XMLNode.element("qgis", ["version": "3.22.0", "styleCategories": categories], children).indented
  }

  private static func symbol(_ index: Int, _ color: Color) -> XMLNode {
    func channels(_ share: Double, _ alpha: Int) -> String {
      [color.red, color.green, color.blue].map { String(Int((Double($0) * share).rounded())) }.joined(separator: ",") + ",\(alpha)"
    }
    let properties = [
      ("color", channels(1, 140)), ("joinstyle", "bevel"), ("outline_color", channels(0.6, 255)), ("outline_style", "solid"),
      ("outline_width", "0.2"), ("outline_width_unit", "MM"), ("style", "solid"),
    ]
    // Both spellings: QGIS changed from the second to the first between 3.16 and 3.28.
    let options = XMLNode.element(
      "Option", ["type": "Map"], properties.map { .element("Option", ["type": "QString", "name": $0.0, "value": $0.1]) })
    return .element(
      "symbol", ["type": "fill", "name": "\(index)", "alpha": "1", "clip_to_extent": "1", "force_rhr": "0"],
      [
        .element(
          "layer", ["class": "SimpleFill", "enabled": "1", "locked": "0", "pass": "0"],
          [options] + properties.map { .element("prop", ["k": $0.0, "v": $0.1]) })
      ])
  }
}
