import Foundation
import Frames
import GeoTypes
import Geodata

/// The ground that a picture shows, as a layer of one polygon: where it was taken from, and how well its place is known.
struct FootprintLayer {
  /// Behind the name of the layer of polygons.
  static let ending = "_footprint"
  static let fields = LayerColumn.footprints.map(\.field)

  /// In the crs of the layers.
  let geometry: MultiPolygonBuffer
  let values: [FieldValue]

  init(_ frame: PlacedFrame, source: String, crs: CoordinateSystem) throws(GeodataError) {
    var points = frame.outline
    let turn = crs.isGeographic ? 2 * .pi / crs.radiansPerUnit : 0
    try CoordinateTransformation(from: try CoordinateSystem("EPSG:4326"), to: crs).apply(to: &points)
    if turn > 0, let first = points.first {
      for index in points.indices { points[index].x -= ((points[index].x - first.x) / turn).rounded() * turn }
    }
    var buffer = MultiPolygonBuffer([Polygon(shell: Ring(points))])
    buffer.orient()
    geometry = turn > 0 ? buffer.splitAtDateline(turn: turn) ?? buffer : buffer
    let reading = FrameReading(frame)
    let middle = frame.footprint.middle
    values = [
      .text(source), reading.time.map { .text($0) } ?? .null, reading.camera.map { .text($0) } ?? .null,
      .real(LayerFields.rounded(degrees: reading.longitude)), .real(LayerFields.rounded(degrees: reading.latitude)),
      .real(reading.aboveGround),
      .real(reading.dip), .real(LayerFields.rounded(degrees: middle.longitude)), .real(LayerFields.rounded(degrees: middle.latitude)),
      .real(reading.pixel), .real(reading.sigma), .integer(reading.isClipped ? 1 : 0),
    ]
  }
}
