import GeoTypes
import Geodata
import Testing

@Test func xComesBeforeYOnBothSides() throws {
  let transformation = try CoordinateTransformation(from: CoordinateSystem("EPSG:4326"), to: CoordinateSystem("EPSG:32633"))
  var points = [Point(x: 15, y: 52), Point(x: 15, y: 0)]
  try transformation.apply(to: &points)
  #expect(abs(points[0].x - 500_000) < 1e-3)
  #expect(abs(points[0].y - 5_761_038.21) < 0.1)
  #expect(abs(points[1].y) < 1e-6)
  #expect(try transformation.apply(Point(x: 15, y: 52)) == points[0])
}

@Test func aPositionWithoutAPlaceIsAnError() throws {
  let transformation = try CoordinateTransformation(from: CoordinateSystem("EPSG:32633"), to: CoordinateSystem("EPSG:4326"))
  var points = [Point(x: 500_000, y: 5_000_000), Point(x: 1e12, y: 1e12)]
  #expect(throws: GeodataError.self) { try transformation.apply(to: &points) }
}

@Test func manyThreadsMayShareATransformation() async throws {
  let transformation = try CoordinateTransformation(from: CoordinateSystem("EPSG:4326"), to: CoordinateSystem("EPSG:32633"))
  let expected = try transformation.apply(Point(x: 14, y: 50))
  let results = try await withThrowingTaskGroup(of: Bool.self) { group in
    for _ in 0..<8 {
      group.addTask {
        for _ in 0..<200 where try transformation.apply(Point(x: 14, y: 50)) != expected { return false }
        return true
      }
    }
    return try await group.reduce(into: []) { $0.append($1) }
  }
  #expect(results.allSatisfy { $0 })
}
