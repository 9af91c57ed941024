import Basics
import Foundation
import GeoTypes

/// A CSV table (RFC 4180, UTF-8) whose first column is the geometry as WKT.
///
/// - A geometry of more than 8 MB is given as its bounding box, with `geom_cut` = 1: GDAL's reader stops at lines of 10 MB and
///   loses the rest of the file without a word.
/// - The types of the columns lie beside it in a .csvt, the crs in a .prj.
/// - Text that a spreadsheet would take for a formula gets an apostrophe in front, which `warnings` say.
public final class CSVTable: VectorTable {
  private let file: TextFile
  private let fields: [VectorField]
  private let limit: Int
  private var line: [UInt8] = []
  private var cut = 0
  private var escaped: [String: Int] = [:]

  public private(set) var warnings: [String] = []
  public private(set) var files: [String]
  private let crs: CoordinateSystem?

  /// - Parameters:
  ///   - path: the file to write; ends in ".csv".
  ///   - crs: of the geometries, for the .prj; `nil` for none.
  ///   - fields: the columns, in order.
  ///   - limit: the longest WKT, in bytes.
  public init(_ path: String, crs: CoordinateSystem?, fields: [VectorField], limit: Int = 8_000_000) throws(GeodataError) {
    file = try TextFile(creating: path)
    files = [path]
    self.crs = crs
    self.fields = fields
    self.limit = limit
    try file.write((["WKT"] + fields.map(\.name) + ["geom_cut"]).joined(separator: ",") + "\n")
  }

  public func add(id: Int, geometry: MultiPolygonBuffer, values: [FieldValue]) throws(GeodataError) {
    line.removeAll(keepingCapacity: true)
    line.append("\"")
    append(geometry)
    let isCut = line.count - 1 > limit
    if isCut, let bounds = geometry.bounds {
      cut += 1
      line.removeAll(keepingCapacity: true)
      line.append("\"")
      let corners = [(bounds.minX, bounds.minY), (bounds.maxX, bounds.minY), (bounds.maxX, bounds.maxY), (bounds.minX, bounds.maxY)]
      append(MultiPolygonBuffer([Polygon(shell: Ring(corners.map { Point(x: $0.0, y: $0.1) }))]))
    }
    line.append("\"")
    for (field, value) in zip(fields, values) {
      line.append(",")
      switch value {
      case .null: break
      case .integer(let number): line.append(String(number))
      case .real(let number): if number.isFinite { line.append(number: number) }
      case .text(let text):
        if CSVText.isFormula(text) { escaped[field.name, default: 0] += 1 }
        line.append(CSVText.quoted(text))
      }
    }
    line.append(isCut ? ",1\n" : ",0\n")
    try file.write(line)
  }

  public func finish() throws(GeodataError) {
    try file.finish()
    try writeCompanions()
    if cut > 0 {
      warnings.append("\(cut) geometries are larger than 8 MB as text: the CSV has their bounding boxes, with geom_cut = 1.")
    }
    for field in fields {
      guard let count = escaped[field.name] else { continue }
      warnings.append(
        "The CSV has an apostrophe before field '\(field.name)' in \(count) rows, as a spreadsheet would take the text for a formula: "
          + "it begins with =, +, - or @. Other formats have the text itself.")
    }
  }

  /// Types and crs, as GDAL and QGIS look for them.
  private func writeCompanions() throws(GeodataError) {
    guard file.path.hasSuffix(".csv") else { return }
    let stem = file.path.dropLast(4)
    let types = fields.map { field in
      switch field.kind {
      case .integer: "Integer"
      case .long: "Integer64"
      case .real: "Real"
      case .text: "String"
      }
    }
    try write((["WKT"] + types + ["Integer"]).map { "\"\($0)\"" }.joined(separator: ",") + "\n", to: "\(stem).csvt")
    // A Shapefile of the same name has the same one.
    guard let crs, access("\(stem).prj", F_OK) != 0 else { return }
    guard let text = try crs.esriText() else {
      warnings.append("The CSV has no .prj, which cannot say its crs \(crs).")
      return
    }
    try write(text, to: "\(stem).prj")
  }

  private func write(_ text: String, to path: String) throws(GeodataError) {
    let companion = try TextFile(creating: path)
    try companion.write(text)
    try companion.finish()
    files.append(path)
  }

  private func append(_ geometry: MultiPolygonBuffer) {
    line.append(geometry.isEmpty ? "MULTIPOLYGON EMPTY" : "MULTIPOLYGON (")
    for polygon in geometry.polygonEnds.indices {
      line.append(polygon == 0 ? "(" : ",(")
      for (number, ring) in geometry.polygon(polygon).enumerated() {
        line.append(number == 0 ? "(" : ",(")
        let range = geometry.ring(ring)
        for index in range {
          appendPosition(geometry.points[index])
          line.append(",")
        }
        if let first = range.first { appendPosition(geometry.points[first]) }
        line.append(")")
      }
      line.append(")")
    }
    if !geometry.isEmpty { line.append(")") }
  }

  private func appendPosition(_ point: Point) {
    line.append(number: point.x)
    line.append(" ")
    line.append(number: point.y)
  }
}
