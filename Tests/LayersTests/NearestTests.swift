import Foundation
import GeoTypes
import Geodata
import TestSupport
import Testing

@testable import Layers

struct NearestTests {
  /// A star around a place, in whatever unit: no two edges cross.
  private func star(_ x: Double, _ y: Double, _ radius: Double, _ count: Int, _ random: inout Seeded) -> MultiPolygonBuffer {
    let points = (0..<count).map { step in
      let (angle, reach) = (2 * .pi * Double(step) / Double(count), radius * Double.random(in: 0.4...1, using: &random))
      return Point(x: x + reach * cos(angle), y: y + reach * sin(angle))
    }
    return MultiPolygonBuffer([Polygon(shell: Ring(points))])
  }

  /// The shortest way between two outlines as GEOS finds it, over ragged shapes with few and with many edges.
  @Test func closestPointsAreAsFarApartAsGEOSSays() throws {
    var random = Seeded(seed: 11)
    for count in [3, 4, 31, 32, 33, 200] {
      for _ in 0..<12 {
        let first = star(0, 0, 10, count, &random)
        let second = star(Double.random(in: 21...60, using: &random), Double.random(in: -40...40, using: &random), 10, 7, &random)
        let (from, to) = try #require(ClosestPoints.between(first, second))
        let expected = try #require(first.distance(to: second))
        #expect(abs(hypot(from.x - to.x, from.y - to.y) - expected) < 1e-9, "\(count) edges")
        // Both lie on their outlines.
        for (point, outline) in [(from, first), (to, second)] {
          let dot = MultiPolygonBuffer([
            Polygon(shell: Ring([point, Point(x: point.x + 1e-9, y: point.y), Point(x: point.x, y: point.y + 1e-9)]))
          ])
          #expect(try #require(outline.distance(to: dot)) < 1e-8)
        }
      }
    }
  }

  /// Squares whose corners face each other along a meridian and along the equator: the distance between these corners, by PROJ's geodesics and by
  /// the radii of the ellipsoid.
  @Test func distanceAndDirectionAreThoseOnTheEllipsoid() throws {
    func square(_ x: Double, _ y: Double) -> MultiPolygonBuffer {
      MultiPolygonBuffer([
        Polygon(shell: Ring([(0, 0), (0.001, 0), (0.001, 0.001), (0, 0.001)].map { Point(x: x + $0.0, y: y + $0.1) }))
      ])
    }
    var nearby = try NearbyOutlines()
    nearby.add(square(0.011, 0), classID: 1, id: 7, source: "east")
    nearby.add(square(0, 0.1), classID: 1, id: 8, source: "north")
    nearby.add(square(0.002, 0), classID: 2, id: 9, source: "other class")
    let east = try #require(nearby.nearest(to: square(0, 0), classID: 1))
    #expect(east.id == 7 && east.source == "east")
    // A hundredth of a degree of the equator.
    #expect(abs(east.distance - 6_378_137 * .pi / 18_000) < 0.01, "\(east.distance)")
    #expect(abs((east.azimuth ?? 0) - 90) < 0.01)
    let north = try #require(nearby.nearest(to: square(0, 0.2), classID: 1))
    // 0.099 degrees of a meridian near the equator, whose radius there is a (1 − e²).
    #expect(north.id == 8 && abs(north.distance - 0.099 * .pi / 180 * 6_335_439.3) < 0.1, "\(north.distance)")
    #expect(abs((north.azimuth ?? 0) - 180) < 0.01)
    let touching = try #require(nearby.nearest(to: square(0.012, 0), classID: 1))
    #expect(touching.distance == 0 && touching.azimuth == nil)
    #expect(nearby.nearest(to: square(0, 0), classID: 5) == nil)
  }

  @Test func nearestIsFoundAcrossTheDateLine() throws {
    func square(_ x: Double) -> MultiPolygonBuffer {
      MultiPolygonBuffer([Polygon(shell: Ring([(0, 0), (0.001, 0), (0.001, 0.001), (0, 0.001)].map { Point(x: x + $0.0, y: 10 + $0.1) }))])
    }
    var nearby = try NearbyOutlines()
    nearby.add(square(-179.995), classID: 0, id: 1, source: "")
    nearby.add(square(179.9), classID: 0, id: 2, source: "")
    let found = try #require(nearby.nearest(to: square(179.995), classID: 0))
    #expect(found.id == 1 && abs(found.distance - 0.009 * .pi / 180 * 6_281_872) < 1, "\(found.distance)")
  }

  /// The nearest of thousands, by boxes, is the nearest of all.
  @Test func boxesHideNoNearerObject() throws {
    var random = Seeded(seed: 5)
    var nearby = try NearbyOutlines()
    var all: [MultiPolygonBuffer] = []
    for id in 0..<300 {
      let outline = star(
        15 + Double.random(in: -0.1...0.1, using: &random), 60 + Double.random(in: -0.05...0.05, using: &random), 0.002, 6, &random)
      all.append(outline)
      nearby.add(outline, classID: 0, id: id, source: "")
    }
    for _ in 0..<20 {
      let own = star(
        15 + Double.random(in: -0.1...0.1, using: &random), 60 + Double.random(in: -0.05...0.05, using: &random), 0.004, 9, &random)
      var single: [Double] = []
      for outline in all {
        var one = try NearbyOutlines()
        one.add(outline, classID: 0, id: 0, source: "")
        single.append(try #require(one.nearest(to: own, classID: 0)).distance)
      }
      let found = try #require(nearby.nearest(to: own, classID: 0))
      #expect(found.distance == single.min())
      #expect(single[found.id] == found.distance)
    }
  }

  @Test func everyPolygonOfALayerNamesItsNearest() throws {
    let map = SmallMap(["001", "111", "112"])
    let catalog = ClassCatalog(names: ["oil slick", "water", "ship"])
    try withFolder { folder in
      var request = LayerRequest(
        directory: folder, name: "near", formats: [.geoPackage, .csv], source: "near", size: map.size,
        geotransform: Geotransform(500_000, 10, 0, 6_000_000, 0, -10), crs: try CoordinateSystem("EPSG:32633"), catalog: catalog)
      request.nearest = [0: 2]
      let layers = try VectorLayers(request)
      for region in map.regions() { layers.note(region) }
      for region in map.regions() { try layers.add(region) }
      _ = try layers.finish()
      let reader = try VectorReader("\(folder)/near.gpkg")
      try reader.forEach { _, _, values in
        let row = Dictionary(zip(reader.fieldNames, values), uniquingKeysWith: { first, _ in first })
        guard row["class_id"] == .integer(0) else {
          #expect(row["near_m"] == .null && row["near_class"] == .null)
          return
        }
        #expect(row["near_class"] == .text("ship") && row["near_src"] == .text("near"))
        // From the corner (20, −10) to the corner (20, −20): ten meters of UTM to the south.
        guard case .real(let distance) = row["near_m"], case .real(let direction) = row["near_deg"] else { return #expect(Bool(false)) }
        #expect(abs(distance - 10 / 0.9996) < 0.01 && abs(direction - 180) < 0.1, "\(distance) \(direction)")
      }
    }
  }
}
