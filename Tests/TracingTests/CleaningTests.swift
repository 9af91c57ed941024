import GeoTypes
import TestSupport
import Testing
import Tracing

@Suite struct CleaningTests {
  /// Checks that cleaned regions are exactly those of the cleaned map, statistics included.
  private func fault(
    _ source: [UInt8], _ expected: [UInt8], width: Int, height: Int, options: TracingOptions, strip: Int? = nil
  ) throws -> String {
    let regions = try trace(source, width: width, height: height, strip: strip, options: options).regions
    let twins = Naive.regions(expected, width: width, height: height, eight: options.connectivity == .eight)
    var found: [[Int]: UInt8] = [:]
    for region in regions {
      let pixels = Naive.pixels(region.polygons, width: width, height: height)
      guard !pixels.isEmpty, found[pixels] == nil else { return "region \(region.id) is there twice, or empty" }
      found[pixels] = region.classID
      guard region.statistics.pixels == pixels.count else {
        return "region \(region.id) counts \(region.statistics.pixels) of \(pixels.count)"
      }
      guard Judge.isValid(region.polygons) else { return "region \(region.id) is not valid" }
      let inside = region.statistics.pointInside
      guard pixels.contains(Int(inside.y) * width + Int(inside.x)) else { return "region \(region.id) has its point outside" }
    }
    for twin in twins {
      guard found[twin.pixels] == twin.classID else { return "no region of class \(twin.classID) has the pixels \(twin.pixels)" }
    }
    return regions.count == twins.count ? "" : "\(regions.count) regions instead of \(twins.count)"
  }

  @Test(arguments: [TracingOptions.Connectivity.four, .eight])
  func smallRegionsJoinAsTheirNaiveTwinSays(connectivity: TracingOptions.Connectivity) throws {
    var random = Seeded(seed: 11)
    for number in 0..<120 * rounds {
      let (width, height) = (Int.random(in: 1...14, using: &random), Int.random(in: 1...60, using: &random))
      let map = SyntheticMaps.noise(
        width: width, height: height, classes: 2 + number % 4, nodata: number % 3 == 0 ? 0.15 : 0, seed: UInt64(number))
      var options = TracingOptions()
      options.connectivity = connectivity
      options.minimumArea = Double(2 + number % 11)
      let expected = NaiveCleaning.joined(
        map, width: width, height: height, minimumArea: 2 + number % 11, eight: connectivity == .eight)
      let fault = try fault(map, expected, width: width, height: height, options: options)
      guard fault.isEmpty else {
        Issue.record("map \(number), \(width) × \(height): \(fault)")
        return
      }
    }
  }

  @Test func smallHolesAreFilledAsTheirNaiveTwinSays() throws {
    var random = Seeded(seed: 12)
    for number in 0..<100 * rounds {
      let (width, height) = (Int.random(in: 3...12, using: &random), Int.random(in: 3...50, using: &random))
      var map = SyntheticMaps.noise(
        width: width, height: height, classes: 2 + number % 3, nodata: number % 3 == 0 ? 0.05 : 0, seed: UInt64(number))
      // Mostly one class, so that holes come about.
      for index in map.indices where random.next() % 2 == 0 && map[index] != 255 { map[index] = 0 }
      var options = TracingOptions()
      options.minimumHole = Double(2 + number % 11)
      let expected = NaiveCleaning.filled(map, width: width, height: height, minimumHole: 2 + number % 11, eight: false)
      let fault = try fault(map, expected, width: width, height: height, options: options)
      guard fault.isEmpty else {
        Issue.record("map \(number), \(width) × \(height): \(fault)")
        return
      }
    }
  }

  @Test(arguments: [TracingOptions.Connectivity.four, .eight])
  func cleaningDoesNotDependOnStrips(connectivity: TracingOptions.Connectivity) throws {
    let (width, height) = (70, 230)
    let map = SyntheticMaps.noise(width: width, height: height, classes: 3, nodata: 0.05, seed: 5)
    var options = TracingOptions()
    options.connectivity = connectivity
    options.minimumArea = 9
    options.minimumHole = 25
    options.simplify = .visvalingam(tolerance: 2)
    let whole = try trace(map, width: width, height: height, options: options).regions
    for strip in [1, 13, 32, 64] {
      let parts = try trace(map, width: width, height: height, strip: strip, options: options).regions
      #expect(parts.map(Comparison.init) == whole.map(Comparison.init), "strips of \(strip) rows")
    }
  }

  @Test func aSmallRegionAmidNodataStays() throws {
    var options = TracingOptions()
    options.minimumArea = 10
    let map: [UInt8] = [255, 255, 255, 255, 3, 255, 255, 255, 255]
    let traced = try trace(map, width: 3, height: 3, options: options)
    #expect(traced.regions.map(\.classID) == [3])
    #expect(traced.summary.merged == 0)
  }

  @Test func statisticsFollowWhatJoins() throws {
    var options = TracingOptions()
    options.minimumArea = 2
    let traced = try trace(
      [1, 1, 1, 1, 2, 1, 1, 1, 1], width: 3, height: 3, confidence: [50, 50, 50, 50, 5, 50, 50, 95, 50], options: options)
    let region = try #require(traced.regions.first)
    #expect(traced.regions.count == 1)
    #expect(traced.summary.merged == 1)
    #expect(region.statistics.pixels == 9)
    #expect(region.statistics.perimeter == 12)
    #expect(region.polygons == [Polygon(shell: Ring(region.polygons[0].shell.points))])
    let confidence = try #require(region.statistics.confidence)
    #expect(confidence.minimum == 5)
    #expect(confidence.maximum == 95)
    #expect(abs(confidence.mean - 50) < 1e-9)
  }

  @Test func theAreaOfAPixelDependsOnItsRow() throws {
    var options = TracingOptions()
    options.pixelArea = { row in row == 0 ? 5 : 1 }
    options.minimumArea = 4
    // The first row's pixel is large enough, the last row's is not.
    let traced = try trace([2, 1, 1, 1, 1, 2], width: 2, height: 3, options: options)
    #expect(traced.regions.map(\.statistics.pixels).sorted() == [1, 5])
    #expect(traced.regions.map(\.statistics.area).sorted() == [5, 9])
  }
}
