import CGDAL
import Foundation
import GeoTypes
import Geodata
import Testing

@Suite struct RasterAreaTests {
  let scratch = Scratch()
  let size = RasterSize(width: 40, height: 30)
  let geotransform = Geotransform(500_000, 0.5, 0, 6_000_000, 0, -0.5)

  /// Rings in pixel coordinates, written in the raster's crs.
  private func area(_ name: String, _ polygons: [[[Point]]], crs: String = "urn:ogc:def:crs:EPSG::32633") throws -> String {
    let features = polygons.map { rings in
      let text = rings.map { ring in
        let points = (ring + [ring[0]]).map { geotransform.apply($0) }.map { "[\($0.x),\($0.y)]" }
        return "[\(points.joined(separator: ","))]"
      }
      return "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[\(text.joined(separator: ","))]}}"
    }
    let text = """
      {"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"\(crs)"}},"features":[\(features.joined(separator: ","))]}
      """
    try text.write(toFile: scratch.path(name), atomically: true, encoding: .utf8)
    return scratch.path(name)
  }

  private func mask(_ path: String) throws -> AreaMask {
    try AreaMask(path: path, crs: try CoordinateSystem("EPSG:32633"), geotransform: geotransform)
  }

  private func isInside(_ rings: [[Point]], _ x: Double, _ y: Double) -> Bool {
    var inside = false
    for ring in rings {
      var last = ring[ring.count - 1]
      for point in ring {
        if (point.y > y) != (last.y > y), x < (last.x - point.x) * (y - point.y) / (last.y - point.y) + point.x { inside.toggle() }
        last = point
      }
    }
    return inside
  }

  @Test func pixelsWhoseCenterLiesInsideCount() throws {
    let triangle = [Point(x: 3.2, y: 2.1), Point(x: 35.7, y: 9.9), Point(x: 11.3, y: 27.8)]
    let hole = [Point(x: 12.1, y: 9.2), Point(x: 18.4, y: 10.3), Point(x: 14.6, y: 16.7)]
    let square = [Point(x: 30.1, y: 15.1), Point(x: 50, y: 15.1), Point(x: 50, y: 35.3), Point(x: 30.1, y: 35.3)]
    let mask = try mask(try area("a.geojson", [[triangle, hole], [square]]))
    let flags = mask.mask(Window(size))
    for row in 0..<size.height {
      for column in 0..<size.width {
        let (x, y) = (Double(column) + 0.5, Double(row) + 0.5)
        let wanted = isInside([triangle, hole], x, y) || isInside([square], x, y)
        #expect(flags[row * size.width + column] == (wanted ? 1 : 0), "\(column) \(row)")
      }
    }
    for window in [Window(column: 7, row: 3, width: 9, height: 11), Window(column: 39, row: 29, width: 1, height: 1)] {
      let part = mask.mask(window)
      for row in 0..<window.height {
        for column in 0..<window.width {
          #expect(part[row * window.width + column] == flags[(window.row + row) * size.width + window.column + column])
        }
      }
    }
    #expect(mask.coverage(Window(column: 0, row: 0, width: 3, height: 2)) == .none)
  }

