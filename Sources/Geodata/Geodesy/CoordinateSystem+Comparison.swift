import CGDAL
import Foundation
public import GeoTypes

extension CoordinateSystem {
  /// Whether both mean the same, though they may say it differently (a GeoTIFF's keys and an EPSG code do).
  public func isEquivalent(to other: CoordinateSystem) -> Bool {
    if self == other { return true }
    let same = try? withHandle { (first) throws(GeodataError) -> Bool in
      try other.withHandle { OSRIsSame(first, $0) != 0 }
    }
    return same ?? false
  }

  /// What a reader of `other` would take coordinates for that are meant in this crs, in a few words; `nil` where it places them alike.
  ///
  /// Formats rename parts of a crs, so that what counts is its kind, units, ellipsoid, datum, and where its coordinates lie.
  ///
  /// - Parameter other: the crs that it is compared with.
  /// - Parameter bounds: a rectangle that holds the coordinates; `nil` compares no positions.
  public func difference(from other: CoordinateSystem, over bounds: Bounds?) -> String? {
    if isEquivalent(to: other) { return nil }
    func differs(_ one: Double, _ two: Double) -> Bool { abs(one - two) > 1e-9 * max(abs(one), abs(two)) }
    if isGeographic != other.isGeographic || isProjected != other.isProjected { return "it is \(other) instead of \(self)" }
    if differs(metersPerUnit, other.metersPerUnit) {
      return "its unit is \(other.metersPerUnit) m instead of \(metersPerUnit) m"
    }
    guard isGeodetic else { return nil }
    if isGeographic, differs(radiansPerUnit, other.radiansPerUnit) {
      return "its unit is \(other.radiansPerUnit) radians instead of \(radiansPerUnit)"
    }
    if differs(semiMajorAxis, other.semiMajorAxis) || abs(inverseFlattening - other.inverseFlattening) > 1e-6 {
      return "its ellipsoid has other axes than that of \(self)"
    }
    if !hasDatum(of: other) { return "it has another datum than \(self)" }
    guard let bounds else { return nil }
    guard let here = places(bounds), let there = other.places(bounds) else { return "its coordinates cannot be compared with \(self)" }
    let ellipsoid = Ellipsoid(of: self)
    let distance = zip(here, there).map { here, there -> Double in
      let step = ellipsoid.position(longitude: here.x, latitude: here.y) - ellipsoid.position(longitude: there.x, latitude: there.y)
      return (step * step).sum().squareRoot()
    }.max()
    guard let distance, distance > 0.001 else { return nil }
    return "it places coordinates \(String(format: "%.3g", distance)) m away from where \(self) does"
  }

  /// Whether the datums are the same by their definitions or their names, as far as formats keep these.
  private func hasDatum(of other: CoordinateSystem) -> Bool {
    let answer = try? withHandle { (first) throws(GeodataError) -> Bool in
      try other.withHandle { (second) throws(GeodataError) -> Bool in
        if OSRIsSameGeogCS(first, second) != 0 { return true }
        guard abs(OSRGetPrimeMeridian(first, nil) - OSRGetPrimeMeridian(second, nil)) < 1e-9 else { return false }
        func name(_ handle: OGRSpatialReferenceH) -> String {
          let text = OSRGetAttrValue(handle, "DATUM", 0).map { String(cString: $0) } ?? ""
          let plain = text.lowercased().filter { $0.isLetter || $0.isNumber }
          return text.hasPrefix("D_") ? String(plain.dropFirst()) : plain
        }
        return name(first) == name(second)
      }
    }
    return answer ?? false
  }

  /// Longitudes and latitudes on its own datum, in radians, at nine places of a rectangle; `nil` where it has none there.
  private func places(_ bounds: Bounds) -> [Point]? {
    var points: [Point] = []
    for x in [bounds.minX, (bounds.minX + bounds.maxX) / 2, bounds.maxX] {
      for y in [bounds.minY, (bounds.minY + bounds.maxY) / 2, bounds.maxY] { points.append(Point(x: x, y: y)) }
    }
    guard let edges = try? EdgeMeasure(self), (try? edges.toGeographic(&points)) != nil else { return nil }
    return points
  }
}
