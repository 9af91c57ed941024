public import GeoTypes

/// The polygons of one feature, flat in memory: all rings' points one after another, without a closing point.
///
/// Made to be filled, written and emptied once per feature without allocating again.
public struct MultiPolygonBuffer: Sendable {
  /// All points, ring after ring.
  public var points: [Point] = []
  /// Where each ring ends in `points`.
  public private(set) var ringEnds: [Int] = []
  /// Where each polygon ends in `ringEnds`; a polygon's first ring is its shell.
  public private(set) var polygonEnds: [Int] = []
  /// The kind of what a geometry read from a file held besides polygons, such as "line string": it is not in the buffer.
  public internal(set) var otherGeometry: String?

  public init() {}

  public init(_ polygons: [Polygon]) {
    for polygon in polygons { append(polygon) }
  }

  public var isEmpty: Bool { polygonEnds.isEmpty }
  public var ringCount: Int { ringEnds.count }

  /// Removes all polygons and keeps the memory.
  public mutating func removeAll() {
    points.removeAll(keepingCapacity: true)
    ringEnds.removeAll(keepingCapacity: true)
    polygonEnds.removeAll(keepingCapacity: true)
    otherGeometry = nil
  }

  /// Adds a polygon with its holes.
  public mutating func append(_ polygon: Polygon) {
    points.append(contentsOf: polygon.shell.points)
    endRing()
    for hole in polygon.holes {
      points.append(contentsOf: hole.points)
      endRing()
    }
    endPolygon()
  }

  /// Takes the points since the last ring's end as a ring.
  public mutating func endRing() { ringEnds.append(points.count) }

  /// Takes the rings since the last polygon's end as a polygon.
  public mutating func endPolygon() { polygonEnds.append(ringEnds.count) }

  /// The points of a ring: a range of `points`.
  public func ring(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ringEnds[index - 1])..<ringEnds[index] }

  /// The rings of a polygon: a range of ring numbers; the first is the shell.
  public func polygon(_ index: Int) -> Range<Int> { (index == 0 ? 0 : polygonEnds[index - 1])..<polygonEnds[index] }

  /// The same as values.
  public var polygons: [Polygon] {
    polygonEnds.indices.map { index in
      let rings = polygon(index).map { Ring(Array(points[ring($0)])) }
      return Polygon(shell: rings.first ?? Ring([]), holes: Array(rings.dropFirst()))
    }
  }

  public var bounds: Bounds? {
    guard let first = points.first else { return nil }
    var bounds = Bounds(minX: first.x, minY: first.y, maxX: first.x, maxY: first.y)
    for point in points {
      bounds.minX = min(bounds.minX, point.x)
      bounds.minY = min(bounds.minY, point.y)
      bounds.maxX = max(bounds.maxX, point.x)
      bounds.maxY = max(bounds.maxY, point.y)
    }
    return bounds
  }

  /// Turns a ring round, keeping its first point first.
  public mutating func reverseRing(_ index: Int) {
    let range = ring(index)
    guard range.count > 2 else { return }
    points[(range.lowerBound + 1)..<range.upperBound].reverse()
  }

  /// The size of `wellKnownBinary`.
  package var binarySize: Int { 9 + 9 * polygonEnds.count + 20 * ringEnds.count + 16 * points.count }

  /// Writes the geometry as WKB (MultiPolygon, in this machine's byte order), rings closed, into an emptied buffer.
  package func writeWellKnownBinary(into bytes: inout [UInt8]) {
    bytes.removeAll(keepingCapacity: true)
    bytes.reserveCapacity(binarySize)
    appendWellKnownBinary(to: &bytes)
  }

  /// The same behind what is there already.
  package func appendWellKnownBinary(to bytes: inout [UInt8]) {
    let order: UInt8 = UInt32(1).littleEndian == 1 ? 1 : 0
    func append(_ value: Int) { withUnsafeBytes(of: UInt32(truncatingIfNeeded: value)) { bytes.append(contentsOf: $0) } }
    bytes.append(order)
    append(6)
    append(polygonEnds.count)
    points.withUnsafeBytes { all in
      for polygonIndex in polygonEnds.indices {
        let rings = polygon(polygonIndex)
        bytes.append(order)
        append(3)
        append(rings.count)
        for ringIndex in rings {
          let range = ring(ringIndex)
          append(range.isEmpty ? 0 : range.count + 1)
          bytes.append(contentsOf: all[16 * range.lowerBound..<16 * range.upperBound])
          if !range.isEmpty { bytes.append(contentsOf: all[16 * range.lowerBound..<16 * range.lowerBound + 16]) }
        }
      }
    }
  }
}
