import Foundation
import GeoTypes
import Geodata

/// The coordinate systems of a source's layers and the ways there, or why one of them cannot be.
struct LayerFrames {
  /// How polygons come to longitudes and latitudes on WGS 84, which GeoJSON is in by definition.
  struct Geographic {
    /// `nil` where the layers are there anyway.
    var projector: Projector?
    /// After the decimal point: a hundredth of a pixel.
    var digits: Int
    /// 360; 0 for coordinates that are not on the earth.
    var turn: Double
  }

  let projector: Projector
  /// The crs of the layers.
  let crs: CoordinateSystem?
  /// A whole turn where geometry is split at 180°, else 0.
  let turn: Double
  /// The source's crs where it is on the earth.
  let earth: CoordinateSystem?
  let longitudeLatitude: CoordinateSystem
  /// `nil` where GeoJSON is not asked for.
  let geoJSON: Geographic?

  /// - Throws: `GeodataError`, `LayersError` where a layer that is asked for cannot be.
  init(_ request: LayerRequest) throws {
    let source = request.crs
    longitudeLatitude = try CoordinateSystem("EPSG:4326")
    earth = source.flatMap { $0.isOnEarth ? $0 : nil }
    if let source, let target = request.targetCRS, !target.isEquivalent(to: source) {
      guard source.isGeodetic, source.isOnEarth == target.isOnEarth else {
        throw LayersError(.request, reason: "\(source) cannot be transformed to \(target)", remedy: "set vectors.crs: source")
      }
      projector = try Projector(
        request.geotransform, size: request.size, from: source, to: target, keepsNodes: request.keepsNodes, check: request.check,
        pointLimit: request.pointLimit)
      crs = target
      turn = target.isGeographic ? 2 * .pi / target.radiansPerUnit : 0
    } else {
      projector = Projector(request.geotransform)
      crs = source
      turn = 0
    }
    if request.formats.contains(.shapefile), let crs { try crs.requireShapefile() }
    geoJSON = request.formats.contains(.geoJSON) ? try Self.geographic(request, earth, crs, projector, longitudeLatitude) : nil
  }

  private static func geographic(
    _ request: LayerRequest, _ earth: CoordinateSystem?, _ crs: CoordinateSystem?, _ projector: Projector,
    _ longitudeLatitude: CoordinateSystem
  ) throws -> Geographic {
    if let source = request.crs, earth == nil {
      throw LayersError(
        .request, reason: "GeoJSON holds longitudes and latitudes on WGS 84, to which its crs \(source) cannot be transformed",
        remedy: "leave geojson out of output.formats")
    }
    let isThere = crs?.authority == longitudeLatitude.authority
    let own =
      try isThere
      ? nil
      : earth.map {
        try Projector(
          request.geotransform, size: request.size, from: $0, to: longitudeLatitude, keepsNodes: request.keepsNodes, check: request.check,
          pointLimit: request.pointLimit)
      }
    let step = (own ?? projector).resolution(request.size)
    let digits = step > 0 && step.isFinite ? max(1, Int((-log10(step / 100)).rounded(.up))) : 9
    return Geographic(projector: own, digits: digits, turn: earth == nil ? 0 : 360)
  }

  /// A rectangle in the layers' crs that holds the raster, as far as that lies on the earth.
  func bounds(_ request: LayerRequest) throws -> Bounds {
    let plain = request.geotransform.bounds(of: request.size)
    guard projector.changesCRS else { return plain }
    let (width, height) = (Double(request.size.width), Double(request.size.height))
    var buffer = MultiPolygonBuffer()
    let corners = [Point(x: 0, y: 0), Point(x: width, y: 0), Point(x: width, y: height), Point(x: 0, y: height)]
    do { try projector.project([Polygon(shell: Ring(corners))], into: &buffer) } catch is GeodataError {
      var places: [Point] = []
      for row in 0...32 {
        for column in 0...32 {
          if let place = try? projector.project(Point(x: width * Double(column) / 32, y: height * Double(row) / 32)) {
            places.append(place)
          }
        }
      }
      return Bounds(of: places) ?? plain
    }
    return buffer.bounds ?? plain
  }
}
