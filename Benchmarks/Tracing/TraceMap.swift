import GeoTypes
import Geodata
import TestSupport

/// A class map to trace, row by row, and a confidence for each of its pixels.
struct TraceMap {
  enum Kind: String, CaseIterable {
    /// Six classes drawn by lot on a grid of cells of 9.64 pixels: 486,000 regions in 8192 × 8192 pixels.
    case speckle
    /// Smooth noise of four sizes cut into six classes: natural shapes, long borders.
    case noise
    /// A class raster from a file.
    case file
  }

  let name: String
  let size: RasterSize
  private let pixels: [UInt8]
  /// Of `pixels`; where smaller than `size`, they are repeated, every other time mirrored.
  private let tile: RasterSize

  /// Made maps larger than this in one direction repeat a part of it.
  private static let longestTile = 8192

  /// - Parameter path: the raster of `.file`.
  init(_ kind: Kind, size: RasterSize, path: String?) throws {
    self.size = size
    name = kind.rawValue
    switch kind {
    case .speckle, .noise:
      tile = RasterSize(width: min(size.width, Self.longestTile), height: min(size.height, Self.longestTile))
      pixels =
        kind == .speckle
        ? SyntheticMaps.speckle(width: tile.width, height: tile.height)
        : SyntheticMaps.smoothNoise(width: tile.width, height: tile.height)
    case .file:
      let reader = try ClassRasterReader(path: path ?? "")
      tile = reader.size
      pixels = try reader.read(Window(reader.size)).map { $0 == reader.nodata ? ClassMap.nodata : $0 }
    }
  }

  /// The whole map, `[height][width]`.
  func whole() -> [UInt8] { rows(0..<size.height) }

  /// Whole rows of classes.
  func rows(_ range: Range<Int>) -> [UInt8] {
    if tile.width == size.width, range.upperBound <= tile.height {
      return Array(pixels[range.lowerBound * size.width..<range.upperBound * size.width])
    }
    return [UInt8](unsafeUninitializedCapacity: range.count * size.width) { buffer, count in
      var position = 0
      for row in range {
        let start = Self.mirrored(row, tile.height) * tile.width
        for column in 0..<size.width {
          buffer.initializeElement(at: position, to: pixels[start + Self.mirrored(column, tile.width)])
          position += 1
        }
      }
      count = position
    }
  }

  /// Whole rows of made-up confidence, 50 to 99 percent.
  func confidence(_ range: Range<Int>) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: range.count * size.width) { buffer, count in
      var position = 0
      for row in range {
        for column in 0..<size.width {
          buffer.initializeElement(at: position, to: UInt8(50 + (column / 7 + row / 11) % 50))
          position += 1
        }
      }
      count = position
    }
  }

  private static func mirrored(_ index: Int, _ count: Int) -> Int {
    let place = index % (2 * count)
    return place < count ? place : 2 * count - 1 - place
  }
}
