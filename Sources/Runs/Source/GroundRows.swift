import Frames
import GeoTypes
import Geodata

/// The class map of a picture, carried to the ground that it shows: each pixel of the ground has the class of the picture's pixel that it is
/// seen in.
///
/// Holds the planes of the whole picture meanwhile.
struct GroundRows: ClassRows {
  let picture: SegmentRows
  let frame: PlacedFrame
  /// The part of the picture that has classes.
  let region: Window

  private static let stripHeight = 64

  func forEachStrip(_ body: (_ firstRow: Int, _ planes: [[UInt8]]) throws -> Void) throws {
    var seen: [[UInt8]] = []
    try picture.forEachStrip { _, planes in
      if seen.isEmpty { seen = planes } else { for plane in planes.indices { seen[plane] += planes[plane] } }
    }
    let size = frame.size
    for first in stride(from: 0, to: size.height, by: Self.stripHeight) {
      let rows = min(Self.stripHeight, size.height - first)
      var planes = seen.map { _ in [UInt8](repeating: ClassMap.nodata, count: rows * size.width) }
      for row in 0..<rows {
        let places = frame.lattice.picturePixels((0..<size.width).map { Point(x: Double($0) + 0.5, y: Double(first + row) + 0.5) })
        for (column, place) in places.enumerated() {
          guard let place, let index = index(of: place) else { continue }
          for plane in planes.indices { planes[plane][row * size.width + column] = seen[plane][index] }
        }
      }
      try body(first, planes)
    }
  }

  /// Where a position in the picture lies in the planes; `nil` outside of the region.
  private func index(of place: Point) -> Int? {
    let (x, y) = (place.x - Double(region.column), place.y - Double(region.row))
    guard x >= 0, y >= 0, x < Double(region.width), y < Double(region.height) else { return nil }
    return Int(y) * region.width + Int(x)
  }
}
