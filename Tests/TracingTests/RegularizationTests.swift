import GeoTypes
import TestSupport
import Testing
import Tracing

@Suite struct RegularizationTests {
  /// Turned rectangles and angles of class 1, with rough walls, on a ground of other classes.
  private func town(width: Int, height: Int, seed: UInt64, ground: Bool = true) -> [UInt8] {
    var map =
      ground
      ? SyntheticMaps.smoothNoise(width: width, height: height, classes: 3, scale: 60, octaves: 2, seed: seed).map { $0 + 2 }
      : [UInt8](repeating: 2, count: width * height)
    var random = Seeded(seed: seed)
    for row in stride(from: 25, to: height - 20, by: 36) {
      for column in stride(from: 25, to: width - 20, by: 36) {
        // The direction as a unit vector with whole-number tangent parts.
        let (p, q) = (Double.random(in: 0.2...1, using: &random), Double.random(in: 0...1, using: &random))
        let length = (p * p + q * q).squareRoot()
        let (c, s) = (p / length, q / length)
        let (a, b) = (Double.random(in: 7...13, using: &random), Double.random(in: 5...9, using: &random))
        let hasCorner = random.next() % 2 == 0
        for y in row - 18...row + 18 {
          for x in column - 18...column + 18 where (0..<width).contains(x) && (0..<height).contains(y) {
            let (dx, dy) = (Double(x - column) + 0.5, Double(y - row) + 0.5)
            let (u, v) = (dx * c + dy * s, dy * c - dx * s)
            let rough = Double(random.next() % 100) / 100 - 0.5
            if abs(u) + rough < a, abs(v) + rough < b, !(hasCorner && u > 0 && v > 0) { map[y * width + x] = 1 }
          }
        }
      }
    }
    return map
  }

  private func isRightAngled(_ ring: Ring) -> Bool {
    let points = ring.points
    for index in points.indices {
      let (a, b, c) = (points[(index + points.count - 1) % points.count], points[index], points[(index + 1) % points.count])
      let (p, q) = (Point(x: b.x - a.x, y: b.y - a.y), Point(x: c.x - b.x, y: c.y - b.y))
      let lengths = ((p.x * p.x + p.y * p.y) * (q.x * q.x + q.y * q.y)).squareRoot()
      let (cosine, sine) = ((p.x * q.x + p.y * q.y) / lengths, (p.x * q.y - p.y * q.x) / lengths)
      // A right angle, or straight on where a neighbor's border meets the wall.
      if abs(cosine) > 0.02, abs(sine) > 0.02 { return false }
    }
    return true
  }

  @Test(arguments: SimplificationTests.methods.indices, [true, false])
  func outlinesAreRightAngledWithoutGapAndOverlap(method: Int, ground: Bool) throws {
    for seed in 1...2 * UInt64(rounds) {
      let (width, height) = (190, 150)
      var options = TracingOptions()
      options.simplify = SimplificationTests.methods[method]
      options.minimumArea = 12
      options.regularize = [1]
      options.regularizeTolerance = 2.5
      let map = town(width: width, height: height, seed: seed, ground: ground)
      let traced = try trace(map, width: width, height: height, options: options)
      #expect(Judge.coverageFault(traced.regions, area: Double(width * height)) == "", "seed \(seed)")
      let houses = traced.regions.filter { $0.classID == 1 }
      let right = houses.filter { $0.polygons.allSatisfy { isRightAngled($0.shell) } }
      // Exact outlines are right-angled in any case.
      #expect(right.count == traced.summary.regularized || options.simplify == .none)
      #expect(Double(right.count) >= (ground ? 0.5 : 0.85) * Double(houses.count), "\(right.count) of \(houses.count), seed \(seed)")
      for house in right { #expect(abs(house.statistics.areaChange) < 0.1 * Double(house.statistics.pixels)) }
    }
  }

  @Test(arguments: SimplificationTests.methods.indices, [TracingOptions.Connectivity.four, .eight])
  func anyMapStaysValid(method: Int, connectivity: TracingOptions.Connectivity) throws {
    var options = TracingOptions()
    options.simplify = SimplificationTests.methods[method]
    options.connectivity = connectivity
    options.regularize = [0, 1]
    options.regularizeTolerance = 3
    for number in 0..<30 * rounds {
      let (width, height) = (12 + number % 17, 30 + number % 23)
      let noisy = SyntheticMaps.noise(width: width, height: height, classes: 3, seed: UInt64(number))
      let cells = SyntheticMaps.speckle(width: width, height: height, classes: 3, cell: 3.7, seed: UInt64(number))
      let map = number % 3 == 0 ? noisy : number % 3 == 1 ? cells : SyntheticMaps.smoothNoise(width: width, height: height, scale: 9)
      options.minimumArea = number % 2 == 0 ? 5 : 0
      let traced = try trace(map, width: width, height: height, options: options)
      let fault = Judge.coverageFault(traced.regions, area: Double(width * height))
      guard fault.isEmpty else {
        Issue.record("map \(number), \(width) × \(height), \(SimplificationTests.methods[method]): \(fault)")
        return
      }
    }
  }

  @Test func regularOutlinesDoNotDependOnStrips() throws {
    let map = town(width: 120, height: 170, seed: 5)
    var options = TracingOptions()
    options.regularize = [1]
    options.simplify = .visvalingam(tolerance: 2)
    let whole = try trace(map, width: 120, height: 170, options: options).regions.map(Comparison.init)
    for strip in [1, 33, 64] {
      #expect(try trace(map, width: 120, height: 170, strip: strip, options: options).regions.map(Comparison.init) == whole)
    }
  }
}
