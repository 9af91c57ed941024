import CGDAL
import Foundation
import GeoTypes

/// Values of some of a raster's valid pixels, the same ones whenever the same file is looked at.
struct ValueSample {
  /// One list for each different band, in the order of their numbers: without pixels of `undeclared`.
  private(set) var values: [[Double]] = []
  /// The numbers of the bands.
  let bands: [Int]
  /// Whether all bands held the same values, and more than one.
  private(set) var isGray = false
  /// A value that looks like nodata, and that neither the file nor the pipeline declares; `nil` without one.
  private(set) var undeclared: Undeclared?

  /// A value that pixels hold in every band, and that looks like nodata.
  struct Undeclared {
    var value: Double
    /// Of the valid pixels.
    var share: Double
  }

  /// Looks at an overview, or at parts where there is none and the raster is large.
  ///
  /// - Parameters:
  ///   - bands: those that are read as channels.
  ///   - extraNodata: the pipeline's.
  ///   - side: pixels of the longer side of what is looked at, at most.
  /// - Throws: `damaged` where pixels cannot be decoded.
  init(of file: RasterDataset, bands: [Int], alpha: Int?, signedByte: Bool, extraNodata: Double?, side: Int) throws(GeodataError) {
    let distinct = Set(bands).sorted()
    self.bands = distinct
    let all = (1...file.bandCount).map { file.describe(band: $0) }
    let rule = ValidityRule(
      bands: bands.map { all[$0 - 1] }, all: all, alpha: alpha.map { AlphaRule(band: $0) }, extra: extraNodata)
    var pixels: [[Double]] = []
    var onEdge: [Bool] = []
    for part in ValueSample.parts(of: file, side: side) {
      let read: [Double] = try file.read(bands: distinct, part.window, as: GDT_Float64, Double.self, size: part.size)
      var mask: [UInt8]?
      var opacity: [Float]?
      if case .dataset(let hasMask, let alpha) = rule.mask {
        if hasMask { mask = try file.readMask(band: bands[0], part.window, size: part.size) }
        if let alpha { opacity = try file.read(bands: [alpha.band], part.window, as: GDT_Float32, Float.self, size: part.size) }
      }
      for pixel in 0..<part.size.area {
        if let mask, mask[pixel] == 0 { continue }
        if let opacity, !(opacity[pixel] > 0) { continue }
        let values = (0..<distinct.count).map { band in
          let value = read[pixel * distinct.count + band]
          return signedByte && value >= 128 ? value - 256 : value
        }
        if ValueSample.isNodata(values, rule.nodata) || ValueSample.isNodata(values, rule.extra) { continue }
        guard values.allSatisfy(\.isFinite) else { continue }
        pixels.append(values)
        let (row, column) = (pixel / part.size.width, pixel % part.size.width)
        onEdge.append(
          row == 0 && part.window.row == 0 || column == 0 && part.window.column == 0
            || row == part.size.height - 1 && part.window.maxRow == file.size.height
            || column == part.size.width - 1 && part.window.maxColumn == file.size.width)
      }
    }
    isGray =
      pixels.count >= 256 && pixels.allSatisfy { pixel in pixel.allSatisfy { $0 == pixel[0] } } && pixels.contains { $0[0] != pixels[0][0] }
    undeclared = ValueSample.undeclared(pixels, onEdge)
    if let value = undeclared?.value { pixels.removeAll { $0.allSatisfy { $0 == value } } }
    values = distinct.indices.map { band in pixels.map { $0[band] } }
  }

  private static func isNodata(_ values: [Double], _ nodata: [Double]?) -> Bool {
    // Bands may repeat in the rule, never with different values.
    guard let nodata, let first = nodata.first else { return false }
    return values.allSatisfy { $0 == first || Float($0) == Float(first) }
  }

  /// What to read: all of it, decimated, where that is cheap; else an 8 × 8 grid of small windows, edges included.
  private static func parts(of file: RasterDataset, side: Int) -> [(window: Window, size: RasterSize)] {
    let size = file.size
    if size.area <= 16 * side * side || file.overviewCount > 0 {
      return [(Window(size), RasterSize(width: min(size.width, side), height: min(size.height, side)))]
    }
    let part = RasterSize(width: min(size.width, side / 8), height: min(size.height, side / 8))
    return (0..<8).flatMap { row in
      (0..<8).map { column in
        let window = Window(
          column: (size.width - part.width) * column / 7, row: (size.height - part.height) * row / 7, width: part.width,
          height: part.height)
        return (window, part)
      }
    }
  }

  // MARK: - Undeclared nodata

  /// Values that programs write for nodata, besides the ends of the sample.
  private static let usual: Set<Double> = [
    0, 255, 65_535, 32_767, -32_768, -32_767, -1, -99, -999, -9999, -99_999, 9999, 99_999, -3.402823466385288598e38,
  ]

  /// The value, among the usual ones and the ends of the range, that many pixels hold in every band while hardly any is near it, and that either
  /// lies at the raster's edge and is usual, or lies farther from the other values than these from each other.
  private static func undeclared(_ pixels: [[Double]], _ onEdge: [Bool]) -> Undeclared? {
    guard pixels.count >= 256 else { return nil }
    var counts: [Double: Int] = [:]
    var edges: Set<Double> = []
    var (least, most) = (Double.infinity, -Double.infinity)
    for (pixel, isOnEdge) in zip(pixels, onEdge) {
      for value in pixel { (least, most) = (min(least, value), max(most, value)) }
      guard let first = pixel.first, pixel.allSatisfy({ $0 == first }) else { continue }
      counts[first, default: 0] += 1
      if isOnEdge { edges.insert(first) }
    }
    func isCandidate(_ value: Double) -> Bool { usual.contains(value) || value == least || value == most }
    let candidates = counts.filter { isCandidate($0.key) && $0.value * 200 >= pixels.count && $0.value < pixels.count }
    for (value, count) in candidates.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
      let others = pixels.filter { !$0.allSatisfy { $0 == value } }
      let flat = others.flatMap(\.self).filter { $0 != value }.sorted()
      guard !flat.isEmpty else { continue }
      let (low, high) = (flat[(flat.count - 1) / 50], flat[(flat.count - 1) * 49 / 50])
      let reach = (high - low) / 20
      let near = others.count { $0.allSatisfy { abs($0 - value) <= reach } }
      guard count >= 10 * near else { continue }
      let gap = max(low - value, value - high)
      let isFar = (value == least || value == most) && gap > high - low && high > low
      guard isFar || usual.contains(value) && edges.contains(value) else { continue }
      return Undeclared(value: value, share: Double(count) / Double(pixels.count))
    }
    return nil
  }
}
