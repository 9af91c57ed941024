import CGDAL
import Foundation
import Frames
import GeoTypes

/// The heights of a GeoTIFF around a place, bilinear between the middles of its pixels.
///
/// Holds what it has read, and shares a transformation, which locks itself: for any thread.
final class TerrainModel: HeightSurface {
  let heights: ClosedRange<Double>
  let spacing: Double
  let steepness: Double
  private let values: [Float]
  private let window: Window
  private let inverse: Geotransform
  private let transformation: CoordinateTransformation

  /// The most pixels that are held.
  private static let most = 100_000_000

  /// - Parameters:
  ///   - center: longitude and latitude in degrees.
  ///   - reach: meters around it that are read.
  ///   - shift: what is added to heights that count from the sea, so that they count from the ellipsoid.
  /// - Throws: `unsupported` where it is not a placed GeoTIFF of heights over EGM96 or WGS 84, or lies elsewhere; `tooLarge`.
  init(path: String, center: Point, reach: Double, shift: Double) throws(GeodataError) {
    let file = try RasterDataset(path: path, drivers: ["GTiff"])
    try file.checkClaims()
    guard let geotransform = try file.geotransform(), let inverse = geotransform.inverse, let crs = try file.crs(), crs.isOnEarth else {
      throw GeodataError(
        .unsupported, file: path, reason: "it is not georeferenced", remedy: "give a GeoTIFF of heights in input.frames.ground")
    }
    let added = try TerrainModel.countsFromSea(file) ? shift : 0
    transformation = try CoordinateTransformation(from: try CoordinateSystem("EPSG:4326"), to: crs)
    self.inverse = inverse
    let (north, east) = (reach / 110_000, reach / 110_000 / max(0.01, cos(center.y * .pi / 180)))
    var bounds: Bounds?
    for (x, y) in [(-1.0, -1.0), (0, -1), (1, -1), (-1, 0), (0, 0), (1, 0), (-1, 1), (0, 1), (1, 1)] {
      guard let place = try? transformation.apply(Point(x: center.x + x * east, y: center.y + y * north)) else { continue }
      let pixel = inverse.apply(place)
      if bounds == nil { bounds = Bounds(of: [pixel]) } else { bounds?.extend(to: pixel) }
    }
    guard let bounds, let first = TerrainModel.pixel(bounds.minX - 2), let top = TerrainModel.pixel(bounds.minY - 2),
      let last = TerrainModel.pixel(bounds.maxX + 2), let bottom = TerrainModel.pixel(bounds.maxY + 2)
    else { throw TerrainModel.elsewhere(path) }
    window = Window(column: first, row: top, width: last - first, height: bottom - top).intersection(Window(file.size))
    guard window.width >= 2, window.height >= 2 else { throw TerrainModel.elsewhere(path) }
    guard window.area <= TerrainModel.most else {
      throw GeodataError(
        .tooLarge, file: path, reason: "it has \(window.area) pixels around the frame, more than \(TerrainModel.most)",
        remedy: "give a coarser one, or set input.frames.minimumDip")
    }
    let nodata = file.describe(band: 1).nodata.map { Float($0) }
    var values: [Float] = try file.read(bands: [1], window, as: GDT_Float32, Float.self)
    var (low, high) = (Float.infinity, -Float.infinity)
    for index in values.indices {
      let value = values[index]
      if value == nodata || !value.isFinite || abs(value) > 20_000 {
        values[index] = .nan
      } else {
        values[index] = value + Float(added)
        (low, high) = (min(low, values[index]), max(high, values[index]))
      }
    }
    guard low <= high else { throw TerrainModel.elsewhere(path) }
    self.values = values
    steepness = TerrainModel.steepness(values, width: window.width)
    heights = Double(low)...Double(high)
    let side = GroundLength.ofPixel(geotransform, file.size, crs)
    spacing = max(0.1, min(side.x, side.y))
  }

  func sample(longitude: Double, latitude: Double) -> Point? {
    guard let place = try? transformation.apply(Point(x: longitude, y: latitude)) else { return nil }
    let pixel = inverse.apply(place)
    return Point(x: pixel.x - 0.5 - Double(window.column), y: pixel.y - 0.5 - Double(window.row))
  }

  func height(at sample: Point) -> Double? {
    let (x, y) = (sample.x, sample.y)
    // Half a pixel beyond the outermost middles still belongs to the outermost pixels.
    guard x >= -0.5, y >= -0.5, x <= Double(window.width) - 0.5, y <= Double(window.height) - 0.5 else { return nil }
    let (column, row) = (min(max(0, x), Double(window.width - 1)), min(max(0, y), Double(window.height - 1)))
    let (left, top) = (min(Int(column), window.width - 2), min(Int(row), window.height - 2))
    let (u, v) = (column - Double(left), row - Double(top))
    func value(_ dx: Int, _ dy: Int) -> Double { Double(values[(top + dy) * window.width + left + dx]) }
    let height = (1 - v) * ((1 - u) * value(0, 0) + u * value(1, 0)) + v * ((1 - u) * value(0, 1) + u * value(1, 1))
    return height.isFinite ? height : nil
  }

  /// The largest slope of a surface that is bilinear between samples, in meters for each sample.
  private static func steepness(_ values: [Float], width: Int) -> Double {
    var (along, across) = (Float(0), Float(0))
    for index in values.indices where values[index].isFinite {
      // Neighbors that are not numbers fail the comparison.
      if index % width > 0, abs(values[index] - values[index - 1]) > along { along = abs(values[index] - values[index - 1]) }
      if index >= width, abs(values[index] - values[index - width]) > across { across = abs(values[index] - values[index - width]) }
    }
    return Double((along * along + across * across).squareRoot())
  }

  private static func pixel(_ value: Double) -> Int? { value.isFinite && abs(value) < 1e9 ? Int(value.rounded(.down)) : nil }

  private static func elsewhere(_ path: String) -> GeodataError {
    GeodataError(
      .unsupported, file: path, reason: "it has no heights where the frame lies", remedy: "give one that covers it in input.frames.ground")
  }

  /// Whether heights count from the sea; a file that says nothing is taken for one that does.
  private static func countsFromSea(_ file: RasterDataset) throws(GeodataError) -> Bool {
    guard let vertical = file.verticalName else { return true }
    let name = vertical.lowercased()
    if name.contains("egm96") || name.contains("5773") { return true }
    if name.contains("ellipsoid") { return false }
    throw GeodataError(
      .unsupported, file: file.path, reason: "its heights count from '\(vertical.prefix(60))', for which there is no geoid here",
      remedy: "convert them to heights over EGM96 (EPSG:5773)")
  }
}

extension RasterDataset {
  /// The name of the vertical part of its crs; nil without one.
  var verticalName: String? {
    withReference { reference in
      guard let reference else { return nil }
      if OSRIsCompound(reference) == 0 { return OSRIsGeographic(reference) != 0 && OSRGetAxesCount(reference) == 3 ? "ellipsoid" : nil }
      return OSRGetAttrValue(reference, "VERT_CS", 0).map { String(cString: $0) } ?? "an unknown surface"
    }
  }
}
