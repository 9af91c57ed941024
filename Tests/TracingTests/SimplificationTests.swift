import GeoTypes
import TestSupport
import Testing
import Tracing

@Suite struct SimplificationTests {
  static let methods: [TracingOptions.Simplification] = [
    .none, .visvalingam(tolerance: 1.5), .visvalingam(tolerance: 4), .visvalingam(tolerance: 40), .douglasPeucker(tolerance: 0.8),
    .douglasPeucker(tolerance: 2.5), .douglasPeucker(tolerance: 30), .smooth,
  ]

  /// What breaks the promise that regions cover what they covered, each validly, without gap and overlap.
  private func fault(_ map: [UInt8], width: Int, height: Int, options: TracingOptions) throws -> String {
    let exact = map.count { $0 != 255 }
    let traced = try trace(map, width: width, height: height, options: options)
    for region in traced.regions {
      if !PointIn.strictly(region) { return "region \(region.id) has its point outside" }
      if options.connectivity == .four, region.polygons.count != 1 { return "region \(region.id) fell apart" }
    }
    // Nodata keeps its exact border only where nothing is simplified; the union must still be what the borders with nodata enclose.
    let area = map.contains(255) ? nil : Double(exact)
    let sum = traced.regions.reduce(0) { $0 + $1.polygons.reduce(0) { $0 + $1.area } }
    return Judge.coverageFault(traced.regions, area: area ?? sum)
  }

  @Test(arguments: methods.indices, [TracingOptions.Connectivity.four, .eight])
  func simplifiedRegionsCoverWithoutGapAndOverlap(method: Int, connectivity: TracingOptions.Connectivity) throws {
    var options = TracingOptions()
    options.simplify = Self.methods[method]
    options.connectivity = connectivity
    var random = Seeded(seed: 21)
    for number in 0..<60 * rounds {
      let (width, height) = (Int.random(in: 1...20, using: &random), Int.random(in: 1...20, using: &random))
      let map = SyntheticMaps.noise(
        width: width, height: height, classes: 2 + number % 3, nodata: number % 4 == 0 ? 0.1 : 0, seed: UInt64(number + 900))
      options.minimumArea = number % 5 == 1 ? 4 : 0
      options.minimumHole = number % 5 == 2 ? 6 : 0
      let fault = try fault(map, width: width, height: height, options: options)
      guard fault.isEmpty else {
        Issue.record("map \(number), \(width) × \(height), \(Self.methods[method]): \(fault)")
        return
      }
    }
    for scale in [12.0, 30] {
      let map = SyntheticMaps.smoothNoise(width: 120, height: 100, scale: scale, seed: UInt64(scale))
      #expect(try fault(map, width: 120, height: 100, options: options) == "")
    }
  }

  @Test(arguments: methods.indices)
  func worstCasesStayValid(method: Int) throws {
    var options = TracingOptions()
    options.simplify = Self.methods[method]
    for shape in WorstCaseTests.shapes {
      let fault = try fault(shape.map, width: shape.width, height: shape.height, options: options)
      #expect(fault == "", "\(shape.name), \(Self.methods[method])")
    }
  }

  @Test(arguments: methods.indices)
  func neighborsShareTheirVertices(method: Int) throws {
    var options = TracingOptions()
    options.simplify = Self.methods[method]
    options.keepsNodes = true
    let map = SyntheticMaps.smoothNoise(width: 90, height: 80, scale: 20)
    // Each edge inside the map is there twice, once in either direction.
    var edges: [Edge: Int] = [:]
    for region in try trace(map, width: 90, height: 80, options: options).regions {
      for ring in region.polygons.flatMap({ [$0.shell] + $0.holes }) {
        var last = ring.points[ring.points.count - 1]
        for point in ring.points {
          edges[Edge(from: last, to: point), default: 0] += 1
          last = point
        }
      }
    }
    for (edge, count) in edges {
      #expect(count == 1)
      if !isOnFrame(edge.from) || !isOnFrame(edge.to) { #expect(edges[Edge(from: edge.to, to: edge.from)] == 1) }
    }
  }

  private func isOnFrame(_ point: Point) -> Bool { [0, 90].contains(point.x) || [0, 80].contains(point.y) }

  @Test func smoothingKeepsAreasAndHalvesVertices() throws {
    var options = TracingOptions()
    options.simplify = .smooth
    for seed in 1...2 {
      let map = SyntheticMaps.smoothNoise(width: 200, height: 200, scale: 40, seed: UInt64(seed))
      let traced = try trace(map, width: 200, height: 200, options: options)
      for region in traced.regions { #expect(abs(region.statistics.areaChange) <= 0.001 * Double(region.statistics.pixels)) }
      #expect(2 * traced.summary.vertices <= traced.summary.exactVertices)
    }
    let noise = SyntheticMaps.noise(width: 60, height: 60, classes: 3, seed: 4)
    for region in try trace(noise, width: 60, height: 60, options: options).regions {
      #expect(abs(region.statistics.areaChange) <= 0.001 * Double(region.statistics.pixels))
    }
  }

  @Test func simplificationTakesVerticesAndReportsTheChange() throws {
    let map = SyntheticMaps.smoothNoise(width: 200, height: 200, scale: 40, seed: 9)
    let exact = try trace(map, width: 200, height: 200).summary
    for method in [TracingOptions.Simplification.visvalingam(tolerance: 2), .douglasPeucker(tolerance: 1.2)] {
      var options = TracingOptions()
      options.simplify = method
      let traced = try trace(map, width: 200, height: 200, options: options)
      #expect(traced.summary.regions == exact.regions)
      #expect(2 * traced.summary.vertices < exact.vertices)
      for region in traced.regions {
        let area = region.polygons.reduce(0) { $0 + $1.area }
        #expect(abs(area - Double(region.statistics.pixels) - region.statistics.areaChange) < 1e-6)
      }
    }
  }
}

private struct Edge: Hashable {
  var from: Point
  var to: Point
}

enum PointIn {
  static func strictly(_ region: TracedRegion) -> Bool { Judge.contains(region.polygons, region.statistics.pointInside) }
}
