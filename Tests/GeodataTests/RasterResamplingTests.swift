import CGDAL
import Foundation
import GeoTypes
import Geodata
import Testing

@Suite struct RasterResamplingTests {
  let scratch = Scratch()

  private func source(_ size: RasterSize, meters: Double, nodata: Double? = nil, _ value: (Int, Int, Int) -> Double) throws -> RasterSource
  {
    let path = scratch.path("s\(meters).tif")
    // A local crs of meters, where a pixel's length is what the geotransform says.
    Painting(size: size, geotransform: Geotransform(0, 1, 0, 0, 0, -1), crs: nil, nodata: nodata).paint(path, value)
    return try RasterSource(path: path, options: RasterSourceOptions(resolution: .meters(meters)))
  }

  @Test func downIsTheAreaAverage() throws {
    let source = try source(RasterSize(width: 6, height: 4), meters: 2) { c, r, _ in Double(10 * c + r) }
    #expect(source.size == RasterSize(width: 3, height: 2))
    #expect(source.geotransform == Geotransform(0, 2, 0, 0, 0, -2))
    let block = try source.read(Window(source.size))
    for row in 0..<2 {
      for column in 0..<3 { #expect(abs(block.numbers[(row * 3 + column) * 3] - Float(20 * column + 5) - Float(2 * row) - 0.5) < 1e-4) }
    }
    #expect(!source.givesBytes && block.valid == nil)
  }

  @Test func fractionsOfPixelsCount() throws {
    let source = try source(RasterSize(width: 3, height: 3), meters: 1.5) { c, _, _ in Double(c * 30) }
    #expect(source.size == RasterSize(width: 2, height: 2))
    let block = try source.read(Window(source.size))
    // 0 and half of 30 over 1.5; half of 30 and 60.
    #expect(abs(block.numbers[0] - 10) < 1e-4)
    #expect(abs(block.numbers[3] - 50) < 1e-4)
  }

  @Test func upIsBilinear() throws {
    let source = try source(RasterSize(width: 2, height: 1), meters: 0.25) { c, _, _ in Double(c * 80) }
    #expect(source.size == RasterSize(width: 8, height: 4))
    let values = try source.read(Window(column: 0, row: 1, width: 8, height: 1)).numbers
    let wanted: [Float] = [0, 0, 10, 30, 50, 70, 80, 80]
    for (column, value) in wanted.enumerated() { #expect(abs(values[3 * column] - value) < 1e-4) }
  }

  @Test func halfOfTheWeightMustBeValid() throws {
    let source = try source(RasterSize(width: 8, height: 2), meters: 2, nodata: 0) { c, r, _ in
      c < 2 ? 50 : c < 4 ? (c + r == 3 ? 40 : 0) : c < 6 ? (c == 4 && r == 0 ? 30 : 0) : 0
    }
    let block = try source.read(Window(source.size))
    #expect(block.flags == [1, 1, 0, 0])
    #expect(block.numbers[0] == 50 && block.numbers[3] == 40 && block.numbers[6] == 0)
  }

  @Test(arguments: [0.37, 0.999, 1.3, 2.5, 7.7]) func noWindowChangesAPixel(meters: Double) throws {
    let source = try source(RasterSize(width: 61, height: 47), meters: meters, nodata: 0) { c, r, b in
      noise(c / 7, r / 5) % 5 == 0 ? 0 : Double(1 + noise(c, r, b) % 255)
    }
    let whole = try source.read(Window(source.size))
    #expect(whole.valid != nil)
    let (wholeNumbers, wholeFlags) = (whole.numbers, whole.flags)
    for (width, height) in [(1, 5), (13, 7), (source.size.width, 3), (50, 50)] {
      for row in stride(from: 0, to: source.size.height, by: height) {
        for column in stride(from: 0, to: source.size.width, by: width) {
          let window = Window(column: column, row: row, width: width, height: height).intersection(Window(source.size))
          let part = try source.read(window)
          let (numbers, flags) = (part.numbers, part.flags)
          for y in 0..<window.height {
            let from = (row + y) * source.size.width + column
            #expect(
              numbers[(y * window.width * 3)..<((y + 1) * window.width * 3)]
                .elementsEqual(wholeNumbers[(from * 3)..<((from + window.width) * 3)]),
              "\(meters) \(window)")
            #expect(flags[(y * window.width)..<((y + 1) * window.width)].elementsEqual(wholeFlags[from..<(from + window.width)]))
          }
        }
      }
    }
  }

  @Test func largeFactorsAreReadInParts() throws {
    let source = try source(RasterSize(width: 3000, height: 2500), meters: 500) { _, r, _ in Double(r / 500 * 10) }
    #expect(source.size == RasterSize(width: 6, height: 5))
    let block = try source.read(Window(source.size))
    for row in 0..<5 { #expect(abs(block.numbers[row * 18] - Float(row * 10)) < 1e-3) }
  }

  @Test func resolutionIsMetersOnTheGround() throws {
    // A tenth of a second of latitude is 3.09 m at 60 degrees, of longitude 1.55 m.
    let degrees = scratch.path("degrees.tif")
    let tenth = 0.1 / 3600
    Painting(
      size: RasterSize(width: 100, height: 100), geotransform: Geotransform(10, tenth, 0, 60, 0, -tenth), crs: "EPSG:4326"
    ).paint(degrees) { _, _, _ in 1 }
    let first = try RasterSource(path: degrees, options: RasterSourceOptions(resolution: .meters(1)))
    #expect(abs(first.size.width - 155) <= 1 && abs(first.size.height - 309) <= 1, "\(first.size)")
    // A meter of web mercator is half a meter on the ground at 60 degrees north.
    let mercator = scratch.path("mercator.tif")
    Painting(
      size: RasterSize(width: 100, height: 100), geotransform: Geotransform(1_113_194, 1, 0, 8_399_738, 0, -1), crs: "EPSG:3857"
    ).paint(mercator) { _, _, _ in 1 }
    let second = try RasterSource(path: mercator, options: RasterSourceOptions(resolution: .meters(0.5)))
    #expect(abs(second.size.width - 100) <= 1 && abs(second.size.height - 100) <= 1, "\(second.size)")
    #expect(
      second.geotransform.bounds(of: second.size)
        == (try RasterSource(path: mercator)).geotransform.bounds(of: RasterSize(width: 100, height: 100)))
  }

  @Test func aPixelOfTheWantedSizeStaysAsItIs() throws {
    let path = scratch.path("utm.tif")
    Painting(size: RasterSize(width: 600, height: 400)).paint(path) { c, _, _ in Double(c % 256) }
    #expect(try RasterSource(path: path, options: RasterSourceOptions(resolution: .meters(0.5))).givesBytes)
    let half = try RasterSource(path: path, options: RasterSourceOptions(resolution: .meters(1)))
    #expect(half.size == RasterSize(width: 300, height: 200) && half.geotransform.c1 == 1)
    let third = try RasterSource(path: path, options: RasterSourceOptions(resolution: .meters(0.25)))
    #expect(third.size == RasterSize(width: 1200, height: 800))
  }

  @Test func tinyResolutionsAreRefused() {
    let error = #expect(throws: GeodataError.self) { try source(RasterSize(width: 6, height: 4), meters: 1e-9) { _, _, _ in 1 } }
    #expect(error?.code == .tooLarge)
  }
}
