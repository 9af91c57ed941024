import Foundation
import GeoTypes
import Geodata
import Layers
import Testing

private let catalog = ClassCatalog(names: ["a", "b", "c", "d"])

private func layers(
  _ regions: [RegionFeature], _ size: RasterSize, _ folder: String, _ geotransform: Geotransform, from crs: String, to target: String?,
  _ formats: [VectorFormat], keepsNodes: Bool = true
) throws -> LayersReport {
  var request = LayerRequest(
    directory: folder, name: "sheet", formats: formats, source: "sheet", size: size, geotransform: geotransform,
    crs: try CoordinateSystem(crs), targetCRS: try target.map { try CoordinateSystem($0) }, catalog: catalog)
  request.keepsNodes = keepsNodes
  let layers = try VectorLayers(request)
  for region in regions { try layers.add(region) }
  return try layers.finish()
}

private func read(_ path: String) throws -> [MultiPolygonBuffer] {
  var result: [MultiPolygonBuffer] = []
  try VectorReader(path).forEach { _, geometry, _ in result.append(copy geometry) }
  return result
}

private func square(_ id: Int, _ x: Double, _ y: Double, _ width: Double, _ height: Double) -> RegionFeature {
  RegionFeature(
    id: id, classID: 0,
    polygons: [
      Polygon(shell: Ring([Point(x: x, y: y), Point(x: x + width, y: y), Point(x: x + width, y: y + height), Point(x: x, y: y + height)]))
    ],
    pixels: Int(width * height), confidence: nil, touchesEdge: false, pointInside: Point(x: x + 0.5, y: y + 0.5))
}

@Test func longEdgesAreDensifiedUntilTheyFit() throws {
  // 40 km at 1 m: a parallel bends by some 25 m in UTM.
  let geotransform = Geotransform(300_000, 1, 0, 6_650_000, 0, -1)
  let size = RasterSize(width: 40_000, height: 40_000)
  try withFolder { folder in
    _ = try layers([square(1, 0, 0, 40_000, 40_000)], size, folder, geotransform, from: "EPSG:32633", to: "EPSG:4326", [.geoPackage])
    let back = try CoordinateTransformation(from: CoordinateSystem("EPSG:4326"), to: CoordinateSystem("EPSG:32633"))
    let inverse = try #require(geotransform.inverse)
    let points = try #require(try read("\(folder)/sheet.gpkg").first).points
    #expect(points.count > 100 && points.count < 5000)
    // Along every chord, back in pixels, the edge is never further than a tenth of a pixel from the square's border.
    for (index, start) in points.enumerated() {
      let end = points[(index + 1) % points.count]
      for part in 0..<4 {
        let t = Double(part) / 4
        let place = try back.apply(Point(x: start.x + t * (end.x - start.x), y: start.y + t * (end.y - start.y)))
        let pixel = inverse.apply(place)
        let distance = [abs(pixel.x), abs(pixel.y), abs(pixel.x - 40_000), abs(pixel.y - 40_000)].min() ?? 1
        #expect(distance < 0.1)
      }
    }
  }
}

