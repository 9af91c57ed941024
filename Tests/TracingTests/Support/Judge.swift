import CGDAL
import GeoTypes
import Geodata
import Tracing

/// GEOS, through GDAL, as the judge of geometries; and GDALPolygonize as the peer.
enum Judge {
  /// Whether the region's geometry is valid by OGC's rules.
  static func isValid(_ polygons: [Polygon]) -> Bool {
    guard let geometry = geometry(polygons) else { return false }
    defer { OGR_G_DestroyGeometry(geometry) }
    return OGR_G_IsValid(geometry) != 0
  }

  /// What is wrong with a set of polygons that should cover a plane without gap and overlap: empty where nothing is.
  ///
  /// The areas must add up to the area of their union, which only holds where no two overlap; a gap would be a hole of the union that the exact map
  /// does not have, so the union's area is compared with what it should be.
  static func coverageFault(_ regions: [TracedRegion], area expected: Double, tolerance: Double = 1e-7) -> String {
    guard let collection = OGR_G_CreateGeometry(wkbMultiPolygon) else { return "no geometry" }
    defer { OGR_G_DestroyGeometry(collection) }
    var sum = 0.0
    for region in regions {
      guard isValid(region.polygons) else { return "region \(region.id) of class \(region.classID) is not valid: \(region.polygons)" }
      for polygon in region.polygons {
        sum += polygon.area
        _ = OGR_G_AddGeometryDirectly(collection, geometry(polygon))
      }
    }
    guard let union = OGR_G_UnionCascaded(collection) else { return regions.isEmpty ? "" : "no union" }
    defer { OGR_G_DestroyGeometry(union) }
    let area = OGR_G_Area(union)
    if abs(area - sum) > tolerance * max(1, sum) { return "areas sum to \(sum), their union is \(area)" }
    if abs(area - expected) > tolerance * max(1, expected) { return "the union is \(area), the map \(expected)" }
    return ""
  }

  /// Whether a point lies strictly inside.
  static func contains(_ polygons: [Polygon], _ point: Point) -> Bool {
    guard let geometry = geometry(polygons), let place = OGR_G_CreateGeometry(wkbPoint) else { return false }
    defer {
      OGR_G_DestroyGeometry(geometry)
      OGR_G_DestroyGeometry(place)
    }
    OGR_G_SetPoint_2D(place, 0, point.x, point.y)
    return OGR_G_Contains(geometry, place) != 0
  }

  /// What GDALPolygonize makes of a map: for each polygon its class and its points, sorted.
  static func polygonized(_ map: [UInt8], width: Int, height: Int, eight: Bool) -> [PointSet] {
    // Once in the process: two threads that register drivers at the same time crash GDAL 3.6.
    GDALLibrary.start()
    var map = map
    return map.withUnsafeMutableBufferPointer { buffer -> [PointSet] in
      guard let raster = GDALCreate(GDALGetDriverByName("MEM"), "", Int32(width), Int32(height), 1, GDT_Byte, nil) else { return [] }
      defer { GDALClose(raster) }
      let band = GDALGetRasterBand(raster, 1)
      _ = GDALRasterIO(
        band, GF_Write, 0, 0, Int32(width), Int32(height), buffer.baseAddress, Int32(width), Int32(height), GDT_Byte, 0, 0)
      guard let table = GDALCreate(GDALGetDriverByName("Memory"), "", 0, 0, 0, GDT_Unknown, nil) else { return [] }
      defer { GDALClose(table) }
      guard let layer = GDALDatasetCreateLayer(table, "regions", nil, wkbPolygon, nil) else { return [] }
      let field = OGR_Fld_Create("class", OFTInteger)
      _ = OGR_L_CreateField(layer, field, 1)
      OGR_Fld_Destroy(field)
      let options = eight ? CSLSetNameValue(nil, "8CONNECTED", "8") : nil
      defer { CSLDestroy(options) }
      guard GDALPolygonize(band, nil, layer, 0, options, nil, nil) == CE_None else { return [] }
      var sets: [PointSet] = []
      OGR_L_ResetReading(layer)
      while let feature = OGR_L_GetNextFeature(layer) {
        defer { OGR_F_Destroy(feature) }
        let classID = UInt8(OGR_F_GetFieldAsInteger(feature, 0))
        guard classID != 255, let geometry = OGR_F_GetGeometryRef(feature) else { continue }
        var points: [Point] = []
        for index in 0..<OGR_G_GetGeometryCount(geometry) {
          let ring = OGR_G_GetGeometryRef(geometry, index)
          for place in 0..<max(OGR_G_GetPointCount(ring) - 1, 0) {
            // Without a geotransform GDAL gives pixel coordinates as they are.
            points.append(Point(x: OGR_G_GetX(ring, place), y: OGR_G_GetY(ring, place)))
          }
        }
        sets.append(PointSet(classID: classID, points: points))
      }
      return sets.sorted()
    }
  }

  private static func geometry(_ polygons: [Polygon]) -> OGRGeometryH? {
    guard let collection = OGR_G_CreateGeometry(wkbMultiPolygon) else { return nil }
    for polygon in polygons { _ = OGR_G_AddGeometryDirectly(collection, geometry(polygon)) }
    return collection
  }

  private static func geometry(_ polygon: Polygon) -> OGRGeometryH? {
    let shape = OGR_G_CreateGeometry(wkbPolygon)
    for ring in [polygon.shell] + polygon.holes {
      let line = OGR_G_CreateGeometry(wkbLinearRing)
      for point in ring.points { OGR_G_AddPoint_2D(line, point.x, point.y) }
      if let first = ring.points.first { OGR_G_AddPoint_2D(line, first.x, first.y) }
      _ = OGR_G_AddGeometryDirectly(shape, line)
    }
    return shape
  }
}

/// A region's class and the points of all its rings, sorted: equal for two regions that are drawn with the same points.
struct PointSet: Comparable {
  var classID: UInt8
  var points: [Point]

  init(classID: UInt8, points: [Point]) {
    self.classID = classID
    self.points = points.sorted { ($0.y, $0.x) < ($1.y, $1.x) }
  }

  init(_ region: TracedRegion) {
    self.init(classID: region.classID, points: region.polygons.flatMap { [$0.shell] + $0.holes }.flatMap(\.points))
  }

  static func < (a: PointSet, b: PointSet) -> Bool {
    if a.classID != b.classID { return a.classID < b.classID }
    if a.points.count != b.points.count { return a.points.count < b.points.count }
    for (p, q) in zip(a.points, b.points) where p != q { return (p.y, p.x) < (q.y, q.x) }
    return false
  }
}
