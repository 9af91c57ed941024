import GeoTypes
import Geodata
import Testing

private func polygon(_ points: [(Double, Double)], holes: [[(Double, Double)]] = []) -> Polygon {
  Polygon(
    shell: Ring(points.map { Point(x: $0.0, y: $0.1) }), holes: holes.map { Ring($0.map { Point(x: $0.0, y: $0.1) }) })
}

@Test func polygonsSurviveTheBuffer() {
  let polygons = [
    polygon([(0, 0), (9, 0), (9, 9), (0, 9)], holes: [[(1, 1), (1, 2), (2, 2)], [(4, 4), (4, 5), (5, 5)]]),
    polygon([(20, 0), (21, 0), (21, 1)]),
  ]
  var buffer = MultiPolygonBuffer(polygons)
  #expect(buffer.polygons == polygons)
  var bytes: [UInt8] = []
  buffer.writeWellKnownBinary(into: &bytes)
  #expect(bytes.count == buffer.binarySize)
  buffer.reverseRing(0)
  #expect(buffer.points[0] == Point(x: 0, y: 0) && buffer.points[1] == Point(x: 0, y: 9))
  buffer.removeAll()
  #expect(buffer.isEmpty && buffer.points.isEmpty)
}

@Test func aBowTieIsInvalidAndMadeValid() throws {
  let tie = MultiPolygonBuffer([polygon([(0, 0), (2, 2), (2, 0), (0, 2)])])
  #expect(!tie.isValid())
  let valid = try #require(tie.madeValid())
  #expect(valid.isValid())
  #expect(valid.polygons.count == 2)
  #expect(valid.polygons.reduce(0) { $0 + $1.area } == 2)
}

@Test func whatTouchesAtACornerIsValidAsTwoParts() {
  #expect(MultiPolygonBuffer([polygon([(0, 0), (1, 0), (1, 1), (0, 1)]), polygon([(1, 1), (2, 1), (2, 2), (1, 2)])]).isValid())
}

@Test func clippingKeepsWhatIsInside() throws {
  let square = MultiPolygonBuffer([polygon([(0, 0), (4, 0), (4, 4), (0, 4)])])
  let half = try #require(square.clipped(to: Bounds(minX: 2, minY: -1, maxX: 9, maxY: 9)))
  #expect(half.polygons.reduce(0) { $0 + $1.area } == 8)
}
