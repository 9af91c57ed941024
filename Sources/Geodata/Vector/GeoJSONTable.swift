import Foundation
import GeoTypes

/// A GeoJSON file after RFC 7946: longitudes and latitudes on WGS 84, shells counter-clockwise, no crs member.
///
/// Coordinates are rounded to a number of digits that the caller chooses after the pixel size: seven digits, as is usual, are
/// 1 cm and make polygons of small pixels invalid.
public final class GeoJSONTable: VectorTable {
  private let file: TextFile
  private let fields: [VectorField]
  private let scale: Double
  private var line: [UInt8] = []
  private var isFirst = true

  public let warnings: [String] = []
  public var files: [String] { [file.path] }

  /// - Parameters:
  ///   - path: the file to write.
  ///   - name: of the layer, as a foreign member that GDAL and QGIS understand.
  ///   - fields: the properties, in order.
  ///   - digits: after the decimal point.
  public init(_ path: String, name: String, fields: [VectorField], digits: Int) throws(GeodataError) {
    file = try TextFile(creating: path)
    self.fields = fields
    scale = Self.scale(digits)
    try file.write("{\"type\":\"FeatureCollection\",\"name\":\(Self.quoted(name)),\"features\":[")
  }

  /// What coordinates are multiplied with before they are rounded.
  static func scale(_ digits: Int) -> Double { pow(10, Double(min(15, max(0, digits)))) }

  /// Rounds a coordinate as it will be written.
  package static func rounded(_ value: Double, digits: Int) -> Double {
    let scale = scale(digits)
    return (value * scale).rounded() / scale
  }

  public func add(id: Int, geometry: MultiPolygonBuffer, values: [FieldValue]) throws(GeodataError) {
    line.removeAll(keepingCapacity: true)
    line.append(isFirst ? "\n" : ",\n")
    isFirst = false
    line.append("{\"type\":\"Feature\",\"id\":\(id),\"properties\":{")
    for (index, (field, value)) in zip(fields, values).enumerated() {
      line.append(index == 0 ? "\"" : ",\"")
      line.append(field.name)
      line.append("\":")
      switch value {
      case .null: line.append("null")
      case .integer(let number): line.append(String(number))
      case .real(let number): if number.isFinite { line.append(number: number) } else { line.append("null") }
      case .text(let text): line.append(Self.quoted(text))
      }
    }
    line.append("},\"geometry\":{\"type\":\"MultiPolygon\",\"coordinates\":[")
    for polygon in geometry.polygonEnds.indices {
      line.append(polygon == 0 ? "[" : ",[")
      for (number, ring) in geometry.polygon(polygon).enumerated() {
        line.append(number == 0 ? "[" : ",[")
        let range = geometry.ring(ring)
        for index in range {
          appendPosition(geometry.points[index])
          line.append(",")
        }
        if let first = range.first { appendPosition(geometry.points[first]) }
        line.append("]")
      }
      line.append("]")
    }
    line.append("]}}")
    try file.write(line)
  }

  public func finish() throws(GeodataError) {
    try file.write("\n]}\n")
    try file.finish()
  }

  private func appendPosition(_ point: Point) {
    line.append("[")
    line.append(number: (point.x * scale).rounded() / scale)
    line.append(",")
    line.append(number: (point.y * scale).rounded() / scale)
    line.append("]")
  }

  /// Text as a JSON string.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20: result += String(format: "\\u%04x", scalar.value)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
