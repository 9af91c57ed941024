import CGDAL
import Foundation
import GeoTypes
import Synchronization

/// The part of the earth that a crs is made for, as its register says: a rectangle in degrees east of Greenwich and north of the equator.
struct AreaOfUse: Sendable, Hashable {
  let west: Double
  /// Not below `west`: beyond 180 where the area lies across the date line.
  let east: Double
  let south: Double
  let north: Double

  private static let known = Mutex<[String: AreaOfUse?]>([:])

  /// `nil` where no register names the crs, nor one that is the same.
  ///
  /// - Complexity: PROJ's database is asked once for a crs.
  init?(of crs: CoordinateSystem) {
    let found: AreaOfUse?
    if let known = Self.known.withLock({ $0[crs.wkt] }) {
      found = known
    } else {
      found = (try? crs.withHandle { (handle) throws(GeodataError) in Self.lookUp(handle) }) ?? nil
      Self.known.withLock {
        if $0.count >= 200 { $0 = [:] }
        $0[crs.wkt] = .some(found)
      }
    }
    guard let found else { return nil }
    self = found
  }

  private init?(_ handle: OGRSpatialReferenceH) {
    var (west, south, east, north) = (0.0, 0.0, 0.0, 0.0)
    guard OSRGetAreaOfUse(handle, &west, &south, &east, &north, nil) != 0,
      [west, south, east, north].allSatisfy({ $0.isFinite && abs($0) <= 360 }), south < north
    else { return nil }
    self.west = west
    self.east = east < west ? east + 360 : east
    self.south = south
    self.north = north
  }

  private static func lookUp(_ handle: OGRSpatialReferenceH) -> AreaOfUse? {
    // Of a crs with heights, the horizontal part.
    OSRStripVertical(handle)
    if let area = AreaOfUse(handle) { return area }
    // Programs write the parameters of a registered crs without its code.
    // The likeliest alone, whether its area is known or not.
    return firstMatch(of: handle, least: 70) { .some(registered(as: $0)) } ?? nil
  }

  /// The area of the crs with another one's code.
  private static func registered(as match: OGRSpatialReferenceH) -> AreaOfUse? {
    guard let register = OSRGetAuthorityName(match, nil), let code = OSRGetAuthorityCode(match, nil),
      let registered = OSRNewSpatialReference(nil)
    else { return nil }
    defer { OSRDestroySpatialReference(registered) }
    let name = "\(String(cString: register)):\(String(cString: code))"
    guard name.hasPrefix("EPSG:") || name.hasPrefix("ESRI:"), OSRSetFromUserInput(registered, name) == OGRERR_NONE else { return nil }
    return AreaOfUse(registered)
  }

  /// The area and as much again around it as sources are found in: one zone serves whole countries, sheets reach across borders and coasts.
  ///
  /// On each side two and a half times the area's own extent, from one degree to fifteen. (ETRS89 / UTM zone 33N, six degrees wide, serves all
  /// of Norway, which ends thirteen degrees east of it.)
  ///
  /// - Parameter isUTM: a zone is as good at any latitude, and Landsat's scenes of the southern hemisphere are in northern zones.
  func widened(isUTM: Bool) -> AreaOfUse {
    func margin(_ extent: Double) -> Double { min(15, max(1, 2.5 * extent)) }
    let (across, along) = (margin(east - west), isUTM ? 180 : margin(north - south))
    return AreaOfUse(west: west - across, east: east + across, south: south - along, north: north + along)
  }

  private init(west: Double, east: Double, south: Double, north: Double) {
    (self.west, self.east, self.south, self.north) = (west, east, south, north)
  }

  /// A rectangle around places, in degrees; `nil` without a place.
  init?(around places: [Point]) {
    guard let first = places.first else { return nil }
    // Longitudes go on from the first place's, so that the date line divides nothing.
    let longitudes = places.map { first.x + ($0.x - first.x).remainder(dividingBy: 360) }
    guard let west = longitudes.min(), let east = longitudes.max(), let south = places.map(\.y).min(), let north = places.map(\.y).max()
    else { return nil }
    self.init(west: west, east: east, south: south, north: north)
  }

  func overlaps(_ other: AreaOfUse) -> Bool {
    guard other.south <= north, other.north >= south else { return false }
    return [-720.0, -360, 0, 360, 720].contains { other.west + $0 <= east && other.east + $0 >= west }
  }

  /// "longitudes 12.00…18.00°, latitudes 0.00…84.00°".
  var text: String {
    func turned(_ longitude: Double) -> Double { longitude > 180 || longitude < -180 ? longitude.remainder(dividingBy: 360) : longitude }
    return String(format: "longitudes %.2f…%.2f°, latitudes %.2f…%.2f°", turned(west), turned(east), south, north)
  }
}
