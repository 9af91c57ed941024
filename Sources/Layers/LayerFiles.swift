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
  /// For people.
  public var readme: String { "\(directory)/README.txt" }
  public var project: String { path("qgz") }
  public var stacItem: String { "\(directory)/stac-item.json" }

  /// QGIS' metadata of a raster.
  public func metadata(ofRaster raster: String) -> String { raster.hasSuffix(".tif") ? raster.dropLast(4) + ".qmd" : raster + ".qmd" }

  /// The layer's name within GeoPackage and FlatGeobuf: the source's in letters, digits and underscores, which every GIS and SQL take without
  /// quotes; names that GeoPackage keeps for itself get an underscore in front.
  public var layer: String {
    let plain = String(name.map { $0.isLetter || $0.isNumber ? $0 : "_" })
    let lowered = plain.lowercased()
    let isReserved = ["gpkg", "sqlite_", "rtree_"].contains(where: lowered.hasPrefix) || lowered == "layer_styles"
    return isReserved ? "_" + plain : plain
  }

  /// The file of a vector format; `nil` for a database.
  public func vector(_ format: VectorFormat) -> String? { format == .postGIS ? nil : path(format.rawValue) }
}
