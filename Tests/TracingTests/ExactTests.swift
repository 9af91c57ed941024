import GeoTypes
import TestSupport
import Testing
import Tracing

@Suite struct ExactTests {
  @Test(arguments: [false, true])
  func allMapsOfFourByFourAndTwoClassesAreTracedExactly(eight: Bool) throws {
    for bits in 0..<(1 << 16) {
      let map = (0..<16).map { UInt8(bits >> $0 & 1) }
      let fault = try exactFault(map, width: 4, height: 4, eight: eight)
      guard fault.isEmpty else {
        Issue.record("map \(map): \(fault)")
        return
      }
    }
  }

  @Test(arguments: [false, true])
  func allMapsOfThreeByThreeAndTwoClassesWithNodataAreTracedExactly(eight: Bool) throws {
    for number in 0..<19683 {
      var rest = number
      let map = (0..<9).map { _ -> UInt8 in
        defer { rest /= 3 }
        return [0, 1, 255][rest % 3]
      }
      let fault = try exactFault(map, width: 3, height: 3, eight: eight)
      guard fault.isEmpty else {
        Issue.record("map \(map): \(fault)")
        return
      }
    }
  }

  @Test(arguments: [false, true])
  func randomMapsAreTracedExactly(eight: Bool) throws {
    var random = Seeded(seed: 7)
    for number in 0..<1500 * rounds {
      let width = Int.random(in: 1...24, using: &random)
      let height = Int.random(in: 1...24, using: &random)
      let classes = Int.random(in: 1...5, using: &random)
      let nodata = [0, 0.2, 0.6][number % 3]
      let map = SyntheticMaps.noise(width: width, height: height, classes: classes, nodata: nodata, seed: UInt64(number))
      let fault = try exactFault(map, width: width, height: height, eight: eight)
      guard fault.isEmpty else {
        Issue.record("map \(number), \(width) × \(height): \(fault)")
        return
      }
    }
  }

  @Test(arguments: [false, true])
  func naturalShapesAreTracedExactly(eight: Bool) throws {
    let map = SyntheticMaps.smoothNoise(width: 157, height: 131, scale: 24)
    #expect(try exactFault(map, width: 157, height: 131, eight: eight) == "")
    let cells = SyntheticMaps.speckle(width: 131, height: 157, cell: 4.3)
    #expect(try exactFault(cells, width: 131, height: 157, eight: eight) == "")
  }

  @Test(arguments: [TracingOptions.Connectivity.four, .eight])
  func stripsOfAnyHeightGiveTheSameRegions(connectivity: TracingOptions.Connectivity) throws {
    let (width, height) = (61, 47)
    let map = SyntheticMaps.noise(width: width, height: height, classes: 3, nodata: 0.1, seed: 3)
    let confidence = map.indices.map { UInt8($0 % 101) }
    var options = TracingOptions()
    options.connectivity = connectivity
    let whole = try trace(map, width: width, height: height, confidence: confidence, options: options).regions.map(Comparison.init)
    for strip in [1, 2, 3, 7, 16, 46] {
      let parts = try trace(map, width: width, height: height, confidence: confidence, strip: strip, options: options).regions
      #expect(parts.map(Comparison.init) == whole, "strips of \(strip) rows")
    }
  }
}

/// Everything of a region, to be compared.
struct Comparison: Equatable {
  var id: Int
  var classID: UInt8
  var polygons: [Polygon]
  var statistics: RegionStatistics

  init(_ region: TracedRegion) {
    id = region.id
    classID = region.classID
    polygons = region.polygons
    statistics = region.statistics
  }
}
