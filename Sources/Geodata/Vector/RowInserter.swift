/// Rows on their way into a table of a GeoPackage, several with one statement.
///
/// One statement for each row would note each row's number in `sqlite_sequence`, too.
struct RowInserter {
  private enum Value {
    case null
    case integer(Int)
    case real(Double)
    /// A range of `bytes`.
    case text(Int, Int)
    case blob(Int, Int)
  }

  private let one: SQLiteStatement
  private let many: SQLiteStatement
  private let columns: Int
  private let system: Int32
  private var values: [Value] = []
  private var bytes: [UInt8] = []
  private var ids: [Int] = []
  private static let rowsAtOnce = 32
  /// SQLite's limit.
  private static let largestBlob = 1_000_000_000

  /// - Parameters:
  ///   - fields: the names of the columns after `fid` and `geom`.
  ///   - system: the geometries' `srs_id`.
  init(into file: SQLiteFile, table: String, fields: [String], system: Int) throws(GeodataError) {
    columns = fields.count + 2
    self.system = Int32(truncatingIfNeeded: system)
    let names = (["fid", "geom"] + fields).map { SQL.identifier($0) }.joined(separator: ",")
    let row = "(" + Array(repeating: "?", count: columns).joined(separator: ",") + ")"
    let start = "INSERT INTO \(SQL.identifier(table)) (\(names)) VALUES "
    one = try file.prepare(start + row)
    many = try file.prepare(start + Array(repeating: row, count: Self.rowsAtOnce).joined(separator: ","))
  }

  /// - Parameter bounds: of the geometry; `nil` where it has no points.
  mutating func add(
    id: Int, geometry: MultiPolygonBuffer, bounds: SIMD4<Double>?, values row: [FieldValue], path: String
  ) throws(GeodataError) {
    let start = bytes.count
    appendGeometry(geometry, bounds)
    guard bytes.count - start <= Self.largestBlob else {
      throw GeodataError(
        .tooLarge, file: path, reason: "feature \(id) has \(geometry.points.count) vertices, more than a geometry can hold",
        remedy: "simplify, or leave this class out of `vectors.classes`")
    }
    ids.append(id)
    values.append(.integer(id))
    values.append(.blob(start, bytes.count))
    for value in row {
      switch value {
      case .null: values.append(.null)
      case .integer(let number): values.append(.integer(number))
      case .real(let number): values.append(.real(number))
      case .text(let text):
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        values.append(.text(start, bytes.count))
      }
    }
    if ids.count == Self.rowsAtOnce || bytes.count > 4_000_000 { try flush() }
  }

  /// Writes the rows that wait.
  mutating func flush() throws(GeodataError) {
    defer {
      values.removeAll(keepingCapacity: true)
      bytes.removeAll(keepingCapacity: true)
      ids.removeAll(keepingCapacity: true)
    }
    if ids.count == Self.rowsAtOnce { return try run(many, values[...]) }
    for row in ids.indices { try run(one, values[row * columns..<(row + 1) * columns]) }
  }

  private func run(_ statement: SQLiteStatement, _ values: ArraySlice<Value>) throws(GeodataError) {
    try bytes.withUnsafeBufferPointer { (buffer) throws(GeodataError) in
      let bytes = UnsafeRawBufferPointer(buffer)
      var index: Int32 = 0
      for value in values {
        index += 1
        switch value {
        case .null: statement.bind(null: index)
        case .integer(let number): statement.bind(index, number)
        case .real(let number): statement.bind(index, number)
        case .text(let start, let end): try statement.bind(index, text: UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
        case .blob(let start, let end): try statement.bind(index, bytes: UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
        }
      }
      try statement.run()
    }
  }

  /// GeoPackage's own head (OGC 12-128, clause 2.1.3): magic, version, flags, crs and, unless empty, the box; then WKB.
  private mutating func appendGeometry(_ geometry: MultiPolygonBuffer, _ bounds: SIMD4<Double>?) {
    let littleEndian: UInt8 = UInt32(1).littleEndian == 1 ? 1 : 0
    bytes.append(contentsOf: [0x47, 0x50, 0, (bounds == nil ? 0x10 : 0x02) | littleEndian])
    withUnsafeBytes(of: system) { bytes.append(contentsOf: $0) }
    if let bounds { withUnsafeBytes(of: bounds) { bytes.append(contentsOf: $0) } }
    geometry.appendWellKnownBinary(to: &bytes)
  }
}
