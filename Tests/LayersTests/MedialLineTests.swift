import Foundation
import GeoTypes
import Geodata
import TestSupport
import Testing

@testable import Layers

@Suite struct MedialLineTests {
  /// The outline of a strand of some width around a curve, which is asked for its points from 0 to 1.
  private func strand(_ width: Double, count: Int = 400, _ curve: (Double) -> Point) -> Polygon {
    let places = (0...count).map { Double($0) / Double(count) }
    func side(_ share: Double, _ sign: Double) -> Point {
      let (before, after) = (curve(share - 1e-5), curve(share + 1e-5))
      let length = before.distance(to: after)
      let middle = curve(share)
      return Point(
        x: middle.x - sign * width / 2 * (after.y - before.y) / length, y: middle.y + sign * width / 2 * (after.x - before.x) / length)
    }
    return Polygon(shell: Ring(places.map { side($0, -1) } + places.reversed().map { side($0, 1) }))
  }

  private func ellipse(_ a: Double, _ b: Double, azimuth: Double = 0) -> Polygon {
    let turn = azimuth * .pi / 180
    return Polygon(
      shell: Ring(
        (0..<360).map { step in
          let angle = Double(step) * .pi / 180
          let (along, across) = (a * cos(angle), b * sin(angle))
          return Point(x: along * sin(turn) + across * cos(turn), y: along * cos(turn) - across * sin(turn))
        }))
  }

  private func square(_ x: Double, _ y: Double, _ side: Double = 1) -> Polygon {
    Polygon(shell: Ring([Point(x: x, y: y), Point(x: x + side, y: y), Point(x: x + side, y: y + side), Point(x: x, y: y + side)]))
  }

  /// Degrees between two axes.
  private func turn(_ first: Double?, _ second: Double) -> Double { abs(((first ?? .nan) - second).remainder(dividingBy: 180)) }

  @Test(arguments: [0.0, 11, 22.5, 45, 70, 90, 117, 135, 161], [3.0, 6, 20, 200]) func aStraightStrandIsMeasured(
    _ azimuth: Double, _ ratio: Double
  ) throws {
    let turned = azimuth * .pi / 180
    let polygon = strand(10) { Point(x: 7000 + 10 * ratio * $0 * sin(turned), y: -900 + 10 * ratio * $0 * cos(turned)) }
    let line = try #require(MedialLine([polygon]))
    #expect(abs(line.length / (10 * ratio) - 1) < 0.02, "\(line.length)")
    #expect(abs(line.width / 10 - 1) < 0.03, "\(line.width)")
    #expect(turn(line.azimuth, azimuth) < (ratio < 5 ? 3 : 1), "\(line.azimuth ?? .nan)")
  }

