import GeoTypes
import Geodata

/// What a segment's payload holds: planes of bytes, one after the other, deflated. Class, confidence, and where
/// probabilities are asked for one plane a class, in steps of half a percent.
package struct SegmentPlanes: Sendable {
  /// Each [height][width].
  package var planes: [[UInt8]]

  func encoded() throws -> [UInt8] {
    // Speed first: a class map is small whatever the effort.
    try Deflate.compress(planes.flatMap(\.self), level: 1)
  }

  /// - Throws: `GeodataError` where the payload does not hold what the window and the number of planes ask for.
  package init(decoding payload: [UInt8], area: Int, planeCount: Int) throws {
    let bytes = try Deflate.decompress(payload, size: area * planeCount)
    planes = (0..<planeCount).map { Array(bytes[$0 * area..<($0 + 1) * area]) }
  }

  init(planes: [[UInt8]]) { self.planes = planes }
}
