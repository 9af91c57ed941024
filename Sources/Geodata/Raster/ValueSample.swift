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
    var pixels = Pixels(bands: distinct.count)
    for part in ValueSample.parts(of: file, side: side) {
      let read: [Double] = try file.read(bands: distinct, part.window, as: GDT_Float64, Double.self, size: part.size)
      var mask: [UInt8]?
      var opacity: [Float]?
      if case .dataset(let hasMask, let alpha) = rule.mask {
        if hasMask { mask = try file.readMask(band: bands[0], part.window, size: part.size) }
        if let alpha { opacity = try file.read(bands: [alpha.band], part.window, as: GDT_Float32, Float.self, size: part.size) }
      }
      let declared = [rule.nodata?.first, rule.extra?.first].compactMap { $0 }
      pixels.reserve(part.size.area)
      for row in 0..<part.size.height {
        let isEdgeRow = row == 0 && part.window.row == 0 || row == part.size.height - 1 && part.window.maxRow == file.size.height
        for column in 0..<part.size.width {
          let pixel = row * part.size.width + column
          if let mask, mask[pixel] == 0 { continue }
          if let opacity, !(opacity[pixel] > 0) { continue }
          let isOnEdge =
            isEdgeRow || column == 0 && part.window.column == 0
            || column == part.size.width - 1 && part.window.maxColumn == file.size.width
          pixels.add(read, at: pixel * distinct.count, signedByte: signedByte, isOnEdge: isOnEdge) { values in
            // Bands may repeat in the rule, never with different values.
            declared.contains { nodata in values.allSatisfy { $0 == nodata || Float($0) == Float(nodata) } }
          }
        }
      }
    }
    isGray = pixels.isGray
    undeclared = ValueSample.undeclared(pixels)
    values = pixels.values(without: undeclared?.value)
  }

  /// Valid pixels, one after the other.
  private struct Pixels {
    let bands: Int
    /// [pixels][bands].
    private(set) var values: [Double] = []
    /// Of each pixel, whether it lies at the raster's edge.
    private(set) var onEdge: [Bool] = []

    init(bands: Int) { self.bands = bands }

    var count: Int { onEdge.count }

    func pixel(_ index: Int) -> ArraySlice<Double> { values[index * bands..<(index + 1) * bands] }

    /// The value that a pixel holds in all bands; `nil` where they differ.
    func shade(_ index: Int) -> Double? {
      let first = values[index * bands]
      for place in index * bands + 1..<max(index * bands + 1, (index + 1) * bands) where values[place] != first { return nil }
      return first
    }

    mutating func reserve(_ more: Int) {
      values.reserveCapacity(values.count + more * bands)
      onEdge.reserveCapacity(onEdge.count + more)
    }

    /// Adds a pixel, unless it is not finite or nodata.
    mutating func add(_ read: [Double], at start: Int, signedByte: Bool, isOnEdge: Bool, isNodata: (ArraySlice<Double>) -> Bool) {
      let first = values.count
      for band in 0..<bands {
        let value = read[start + band]
        values.append(signedByte && value >= 128 ? value - 256 : value)
      }
      let added = values[first...]
      if added.allSatisfy(\.isFinite), !isNodata(added) { onEdge.append(isOnEdge) } else { values.removeLast(bands) }
    }

    /// Whether all bands held the same values, and more than one.
    var isGray: Bool {
      guard count >= 256 else { return false }
      var hasOthers = false
      for index in 0..<count {
        guard let shade = shade(index) else { return false }
        if shade != values[0] { hasOthers = true }
      }
      return hasOthers
    }

    /// One list for each band, without pixels of one shade.
    func values(without shade: Double?) -> [[Double]] {
      let kept = shade == nil ? Array(0..<count) : (0..<count).filter { self.shade($0) != shade }
      return (0..<bands).map { band in kept.map { values[$0 * bands + band] } }
    }
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
  /// makes up a part of the raster's edge and is usual, or lies farther from the other values than these from each other.
  private static func undeclared(_ pixels: Pixels) -> Undeclared? {
    guard pixels.count >= 256 else { return nil }
    var counts: [Double: Int] = [:]
    var edges: [Double: Int] = [:]
    let allEdges = pixels.onEdge.count { $0 }
    let (least, most) = (pixels.values.min() ?? 0, pixels.values.max() ?? 0)
    func isCandidate(_ value: Double) -> Bool { value == least || value == most || usual.contains(value) }
    for index in 0..<pixels.count {
      guard let shade = pixels.shade(index), isCandidate(shade) else { continue }
      counts[shade, default: 0] += 1
      if pixels.onEdge[index] { edges[shade, default: 0] += 1 }
    }
    let candidates = counts.filter { $0.value * 200 >= pixels.count && $0.value < pixels.count }
    for (value, count) in candidates.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
      let others = (0..<pixels.count).filter { pixels.shade($0) != value }
      let flat = others.flatMap { pixels.pixel($0) }.filter { $0 != value }.sorted()
      guard !flat.isEmpty else { continue }
      let (low, high) = (flat[(flat.count - 1) / 50], flat[(flat.count - 1) * 49 / 50])
      // Of two values in all, neither is set apart.
      guard high > low else { continue }
      let reach = (high - low) / 20
      let near = others.count { index in pixels.pixel(index).allSatisfy { abs($0 - value) <= reach } }
      let gap = max(low - value, value - high)
      let isFar = (value == least || value == most) && gap > high - low
      // Snow and shadows that a camera cut off have neighbors in value, and a white roof has little of the edge.
      let isCollar = usual.contains(value) && 10 * (edges[value] ?? 0) >= allEdges && count >= 200 * near
      guard isFar && count >= 10 * near || isCollar else { continue }
      return Undeclared(value: value, share: Double(count) / Double(pixels.count))
    }
    return nil
  }
}
