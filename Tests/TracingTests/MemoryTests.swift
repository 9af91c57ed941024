import GeoTypes
import TestSupport
import Testing
import Tracing

@Suite struct MemoryTests {
  /// The records that tracing a map, repeated downwards, holds at most.
  private func held(_ map: [UInt8], width: Int, rows: Int, repeats: Int, options: TracingOptions) throws -> Int {
    var tracer = try Tracer(size: RasterSize(width: width, height: rows * repeats), options: options) { _ in }
    for _ in 0..<repeats { try tracer.add(classes: map) }
    _ = try tracer.finish()
    return tracer.heldRecords
  }

  @Test func memoryDoesNotGrowWithHeight() throws {
    let (width, rows) = (160, 192)
    let map = SyntheticMaps.speckle(width: width, height: rows, cell: 3.3)
    var cleaned = TracingOptions()
    cleaned.minimumArea = 40
    cleaned.minimumHole = 40
    cleaned.simplify = .visvalingam(tolerance: 2)
    var regular = TracingOptions()
    regular.regularize = [2]
    for options in [TracingOptions(), cleaned, regular] {
      let short = try held(map, width: width, rows: rows, repeats: 4, options: options)
      let tall = try held(map, width: width, rows: rows, repeats: 16, options: options)
      #expect(Double(tall) < 1.25 * Double(short), "\(short) records became \(tall)")
    }
  }

  @Test func whatJoinsAnOpenRegionIsForgotten() throws {
    // One region from top to bottom, with a pixel of another class in every third row and column.
    let (width, rows) = (90, 96)
    let map = draw(width, rows) { $0 % 3 == 1 && $1 % 3 == 1 ? 1 : 0 }
    var options = TracingOptions()
    options.minimumArea = 2
    let short = try held(map, width: width, rows: rows, repeats: 2, options: options)
    let tall = try held(map, width: width, rows: rows, repeats: 12, options: options)
    #expect(tall < short + short / 4, "\(short) records became \(tall)")
  }
}
