import Basics
import Foundation
import GeoTypes
public import Geodata

/// A file of an item.
public struct STACAsset: Sendable {
  public var key: String
  /// Relative to the item.
  public var href: String
  public var title: String
  public var mediaType: String
  public var roles: [String]
  /// `nil` where it was not looked at.
  public var bytes: Int64?
  /// 64 hexadecimal digits; `nil` where it was not computed.
  public var sha256: String?
  /// Of a raster; empty for others.
  public var bands: [STACBand] = []

  public init(key: String, href: String, title: String, mediaType: String, roles: [String]) {
    self.key = key
    self.href = href
    self.title = title
    self.mediaType = mediaType
    self.roles = roles
  }

  /// The asset for one of our files, by its ending; `nil` for what belongs to another file (.shx, .qml …).
  public init?(file: String) {
    let name = URL(fileURLWithPath: file).lastPathComponent
    let known: [(ending: String, key: String, title: String, type: String, roles: [String])] = [
      (".classes.tif", "classes", "Class map", STAC.cog, ["data"]),
      (".confidence.tif", "confidence", "Confidence in percent", STAC.cog, ["data"]),
      (".probabilities.tif", "probabilities", "Probability of each class", STAC.cog, ["data"]),
      (".gpkg", "gpkg", "Polygons as GeoPackage", "application/geopackage+sqlite3", ["data"]),
      (".shp", "shp", "Polygons as Shapefile", "application/x-shapefile", ["data"]),
      (".csv", "csv", "Polygons as CSV with WKT", "text/csv", ["data"]),
      (".geojson", "geojson", "Polygons as GeoJSON", "application/geo+json", ["data"]),
      (".fgb", "fgb", "Polygons as FlatGeobuf", "application/vnd.flatgeobuf", ["data"]),
      (".preview.png", "preview", "Image with polygons over it", "image/png", ["overview"]),
      (".shp.xml", "metadata", "Metadata after ISO 19139", "application/xml", ["metadata"]),
      (".sld", "sld", "Style for map servers", "application/vnd.ogc.sld+xml", ["style"]),
      ("README.txt", "readme", "What lies here", "text/plain", ["metadata"]),
    ]
    guard let match = known.first(where: { name.hasSuffix($0.ending) }) else { return nil }
    self.init(key: match.key, href: "./" + name.percentEncoded(), title: match.title, mediaType: match.type, roles: match.roles)
  }
}

/// A band of a raster.
public struct STACBand: Sendable {
  public var name: String
  public var unit: String?
  /// What stored values are multiplied by; `nil` for nothing.
  public var scale: Double?
  public var statistics: ByteStatistics.Summary?
  /// The meaning of values; empty where they are no classes.
  public var classes: [ClassEntry]

  public init(
    name: String, unit: String? = nil, scale: Double? = nil, statistics: ByteStatistics.Summary? = nil, classes: [ClassEntry] = []
  ) {
    self.name = name
    self.unit = unit
    self.scale = scale
    self.statistics = statistics
    self.classes = classes
  }

  /// In the form of STAC 1.1's common bands.
  var json: [String: Any] {
    var band: [String: Any] = ["name": name, "data_type": "uint8", "nodata": Int(ClassMap.nodata)]
    if let unit { band["unit"] = unit }
    if let scale { (band["raster:scale"], band["raster:offset"]) = (scale, 0) }
    if let statistics, classes.isEmpty {
      band["statistics"] =
        [
          "minimum": statistics.minimum, "maximum": statistics.maximum, "mean": statistics.mean, "stddev": statistics.deviation,
          "valid_percent": (statistics.validPercent * 100).rounded() / 100,
        ] as [String: Any]
    }
    if !classes.isEmpty { band["classification:classes"] = STAC.classification(classes) }
    return band
  }
}
