import Foundation
import GeoTypes
import Geodata
import Layers
import Synchronization
import Testing

private let catalog = ClassCatalog(names: ["a", "b", "c"])
private let sinusoidal = "+proj=sinu +lon_0=0 +x_0=0 +y_0=0 +R=6371007.181 +units=m"

private func request(
  _ map: SmallMap, _ folder: String, _ formats: [VectorFormat], _ geotransform: Geotransform, _ crs: String, target: String? = nil
) throws -> LayerRequest {
  var request = LayerRequest(
    directory: folder, name: "sheet", formats: formats, source: "sheet", size: map.size, geotransform: geotransform,
    crs: try CoordinateSystem(crs), targetCRS: try target.map { try CoordinateSystem($0) }, catalog: catalog)
  request.keepsNodes = true
  return request
}

private func write(_ map: SmallMap, _ request: LayerRequest) throws -> LayersReport {
  let layers = try VectorLayers(request)
  for region in map.regions() { try layers.add(region) }
  return try layers.finish()
}

/// What a request is refused with before anything is written; `nil` where it is not.
private func refusal(_ request: LayerRequest) -> (any Error)? {
  do {
    try VectorLayers.check(request)
    return nil
  } catch {
    return error
  }
}

private let map = SmallMap(width: 40, height: 30, count: 3, seed: 11)

@Test func southpoleStation3031() throws {
  // 20 m to 1.2 km beside the pole, pixels of 0.25 m.
  for x in [20.0, 300, 1200] {
    try withFolder { folder in
      let geotransform = Geotransform(x, 0.25, 0, x, 0, -0.25)
      let report = try write(map, try request(map, folder, [.geoJSON], geotransform, "EPSG:3031"))
      #expect(report.warnings == [], "\(x)")
      let back = try CoordinateTransformation(from: CoordinateSystem("EPSG:4326"), to: CoordinateSystem("EPSG:3031"))
      let inverse = try #require(geotransform.inverse)
      var corners = 0
      try VectorReader("\(folder)/sheet.geojson").forEach { _, geometry, _ in
        #expect(geometry.isValid())
        for point in geometry.points {
          let pixel = inverse.apply(try back.apply(point))
          let off = max(abs(pixel.x - pixel.x.rounded()), abs(pixel.y - pixel.y.rounded()))
          // Points put into edges lie on one of the two grid lines.
          let offLine = min(abs(pixel.x - pixel.x.rounded()), abs(pixel.y - pixel.y.rounded()))
          #expect(offLine < 0.011)
          if off < 0.011 { corners += 1 }
        }
      }
      #expect(corners > 500)
    }
  }
}

@Test(arguments: [
  // A MODIS tile that touches the pole of its projection, the pole within, at a corner, and just inside the rim.
  ("h18v00", sinusoidal, Geotransform(0, 5000, 0, 10_007_554.677, 0, -5000)),
  ("inside", "EPSG:3995", Geotransform(-4000, 200, 0, 3000, 0, -200)),
  ("corner", "EPSG:3031", Geotransform(0, 200, 0, 0, 0, -200)), ("rim", "EPSG:3413", Geotransform(-8000 + 1, 200, 0, 3000, 0, -200)),
  ("lambert", "EPSG:3574", Geotransform(-4000, 200, 0, 3000, 0, -200)),
])
private func modisPoleH18v00(_ name: String, _ crs: String, _ geotransform: Geotransform) throws {
  try withFolder { folder in
    for (formats, target) in [([VectorFormat.geoJSON], nil), ([.geoPackage], "EPSG:4326")] {
      let error = try refusal(request(map, folder, formats, geotransform, crs, target: target)) as? GeodataError
      #expect(error?.reason.contains("pole lies in it") == true, "\(name): \(String(describing: error))")
      #expect(error?.remedy.contains("geojson") == true)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
    // In its own crs it is a map as any other.
    let report = try write(map, try request(map, folder, [.geoPackage, .flatGeobuf], geotransform, crs))
    #expect(report.features == map.regions().count)
  }
}

@Test func aPoleThatIsALineIsNoSingularity() throws {
  try withFolder { folder in
    let world = SmallMap(width: 36, height: 18, count: 3, seed: 2)
    let geotransform = Geotransform(-20_037_508.34, 1_113_194.9, 0, 10_018_754.17, 0, -1_113_194.9)
    let report = try write(world, try request(world, folder, [.geoJSON], geotransform, "+proj=eqc +datum=WGS84"))
    #expect(report.features == world.regions().count)
  }
}

/// Where a projection jumps, borders go on without end at half the distance each time.
@Test func aJumpIsRefusedWithItsPlace() throws {
  try withFolder { folder in
    // 200 km across 180° in UTM; web mercator continues at the other side.
    let geotransform = Geotransform(500_000, 10_000, 0, 6_650_000, 0, -10_000)
    let error = #expect(throws: GeodataError.self) {
      _ = try write(map, try request(map, folder, [.geoPackage], geotransform, "EPSG:32660", target: "EPSG:3857"))
    }
    #expect(error?.reason.contains("singularity near column") == true, "\(String(describing: error))")
  }
}

