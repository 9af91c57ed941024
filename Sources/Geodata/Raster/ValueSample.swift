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

  /// What pixels hold that look like nodata.
  struct Undeclared {
    /// One value for each band.
    var values: [Double]
    /// Of the valid pixels.
    var share: Double

    /// The value of all bands; `nil` where they differ.
    var value: Double? { Set(values).count == 1 ? values.first : nil }
  }

  /// Looks at an overview, or at parts where there is none and the raster is large.
  ///
  /// - Parameters:
  ///   - bands: those that are read as channels.
  ///   - extraNodata: the pipeline's.
  ///   - tolerance: how far from nodata values are nodata, too.
  ///   - side: pixels of the longer side of what is looked at, at most.
  /// - Throws: `damaged` where pixels cannot be decoded.
  init(of file: RasterDataset, bands: [Int], alpha: Int?, signedByte: Bool, extraNodata: Double?, tolerance: Double, side: Int)
    throws(GeodataError)
  {
    let distinct = Set(bands).sorted()
    self.bands = distinct
    let all = (1...file.bandCount).map { file.describe(band: $0) }
    let rule = ValidityRule(
      bands: bands.map { all[$0 - 1] }, all: all, alpha: alpha.map { AlphaRule(band: $0) }, extra: extraNodata)
    let parts = ValueSample.parts(of: file, side: side)
    var pixels = Pixels(bands: distinct.count, grid: parts.count == 1 ? parts[0].size : nil)
    for part in parts {
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
          pixels.add(read, pixel, signedByte: signedByte, isOnEdge: isOnEdge) { values in
            // Bands may repeat in the rule, never with different values.
            declared.contains { nodata in values.allSatisfy { $0 == nodata || Float($0) == Float(nodata) || abs($0 - nodata) <= tolerance }
            }
          }
        }
      }
    }
    isGray = pixels.isGray
    undeclared = ValueSample.undeclared(pixels)
    values = pixels.values(without: undeclared?.values)
  }

  /// Valid pixels, one after the other.
  private struct Pixels {
    let bands: Int
    /// [pixels][bands].
    private(set) var values: [Double] = []
    /// Of each pixel, whether it lies at the raster's edge.
    private(set) var onEdge: [Bool] = []
    /// The raster as it was looked at, where that was in one piece.
    let grid: RasterSize?
    /// Of each pixel, its place in the grid.
    private(set) var places: [Int] = []

    init(bands: Int, grid: RasterSize?) { (self.bands, self.grid) = (bands, grid) }

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
      if grid != nil { places.reserveCapacity(more) }
    }

    /// Adds a pixel, unless it is not finite or nodata.
    mutating func add(_ read: [Double], _ place: Int, signedByte: Bool, isOnEdge: Bool, isNodata: (ArraySlice<Double>) -> Bool) {
      let first = values.count
      var isFinite = true
      for band in 0..<bands {
        let value = read[place * bands + band]
        if !value.isFinite { isFinite = false }
        values.append(signedByte && value >= 128 ? value - 256 : value)
      }
      guard isFinite, !isNodata(values[first...]) else {
        values.removeLast(bands)
        return
      }
      onEdge.append(isOnEdge)
      if grid != nil { places.append(place) }
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

    /// One list for each band, without pixels of some values.
    func values(without color: [Double]?) -> [[Double]] {
      guard let color else { return (0..<bands).map { band in (0..<count).map { values[$0 * bands + band] } } }
      let kept = (0..<count).filter { !pixel($0).elementsEqual(color) }
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

  /// What many pixels hold while hardly any is near it: among the usual values and the ends of the range what lies farther from the other values than
  /// these from each other, and of any values what makes up a part of the raster's edge.
  private static func undeclared(_ pixels: Pixels) -> Undeclared? {
    guard pixels.count >= 256 else { return nil }
    let (least, most) = (pixels.values.min() ?? 0, pixels.values.max() ?? 0)
    var counts: [Double: Int] = [:]
    for index in 0..<pixels.count {
      guard let shade = pixels.shade(index), shade == least || shade == most || usual.contains(shade) else { continue }
      counts[shade, default: 0] += 1
    }
    let shades = counts.filter { $0.value * 200 >= pixels.count }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { [Double](repeating: $0.key, count: pixels.bands) }
    let atEdge = edgeColors(pixels)
    for color in atEdge {
      if let share = collar(of: color, pixels) { return Undeclared(values: color, share: share) }
    }
    for color in shades + atEdge.filter({ !shades.contains($0) }) {
      if let found = judge(color, isAtEdge: atEdge.contains(color), pixels, ends: (least, most)) { return found }
    }
    return nil
  }

  /// What a tenth of the pixels of the raster's edge hold at least, the most frequent first.
  private static func edgeColors(_ pixels: Pixels) -> [[Double]] {
    var counts: [[Double]: Int] = [:]
    var edge = 0
    for index in 0..<pixels.count where pixels.onEdge[index] {
      edge += 1
      counts[Array(pixels.pixel(index)), default: 0] += 1
    }
    return counts.filter { 10 * $0.value >= edge }
      .sorted { $0.value != $1.value ? $0.value > $1.value : $0.key.lexicographicallyPrecedes($1.key) }.map(\.key)
  }

  /// The share of the pixels of a color that lie along the raster's edge in few, compact pieces, as a collar does; `nil` where they do not.
  ///
  /// Lossy compression leaves the inside of a collar as it was, and what else is dark or bright in the picture does not matter. Clouds and shadows that a
  /// camera cut off are ragged.
  private static func collar(of color: [Double], _ pixels: Pixels) -> Double? {
    guard let grid = pixels.grid else { return nil }
    // 0: not valid; 1: of another color; 2: of the color; 3: of it, along the edge.
    var cells = [UInt8](repeating: 0, count: grid.area)
    var open: [Int] = []
    for index in 0..<pixels.count {
      let isOfColor = pixels.pixel(index).elementsEqual(color)
      cells[pixels.places[index]] = isOfColor ? 2 : 1
      if isOfColor, pixels.onEdge[index] { open.append(pixels.places[index]) }
    }
    func neighbors(_ cell: Int) -> [Int] {
      let column = cell % grid.width
      return [column > 0 ? cell - 1 : -1, column < grid.width - 1 ? cell + 1 : -1, cell - grid.width, cell + grid.width]
        .filter { cells.indices.contains($0) }
    }
    var (sum, border, extent) = (0, 0, 0)
    for start in open where cells[start] == 2 {
      var (left, top) = (start % grid.width, start / grid.width)
      var (right, bottom) = (left, top)
      var stack = [start]
      var (area, rim) = (0, 0)
      cells[start] = 3
      while let cell = stack.popLast() {
        area += 1
        let (column, row) = (cell % grid.width, cell / grid.width)
        (left, right, top, bottom) = (min(left, column), max(right, column), min(top, row), max(bottom, row))
        for next in neighbors(cell) {
          if cells[next] == 1 { rim += 1 }
          guard cells[next] == 2 else { continue }
          cells[next] = 3
          stack.append(next)
        }
      }
      guard area * 100 >= pixels.count, area >= 64 else { continue }
      sum += area
      border += rim
      extent += right - left + bottom - top + 2
    }
    guard sum * 50 >= pixels.count, 2 * border <= 5 * extent else { return nil }
    // Of a few values in all, none is set apart.
    var others: Set<Double> = []
    for index in 0..<pixels.count where others.count < 4 && cells[pixels.places[index]] == 1 { others.formUnion(pixels.pixel(index)) }
    guard others.count >= 4 else { return nil }
    return Double(sum) / Double(pixels.count)
  }

  private static func judge(_ color: [Double], isAtEdge: Bool, _ pixels: Pixels, ends: (least: Double, most: Double)) -> Undeclared? {
    let others = (0..<pixels.count).filter { !pixels.pixel($0).elementsEqual(color) }
    let count = pixels.count - others.count
    guard count * 200 >= pixels.count, !others.isEmpty else { return nil }
    let shade = Set(color).count == 1 ? color[0] : nil
    let flat = others.flatMap { pixels.pixel($0) }.filter { $0 != shade }.sorted()
    guard !flat.isEmpty else { return nil }
    let (low, high) = (flat[(flat.count - 1) / 50], flat[(flat.count - 1) * 49 / 50])
    // Of two values in all, neither is set apart.
    guard high > low else { return nil }
    let reach = (high - low) / 20
    let near = others.count { index in zip(pixels.pixel(index), color).allSatisfy { abs($0 - $1) <= reach } }
    var isFar = false
    if let shade, shade == ends.least || shade == ends.most { isFar = max(low - shade, shade - high) > high - low && count >= 10 * near }
    // Snow and shadows that a camera cut off have neighbors in value, and a white roof has little of the edge. What a camera cuts off is an end of the
    // range: any other value that is repeated exactly in several bands was put there.
    let isInside = !color.contains { $0 == ends.least || $0 == ends.most }
    let isKnown = shade.map { usual.contains($0) } ?? false
    let isAlone = (isKnown || !isInside) && count >= 200 * near
    let isRepeated = isInside && pixels.bands > 1 && count >= 20 * mostRepeated(others, pixels)
    let isCollar = isAtEdge && (isAlone || isRepeated)
    guard isFar || isCollar else { return nil }
    return Undeclared(values: color, share: Double(count) / Double(pixels.count))
  }

  /// How often the most frequent of some pixels' values occur among them, by a part of them where they are many.
  private static func mostRepeated(_ indices: [Int], _ pixels: Pixels) -> Int {
    let step = max(1, indices.count >> 16)
    var counts: [[Double]: Int] = [:]
    for place in stride(from: 0, to: indices.count, by: step) { counts[Array(pixels.pixel(indices[place])), default: 0] += step }
    return counts.values.max() ?? 0
  }
}
