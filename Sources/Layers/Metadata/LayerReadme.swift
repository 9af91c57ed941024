import Basics
import Foundation
import Geodata

/// The README.txt in a source's folder: what lies there, in words, for whoever received nothing else.
public struct LayerReadme {
  private let metadata: LayerMetadata
  private let report: LayersReport
  private let formats: [String]
  private let isTraced: (String) -> Bool

  /// - Parameter formats: that the source was written in, as `output.formats` names them.
  /// - Parameter isTraced: whether polygons are made of a class, by its name.
  public init(metadata: LayerMetadata, report: LayersReport, formats: [String], isTraced: @escaping (String) -> Bool = { _ in true }) {
    self.isTraced = isTraced
    self.metadata = metadata
    self.report = report
    self.formats = formats
  }

  public var text: String {
    let about = metadata.provenance.about
    let title = metadata.title.printable
    var lines: [String] = []
    if let pixel = metadata.pixel { lines.append("Pixel:        \(pixel) m on the ground") }
    lines.append("Crs:          \(metadata.crs.map { "\($0)" } ?? "none: coordinates are pixels, counted from the upper left corner")")
    if let attribution = about.attribution { lines.append("Attribution:  \(LayerMetadata.line(attribution))") }
    lines.append("License:      \(about.license ?? "not given")")
    if let contact = about.contact { lines.append("Contact:      \(LayerMetadata.line(contact))") }
    if !metadata.keywords.isEmpty { lines.append("Keywords:     \(LayerMetadata.line(metadata.keywords.joined(separator: ", ")))") }
    lines += section("Files") + files
    lines += section("Classes") + classes
    if !report.fields.isEmpty { lines += section("Columns of the polygons") + columns }
    lines += section("How it was made") + metadata.lineage
    // Names of files and classes may hold anything; the abstract may have several lines.
    let head = [title, String(repeating: "=", count: title.count), "", metadata.abstract.printableLines, ""]
    return (head + lines.map(\.printable)).joined(separator: "\n") + "\n"
  }

  private func section(_ title: String) -> [String] { ["", title, String(repeating: "-", count: title.count), ""] }

  private var files: [String] {
    let known = [
      ("classes", ".classes.tif", "the class of each pixel; 255 is no class"),
      ("confidence", ".confidence.tif", "how sure the network is, in percent"),
      ("probabilities", ".probabilities.tif", "a band for each class, in half percents"),
      ("gpkg", ".gpkg", "polygons as GeoPackage, with style and metadata"),
      ("shp", ".shp", "polygons as Shapefile (with .dbf, .shx, .prj, .cpg)"),
      ("csv", ".csv", "polygons as CSV with WKT (types in .csvt, crs in .prj)"),
      ("geojson", ".geojson", "polygons as GeoJSON, in longitudes and latitudes"), ("fgb", ".fgb", "polygons as FlatGeobuf"),
      ("preview", ".preview.png", "a picture of it all"),
    ]
    let stem = metadata.name.split(separator: "/").last.map(String.init) ?? metadata.name
    var lines = known.filter { formats.contains($0.0) }.map { "\(stem)\($0.1): \($0.2)" }
    if formats.contains("qgis") { lines.append("\(stem).qgz: a QGIS project with all of it, and a page to print") }
    if formats.contains("stac") { lines.append("stac-item.json: an item for STAC catalogs") }
    return lines + [
      "*.qml, *.sld: styles for QGIS and for map servers; *.qmd, *.shp.xml: metadata", "receipt.json: what it was made from, and checksums",
    ]
  }

  private var classes: [String] {
    let unit = report.isGeodesic ? "m²" : "pixels"
    return report.classes.map { total in
      guard isTraced(total.name) else {
        return "\(total.id)  \(LayerMetadata.line(total.name)): no polygons were made of it; see the class of each pixel"
      }
      let area = String(format: "%.2f", total.area)
      return
        "\(total.id)  \(LayerMetadata.line(total.name)): \(total.features == 1 ? "1 polygon" : "\(total.features) polygons"), \(area) \(unit)"
    }
  }

  private var columns: [String] {
    report.fields.compactMap { field in
      LayerColumn.polygons.first { $0.name == field.name }.map { column in
        let name = column.name.padding(toLength: 10, withPad: " ", startingAt: 0)
        return "\(name)  \(column.meaning)"
      }
    }
  }
}
