import Basics
import FileWriting
public import Foundation
public import GeoTypes
public import Geodata

/// A STAC 1.0 item for a source's layers, with the projection extension. It says nothing of runs: same layers, same item.
public struct STACItem: Sendable {
  /// When the source was taken, as far as it says.
  public enum Acquisition: Sendable, Hashable {
    /// RFC 3339, UTC: "2024-06-01T10:20:00Z".
    case moment(String)
    case between(String, String)
    /// STAC asks for an interval then; it spans all times.
    case unknown

    /// From the first date of a source to the last. A day without a time is an interval, as STAC has no days.
    public init(_ dates: ClosedRange<AcquisitionDate>?) {
      guard let dates else {
        self = .unknown
        return
      }
      let (first, last) = (dates.lowerBound, dates.upperBound)
      if first == last, let time = first.time {
        self = .moment("\(first.day)T\(time)Z")
      } else {
        self = .between("\(first.day)T\(first.time ?? "00:00:00")Z", "\(last.day)T\(last.time ?? "23:59:59")Z")
      }
    }
  }

  /// A file of the item.
  public struct Asset: Sendable, Hashable {
    public var key: String
    /// Relative to the item.
    public var href: String
    public var title: String
    public var mediaType: String
    public var roles: [String]

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
        (".classes.tif", "classes", "Class map", cog, ["data"]), (".confidence.tif", "confidence", "Confidence in percent", cog, ["data"]),
        (".probabilities.tif", "probabilities", "Probability of each class", cog, ["data"]),
        (".gpkg", "gpkg", "Polygons as GeoPackage", "application/geopackage+sqlite3", ["data"]),
        (".shp", "shp", "Polygons as Shapefile", "application/x-shapefile", ["data"]),
        (".csv", "csv", "Polygons as CSV with WKT", "text/csv", ["data"]),
        (".geojson", "geojson", "Polygons as GeoJSON", "application/geo+json", ["data"]),
        (".fgb", "fgb", "Polygons as FlatGeobuf", "application/vnd.flatgeobuf", ["data"]),
        (".preview.png", "preview", "Image with polygons over it", "image/png", ["overview"]),
      ]
      guard let match = known.first(where: { name.hasSuffix($0.ending) }) else { return nil }
      self.init(key: match.key, href: "./" + name.percentEncoded(), title: match.title, mediaType: match.type, roles: match.roles)
    }
  }

  public var id: String
  public var size: RasterSize
  public var geotransform: Geotransform
  public var crs: CoordinateSystem?
  public var acquisition: Acquisition
  public var catalog: ClassCatalog
  public var assets: [Asset]
  /// The outline in longitudes and latitudes on WGS 84, continuous across 180°; `nil` for that of the raster.
  public var outline: [Point]?

  public init(
    id: String, size: RasterSize, geotransform: Geotransform, crs: CoordinateSystem?, acquisition: Acquisition, catalog: ClassCatalog,
    assets: [Asset]
  ) {
    self.id = id
    self.size = size
    self.geotransform = geotransform
    self.crs = crs
    self.acquisition = acquisition
    self.catalog = catalog
    self.assets = assets
  }

  /// The item as JSON, keys in order.
  ///
  /// - Throws: `GeodataError` where the outline has no place in WGS 84.
  public func json() throws -> Data {
    var properties: [String: Any] = [:]
    var item: [String: Any] = [
      "type": "Feature", "stac_version": "1.0.0", "id": id, "links": [Any](), "assets": Dictionary(uniqueKeysWithValues: assetEntries()),
    ]
    switch acquisition {
    case .moment(let time): properties["datetime"] = time
    case .between(let start, let end):
      (properties["datetime"], properties["start_datetime"], properties["end_datetime"]) = (NSNull(), start, end)
    case .unknown:
      (properties["datetime"], properties["start_datetime"], properties["end_datetime"]) =
        (NSNull(), "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z")
    }
    var extensions: [String] = []
    if let crs {
      extensions.append("https://stac-extensions.github.io/projection/v1.1.0/schema.json")
      properties["proj:epsg"] = crs.authority.flatMap { $0.hasPrefix("EPSG:") ? Int($0.dropFirst(5)) : nil } ?? NSNull()
      properties["proj:wkt2"] = crs.wkt
      properties["proj:shape"] = [size.height, size.width]
      let g = geotransform
      properties["proj:transform"] = [g.c1, g.c2, g.c0, g.c4, g.c5, g.c3]
      let bounds = g.bounds(of: size)
      properties["proj:bbox"] = [bounds.minX, bounds.minY, bounds.maxX, bounds.maxY]
    }
    item["stac_extensions"] = extensions
    properties["orthoweave:classes"] = catalog.classes.map { ["value": $0.id, "name": $0.name, "color": $0.color.hex] as [String: Any] }
    item["properties"] = properties
    if let footprint = try footprint() {
      item["geometry"] = ["type": "MultiPolygon", "coordinates": footprint.coordinates] as [String: Any]
      item["bbox"] = footprint.box
    } else {
      item["geometry"] = NSNull()
    }
    var data = try JSONSerialization.data(withJSONObject: item, options: [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes])
    data.append(UInt8(ascii: "\n"))
    return data
  }

  /// Writes the item to a file that is not there yet.
  ///
  /// - Throws: `GeodataError`, or `LayersError` (unwritable).
  public func write(to path: String) throws {
    let data = try json()
    do throws(FileError) { try writeNewFile(path, [UInt8](data)) } catch { throw LayersError(error) }
  }

  private static let cog = "image/tiff; application=geotiff; profile=cloud-optimized"

  private func assetEntries() -> [(String, [String: Any])] {
    var taken: [String: Int] = [:]
    return assets.map { asset in
      taken[asset.key, default: 0] += 1
      let number = taken[asset.key] ?? 1
      return (
        number == 1 ? asset.key : "\(asset.key)-\(number)",
        ["href": asset.href, "title": asset.title, "type": asset.mediaType, "roles": asset.roles]
      )
    }
  }

  /// The raster's outline in WGS 84, split at 180°, and the box around it (west before east, also across 180°); `nil` where it has none:
  /// on other bodies, around a pole, off the earth.
  private func footprint() throws -> (coordinates: [Any], box: [Double])? {
    guard let crs, crs.isOnEarth else { return nil }
    let target = try CoordinateSystem("EPSG:4326")
    guard let projector = try? Projector(geotransform, size: size, from: crs, to: target, keepsNodes: true) else { return nil }
    let (width, height) = (Double(size.width), Double(size.height))
    var buffer = MultiPolygonBuffer()
    if let outline { buffer.points = outline.map(rounded) }
    // A point at every eighth of a side: enough for an outline.
    let sides = [(0.0, 0.0, 1.0, 0.0), (1, 0, 0, 1), (1, 1, -1, 0), (0, 1, 0, -1)]
    for side in outline == nil ? sides : [] {
      for part in 0..<8 {
        let t = Double(part) / 8
        let pixel = Point(x: (side.0 + t * side.2) * width, y: (side.1 + t * side.3) * height)
        guard var place = try? projector.project(pixel) else { return nil }
        // Pixels around a pole reach beyond it by half their size.
        place.y = max(-90, min(90, place.y))
        buffer.points.append(rounded(place))
      }
    }
    buffer.endRing()
    buffer.endPolygon()
    buffer.orient()
    guard let whole = buffer.bounds else { return nil }
    if whole.maxX - whole.minX >= 360 {
      let corners = [(-180.0, whole.minY), (180, whole.minY), (180, whole.maxY), (-180, whole.maxY), (-180, whole.minY)]
      return ([[corners.map { [$0.0, $0.1] }]], [-180, whole.minY, 180, whole.maxY])
    }
    let split = buffer.splitAtDateline(turn: 360) ?? buffer
    let coordinates: [Any] = split.polygons.map { polygon in
      [(polygon.shell.points + polygon.shell.points.prefix(1)).map { [$0.x, $0.y] }]
    }
    func wrapped(_ longitude: Double) -> Double { abs(longitude) > 180 ? longitude - (longitude / 360).rounded() * 360 : longitude }
    return (coordinates, [wrapped(whole.minX), whole.minY, wrapped(whole.maxX), whole.maxY])
  }

  private func rounded(_ point: Point) -> Point {
    Point(x: (point.x * 1e8).rounded() / 1e8, y: (point.y * 1e8).rounded() / 1e8)
  }
}