@Test func projectingAsksWhetherToStop() throws {
  struct Stopped: Error {}
  try withFolder { folder in
    let large = SmallMap(width: 300, height: 300, count: 3, seed: 4)
    let asked = Atomic(0)
    var request = try request(
      large, folder, [.geoPackage], Geotransform(500_000, 1000, 0, 5_800_000, 0, -1000), "EPSG:32633", target: "EPSG:3035")
    request.check = {
      if asked.add(1, ordering: .relaxed).newValue > 3 { throw Stopped() }
    }
    #expect(throws: Stopped.self) { _ = try write(large, request) }
  }
}

@Test func aPolygonThatDoesNotFitTheMemoryIsRefused() throws {
  try withFolder { folder in
    // One region of long edges that bend much.
    let plain = SmallMap(width: 60, height: 60, classes: [UInt8](repeating: 1, count: 3600))
    var request = try request(
      plain, folder, [.geoPackage], Geotransform(100_000, 60_000, 0, 9_000_000, 0, -60_000), "EPSG:3857", target: "EPSG:3035")
    request.keepsNodes = false
    request.pointLimit = 200
    let error = #expect(throws: LayersError.self) { _ = try write(plain, request) }
    #expect(error?.code == .tooLarge)
  }
}

@Test func geocentric4978() throws {
  try withFolder { folder in
    let geotransform = Geotransform(4_000_000, 1, 0, 600_000, 0, -1)
    let error = try refusal(request(map, folder, [.geoPackage, .geoJSON], geotransform, "EPSG:4978")) as? LayersError
    #expect(error?.reason.contains("GeoJSON") == true)
    let report = try write(map, try request(map, folder, [.geoPackage, .flatGeobuf, .csv], geotransform, "EPSG:4978"))
    #expect(!report.isGeodesic)
  }
}

@Test(arguments: [
  ("mars", "+proj=eqc +a=3396190 +b=3396190 +units=m"), ("moon", "+proj=stere +lat_0=-90 +R=1737400 +units=m"),
  ("venus", "+proj=longlat +R=6051800"),
])
private func mars(_ name: String, _ crs: String) throws {
  try withFolder { folder in
    let step = name == "venus" ? 0.001 : 100.0
    let geotransform = Geotransform(10, step, 0, 20, 0, -step)
    let error = try refusal(request(map, folder, [.geoJSON], geotransform, crs)) as? LayersError
    #expect(error.map { "\($0)".utf8.count < 300 } == true)
    let report = try write(map, try request(map, folder, [.geoPackage, .shapefile, .csv, .flatGeobuf], geotransform, crs))
    #expect(report.isGeodesic)
    try VectorReader("\(folder)/sheet.gpkg").forEach { _, _, values in #expect(values.suffix(2) == [.null, .null]) }
    // Other bodies cannot be brought to a crs of the earth.
    #expect(try refusal(request(map, folder, [.geoPackage], geotransform, crs, target: "EPSG:3857")) is LayersError)
    let item = STACItem(
      size: map.size, geotransform: geotransform, crs: try CoordinateSystem(crs), acquisition: .unknown,
      metadata: LayerMetadata(name: name, provenance: Provenance(), catalog: catalog, crs: nil), assets: [])
    let json = try #require(try JSONSerialization.jsonObject(with: try item.json()) as? [String: Any])
    #expect(json["geometry"] is NSNull && json["bbox"] == nil)
  }
}

@Test func aPolygonOfManyHolesIsWrittenWhole() throws {
  try withFolder { folder in
    let side = 600.0
    func square(_ x: Double, _ y: Double, _ size: Double) -> Ring {
      Ring([Point(x: x, y: y), Point(x: x + size, y: y), Point(x: x + size, y: y + size), Point(x: x, y: y + size)])
    }
    var holes: [Ring] = []
    for row in 0..<200 { for column in 0..<200 { holes.append(square(Double(3 * column + 1), Double(3 * row + 1), 1)) } }
    let region = RegionFeature(
      id: 1, classID: 0, polygons: [Polygon(shell: square(0, 0, side), holes: holes)], pixels: 360_000 - holes.count, confidence: nil,
      touchesEdge: true, pointInside: Point(x: 0.5, y: 0.5))
    let whole = SmallMap(width: 600, height: 600, classes: [])
    let formats: [VectorFormat] = [.geoPackage, .shapefile, .flatGeobuf]
    let layers = try VectorLayers(try request(whole, folder, formats, Geotransform(500_000, 1, 0, 5_800_000, 0, -1), "EPSG:32633"))
    try layers.add(region)
    _ = try layers.finish()
    try VectorReader("\(folder)/sheet.shp").forEach { _, geometry, _ in
      #expect(geometry.polygonEnds.count == 1 && geometry.ringCount == holes.count + 1)
      let shell = geometry.ring(0)
      #expect(shell.count == 4)
    }
  }
}
