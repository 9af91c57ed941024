import CGDAL
import Foundation
import Synchronization

/// A coordinate reference system, held as WKT2 so that one without an EPSG code keeps everything it says.
///
/// Axis order in this program is always x (easting or longitude), then y: GDAL's traditional GIS order.
public struct CoordinateSystem: Sendable, Hashable, CustomStringConvertible {
  /// WKT2:2019, on one line and in one form, whatever the process did before: datums in place of ensembles of datums.
  public let wkt: String
  /// The name, such as "WGS 84 / UTM zone 33N".
  public let name: String
  /// "EPSG:32633", where the crs itself names its authority and is what that authority defines, units included.
  public let authority: String?
  public let isGeographic: Bool
  public let isProjected: Bool
  /// Meters in one linear unit of a projected or local crs; 1 for a geographic one.
  public let metersPerUnit: Double
  /// Radians in one angular unit of the (base) geographic crs.
  public let radiansPerUnit: Double
  /// The ellipsoid: semi-major axis in meters and inverse flattening (0 for a sphere).
  public let semiMajorAxis: Double
  public let inverseFlattening: Double

  public static func == (first: CoordinateSystem, second: CoordinateSystem) -> Bool { first.wkt == second.wkt }
  public func hash(into hasher: inout Hasher) { hasher.combine(wkt) }

  /// "EPSG:32633 (WGS 84 / UTM zone 33N)", or the name; what has neither is called by its kind.
  public var description: String {
    if let authority { return "\(authority) (\(name))" }
    guard name.isEmpty || ["unknown", "unnamed"].contains(name.lowercased()) else { return name }
    guard isGeodetic else { return "'unknown' (no longitudes and latitudes, no projection)" }
    let body = isOnEarth ? "" : ", on a body with a radius of \(Int(semiMajorAxis / 1000)) km"
    return "'unknown' (\(isProjected ? "projected, unit \(metersPerUnit) m" : "geographic")\(body))"
  }

  /// Whether positions on an ellipsoid are known (a local, engineering or geocentric crs knows none).
  public var isGeodetic: Bool { isGeographic || isProjected }

