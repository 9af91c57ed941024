import Foundation

/// A Shapefile; what would exceed the size that readers take (2 GB) continues in `NAME_2.shp`, `NAME_3.shp` …
///
/// Text is cut at the border of a character; what was cut, and how often, is in the warnings.
public final class ShapefileTable: VectorTable {
  private let base: String
  private let crs: CoordinateSystem?
  private let fields: [VectorField]
  private let limit: Int
  private var part = 0
  private var current: OGRTable
  private var shapeBytes = ShapefileTable.headerBytes
  private var tableBytes: Int
  private let recordBytes: Int
  private var partNames: [String]
  private var cutTexts: [String: Int] = [:]

  public private(set) var files: [String] = []
  public private(set) var warnings: [String] = []

  private static let headerBytes = 100

  /// - Parameters:
  ///   - path: ends in ".shp".
  ///   - crs: of the geometry; `nil` for none.
  ///   - fields: the columns, in order.
  ///   - limit: the largest .shp or .dbf, in bytes.
  public init(
    _ path: String, crs: CoordinateSystem?, fields: [VectorField], limit: Int = 2_147_000_000
  ) throws(GeodataError) {
    base = String(path.dropLast(4))
    self.crs = crs
    self.fields = fields
    self.limit = limit
    recordBytes = 1 + fields.reduce(0) { $0 + Self.width($1) }
    tableBytes = 33 + 32 * fields.count
    partNames = [base]
    current = try Self.create(base, crs, fields)
  }

  public func add(id: Int, geometry: MultiPolygonBuffer, values: [FieldValue]) throws(GeodataError) {
    // Record header, type, box, counts; then where each part begins, and the closed rings.
    let size = 52 + 4 * geometry.ringCount + 16 * (geometry.points.count + geometry.ringCount)
    guard Self.headerBytes + size <= limit else {
      throw GeodataError(
        .tooLarge, file: base + ".shp", reason: "feature \(id) alone is larger than a Shapefile may be",
        remedy: "leave shp out of `output.formats`")
    }
    if shapeBytes + size > limit || tableBytes + recordBytes > limit { try nextPart() }
    shapeBytes += size
    tableBytes += recordBytes
    // Shells run clockwise here, holes the other way.
    var geometry = geometry
    for index in 0..<geometry.ringCount { geometry.reverseRing(index) }
    let row = zip(fields, values).map { cut($1, $0) }
    try current.add(id: id, geometry: geometry, values: row)
  }

  public func finish() throws(GeodataError) {
    try current.finish()
    for name in partNames {
      for ending in ["shp", "shx", "dbf", "prj", "cpg"] where FileManager.default.fileExists(atPath: "\(name).\(ending)") {
        files.append("\(name).\(ending)")
      }
    }
    if part > 0 {
      let names = partNames.map { URL(fileURLWithPath: $0).lastPathComponent + ".shp" }.joined(separator: ", ")
      warnings.append("The Shapefile would be larger than 2 GB and was split into \(names).")
    }
    for field in fields {
      guard let count = cutTexts[field.name], case .text(let bytes) = field.kind else { continue }
      warnings.append("The Shapefile holds only the first \(bytes) bytes of field '\(field.name)' in \(count) features.")
    }
  }

  /// The paths of the parts without their endings.
  public var parts: [String] { partNames }

  private func nextPart() throws(GeodataError) {
    try current.finish()
    part += 1
    let name = "\(base)_\(part + 1)"
    partNames.append(name)
    current = try Self.create(name, crs, fields)
    shapeBytes = Self.headerBytes
    tableBytes = 33 + 32 * fields.count
  }

  private func cut(_ value: FieldValue, _ field: VectorField) -> FieldValue {
    guard case .text(let text) = value, case .text(let bytes) = field.kind, text.utf8.count > bytes else { return value }
    cutTexts[field.name, default: 0] += 1
    return .text(text.prefixOfUTF8(bytes))
  }

  private static func create(_ base: String, _ crs: CoordinateSystem?, _ fields: [VectorField]) throws(GeodataError) -> OGRTable {
    // The driver, which asks this once, would find out which ring is a hole by comparing each with all others: a minute for 100,000 holes.
    try withThreadOptions(["SHAPE_REWIND_ON_WRITE": "NO"]) { () throws(GeodataError) in
      try OGRTable(
        creating: base + ".shp", driver: "ESRI Shapefile", layer: URL(fileURLWithPath: base).lastPathComponent, crs: crs, fields: fields,
        layerOptions: ["ENCODING=UTF-8", "DBF_DATE_LAST_UPDATE=2000-01-01", "2GB_LIMIT=YES"])
    }
  }

  /// The width of a column in the .dbf, as the driver makes it.
  private static func width(_ field: VectorField) -> Int {
    switch field.kind {
    case .integer: 9
    case .long: 18
    case .real: 24
    case .text(let bytes): max(1, bytes)
    }
  }
}

extension String {
  /// The longest beginning of whole characters that takes at most so many bytes.
  package func prefixOfUTF8(_ bytes: Int) -> String {
    var used = 0
    var end = startIndex
    while end < endIndex {
      let next = index(after: end)
      used += self[end..<next].utf8.count
      if used > bytes { break }
      end = next
    }
    return String(self[..<end])
  }
}
