import CGDAL
import Foundation
import GeoTypes

/// A look at some of a raster's pixels, the same ones whenever the same file is looked at: what headers cannot tell.
struct PixelSample: Sendable {
  /// What the alpha band holds.
  struct Alpha: Sendable {
    var maximum = 0.0
    /// Different values, counted up to 256.
    var distinct = 0
    /// The share of pixels that are neither nearly transparent nor nearly opaque.
    var partial = 0.0
    /// Whether a pixel is as little as 0, and whether one is below a half of the full value.
    var hasZero = false
    var hasLowerHalf = false
    /// The share of pixels, among those with some alpha, where a color exceeds alpha: it cannot be multiplied by it.
    var exceeded = 0.0

    /// The value that means opaque: of the type, unless all that was seen is far below.
    var full = 255.0

    /// Whether it looks like a picture, as where infrared is tagged as alpha: masks are partly transparent along their edges alone.
    var looksLikePicture: Bool { partial >= 0.25 }
  }

  var pixels = 0
  var alpha: Alpha?
  /// The number of different values of the band that has most of them, counted up to 9.
  var distinctValues = 9
  /// The share of pixels whose values lie close to nodata, but are not nodata.
  var nearNodata = 0.0

  /// What to look at: all of it, decimated, where that is cheap; else a 4 × 4 grid of small windows.
  private static func parts(of file: RasterDataset) -> [(window: Window, size: RasterSize)] {
    let size = file.size
    if size.area <= 4_000_000 || file.overviewCount > 0 {
      return [(Window(size), RasterSize(width: min(size.width, 512), height: min(size.height, 512)))]
    }
    let part = RasterSize(width: min(size.width, 64), height: min(size.height, 64))
    return (0..<4).flatMap { row in
      (0..<4).map { column in
        // Not along the edges: collars would be all that is seen.
        let window = Window(
          column: (size.width - part.width) * (2 * column + 1) / 8, row: (size.height - part.height) * (2 * row + 1) / 8,
          width: part.width, height: part.height)
        return (window, part)
      }
    }
  }

  /// - Parameters:
  ///   - bands: those that are read as channels.
  ///   - nodata: of each of them.
  /// - Throws: `damaged` where pixels cannot be decoded.
  init(of file: RasterDataset, bands: [Int], alpha: Int?, nodata: [Double]?) throws(GeodataError) {
    let distinct = Set(bands).sorted()
    let all = distinct + (alpha.map { [$0] } ?? [])
    let wanted = nodata.map { nodata in distinct.map { band in nodata[bands.firstIndex(of: band) ?? 0] } }
    var seen = [Set<Double>](repeating: [], count: all.count)
    var partialPixels: [Double] = []
    var exceeding = 0
    var opaque = 0
    var near = 0
    func look<Value>(at values: [Value], count: Int, number: (Value) -> Double) {
      pixels += count
      for pixel in 0..<count {
        let first = pixel * all.count
        var isDone = alpha == nil && wanted == nil
        for band in all.indices where seen[band].count < (band < distinct.count ? 9 : 256) {
          seen[band].insert(number(values[first + band]))
          isDone = false
        }
        // Nothing more is to be learned.
        if isDone { return }
        if alpha != nil {
          let opacity = number(values[first + distinct.count])
          partialPixels.append(opacity)
          if opacity > 0 {
            opaque += 1
            // Rounding and loss may carry a color a little over.
            if (0..<distinct.count).contains(where: { number(values[first + $0]) > opacity + max(2, opacity / 16) }) { exceeding += 1 }
          }
        }
        if let wanted {
          let distances = (0..<distinct.count).map { abs(number(values[first + $0]) - wanted[$0]) }
          if !distances.allSatisfy({ $0 == 0 }), distances.allSatisfy({ $0 <= 16 }) { near += 1 }
        }
      }
    }
    let isBytes = all.allSatisfy { file.describe(band: $0).type == GDT_Byte }
    for part in PixelSample.parts(of: file) {
      if isBytes {
        look(at: try file.read(bands: all, part.window, as: GDT_Byte, UInt8.self, size: part.size), count: part.size.area) { Double($0) }
      } else {
        look(at: try file.read(bands: all, part.window, as: GDT_Float64, Double.self, size: part.size), count: part.size.area) { $0 }
      }
    }
    guard pixels > 0 else { return }
    distinctValues = seen.prefix(distinct.count).map(\.count).max() ?? 9
    nearNodata = Double(near) / Double(pixels)
    guard let alpha else { return }
    var found = Alpha()
    found.maximum = partialPixels.max() ?? 0
    found.distinct = seen[distinct.count].count
    let largest: Double =
      switch file.describe(band: alpha).type {
      case GDT_Byte: 255
      case GDT_UInt16: 65_535
      case GDT_Int16: 32_767
      case GDT_Float32, GDT_Float64: 1
      default: max(255, found.maximum)
      }
    // Wide alpha is often 255 where it is opaque, and floats are, too.
    found.full = largest > 255 && found.maximum <= 255 ? 255 : max(largest, largest == 1 ? found.maximum : 0)
    let range = (found.full / 16)...(found.full * 15 / 16)
    found.partial = Double(partialPixels.count { range.contains($0) }) / Double(pixels)
    found.hasZero = partialPixels.contains { !($0 > 0) }
    found.hasLowerHalf = partialPixels.contains { $0 < found.full / 2 }
    found.exceeded = opaque > 0 ? Double(exceeding) / Double(opaque) : 0
    self.alpha = found
  }
}
