import Basics
import FileWriting
import Foundation
import Geodata

/// Styles as QGIS reads them: polygons and class rasters in the classes' own colors.
public enum QGISStyle {
  /// A QML for polygons, by `class_id`: half transparent, with a darker outline.
  public static func vector(_ catalog: ClassCatalog) -> String {
    var lines = header
    lines += [
      "  <renderer-v2 type=\"categorizedSymbol\" attr=\"class_id\" forceraster=\"0\" symbollevels=\"0\" enableorderby=\"0\">",
      "    <categories>",
    ]
    for (index, entry) in catalog.classes.enumerated() {
      lines.append(
        "      <category symbol=\"\(index)\" value=\"\(entry.id)\" type=\"long\" label=\"\(escaped(entry.name))\" render=\"true\"/>")
    }
    lines += ["    </categories>", "    <symbols>"]
    for (index, entry) in catalog.classes.enumerated() { lines += symbol(index, entry.color) }
    lines += [
      "    </symbols>", "    <rotation/>", "    <sizescale/>", "  </renderer-v2>", "  <blendMode>0</blendMode>",
      "  <featureBlendMode>0</featureBlendMode>",
      "  <layerGeometryType>2</layerGeometryType>", "</qgis>", "",
    ]
    return lines.joined(separator: "\n")
  }

  /// A QML for the class raster.
  public static func raster(_ catalog: ClassCatalog) -> String {
    var lines = header
    lines += [
      "  <pipe>", "    <rasterrenderer type=\"paletted\" band=\"1\" opacity=\"1\" alphaBand=\"-1\" nodataColor=\"\">",
      "      <rasterTransparency/>", "      <colorPalette>",
    ]
    for entry in catalog.classes {
      lines.append(
        "        <paletteEntry value=\"\(entry.id)\" color=\"\(entry.color.hex)\" alpha=\"255\" label=\"\(escaped(entry.name))\"/>")
    }
    lines += [
      "      </colorPalette>", "    </rasterrenderer>", "    <brightnesscontrast brightness=\"0\" contrast=\"0\"/>",
      "    <huesaturation saturation=\"0\" grayscaleMode=\"0\" colorizeOn=\"0\"/>", "    <rasterresampler maxOversampling=\"2\"/>",
      "  </pipe>",
      "  <blendMode>0</blendMode>", "</qgis>", "",
    ]
    return lines.joined(separator: "\n")
  }

  /// Makes a style the default of a layer in a GeoPackage that is being written: QGIS looks for it in the table `layer_styles`.
  static func store(_ qml: String, layer: String, in table: GeoPackageTable) throws(GeodataError) {
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
          .text(""), .text(""), .text(layer), .text("geom"), .text("classes"), .text(qml), .text(""), .integer(1),
          .text("Classes in their colours"),
          .text(""), .null, .text("2000/01/01 00:00:00+00"),
        ]
      ])
  }

  /// Writes a style beside the file that it is for; it must not be there yet.
  public static func write(_ qml: String, to path: String) throws(LayersError) {
    do throws(FileError) { try writeNewFile(path, Array(qml.utf8)) } catch { throw LayersError(error) }
  }

  private static let header = [
    "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>", "<qgis version=\"3.22.0\" styleCategories=\"Symbology\">",
  ]

  private static func symbol(_ index: Int, _ color: Color) -> [String] {
    func channels(_ share: Double, _ alpha: Int) -> String {
      [color.red, color.green, color.blue].map { String(Int((Double($0) * share).rounded())) }.joined(separator: ",") + ",\(alpha)"
    }
    let properties = [
      ("color", channels(1, 140)), ("joinstyle", "bevel"), ("outline_color", channels(0.6, 255)), ("outline_style", "solid"),
      ("outline_width", "0.2"), ("outline_width_unit", "MM"), ("style", "solid"),
    ]
    var lines = [
      "      <symbol type=\"fill\" name=\"\(index)\" alpha=\"1\" clip_to_extent=\"1\" force_rhr=\"0\">",
      "        <layer class=\"SimpleFill\" enabled=\"1\" locked=\"0\" pass=\"0\">", "          <Option type=\"Map\">",
    ]
    // Both spellings: QGIS changed from the second to the first between 3.16 and 3.28.
    lines += properties.map { "            <Option type=\"QString\" name=\"\($0.0)\" value=\"\($0.1)\"/>" }
    lines.append("          </Option>")
    lines += properties.map { "          <prop k=\"\($0.0)\" v=\"\($0.1)\"/>" }
    return lines + ["        </layer>", "      </symbol>"]
  }

  /// Text for an XML attribute; characters that XML 1.0 cannot hold are dropped.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n", "\t": result += " "
      case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: break
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
