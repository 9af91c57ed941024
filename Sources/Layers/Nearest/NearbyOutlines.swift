import Foundation
import GeoTypes
import Geodata

/// Outlines of objects by class, and which of them lies nearest to another outline.
///
/// Holds 16 bytes a vertex.
struct NearbyOutlines {
  /// The nearest object of a class.
  struct Nearest {
    /// The number of its row, and the source of that.
    var id: Int
    var source: String
    /// Meters between the outlines, 0 where they touch or overlap.
    var distance: Double
    /// From the outline's nearest point to the object's, in degrees from north by east; `nil` where they touch or overlap.
    var azimuth: Double?
  }

  private struct Entry {
    var id: Int
    var source: String
    var outline: MultiPolygonBuffer
    var bounds: Bounds
  }

  private let ellipsoid: Ellipsoid
  private var byClass: [Int: [Entry]] = [:]

  init() throws { ellipsoid = Ellipsoid(of: try CoordinateSystem("EPSG:4326")) }

  /// - Parameter outline: longitudes and latitudes in degrees.
  mutating func add(_ outline: MultiPolygonBuffer, classID: Int, id: Int, source: String) {
    guard let bounds = outline.bounds else { return }
    byClass[classID, default: []].append(Entry(id: id, source: source, outline: outline, bounds: bounds))
  }

  /// The object of a class that lies nearest to an outline; `nil` where there is none. Of several at the same distance the first that was added.
  ///
  /// - Complexity: a look at the box of each object of the class, and at the outlines of those whose box lies nearer than the nearest outline.
  func nearest(to outline: MultiPolygonBuffer, classID: Int) -> Nearest? {
    guard let entries = byClass[classID], let origin = outline.points.first, let bounds = outline.bounds else { return nil }
    let plane = LocalPlane(around: origin, on: ellipsoid)
    let own = outline.mapped(plane.meters)
    let order = entries.indices.map { (least: Self.least(bounds, entries[$0].bounds), index: $0) }
      .sorted { ($0.least, $0.index) < ($1.least, $1.index) }
    var best: (nearest: Nearest, index: Int)?
    for (least, index) in order {
      if let best, least > best.nearest.distance { break }
      let entry = entries[index]
      let found = Self.nearest(own, entry, plane)
      if let best, (best.nearest.distance, best.index) <= (found.distance, index) { continue }
      best = (found, index)
    }
    return best?.nearest
  }

  private static func nearest(_ own: MultiPolygonBuffer, _ entry: Entry, _ plane: LocalPlane) -> Nearest {
    let other = entry.outline.mapped(plane.meters)
    var result = Nearest(id: entry.id, source: entry.source, distance: 0, azimuth: nil)
    // What has a distance in the plane has one on the ground.
    if own.distance(to: other) == 0 { return result }
    guard let (from, to) = ClosestPoints.between(own, other) else { return result }
    let geodesic = Geodesic(from: plane.place(from), to: plane.place(to))
    result.distance = geodesic.distance
    result.azimuth = geodesic.azimuth
    return result
  }

  /// Meters that two boxes in degrees lie apart at least.
  private static func least(_ first: Bounds, _ second: Bounds) -> Double {
    let north = max(0, first.minY - second.maxY, second.minY - first.maxY)
    let middle = (first.minX + first.maxX - second.minX - second.maxX) / 2
    let reach = (first.maxX - first.minX + second.maxX - second.minX) / 2
    let east = max(0, abs(middle.remainder(dividingBy: 360)) - reach)
    let latitude = min(90, max(abs(first.minY), abs(first.maxY), abs(second.minY), abs(second.maxY)))
    // A degree is 110.5 km at least along a meridian, and 111.3 km · cos φ along a parallel, of which a great circle cuts a little off.
    return max(north * 110_500, east < 5 ? east * 110_000 * cos(latitude * .pi / 180) * 0.99 : 0)
  }
}
