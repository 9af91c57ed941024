import GeoTypes
import Geodata
import Synchronization

/// Longitudes and latitudes on WGS 84 of sources' positions. Many sources share a crs: ways that were found are kept.
enum WorldPosition {
  private static let known = Mutex<[String: CoordinateTransformation]>([:])

  /// The way from a crs on the earth; `nil` for others, and where there is none.
  static func transformation(from crs: CoordinateSystem) -> CoordinateTransformation? {
    guard crs.isOnEarth else { return nil }
    if let found = known.withLock({ $0[crs.wkt] }) { return found }
    guard let target = try? CoordinateSystem("EPSG:4326"), let made = try? CoordinateTransformation(from: crs, to: target) else {
      return nil
    }
    known.withLock {
      if $0.count >= 50 { $0 = [:] }
      $0[crs.wkt] = made
    }
    return made
  }
}