  @Test func neighborsShareNoPixelAndLeaveNone() throws {
    // Both edges run through pixel centers.
    let left = [Point(x: 0, y: 0), Point(x: 10.5, y: 0), Point(x: 20.5, y: 30), Point(x: 0, y: 30)]
    let right = [Point(x: 10.5, y: 0), Point(x: 40, y: 0), Point(x: 40, y: 30), Point(x: 20.5, y: 30)]
    let first = try mask(try area("l.geojson", [[left]])).mask(Window(size))
    let second = try mask(try area("r.geojson", [[right]])).mask(Window(size))
    for index in first.indices { #expect(first[index] + second[index] == 1) }
  }

  @Test func areasInDegreesAreBroughtIntoTheRastersCrs() throws {
    // EPSG:32633 has 15 degrees east at x = 500 000; the raster is 20 m wide.
    let text = """
      {"type":"Polygon","coordinates":[[[15.0,54.0],[15.00016,54.0],[15.00016,55.0],[15.0,55.0],[15.0,54.0]]]}
      """
    try text.write(toFile: scratch.path("d.geojson"), atomically: true, encoding: .utf8)
    let flags = try mask(scratch.path("d.geojson")).mask(Window(size))
    let inFirstRow = flags.prefix(size.width).count { $0 == 1 }
    #expect((20...21).contains(inFirstRow), "\(inFirstRow)")
    #expect(flags[0] == 1 && flags[size.width - 1] == 0)
  }

  @Test func aFileWithoutPolygonsIsRefused() throws {
    try "{\"type\":\"Point\",\"coordinates\":[15,54]}".write(toFile: scratch.path("p.geojson"), atomically: true, encoding: .utf8)
    for name in ["p.geojson", "none.geojson"] {
      #expect(throws: GeodataError.self) { try mask(scratch.path(name)) }
    }
  }

  // MARK: - What is reported about the file

  /// Layers of squares in the raster's coordinates; what is no square is a point.
  private func layers(_ name: String, _ layers: [(name: String, squares: Int, points: Int)], crs: String?) throws -> String {
    let path = scratch.path(name)
    let dataset = try #require(GDALCreate(GDALGetDriverByName("GPKG"), path, 0, 0, 0, GDT_Unknown, nil))
    defer { GDALClose(dataset) }
    for layer in layers {
      let reference = crs == nil ? nil : OSRNewSpatialReference(nil)
      defer { if let reference { OSRDestroySpatialReference(reference) } }
      if let crs, let reference {
        #expect(OSRSetFromUserInput(reference, crs) == OGRERR_NONE)
        OSRSetAxisMappingStrategy(reference, OAMS_TRADITIONAL_GIS_ORDER)
      }
      let made = try #require(GDALDatasetCreateLayer(dataset, layer.name, reference, wkbUnknown, nil))
      for index in 0..<layer.squares + layer.points {
        let (x, y) = (500_000 + Double(index), 5_999_998 - Double(index))
        let text =
          index < layer.squares ? "POLYGON ((\(x) \(y),\(x + 1) \(y),\(x + 1) \(y + 1),\(x) \(y + 1),\(x) \(y)))" : "POINT (\(x) \(y))"
        let feature = try #require(OGR_F_Create(OGR_L_GetLayerDefn(made)))
        defer { OGR_F_Destroy(feature) }
        var geometry: OGRGeometryH?
        text.withCString { start in
          var cursor: UnsafeMutablePointer<CChar>? = UnsafeMutablePointer(mutating: start)
          #expect(OGR_G_CreateFromWkt(&cursor, nil, &geometry) == OGRERR_NONE)
        }
        #expect(OGR_F_SetGeometryDirectly(feature, geometry) == OGRERR_NONE && OGR_L_CreateFeature(made, feature) == OGRERR_NONE)
      }
    }
    return path
  }

  @Test func severalLayersAllCountAndAreNamed() throws {
    let path = try layers("two.gpkg", [("areas", 3, 0), ("notes", 0, 2), ("more", 1, 1)], crs: "EPSG:32633")
    let found = try mask(path)
    #expect(
      found.reading
        == AreaReading(
          file: "two.gpkg", layers: ["areas", "more"], polygons: 4, crs: "EPSG:32633 (WGS 84 / UTM zone 33N)", otherFeatures: 3))
    #expect(
      found.warnings == [
        "the polygons of all its 2 layers count (areas, more); for one of them give a file with that layer alone",
        "3 of its features have no polygons and do not count",
      ])
  }

  @Test func oneLayerWithACrsNeedsNoWord() throws {
    let found = try mask(try layers("one.gpkg", [("areas", 3, 0)], crs: "EPSG:25833"))
    #expect(found.warnings == [] && found.reading.layers == ["areas"] && found.reading.polygons == 3)
  }

  @Test func aFileWithoutACrsIsTakenInTheRastersAndThatIsSaid() throws {
    let path = try layers("plain.gpkg", [("plain", 1, 0)], crs: nil)
    let found = try mask(path)
    #expect(
      found.warnings == [
        "it names no crs, so its coordinates are taken as positions in EPSG:32633 (WGS 84 / UTM zone 33N); give a file that names its crs, such as a GeoPackage"
      ] && found.reading.crs == nil, "\(found.warnings)")
    let other = try AreaMask(path: try layers("own.gpkg", [("own", 1, 0)], crs: "EPSG:32633"), crs: nil, geotransform: geotransform)
    #expect(
      other.warnings == [
        "its coordinates (EPSG:32633 (WGS 84 / UTM zone 33N)) are taken as positions of the source, which has no crs; set input.crs"
      ])
  }

  @Test func anAreaOnAnotherDatumIsSaid() throws {
    let path = try layers("datum.gpkg", [("own", 1, 0)], crs: "+proj=utm +zone=33 +ellps=bessel +units=m")
    #expect(try mask(path).warnings.contains { $0.contains("PROJ knows no transformation from the datum of") })
  }
}
