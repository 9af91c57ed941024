import GeoTypes
import Geodata
package import RunState

/// A class map and its confidence, top to bottom, in strips of rows.
package protocol ClassRows {
  /// Calls `body` with consecutive strips: first row, and planes [rows][width] of class, confidence and, where kept, the classes'
  /// probabilities.
  ///
  /// - Throws: `RunError` or `GeodataError` where rows cannot be read, and what `body` throws.
  func forEachStrip(_ body: (_ firstRow: Int, _ planes: [[UInt8]]) throws -> Void) throws
}

/// The rows that the segments hold, once all are there.
package struct SegmentRows: ClassRows {
  package let plan: SourcePlan
  package let store: SegmentStore
  /// Segments that are not in the store.
  package var kept: [SegmentWindow: SegmentPlanes] = [:]
  package let probabilityClasses: Int

  package func forEachStrip(_ body: (_ firstRow: Int, _ planes: [[UInt8]]) throws -> Void) throws {
    let segments = plan.segments
    for segmentRow in 0..<segments.rows {
      let height = segments[segmentRow, 0].height
      var planes = [[UInt8]](
        repeating: [UInt8](repeating: ClassMap.nodata, count: height * segments.width), count: 2 + probabilityClasses)
      for segmentColumn in 0..<segments.columns {
        let segment = segments[segmentRow, segmentColumn]
        if plan.occupancy.emptySegments.contains(segment) { continue }
        let decoded = try kept[segment] ?? stored(segment)
        if segments.columns == 1 {
          planes = decoded.planes
          continue
        }
        for plane in planes.indices {
          for row in 0..<segment.height {
            let from = row * segment.width
            let to = row * segments.width + segment.column
            planes[plane].replaceSubrange(to..<to + segment.width, with: decoded.planes[plane][from..<from + segment.width])
          }
        }
      }
      try body(segmentRow * segments.segmentHeight, planes)
    }
  }

  private func stored(_ segment: SegmentWindow) throws -> SegmentPlanes {
    guard let payload = try store.read(segment) else {
      throw RunError(
        .source, file: store.path(segment), reason: "the segment is no longer whole", remedy: "run again to compute it again")
    }
    return try SegmentPlanes(decoding: payload, area: segment.width * segment.height, planeCount: 2 + probabilityClasses)
  }
}
