import Basics
import FileWriting
public import Foundation
public import GeoTypes
public import Geodata

/// A STAC 1.1 item for a source's layers, with the extensions projection, raster, classification, file and processing. It says nothing of runs:
/// same layers, same item.
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

  public var size: RasterSize
  public var geotransform: Geotransform
  public var crs: CoordinateSystem?
  public var acquisition: Acquisition
  /// Name, texts, classes and provenance.
  public var metadata: LayerMetadata
  public var assets: [STACAsset]
  /// The outline in longitudes and latitudes on WGS 84, continuous across 180°; `nil` for that of the raster.
  public var outline: [Point]?

  public init(
    size: RasterSize, geotransform: Geotransform, crs: CoordinateSystem?, acquisition: Acquisition, metadata: LayerMetadata,
    assets: [STACAsset]
  ) {
    self.size = size
    self.geotransform = geotransform
    self.crs = crs
    self.acquisition = acquisition
    self.metadata = metadata
    self.assets = assets
  }

  /// The item as JSON, keys in order.
  public func json() throws -> Data {
    var extensions = STAC.extensions(of: assets) + [STAC.processing]
    var properties = properties
    if let crs {
      extensions.append(STAC.projection)
      properties["proj:code"] = crs.authority ?? NSNull()
      properties["proj:wkt2"] = crs.wkt
      properties["proj:shape"] = [size.height, size.width]
      let g = geotransform
      properties["proj:transform"] = [g.c1, g.c2, g.c0, g.c4, g.c5, g.c3]
      let bounds = g.bounds(of: size)
      properties["proj:bbox"] = [bounds.minX, bounds.minY, bounds.maxX, bounds.maxY]
    }
    var item: [String: Any] = [
      "type": "Feature", "stac_version": STAC.version, "stac_extensions": extensions.sorted(), "id": metadata.name,
      "properties": properties,
      "assets": STAC.entries(assets),
    ]
    if metadata.provenance.model != nil {
      // The folder of a source may lie several below the output directory.
      let up = String(repeating: "../", count: metadata.name.split(separator: "/").count)
      item["collection"] = metadata.pipeline
      item["links"] =
        [
          STAC.link("collection", up + STAC.collectionFile, "application/json"),
          STAC.link("parent", up + STAC.collectionFile, "application/json"),
          STAC.link("mlm:model", up + STAC.modelFile, "application/geo+json"),
        ] + STAC.licenseLinks(metadata.provenance.about)
    } else {
      item["links"] = STAC.licenseLinks(metadata.provenance.about)
    }
    if let footprint = try SourceFootprint(size: size, geotransform: geotransform, crs: crs, outline: outline) {
      item["geometry"] = ["type": "MultiPolygon", "coordinates": footprint.coordinates] as [String: Any]
      item["bbox"] = footprint.box
    } else {
      item["geometry"] = NSNull()
    }
    return try STAC.data(item)
  }

  /// Writes the item to a file that is not there yet.
  public func write(to path: String) throws {
    let data = try json()
    do throws(FileError) { try writeNewFile(path, [UInt8](data)) } catch { throw LayersError(error) }
  }

  private var properties: [String: Any] {
    let provenance = metadata.provenance
    let about = provenance.about
    var properties: [String: Any] = [
      "title": metadata.title, "description": metadata.abstract, "license": STAC.license(about),
      "processing:lineage": metadata.lineage.joined(separator: "\n"), "processing:software": provenance.software,
      "orthoweave:classes": metadata.catalog.classes.map { ["value": $0.id, "name": $0.name, "color": $0.color.hex] as [String: Any] },
    ]
    if let pixel = metadata.pixel { properties["gsd"] = pixel }
    if !metadata.keywords.isEmpty { properties["keywords"] = metadata.keywords }
    let providers = STAC.providers(about)
    if !providers.isEmpty { properties["providers"] = providers }
    switch acquisition {
    case .moment(let time): properties["datetime"] = time
    case .between(let start, let end):
      (properties["datetime"], properties["start_datetime"], properties["end_datetime"]) = (NSNull(), start, end)
    case .unknown:
      (properties["datetime"], properties["start_datetime"], properties["end_datetime"]) =
        (NSNull(), "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z")
    }
    return properties
  }
}
