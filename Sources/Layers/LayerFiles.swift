public import Geodata

/// What the files of a source are called: its name, and what they hold.
public struct LayerFiles: Sendable, Hashable {
  public let directory: String
  public let name: String

  public init(directory: String, name: String) {
    self.directory = directory
    self.name = name
  }

  private func path(_ ending: String) -> String { "\(directory)/\(name).\(ending)" }

  public var classes: String { path("classes.tif") }
  public var classesStyle: String { path("classes.qml") }
  public var confidence: String { path("confidence.tif") }
  public var probabilities: String { path("probabilities.tif") }
  public var preview: String { path("preview.png") }
  public var stacItem: String { "\(directory)/stac-item.json" }

  /// The layer's name within GeoPackage and FlatGeobuf: the source's, but for names that GeoPackage keeps for itself, and for those whose
  /// first character GDAL refuses there; they get an underscore in front.
  public var layer: String {
    let lowered = name.lowercased()
    let isReserved = ["gpkg", "sqlite_", "rtree_"].contains(where: lowered.hasPrefix) || lowered == "layer_styles"
    let isRefused = name.unicodeScalars.first.map { Self.refusedFirst.contains($0) } ?? false
    return isReserved || isRefused ? "_" + name : name
  }

  /// What a layer's name in a GeoPackage may not begin with, in GDAL 3.6; a space is refused by other versions.
  private static let refusedFirst = Set(" `~!@#$%^&*()+-={}|[]\\:\";'<>?,./".unicodeScalars)

  /// The file of a vector format; `nil` for a database.
  public func vector(_ format: VectorFormat) -> String? { format == .postGIS ? nil : path(format.rawValue) }
}
