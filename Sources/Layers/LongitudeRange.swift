/// Ranges of longitudes on the circle, in degrees: west to east, west above east across 180° (RFC 7946, section 5.2).
enum LongitudeRange {
  /// The smallest range around some; -180…180 where that is all of the circle. There is at least one.
  ///
  /// - Complexity: O(n log n).
  static func around(_ ranges: [(west: Double, east: Double)]) -> (west: Double, east: Double) {
    let sorted = ranges.map { (west: $0.west, end: $0.west <= $0.east ? $0.east : $0.east + 360, east: $0.east) }
      .sorted { ($0.west, $0.end) < ($1.west, $1.end) }
    guard let farthest = sorted.max(by: { $0.end < $1.end }) else { return (-180, 180) }
    // What reaches across 180° covers the beginning, too. Of equal gaps the first counts, which leaves 180° alone.
    var reach = (end: farthest.end - 360, east: farthest.east)
    var widest = (gap: -Double.infinity, west: -180.0, east: 180.0)
    for range in sorted {
      if range.west - reach.end > widest.gap { widest = (range.west - reach.end, range.west, reach.east) }
      if range.end > reach.end { reach = (range.end, range.east) }
    }
    return widest.gap > 0 ? (widest.west, widest.east) : (-180, 180)
  }

  /// A range that continues across 180°, with both ends from -180 to 180.
  static func wrapped(west: Double, east: Double) -> (west: Double, east: Double) {
    func wrapped(_ longitude: Double) -> Double { abs(longitude) > 180 ? longitude - (longitude / 360).rounded() * 360 : longitude }
    let (first, last) = (wrapped(west), wrapped(east))
    // The same meridian has two numbers: a range begins with the one and ends with the other.
    return (first == 180 && east > west ? -180 : first, last == -180 && east > west ? 180 : last)
  }
}
