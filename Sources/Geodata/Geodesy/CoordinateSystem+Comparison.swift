import CGDAL

extension CoordinateSystem {
  /// Whether both mean the same, though they may say it differently (a GeoTIFF's keys and an EPSG code do).
  public func isEquivalent(to other: CoordinateSystem) -> Bool {
    if self == other { return true }
    let same = try? withHandle { (first) throws(GeodataError) -> Bool in
      try other.withHandle { OSRIsSame(first, $0) != 0 }
    }
    return same ?? false
  }
}