  @Test(arguments: [30.0, 90, 180, 250, 330], [5.0, 12]) func anArcIsAsLongAsItsMiddle(_ degrees: Double, _ radius: Double) throws {
    let (angle, radius) = (degrees * .pi / 180, radius * 8)
    let polygon = strand(8) { Point(x: radius * cos(0.3 + angle * $0), y: radius * sin(0.3 + angle * $0)) }
    let line = try #require(MedialLine([polygon]))
    #expect(abs(line.length / (radius * angle) - 1) < 0.02, "\(line.length) of \(radius * angle)")
    #expect(abs(line.width / 8 - 1) < 0.03, "\(line.width)")
    // Its chord, as long as that is longer than the arc is high.
    if degrees <= 180 { #expect(turn(line.azimuth, 90 - (0.3 + angle / 2) * 180 / .pi - 90) < 2, "\(line.azimuth ?? .nan)") }
  }

  @Test(arguments: [20.0, 40, 60]) func anSCurveIsFollowed(_ height: Double) throws {
    func curve(_ share: Double) -> Point { Point(x: 300 * share, y: height * sin(2 * .pi * share)) }
    let expected = (0..<10_000).reduce(0) { $0 + curve(Double($1) / 10_000).distance(to: curve(Double($1 + 1) / 10_000)) }
    let line = try #require(MedialLine([strand(9, curve)]))
    #expect(abs(line.length / expected - 1) < 0.02, "\(line.length) of \(expected)")
    #expect(abs(line.width / 9 - 1) < 0.03, "\(line.width)")
  }

  @Test(arguments: [4.0, 10]) func aRingIsHalfWayAround(_ ratio: Double) throws {
    let radius = 12 * ratio
    func circle(_ radius: Double) -> Ring {
      Ring((0..<720).map { Point(x: radius * cos(Double($0) * .pi / 360), y: radius * sin(Double($0) * .pi / 360)) })
    }
    let line = try #require(MedialLine([Polygon(shell: circle(radius + 6), holes: [circle(radius - 6)])]))
    #expect(abs(line.length / (.pi * radius) - 1) < 0.05, "\(line.length) of \(.pi * radius)")
    #expect(abs(line.width / 12 - 1) < 0.03, "\(line.width)")
  }

  @Test(arguments: [0.0, 13, 30, 45, 77, 100, 158], [2.5, 3, 5]) func theMiddleOfAnEllipseIsItsAxis(_ azimuth: Double, _ ratio: Double)
    throws
  {
    let line = try #require(MedialLine([ellipse(20 * ratio, 20, azimuth: azimuth)]))
    #expect(turn(line.azimuth, azimuth) < 3, "\(line.azimuth ?? .nan)")
    #expect(abs(line.length / (40 * ratio) - 1) < 0.04, "\(line.length)")
    #expect(line.width < 40.5 && line.width > 28, "\(line.width)")
  }

  /// A fork counts with its two longest arms, and corners and dents of the outline not at all.
  @Test func theLongestWayCounts() throws {
    let outline = [
      (0, -3), (100, -3), (100, -30), (106, -30), (106, -3), (160, -3), (160, 3), (0, 3),
    ].map { Point(x: $0.0, y: $0.1) }
    let line = try #require(MedialLine([Polygon(shell: Ring(outline))]))
    #expect(abs(line.length - 160) < 2 && abs(line.width - 6) < 0.3 && turn(line.azimuth, 90) < 1, "\(line.length) \(line.width)")
  }

  @Test func whatIsRoundHasNoMedialLine() {
    let triangle = Polygon(shell: Ring([Point(x: 0, y: 0), Point(x: 10, y: 0), Point(x: 5, y: 5 * 3.squareRoot())]))
    for polygon in [square(0, 0), square(4e5, 6e6, 0.25), ellipse(5, 5), ellipse(6, 5, azimuth: 20), triangle] {
      #expect(MedialLine([polygon]) == nil)
    }
    #expect(MedialLine([Polygon]()) == nil)
    #expect(MedialLine([Polygon(shell: Ring([]))]) == nil)
    #expect(MedialLine([Polygon(shell: Ring([Point(x: 0, y: 0), Point(x: 9, y: 9), Point(x: 0, y: 0)]))]) == nil)
    #expect(MedialLine([Polygon(shell: Ring([Point(x: 0, y: 0), Point(x: .infinity, y: 9), Point(x: 1, y: 0)]))]) == nil)
    #expect(MedialLine([Polygon(shell: Ring([Point(x: 0, y: 0), Point(x: .nan, y: 9), Point(x: 1, y: 0)]))]) == nil)
  }

  /// Pixels that touch at their corners only are one strand; rows of pixels are as long as they are.
  @Test func pixelsThatTouchAtCornersAreOneStrand() throws {
    let diagonal = try #require(MedialLine((0..<12).map { square(Double($0), Double($0)) }))
    #expect(abs(diagonal.length / (12 * 2.squareRoot()) - 1) < 0.06 && turn(diagonal.azimuth, 45) < 2, "\(diagonal.length)")
    let row = try #require(
      MedialLine([Polygon(shell: Ring([Point(x: 0, y: 0), Point(x: 9, y: 0), Point(x: 9, y: 1), Point(x: 0, y: 1)]))]))
    #expect(abs(row.length - 9) < 0.2 && abs(row.width - 1) < 0.03 && turn(row.azimuth, 90) < 1, "\(row.length) \(row.width)")
  }