  /// Whether positions on the earth are known, so that there are longitudes and latitudes on WGS 84: not so on other bodies.
  public var isOnEarth: Bool { isGeodetic && abs(semiMajorAxis / 6_378_137 - 1) < 0.01 }

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
        .reference, file: "", reason: "'\(definition.prefix(80))' is not a valid coordinate system", remedy: "give it as EPSG:CODE or WKT")
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

  /// Those that were looked up, by GDAL's own WKT: a folder's sources mostly share one, and each look-up asks PROJ's database.
  private static let known = Mutex<[String: CoordinateSystem]>([:])

  /// Takes over what a handle describes; the handle stays the caller's. `nil` for an empty crs.
  init?(handle: OGRSpatialReferenceH?) {
    guard let handle else { return nil }
    var text: UnsafeMutablePointer<CChar>?
    let status = withStringList(["FORMAT=WKT2_2019", "MULTILINE=NO"]) {
      OSRExportToWktEx(handle, &text, orthoweave_const_list($0))
    }
    defer { orthoweave_free(text) }
    guard status == OGRERR_NONE, let text, text[0] != 0 else { return nil }
    let written = String(cString: text)
    if let known = Self.known.withLock({ $0[written] }) {
      self = known
    } else {
      self.init(handle, wkt: written)
      let found = self
      // Where PROJ's database could not be asked just now, the next source asks again.
      guard authority != nil else { return }
      Self.known.withLock {
        if $0.count >= 200 { $0 = [:] }
        $0[written] = found
      }
    }
  }

  private init(_ handle: OGRSpatialReferenceH, wkt written: String) {
    name = OSRGetName(handle).map { String(cString: $0) } ?? "unnamed"
    var tree = WellKnownText(written)
    tree?.replaceEnsembles()
    if let name = OSRGetAuthorityName(handle, nil), let code = OSRGetAuthorityCode(handle, nil) {
      let (register, code) = (String(cString: name), String(cString: code))
      authority = CoordinateSystem.isDefinition(of: register, code, handle) ? "\(register):\(code)" : nil
      if authority == nil { tree?.removeIdentifier() }
    } else {
      authority = nil
    }
    wkt = tree?.text ?? written
    isGeographic = OSRIsGeographic(handle) != 0
    isProjected = OSRIsProjected(handle) != 0
    let linear = isGeographic ? 1 : OSRGetLinearUnits(handle, nil)
    metersPerUnit = linear.isFinite && linear > 0 ? linear : 1
    let angular = OSRGetAngularUnits(handle, nil)
    radiansPerUnit = angular.isFinite && angular > 0 ? angular : .pi / 180
    var error = OGRERR_NONE
    let axis = OSRGetSemiMajor(handle, &error)
    semiMajorAxis = error == OGRERR_NONE && axis.isFinite && axis > 0 ? axis : 6_378_137
    let flattening = OSRGetInvFlattening(handle, &error)
    inverseFlattening = error == OGRERR_NONE && flattening.isFinite && flattening >= 0 ? flattening : 298.257223563
  }

  /// The registers that are looked up by code, as whoever reads a layer does.
  private static let registers = ["EPSG", "ESRI", "IAU_2015", "OGC"]

  /// Whether a handle means what a register defines under the code that the handle bears: some readers look at the code alone.
  private static func isDefinition(of register: String, _ code: String, _ handle: OGRSpatialReferenceH) -> Bool {
    // GDAL would take other texts for names of files.
    guard registers.contains(register), code.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }), let own = OSRClone(handle),
      let defined = OSRNewSpatialReference(nil)
    else { return false }
    defer {
      OSRDestroySpatialReference(own)
      OSRDestroySpatialReference(defined)
    }
    guard OSRSetFromUserInput(defined, "\(register):\(code)") == OGRERR_NONE else { return false }
    for handle in [own, defined] { OSRSetAxisMappingStrategy(handle, OAMS_TRADITIONAL_GIS_ORDER) }
    return OSRIsSame(own, defined) != 0
  }

  /// Degrees east of Greenwich from which longitudes are counted; 0 where there are none.
  var primeMeridian: Double {
    let degrees = (try? withHandle { (handle) throws(GeodataError) in OSRGetPrimeMeridian(handle, nil) }) ?? 0
    return isGeodetic && degrees.isFinite ? degrees : 0
  }

  /// Gives a spatial reference handle in traditional GIS axis order, for the time of one call.
  func withHandle<Result>(_ body: (OGRSpatialReferenceH) throws(GeodataError) -> Result) throws(GeodataError) -> Result {
    let handle = try checkedHandle(.reference, file: "", "reading the crs '\(name)'") { OSRNewSpatialReference(wkt) }
    defer { OSRDestroySpatialReference(handle) }
    OSRSetAxisMappingStrategy(handle, OAMS_TRADITIONAL_GIS_ORDER)
    return try body(handle)
  }

  /// The same for GDAL's writers. They guess a code for a crs without one by its parameters, whatever its units are; where the guess would be
  /// wrong, the crs bears a code that nobody knows, so that it is written out in full.
  func withHandleForWriting<Result>(_ body: (OGRSpatialReferenceH) throws(GeodataError) -> Result) throws(GeodataError) -> Result {
    try withHandle { (handle) throws(GeodataError) -> Result in
      if authority == nil, isGeodetic, let guess = OSRClone(handle) {
        defer { OSRDestroySpatialReference(guess) }
        OSRAutoIdentifyEPSG(guess)
        if let register = OSRGetAuthorityName(guess, nil), let code = OSRGetAuthorityCode(guess, nil),
          !CoordinateSystem.isDefinition(of: String(cString: register), String(cString: code), guess)
        {
          OSRSetAuthority(handle, isProjected ? "PROJCS" : "GEOGCS", "NONE", 100_000)
        }
      }
      return try body(handle)
    }
  }
}
