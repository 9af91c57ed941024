import CGDAL
import Foundation
import GeoTypes
import TestSupport
import Testing

@testable import Geodata

@Suite struct PNGFileTests {
  /// What GDAL reads of the file is what was written, whatever its shape.
  @Test func picturesAreReadBackByGDAL() throws {
    let scratch = Scratch()
    var random = Seeded(seed: 3)
    for (bands, isWide) in [(1, false), (3, false), (4, false), (2, false), (1, true), (3, true)] {
      for size in [(1, 1), (1, 40), (57, 1), (2, 3), (131, 77), (64, 64)] {
        let area = size.0 * size.1
        // Smooth, flat and noisy parts, so that both filters are taken.
        let numbers = (0..<area * bands).map { index -> Int in
          let (column, row) = (index / bands % size.0, index / bands / size.0)
          return row % 3 == 0 ? Int.random(in: 0...65_535, using: &random) : row % 3 == 1 ? column * 300 : row * 999
        }
        let values: PictureSamples.Values =
          isWide ? .words(numbers.map { UInt16(truncatingIfNeeded: $0) }) : .bytes(numbers.map { UInt8(truncatingIfNeeded: $0) })
        let samples = PictureSamples(size: RasterSize(width: size.0, height: size.1), bands: bands, values: values)
        let bytes = try PictureWriter.png(samples)
        #expect(try PictureWriter.png(samples) == bytes)
        let path = scratch.path("\(bands)\(isWide)\(size.0)x\(size.1).png")
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let dataset = try RasterDataset(path: path, drivers: ["PNG"])
        #expect(dataset.size == samples.size && dataset.bandCount == bands)
        let all = Array(1...bands)
        switch values {
        case .bytes(let expected):
          #expect(try dataset.read(bands: all, Window(dataset.size), as: GDT_Byte, UInt8.self) == expected)
        case .words(let expected):
          #expect(try dataset.read(bands: all, Window(dataset.size), as: GDT_UInt16, UInt16.self) == expected)
        }
      }
    }
  }
}
