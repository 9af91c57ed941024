import GeoTypes
import TestSupport
import Testing
import Tracing

@Suite struct WorstCaseTests {
  static let shapes: [(name: String, width: Int, height: Int, map: [UInt8])] = [
    ("checkerboard", 41, 37, draw(41, 37) { ($0 + $1) % 2 }),
    ("checkerboard with nodata", 40, 37, draw(40, 37) { ($0 + $1) % 2 == 0 ? 1 : 255 }),
    ("spiral", 51, 51, spiral(51)),
    ("giant ring with holes", 90, 90, draw(90, 90) { $0 > 0 && $1 > 0 && $0 < 89 && $1 < 89 && $0 % 2 == 1 && $1 % 2 == 1 ? 1 : 0 }),
    ("ring of one pixel around much", 60, 60, draw(60, 60) { $0 == 2 || $1 == 2 || $0 == 57 || $1 == 57 ? 1 : ($0 * $1) % 5 == 0 ? 2 : 0 }),
    ("lines of one pixel along rows", 30, 20, draw(30, 20) { $1 % 2 + 0 * $0 }),
    ("lines of one pixel along columns", 30, 20, draw(30, 20) { $0 % 2 + 0 * $1 }),
    ("diagonal lines", 33, 33, draw(33, 33) { ($0 + $1) % 4 == 0 || $0 == $1 ? 1 : 0 }),
    ("comb", 40, 30, draw(40, 30) { $1 == 29 || $0 % 2 == 0 ? 1 : 2 }),
    ("comb upside down", 40, 30, draw(40, 30) { $1 == 0 || $0 % 2 == 0 ? 1 : 2 }),
    ("all one class", 50, 40, draw(50, 40) { _, _ in 3 }),
    ("all nodata", 50, 40, draw(50, 40) { _, _ in 255 }),
    ("one pixel", 1, 1, [4]),
    ("one pixel of nodata", 1, 1, [255]),
    ("one row", 40, 1, draw(40, 1) { x, _ in x / 3 % 3 }),
    ("one column", 1, 40, draw(1, 40) { _, y in y / 3 % 3 }),
    ("every class", 255, 3, draw(255, 3) { x, _ in x }),
    ("steps of half a wide row", 70_000, 3, draw(70_000, 3, farSteps)),
    ("borders straight through many rows", 3, 70_000, draw(3, 70_000) { farSteps($1, $0) }),
  ]

  @Test(arguments: shapes.indices, [false, true])
  func worstCasesAreTracedExactly(index: Int, eight: Bool) throws {
    let shape = Self.shapes[index]
    let fault = try exactFault(shape.map, width: shape.width, height: shape.height, eight: eight)
    #expect(fault == "", "\(shape.name)")
  }

  @Test func aSpiralIsOneRegionWithoutHoles() throws {
    let regions = try trace(spiral(51), width: 51, height: 51).regions.filter { $0.classID == 1 }
    #expect(regions.count == 1)
    #expect(regions.first?.polygons.first?.holes.isEmpty == true)
  }

  @Test func aCheckerboardIsTwoRegionsWhereCornersJoin() throws {
    var options = TracingOptions()
    options.connectivity = .eight
    let map = draw(20, 20) { ($0 + $1) % 2 }
    let regions = try trace(map, width: 20, height: 20, options: options).regions
    #expect(regions.map(\.polygons.count) == [200, 200])
  }

  @Test func rowsThatDoNotFitAreRefused() throws {
    var tracer = try Tracer(size: RasterSize(width: 3, height: 2)) { _ in }
    #expect(throws: TracingError.self) { try tracer.add(classes: [1, 2]) }
    #expect(throws: TracingError.self) { try tracer.add(classes: [1, 2, 3], confidence: [1, 2]) }
    #expect(throws: TracingError.self) { _ = try tracer.finish() }
    try tracer.add(classes: [1, 2, 3, 1, 2, 3])
    #expect(throws: TracingError.self) { try tracer.add(classes: [1, 2, 3]) }
    #expect(try tracer.finish().regions == 3)
    #expect(throws: TracingError.self) { _ = try tracer.finish() }
    #expect(throws: TracingError.self) { _ = try Tracer(size: RasterSize(width: 0, height: 2)) { _ in } }
    var options = TracingOptions()
    options.minimumArea = -1
    #expect(throws: TracingError.self) { _ = try Tracer(size: RasterSize(width: 1, height: 2), options: options) { _ in } }
  }

  @Test func regionsOfLittleConfidenceOrOtherClassesAreLeftOut() throws {
    var options = TracingOptions()
    options.minimumConfidence = [1: 50]
    let map: [UInt8] = [1, 0, 1, 2]
    let all = try trace(map, width: 4, height: 1, confidence: [40, 10, 60, 255], options: options)
    #expect(all.regions.map(\.classID) == [0, 1, 2])
    #expect(all.regions.map(\.id) == [1, 2, 3])
    #expect(all.summary.leftOut == 1)
    #expect(all.regions.last?.statistics.confidence == nil)
    options.classes = [1]
    #expect(try trace(map, width: 4, height: 1, confidence: [40, 10, 60, 255], options: options).regions.map(\.classID) == [1])
  }

  @Test func whatTheSinkThrowsIsThrown() throws {
    struct Full: Error {}
    var tracer = try Tracer(size: RasterSize(width: 2, height: 2)) { _ in throw Full() }
    try tracer.add(classes: [1, 1])
    #expect(throws: Full.self) { try tracer.add(classes: [2, 2]) }
  }
}

func draw(_ width: Int, _ height: Int, _ value: (_ x: Int, _ y: Int) -> Int) -> [UInt8] {
  (0..<width * height).map { UInt8(value($0 % width, $0 / width)) }
}

/// Three lines whose borders step forth and back by more than 32,767 pixels, and run on for more than 65,535.
private func farSteps(_ along: Int, _ line: Int) -> Int {
  switch line {
  case 0: along < 2 ? 1 : 2
  case 1: along < 69_998 ? 1 : 2
  default: along < 5 ? 1 : along < 35_000 ? 2 : 3
  }
}

/// A line of class 1, one pixel wide, that winds inwards with one pixel of class 0 between its turns.
func spiral(_ size: Int) -> [UInt8] {
  var map = [UInt8](repeating: 0, count: size * size)
  var (x, y, dx, dy) = (0, 0, 1, 0)
  map[0] = 1
  func taken(_ x: Int, _ y: Int) -> Bool { !(0..<size).contains(x) || !(0..<size).contains(y) || map[y * size + x] == 1 }
  while true {
    let ahead = (x + 2 * dx, y + 2 * dy)
    let blocked = (0..<size).contains(ahead.0) && (0..<size).contains(ahead.1) ? map[ahead.1 * size + ahead.0] == 1 : taken(x + dx, y + dy)
    if blocked || taken(x + dx, y + dy) {
      (dx, dy) = (-dy, dx)
      let next = (x + 2 * dx, y + 2 * dy)
      if taken(x + dx, y + dy) || ((0..<size).contains(next.0) && (0..<size).contains(next.1) && map[next.1 * size + next.0] == 1) {
        return map
      }
    }
    x += dx
    y += dy
    map[y * size + x] = 1
  }
}
