import CGDAL
import Foundation

/// A coordinate reference system, held as WKT2 so that one without an EPSG code keeps everything it says.
///
/// Axis order in this program is always x (easting or longitude), then y: GDAL's traditional GIS order.
public struct CoordinateSystem: Sendable, Hashable, CustomStringConvertible {
  /// WKT2:2019, on one line.
  public let wkt: String
  /// The name, such as "WGS 84 / UTM zone 33N".
  public let name: String
  /// "EPSG:32633", where the crs itself names its authority.
  public let authority: String?
  public let isGeographic: Bool
  public let isProjected: Bool
  /// Metres in one linear unit of a projected or local crs; 1 for a geographic one.
  public let metresPerUnit: Double
  /// Radians in one angular unit of the (base) geographic crs.
  public let radiansPerUnit: Double
  /// The ellipsoid: semi-major axis in metres and inverse flattening (0 for a sphere).
  public let semiMajorAxis: Double
  public let inverseFlattening: Double

  public static func == (first: CoordinateSystem, second: CoordinateSystem) -> Bool { first.wkt == second.wkt }
  public func hash(into hasher: inout Hasher) { hasher.combine(wkt) }

  public var description: String { authority.map { "\($0) (\(name))" } ?? name }

  /// Whether positions on the earth are known (a local or engineering crs knows none).
  public var isOnEarth: Bool { isGeographic || isProjected }

  /// Reads what users write: "EPSG:4326", WKT of any kind, PROJ strings.
  ///
  /// - Throws: `GeodataError.Code.reference` where it is none.
  public init(_ definition: String) throws(GeodataError) {
    GDALLibrary.start()
    // GDAL would also take file names and URLs; a pipeline must not make it open either.
    let known = ["EPSG:", "ESRI:", "OGC:", "IAU", "CRS:", "+", "PROJ", "GEOG", "GEOD", "BOUND", "COMPOUND", "ENG", "LOCAL", "{"]
    let start = definition.trimmingCharacters(in: .whitespaces).uppercased()
    guard known.contains(where: start.hasPrefix) else {
      throw GeodataError(
        .reference, file: "", reason: "'\(definition.prefix(80))' is no coordinate system", remedy: "give it as EPSG:CODE or WKT")
    }
    let handle = try checkedHandle(.reference, file: "", "making a crs") { OSRNewSpatialReference(nil) }
    defer { OSRDestroySpatialReference(handle) }
    try checkedOGR(.reference, file: "", "reading the crs '\(definition.prefix(80))'", remedy: "give it as EPSG:CODE") {
      OSRSetFromUserInput(handle, definition)
    }
    guard let crs = CoordinateSystem(handle: handle) else {
      throw GeodataError(.reference, file: "", reason: "the crs '\(definition.prefix(80))' cannot be written as WKT")
    }
    self = crs
  }

  /// Takes over what a handle describes; the handle stays the caller's. `nil` for an empty crs.
  init?(handle: OGRSpatialReferenceH?) {
    guard let handle else { return nil }
    var text: UnsafeMutablePointer<CChar>?
    let status = withStringList(["FORMAT=WKT2_2019", "MULTILINE=NO"]) {
      OSRExportToWktEx(handle, &text, orthoweave_const_list($0))
    }
    defer { orthoweave_free(text) }
    guard status == OGRERR_NONE, let text else { return nil }
    wkt = String(cString: text)
    guard !wkt.isEmpty else { return nil }
    name = OSRGetName(handle).map { String(cString: $0) } ?? "unnamed"
    if let authorityName = OSRGetAuthorityName(handle, nil), let code = OSRGetAuthorityCode(handle, nil) {
      authority = "\(String(cString: authorityName)):\(String(cString: code))"
    } else {
      authority = nil
    }
    isGeographic = OSRIsGeographic(handle) != 0
    isProjected = OSRIsProjected(handle) != 0
    let linear = isGeographic ? 1 : OSRGetLinearUnits(handle, nil)
    metresPerUnit = linear.isFinite && linear > 0 ? linear : 1
    let angular = OSRGetAngularUnits(handle, nil)
    radiansPerUnit = angular.isFinite && angular > 0 ? angular : .pi / 180
    var error = OGRERR_NONE
    let axis = OSRGetSemiMajor(handle, &error)
    semiMajorAxis = error == OGRERR_NONE && axis.isFinite && axis > 0 ? axis : 6_378_137
    let flattening = OSRGetInvFlattening(handle, &error)
    inverseFlattening = error == OGRERR_NONE && flattening.isFinite && flattening >= 0 ? flattening : 298.257223563
  }

  /// Whether both mean the same, however they are written.
  public func isSame(as other: CoordinateSystem) -> Bool {
    if wkt == other.wkt { return true }
    let answer = try? withHandle { (first) throws(GeodataError) in
      try other.withHandle { (second) throws(GeodataError) in OSRIsSame(first, second) != 0 }
    }
    return answer ?? false
  }

  /// Gives a spatial reference handle in traditional GIS axis order, for the time of one call.
  func withHandle<Result>(_ body: (OGRSpatialReferenceH) throws(GeodataError) -> Result) throws(GeodataError) -> Result {
    let handle = try checkedHandle(.reference, file: "", "reading the crs '\(name)'") { OSRNewSpatialReference(wkt) }
    defer { OSRDestroySpatialReference(handle) }
    OSRSetAxisMappingStrategy(handle, OAMS_TRADITIONAL_GIS_ORDER)
    return try body(handle)
  }
}
