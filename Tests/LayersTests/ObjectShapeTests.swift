import Foundation
import GeoTypes
import Geodata
import TestSupport
import Testing

@testable import Layers

@Suite struct ObjectShapeTests {
  /// The smallest rectangle, by trying each tenth of a degree.
  private func naive(_ points: [Point]) -> (length: Double, width: Double) {
    var best = (area: Double.infinity, length: 0.0, width: 0.0)
    for step in 0..<1800 {
      let angle = Double(step) / 10 * .pi / 180
      let (x, y) = (points.map { $0.x * cos(angle) + $0.y * sin(angle) }, points.map { $0.y * cos(angle) - $0.x * sin(angle) })
      let (a, b) = ((x.max() ?? 0) - (x.min() ?? 0), (y.max() ?? 0) - (y.min() ?? 0))
      if a * b < best.area { best = (a * b, max(a, b), min(a, b)) }
    }
    return (best.length, best.width)
  }

  @Test func theRectangleIsTheSmallest() throws {
    var random = Seeded(seed: 4)
    for index in 0..<60 {
      let points = (0..<Int.random(in: 3...40, using: &random)).map { _ in
        Point(x: Double.random(in: 0...100, using: &random), y: Double.random(in: 0...30, using: &random))
      }
      let shape = try #require(ObjectShape(around: points))
      let expected = naive(points)
      #expect(shape.length * shape.width <= expected.length * expected.width * (1 + 1e-9), "\(index)")
      #expect(shape.length * shape.width >= expected.length * expected.width * 0.98, "\(index)")
    }
  }

  @Test(arguments: [0.0, 17, 45, 90, 133.3, 179]) func theAxisOfAnEllipseIsFound(_ azimuth: Double) throws {
    let turn = azimuth * .pi / 180
    let points = (0..<360).map { step -> Point in
      let angle = Double(step) * .pi / 180
      let (along, across) = (80 * cos(angle), 20 * sin(angle))
      return Point(x: along * sin(turn) + across * cos(turn), y: along * cos(turn) - across * sin(turn))
    }
    let shape = try #require(ObjectShape(around: points))
    #expect(abs((shape.azimuth - azimuth).remainder(dividingBy: 180)) < 1)
    #expect(abs(shape.length - 160) < 0.5 && abs(shape.width - 40) < 0.5)
    #expect(shape.azimuth >= 0 && shape.azimuth < 180)
  }

  @Test func whatHasNoAreaHasNoShape() {
    #expect(ObjectShape(around: []) == nil)
    #expect(ObjectShape(around: [Point(x: 1, y: 1), Point(x: 1, y: 1), Point(x: 1, y: 1)]) == nil)
    #expect(ObjectShape(around: [Point(x: 0, y: 0), Point(x: 1, y: 1), Point(x: 2, y: 2)]) == nil)
  }

  /// A rectangle of 40 × 10 pixels of half a meter, in a zone whose grid is turned by 2.4° against north.
  @Test func layersHaveShapeAndVolume() throws {
    let folder = try TemporaryFolder("shape")
    var request = LayerRequest(
      directory: folder.path, name: "a", formats: [.geoPackage], source: "a", size: RasterSize(width: 100, height: 100),
      geotransform: Geotransform(690_000, 0.5, 0, 6_000_000, 0, -0.5), crs: try CoordinateSystem("EPSG:32633"),
      catalog: ClassCatalog(names: ["sea", "sheen", "ship"]))
    request.hasShapes = true
    request.thickness = [1: 0.04...0.3]
    let layers = try VectorLayers(request)
    for (id, classID) in [(1, 1), (2, 2)] {
      let shell = [Point(x: 10, y: 10), Point(x: 50, y: 10), Point(x: 50, y: 20), Point(x: 10, y: 20)]
      try layers.add(
        RegionFeature(
          id: id, classID: classID, polygons: [Polygon(shell: Ring(shell))], pixels: 400, confidence: nil, touchesEdge: false,
          pointInside: Point(x: 30, y: 15)))
    }
    _ = try layers.finish()
    let reader = try VectorReader(folder("a.gpkg"))
    #expect(
      Array(reader.fieldNames.suffix(9)) == [
        "length_m", "width_m", "axis_deg", "compact", "medial_m", "medial_w_m", "medial_deg", "vol_min_l", "vol_max_l",
      ])
    var rows: [[FieldValue]] = []
    try reader.forEach { _, _, values in rows.append(values) }
    func number(_ row: Int, _ name: String) throws -> Double {
      guard case .real(let value) = rows[row][try #require(reader.fieldNames.firstIndex(of: name))] else { return .nan }
      return value
    }
    let area = try number(0, "area_m2")
    let (least, greatest, ofShip) = (try number(0, "vol_min_l"), try number(0, "vol_max_l"), try number(1, "vol_min_l"))
    #expect(abs(least - area * 0.04e-3) < 1e-6)
    #expect(abs(greatest - area * 0.3e-3) < 1e-6)
    #expect(ofShip.isNaN)
    let (length, width) = (try number(0, "length_m"), try number(0, "width_m"))
    #expect(abs(length - 20) < 0.02 && abs(width - 5) < 0.01)
    // East of the grid lies further south by the convergence.
    let convergence = atan(tan(2.906 * Double.pi / 180) * sin(54.11 * Double.pi / 180)) * 180 / .pi
    let axis = try number(0, "axis_deg")
    #expect(abs(axis - (90 + convergence)) < 0.1, "\(axis)")
    let compactness = try number(0, "compact")
    #expect(abs(compactness - 4 * .pi * 100 / 2500) < 0.001)
    let (along, across, direction) = (try number(0, "medial_m"), try number(0, "medial_w_m"), try number(0, "medial_deg"))
    #expect(abs(along - 20) < 0.4 && abs(across - 5) < 0.15 && abs(direction - axis) < 1, "\(along) \(across) \(direction)")
  }
}
