import CGDAL
public import GeoTypes

/// What GEOS knows about a feature's polygons.
extension MultiPolygonBuffer {
  /// Whether the geometry is valid by OGC's rules.
  public func isValid() -> Bool {
    CPLErrorReset()
    guard let shape = makeShape() else { return false }
    defer { OGR_G_DestroyGeometry(shape) }
    return OGR_G_IsValid(shape) != 0
  }

  /// The nearest valid geometry: polygons only, what is left of lines and points is dropped. `nil` where GEOS fails.
  public func madeValid() -> MultiPolygonBuffer? {
    guard let shape = makeShape() else { return nil }
    defer { OGR_G_DestroyGeometry(shape) }
    guard let valid = OGR_G_MakeValid(shape) else { return nil }
    defer { OGR_G_DestroyGeometry(valid) }
    var result = MultiPolygonBuffer()
    result.append(valid)
    return result
  }

  /// What lies inside a rectangle. `nil` where GEOS fails.
  public func clipped(to bounds: Bounds) -> MultiPolygonBuffer? {
    let corners = [
      Point(x: bounds.minX, y: bounds.minY), Point(x: bounds.maxX, y: bounds.minY), Point(x: bounds.maxX, y: bounds.maxY),
      Point(x: bounds.minX, y: bounds.maxY),
    ]
    guard let shape = makeShape(), let frame = MultiPolygonBuffer([Polygon(shell: Ring(corners))]).makeShape() else { return nil }
    defer {
      OGR_G_DestroyGeometry(shape)
      OGR_G_DestroyGeometry(frame)
    }
    guard let inside = OGR_G_Intersection(shape, frame) else { return nil }
    defer { OGR_G_DestroyGeometry(inside) }
    var result = MultiPolygonBuffer()
    result.append(inside)
    return result
  }

  /// The shortest distance to another feature, in units of both; 0 where they overlap. `nil` where GEOS fails.
  public func distance(to other: MultiPolygonBuffer) -> Double? {
    guard let shape = makeShape() else { return nil }
    defer { OGR_G_DestroyGeometry(shape) }
    guard let second = other.makeShape() else { return nil }
    defer { OGR_G_DestroyGeometry(second) }
    let distance = OGR_G_Distance(shape, second)
    return distance >= 0 ? distance : nil
  }

  /// What lies in this feature or in another one, rings in any direction. `nil` where GEOS fails.
  public func union(_ other: MultiPolygonBuffer) -> MultiPolygonBuffer? {
    guard let shape = makeShape() else { return nil }
    defer { OGR_G_DestroyGeometry(shape) }
    guard let second = other.makeShape() else { return nil }
    defer { OGR_G_DestroyGeometry(second) }
    guard let both = OGR_G_Union(shape, second) else { return nil }
    defer { OGR_G_DestroyGeometry(both) }
    var result = MultiPolygonBuffer()
    result.append(both)
    return result
  }

  /// The caller destroys it.
  private func makeShape() -> OGRGeometryH? {
    var bytes: [UInt8] = []
    writeWellKnownBinary(into: &bytes)
    guard bytes.count <= Int(Int32.max) else { return nil }
    var shape: OGRGeometryH?
    let status = bytes.withUnsafeBytes { OGR_G_CreateFromWkb($0.baseAddress, nil, &shape, Int32($0.count)) }
    return status == OGRERR_NONE ? shape : nil
  }

  /// Appends the polygons of a geometry of any kind, collections too. Curves become chords of 4 degrees; what is not a polygon is named in
  /// `otherGeometry`.
  mutating func append(_ shape: OGRGeometryH) {
    switch OGR_GT_Flatten(OGR_G_GetGeometryType(shape)) {
    case wkbPolygon, wkbTriangle:
      var rings = 0
      for index in 0..<OGR_G_GetGeometryCount(shape) {
        guard let ring = OGR_G_GetGeometryRef(shape, index) else { continue }
        rings += appendRing(ring) ? 1 : 0
      }
      if rings > 0 { endPolygon() }
    case wkbMultiPolygon, wkbGeometryCollection, wkbPolyhedralSurface, wkbTIN:
      for index in 0..<OGR_G_GetGeometryCount(shape) {
        if let part = OGR_G_GetGeometryRef(shape, index) { append(part) }
      }
    case wkbCurvePolygon, wkbMultiSurface:
      guard let chords = OGR_G_GetLinearGeometry(shape, 0, nil) else { return otherGeometry = name(of: shape) }
      defer { OGR_G_DestroyGeometry(chords) }
      append(chords)
    default: otherGeometry = name(of: shape)
    }
  }

  private func name(of shape: OGRGeometryH) -> String {
    OGRGeometryTypeToName(OGR_GT_Flatten(OGR_G_GetGeometryType(shape))).map { String(cString: $0).lowercased() } ?? "unknown"
  }

  private mutating func appendRing(_ ring: OGRGeometryH) -> Bool {
    let count = Int(OGR_G_GetPointCount(ring))
    guard count > 3 else { return false }
    let first = points.count
    points.append(contentsOf: repeatElement(Point(x: 0, y: 0), count: count))
    points.withUnsafeMutableBytes { all in
      let start = all.baseAddress?.advanced(by: 16 * first)
      OGR_G_GetPoints(ring, start, 16, start?.advanced(by: 8), 16, nil, 0)
    }
    if let last = points.last, last == points[first] { points.removeLast() }
    endRing()
    return true
  }
}
