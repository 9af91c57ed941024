/// What is read of a file of polygons that a pipeline limits its sources to, as a part of what is read of a source.
public struct AreaReading: Sendable, Hashable, Codable {
  /// Without its folder.
  public var file: String
  /// The layers that hold polygons: all of them count.
  public var layers: [String]
  public var polygons: Int
  /// Of the first of these layers; `nil` where it names none.
  public var crs: String?
  /// Features without polygons, which do not count; `nil` where there are none.
  public var otherFeatures: Int?

  public init(file: String, layers: [String], polygons: Int, crs: String? = nil, otherFeatures: Int? = nil) {
    self.file = file
    self.layers = layers
    self.polygons = polygons
    self.crs = crs
    self.otherFeatures = otherFeatures
  }

  /// "area parcels.gpkg: 12 polygons of the layer parcels, crs EPSG:25833 (ETRS89 / UTM zone 33N)".
  var line: String {
    let shown = layers.prefix(20).joined(separator: ", ") + (layers.count > 20 ? ", …" : "")
    return "area \(file): \(polygons) polygon\(polygons == 1 ? "" : "s") of the layer\(layers.count == 1 ? "" : "s") \(shown), "
      + (crs.map { "crs \($0)" } ?? "no crs")
  }
}
