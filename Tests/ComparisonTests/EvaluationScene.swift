import Basics
import Evaluation
import Foundation
import GeoTypes
import Geodata
import Runs
import TestSupport

/// Rasters of class ids that lie in web mercator.
struct EvaluationScene {
  static let crs = "EPSG:3857"
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder("evaluate") }

  @discardableResult
  func raster(
    _ name: String, width: Int, height: Int, origin: (Double, Double) = (9_520_000, 3_200_000), pixel: Double = 1, names: [String] = [],
    colors: [Color] = [], isPlaced: Bool = true, _ value: (_ column: Int, _ row: Int) -> UInt8
  ) throws -> String {
    let writer = try COGWriter(
      path: folder(name), size: RasterSize(width: width, height: height),
      geotransform: isPlaced ? Geotransform(origin.0, pixel, 0, origin.1, 0, -pixel) : nil,
      crs: isPlaced ? try CoordinateSystem(Self.crs) : nil, content: .classes(names: names, colors: colors))
    for row in 0..<height { try writer.write((0..<width).map { value($0, row) }, rows: 1) }
    _ = try writer.finish()
    return folder(name)
  }

  /// A raster as gdal_translate makes it of another.
  func translated(_ path: String, to name: String, _ options: String...) throws -> String {
    try translated(path, to: name, options: options)
  }

  func translated(_ path: String, to name: String, options: [String]) throws -> String {
    let result = try Program.run("/usr/bin/gdal_translate", ["-q"] + options + [path, folder(name)])
    guard result.status == 0 else { throw RunError(.wrongCall, file: path, reason: result.error) }
    return folder(name)
  }

  /// Features of any geometry with any properties, as GeoJSON texts, in web mercator.
  func features(_ name: String, _ features: [(geometry: String, properties: String)]) throws -> String {
    let texts = features.map { "{\"type\":\"Feature\",\"properties\":\($0.properties),\"geometry\":\($0.geometry)}" }
    return try folder.write(
      """
      {"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3857"}},
      "features":[\(texts.joined(separator: ","))]}
      """, to: name)
  }

  /// A rectangle in pixels of a raster at the default origin with pixels of 1 m, as GeoJSON.
  static func polygon(_ left: Double, _ top: Double, _ right: Double, _ bottom: Double) -> String {
    let corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    let ring = corners.map { "[\(9_520_000 + $0.0),\(3_200_000 - $0.1)]" }.joined(separator: ",")
    return "{\"type\":\"Polygon\",\"coordinates\":[[\(ring)]]}"
  }

  /// Rectangles in pixels of a raster at the default origin with pixels of 1 m.
  func polygons(_ name: String, _ rectangles: [(left: Double, top: Double, right: Double, bottom: Double, kind: String)]) throws -> String {
    try features(
      name, rectangles.map { (Self.polygon($0.left, $0.top, $0.right, $0.bottom), "{\"kind\":\"\($0.kind)\"}") })
  }
}
