package import GeoTypes
package import Geodata
package import PipelineFile

/// Positions of a raster's layers that another datum may put more than a pixel away.
package enum DatumWarnings {
  /// A sentence each.
  ///
  /// - Parameters:
  ///   - pipeline: which layers are made, and in which crs.
  ///   - pixel: the sides of a pixel on the ground, in meters; `nil` where they are not known.
  /// - Throws: `GeodataError` where `vectors.crs` cannot be read.
  package static func of(
    _ crs: CoordinateSystem?, _ geotransform: Geotransform, _ size: RasterSize, pixel: (x: Double, y: Double)?, _ pipeline: Pipeline
  ) throws -> [String] {
    guard let crs, let pixel else { return [] }
    var warnings: [String] = []
    func look(_ what: String, _ target: CoordinateSystem) {
      let shift = DatumShift(from: crs, to: target, geotransform: geotransform, size: size)
      if let warning = shift?.warning(what, from: crs, to: target, pixel: max(pixel.x, pixel.y)) { warnings.append(warning) }
    }
    let hasPositions = pipeline.output.isCombined || pipeline.output.formats.contains { $0.isVector || $0 == .stac }
    guard hasPositions else { return [] }
    let world = try CoordinateSystem("EPSG:4326")
    if let target = try pipeline.vectors.target, target != world {
      look("its polygons", target)
      if let far = PlaceCheck.farFromTarget(target, key: "vectors.crs", from: crs, geotransform, size) { warnings.append(far) }
    }
    look("its longitudes and latitudes", world)
    return warnings
  }
}
