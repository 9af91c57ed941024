import GeoTypes
import Geodata
import PipelineFile

extension RunContext {
  /// Positions of a source's layers that another datum may put more than a pixel away.
  ///
  /// - Throws: `GeodataError` where `vectors.crs` cannot be read.
  func shiftWarnings(_ source: any PixelSource) throws -> [String] {
    guard let crs = source.crs, let pixel = source.groundPixel else { return [] }
    var warnings: [String] = []
    func look(_ what: String, _ target: CoordinateSystem) {
      let shift = DatumShift(from: crs, to: target, geotransform: source.geotransform, size: source.size)
      if let warning = shift?.warning(what, from: crs, to: target, pixel: max(pixel.x, pixel.y)) { warnings.append(warning) }
    }
    let hasPositions = pipeline.output.isCombined || pipeline.output.formats.contains { $0.isVector || $0 == .stac }
    guard hasPositions else { return [] }
    let world = try CoordinateSystem("EPSG:4326")
    if let target = try pipeline.vectors.target, target != world { look("its polygons", target) }
    look("its longitudes and latitudes", world)
    return warnings
  }
}