@Test func neighborsStayEqualInAnotherCrs() throws {
  let geotransform = Geotransform(300_000, 5, 1, 6_650_000, 1, -5)
  let size = RasterSize(width: 4000, height: 3000)
  let left = square(1, 0, 0, 1500, 3000)
  var right = square(2, 1500, 0, 2500, 3000)
  // The other way round, as a tracer may give it.
  right.polygons[0].shell.points.reverse()
  try withFolder { folder in
    _ = try layers([left, right], size, folder, geotransform, from: "EPSG:32633", to: "EPSG:4326", [.geoPackage, .geoJSON])
    for file in ["sheet.gpkg", "sheet.geojson"] {
      let geometries = try read("\(folder)/\(file)")
      let shared = Set(geometries[0].points).intersection(Set(geometries[1].points))
      #expect(shared.count > 10)
      // All of the left one's right side is also on the other's left side.
      let back = try CoordinateTransformation(from: CoordinateSystem("EPSG:4326"), to: CoordinateSystem("EPSG:32633"))
      let inverse = try #require(geotransform.inverse)
      for geometry in geometries {
        for point in geometry.points where abs(inverse.apply(try back.apply(point)).x - 1500) < 0.2 { #expect(shared.contains(point)) }
      }
    }
  }
}

@Test func smallPixelsStayValidInDegrees() throws {
  // 1.8 cm pixels, as in the drone images whose polygons seven digits made invalid.
  let map = SmallMap(width: 60, height: 60, count: 3, seed: 5)
  let geotransform = Geotransform(500_000, 0.018, 0, 4_000_000, 0, -0.018)
  try withFolder { folder in
    let report = try layers(
      map.regions(), map.size, folder, geotransform, from: "EPSG:32652", to: "EPSG:4326", [.geoPackage, .geoJSON, .flatGeobuf, .shapefile])
    #expect(report.warnings.isEmpty)
    for ending in ["gpkg", "geojson", "fgb", "shp"] {
      let geometries = try read("\(folder)/sheet.\(ending)")
      #expect(geometries.count == map.regions().count)
      #expect(geometries.allSatisfy { $0.isValid() })
    }
    // Shared corners are the same numbers in all that touch them: fewer different points than vertices.
    let points = try read("\(folder)/sheet.geojson").flatMap(\.points)
    #expect(Set(points).count <= 61 * 61)
  }
}

@Test func whatCrosses180DegreesIsSplitInLongitudesAndLatitudes() throws {
  // UTM zone 60 ends at 180°: at 65° north that is 641 km east.
  let geotransform = Geotransform(600_000, 100, 0, 7_220_000, 0, -100)
  let size = RasterSize(width: 1000, height: 200)
  try withFolder { folder in
    let report = try layers(
      [square(1, 0, 0, 1000, 200), square(2, 900, 0, 10, 10)], size, folder, geotransform, from: "EPSG:32660", to: "EPSG:4326",
      [.geoPackage, .geoJSON, .csv])
    #expect(report.warnings.isEmpty)
    for file in ["sheet.gpkg", "sheet.geojson"] {
      let geometries = try read("\(folder)/\(file)")
      #expect(geometries[0].polygons.count == 2)
      #expect(geometries.allSatisfy { $0.isValid() && $0.points.allSatisfy { abs($0.x) <= 180 } })
      let west = geometries[0].polygons.filter { $0.shell.points.allSatisfy { $0.x > 170 } }
      #expect(west.count == 1)
      #expect(geometries[1].points.allSatisfy { $0.x < -170 })
      #expect(geometries[0].polygons.allSatisfy { $0.shell.signedArea > 0 })
    }
    // Areas are those of the whole.
    let reader = try VectorReader("\(folder)/sheet.gpkg")
    var areas: [FieldValue] = []
    try reader.forEach { _, _, values in areas.append(values[5]) }
    let truth = try PixelMeasure(crs: CoordinateSystem("EPSG:32660"), geotransform: geotransform, size: size).area(of: Window(size))
    guard case .real(let area) = areas[0] else {
      Issue.record("no area")
      return
    }
    #expect(abs(area / truth - 1) < 1e-6)
  }
}

@Test func inItsOwnCrsASourceAcross180DegreesStaysWhole() throws {
  let geotransform = Geotransform(179.5, 0.01, 0, -16, 0, -0.01)
  let size = RasterSize(width: 100, height: 50)
  try withFolder { folder in
    _ = try layers([square(1, 0, 0, 100, 50)], size, folder, geotransform, from: "EPSG:4326", to: nil, [.geoPackage, .geoJSON])
    let own = try #require(try read("\(folder)/sheet.gpkg").first)
    #expect(own.polygons.count == 1 && own.bounds?.maxX == 180.5)
    let json = try #require(try read("\(folder)/sheet.geojson").first)
    #expect(json.polygons.count == 2 && json.points.allSatisfy { abs($0.x) <= 180 })
    var longitude: FieldValue?
    try VectorReader("\(folder)/sheet.gpkg").forEach { _, _, values in longitude = values[11] }
    #expect(longitude == .real(179.505))
  }
}

@Test func anotherEllipsoidMeasuresOnItsOwn() throws {
  let geotransform = Geotransform(680_000, 10, 0, 5_760_000, 0, -10)
  let size = RasterSize(width: 100, height: 100)
  try withFolder { folder in
    let report = try layers([square(1, 0, 0, 100, 100)], size, folder, geotransform, from: "EPSG:32631", to: "EPSG:28992", [.geoPackage])
    let truth = try PixelMeasure(crs: CoordinateSystem("EPSG:32631"), geotransform: geotransform, size: size).area(of: Window(size))
    // Bessel's ellipsoid is a little smaller, but so are the coordinates on it: the ground is the same to some 1e-5.
    #expect(abs(report.classes[0].area / truth - 1) < 3e-4)
  }
}

@Test func neighborsMeetWhereARingGoesStraightOn() throws {
  // Three regions meet in the middle of the upper one's side, which has no vertex there.
  let geotransform = Geotransform(300_000, 100, 0, 6_650_000, 0, -100)
  let size = RasterSize(width: 60, height: 40)
  try withFolder { folder in
    _ = try layers(
      [square(1, 0, 0, 60, 20), square(2, 0, 20, 31, 20), square(3, 31, 20, 29, 20)], size, folder, geotransform, from: "EPSG:32633",
      to: "EPSG:4326", [.geoPackage, .geoJSON], keepsNodes: false)
    for file in ["sheet.gpkg", "sheet.geojson"] {
      let sets = try read("\(folder)/\(file)").map { Set($0.points) }
      #expect(sets[0].intersection(sets[1]).intersection(sets[2]).count == 1)
      #expect(sets[0].intersection(sets[1]).count == 32 && sets[0].intersection(sets[2]).count == 30)
    }
  }
}