  /// A strand with 100,000 vertices whose outline is as ragged as a class map's: no more cells than the limit, and about the same line.
  @Test func aHundredThousandVerticesAreBounded() throws {
    var random = Seeded(seed: 3)
    var polygon = strand(40, count: 50_000) { Point(x: 4000 * $0, y: 300 * sin(5 * $0)) }
    polygon.shell.points = polygon.shell.points.map {
      Point(x: $0.x + Double.random(in: -0.03...0.03, using: &random), y: $0.y + Double.random(in: -1...1, using: &random))
    }
    #expect(polygon.shell.points.count == 100_002)
    let grid = try #require(ShapeGrid([polygon]))
    #expect(grid.middles.count < 2 * ShapeGrid.limit)
    let line = try #require(MedialLine([polygon]))
    let expected = (0..<10_000).reduce(0.0) {
      let (from, to) = (Double($1) / 10_000, Double($1 + 1) / 10_000)
      return $0 + Point(x: 4000 * from, y: 300 * sin(5 * from)).distance(to: Point(x: 4000 * to, y: 300 * sin(5 * to)))
    }
    #expect(abs(line.length / expected - 1) < 0.02, "\(line.length) of \(expected)")
  }

  /// Parts at the far ends of the numbers, and outlines that cross themselves, neither trap nor fill the memory.
  @Test func oddPolygonsAreBounded() {
    _ = MedialLine([square(0, 0), square(1e12, 1e12)])
    _ = MedialLine([square(0, 0, 1e-300)])
    _ = MedialLine([square(0, 0, 1e300)])
    // A bow tie has an area of nearly nothing, by its signs.
    let bow = [(0.0, 0.0), (1000, 1000), (1000, 0), (0, 1000.001)].map { Point(x: $0.0, y: $0.1) }
    _ = MedialLine([Polygon(shell: Ring(bow))])
    _ = MedialLine([Polygon(shell: Ring([Point(x: 0, y: 0), Point(x: 1e6, y: 1e-9), Point(x: 0, y: 1e-9)]))])
  }
}

/// The parts of the medial line against loops that are too plain to be wrong.
@Suite struct ShapeGridTests {
  private static func star(_ random: inout Seeded) -> [Polygon] {
    let count = Int.random(in: 3...9, using: &random)
    func ring(_ least: Double, _ most: Double) -> Ring {
      Ring(
        (0..<count).map { step in
          let (angle, reach) = (2 * .pi * Double(step) / Double(count), Double.random(in: least...most, using: &random))
          return Point(x: 3 * reach * cos(angle), y: 40 + reach * sin(angle))
        })
    }
    return [Polygon(shell: ring(8, 20), holes: Bool.random(using: &random) ? [ring(1, 3.9)] : [])]
  }

  private func contains(_ polygons: [Polygon], _ point: Point) -> Bool {
    var isInside = false
    for ring in polygons.flatMap({ [$0.shell] + $0.holes }) {
      for (a, b) in zip(ring.points, ring.points.dropFirst() + ring.points.prefix(1)) where (a.y > point.y) != (b.y > point.y) {
        if point.x < a.x + (point.y - a.y) / (b.y - a.y) * (b.x - a.x) { isInside.toggle() }
      }
    }
    return isInside
  }

  @Test func cellsAndDepthsAreThoseOfPlainLoops() throws {
    var random = Seeded(seed: 8)
    for round in 0..<25 {
      let polygons = Self.star(&random)
      let grid = try #require(ShapeGrid(polygons))
      let middles = Set(grid.middles)
      #expect(middles.count == grid.middles.count)
      for (middle, depth) in zip(grid.middles, grid.depths) {
        let distance = grid.edges.reduce(Double.infinity) { min($0, $1.distance(to: middle)) }
        if contains(polygons, middle) {
          // What learns of its nearest edge by way of cells may miss it by little.
          #expect(depth >= distance && depth <= distance + 0.05 * grid.side, "round \(round) \(middle)")
        } else {
          #expect(depth == 0, "round \(round) \(middle)")
          // It is there as an edge touches it.
          #expect(distance <= grid.side * 0.5.squareRoot() + 1e-9)
        }
      }
      // Every place within lies in a cell.
      for _ in 0..<40 {
        let point = Point(x: Double.random(in: -60...60, using: &random), y: Double.random(in: 20...60, using: &random))
        guard contains(polygons, point) else { continue }
        let isCovered = grid.middles.contains { max(abs($0.x - point.x), abs($0.y - point.y)) <= grid.side / 2 + 1e-9 }
        #expect(isCovered, "round \(round) \(point)")
      }
    }
  }

