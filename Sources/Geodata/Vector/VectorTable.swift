/// The forms that a vector layer is written in.
public enum VectorFormat: String, CaseIterable, Sendable, Codable {
  case geoPackage = "gpkg"
  case shapefile = "shp"
  case csv
  case geoJSON = "geojson"
  case flatGeobuf = "fgb"
  case postGIS = "postgis"
}

/// A column of a vector table.
public struct VectorField: Sendable, Hashable {
  /// The type of a field's values.
  public enum Kind: Sendable, Hashable {
    case integer
    case long
    /// A number with so many decimals where the form has fixed ones.
    case real(decimals: Int)
    /// UTF-8, at most so many bytes where the form has fixed widths.
    case text(bytes: Int)
  }

  /// At most 10 ASCII characters, for Shapefile's sake.
  public var name: String
  public var kind: Kind

  public init(_ name: String, _ kind: Kind) {
    precondition(name.utf8.count <= 10, "field name '\(name)' is longer than 10 characters")
    self.name = name
    self.kind = kind
  }
}

extension VectorField {
  /// The same field where the form has no fixed widths: text stays whole.
  var plain: VectorField {
    switch kind {
    case .real: VectorField(name, .real(decimals: 0))
    case .text: VectorField(name, .text(bytes: 0))
    default: self
    }
  }
}

/// A value of a row.
public enum FieldValue: Sendable, Hashable {
  case null
  case integer(Int)
  case real(Double)
  case text(String)
}

/// A vector layer that is being written: rows in, then `finish()`. What was not finished is not to be used.
///
/// Not for several threads at once: GDAL's datasets are not.
public protocol VectorTable: AnyObject {
  /// Adds a row.
  ///
  /// - Parameters:
  ///   - id: the feature's number within the layer, where the form has one.
  ///   - geometry: shells counter-clockwise, holes clockwise, in the table's crs.
  ///   - values: one per field.
  func add(id: Int, geometry: MultiPolygonBuffer, values: [FieldValue]) throws(GeodataError)

  /// Writes what is left, closes, and only then knows whether all went well.
  func finish() throws(GeodataError)

  /// The files that the layer consists of; complete after `finish()`.
  var files: [String] { get }

  /// What had to be changed or left out, as sentences; complete after `finish()`.
  var warnings: [String] { get }
}