  /// All steps of a king and of a knight whose cells are there.
  private static func steps(_ grid: ShapeGrid, _ prices: [Double]) -> [(from: Int, to: Int, cost: Double)] {
    let origin = grid.middles[0]
    let places = grid.middles.map { [Int((($0.x - origin.x) / grid.side).rounded()), Int((($0.y - origin.y) / grid.side).rounded())] }
    let cells = Dictionary(uniqueKeysWithValues: zip(places, places.indices))
    var steps: [(from: Int, to: Int, cost: Double)] = []
    for (from, place) in places.enumerated() {
      func cell(_ column: Int, _ row: Int) -> Int? { cells[[place[0] + column, place[1] + row]] }
      for column in -2...2 {
        for row in -2...2
        where (1...3).contains(abs(column) + abs(row)) && max(abs(column), abs(row)) * min(abs(column), abs(row)) != 0
          || abs(column) + abs(row) == 1
        {
          guard let to = cell(column, row) else { continue }
          var passed = [from, to]
          if abs(column) + abs(row) == 3 {
            let straight = abs(column) == 2 ? cell(column / 2, 0) : cell(0, row / 2)
            guard let straight, let slant = cell(column.signum(), row.signum()) else { continue }
            passed += [straight, slant]
          }
          let length = grid.side * Double(column * column + row * row).squareRoot()
          steps.append((from, to, length * passed.reduce(0) { $0 + prices[$1] } / Double(passed.count)))
        }
      }
    }
    return steps
  }

  /// Bellman and Ford's way: all steps over and over until nothing changes.
  @Test func waysAreTheCheapest() throws {
    var random = Seeded(seed: 9)
    for round in 0..<8 {
      let grid = try #require(ShapeGrid(Self.star(&random)))
      let prices = grid.depths.map { _ in Double.random(in: 0.1...3, using: &random) }
      let start = Int.random(in: 0..<prices.count, using: &random)
      let steps = Self.steps(grid, prices)
      var costs = [Double](repeating: .infinity, count: prices.count)
      costs[start] = 0
      var isDone = false
      while !isDone {
        isDone = true
        for step in steps where costs[step.from] + step.cost < costs[step.to] - 1e-9 {
          costs[step.to] = costs[step.from] + step.cost
          isDone = false
        }
      }
      let ways = grid.ways(from: start, prices: prices)
      for (found, expected) in zip(ways.costs, costs) { #expect(found == expected || abs(found - expected) < 1e-6, "round \(round)") }
      let farthest = ways.cells(to: ways.farthest)
      #expect(farthest.first == start && Set(farthest).count == farthest.count)
    }
  }

  /// Dijkstra's algorithm without a queue: of all cells that are not settled, the cheapest is, and of these the first.
  @Test func waysAreThoseOfDijkstraToTheBit() throws {
    var random = Seeded(seed: 10)
    for round in 0..<8 {
      let grid = try #require(ShapeGrid(Self.star(&random)))
      // Many ways cost the same where all cells do.
      let dear: [Double] = [0.01, 1, 9]
      let prices: [Double] = grid.depths.map { depth in depth > 0 && round % 2 == 0 ? 1 : dear[Int.random(in: 0..<3, using: &random)] }
      let start = Int.random(in: 0..<prices.count, using: &random)
      let (diagonal, knight) = (grid.side * 2.0.squareRoot(), grid.side * 5.0.squareRoot())
      var costs = [Double](repeating: .infinity, count: prices.count)
      var previous = [Int32](repeating: -1, count: prices.count)
      var waiting = Set(prices.indices)
      costs[start] = 0
      while let cell = waiting.min(by: { (costs[$0], $0) < (costs[$1], $1) }), costs[cell] < .infinity {
        waiting.remove(cell)
        func go(to other: Int, _ cost: Double) {
          guard cost < costs[other] else { return }
          (costs[other], previous[other]) = (cost, Int32(cell))
        }
        for direction in 0..<8 {
          guard let next = grid.neighbor(cell, direction) else { continue }
          let length = direction.isMultiple(of: 2) ? grid.side : diagonal
          go(to: next, costs[cell] + length * (prices[cell] + prices[next]) / 2)
          let following = (direction + 1) % 8
          guard let beside = grid.neighbor(cell, following), let jump = grid.neighbor(next, following) else { continue }
          let price = prices[cell] + prices[next] + prices[beside] + prices[jump]
          go(to: jump, costs[cell] + knight * price / 4)
        }
      }
      let ways = grid.ways(from: start, prices: prices)
      #expect(ways.costs == costs, "round \(round)")
      #expect(ways.previous == previous, "round \(round)")
    }
  }
}
