import CGDAL
import Foundation
import GeoTypes

/// The scale that a source of wide values would need: 2 and 98 % of its valid values, rounded outwards.
struct ScaleProposal {
  let range: RasterSourceOptions.Range

  /// Ready to paste behind `scale:`.
  var text: String { "{min: \(ScaleProposal.text(range.min)), max: \(ScaleProposal.text(range.max))}" }

  /// Looks at an overview, or at samples where there is none and the raster is large.
  init(of file: RasterDataset, bands: [Int], alpha: Int?, signedByte: Bool, extraNodata: Double?) throws(GeodataError) {
    let descriptions = bands.map { file.describe(band: $0) }
    let distinct = Set(bands).sorted()
    let all = (1...file.bandCount).map { file.describe(band: $0) }
    let alpha = alpha.map { AlphaRule(band: $0) }
    let rule = ValidityRule(bands: descriptions, all: all, alpha: alpha, extra: extraNodata)
    var samples = [[Double]](repeating: [], count: distinct.count)
    for part in ScaleProposal.parts(of: file) {
      let values: [Double] = try file.read(bands: distinct, part.window, as: GDT_Float64, Double.self, size: part.size)
      var mask: [UInt8]?
      var alphaValues: [Float]?
      if case .dataset(let hasMask, let alpha) = rule.mask {
        if hasMask { mask = try file.readMask(band: bands[0], part.window, size: part.size) }
        if let alpha { alphaValues = try file.read(bands: [alpha.band], part.window, as: GDT_Float32, Float.self, size: part.size) }
      }
      for pixel in 0..<part.size.area {
        if let mask, mask[pixel] == 0 { continue }
        if let alphaValues, !(alphaValues[pixel] > 0) { continue }
        let pixelValues = (0..<distinct.count).map { band in
          let value = values[pixel * distinct.count + band]
          return signedByte && value >= 128 ? value - 256 : value
        }
        if ScaleProposal.isNodata(pixelValues, rule.nodata) || ScaleProposal.isNodata(pixelValues, rule.extra) { continue }
        guard pixelValues.allSatisfy(\.isFinite) else { continue }
        for band in 0..<distinct.count { samples[band].append(pixelValues[band]) }
      }
    }
    var (low, high) = (Double.infinity, -Double.infinity)
    for sample in samples where !sample.isEmpty {
      let sorted = sample.sorted()
      low = min(low, sorted[Int(0.02 * Double(sorted.count - 1))])
      high = max(high, sorted[Int((0.98 * Double(sorted.count - 1)).rounded(.up))])
    }
    range = ScaleProposal.rounded(low: low, high: high, bits: descriptions[0].bits)
  }

  private static func isNodata(_ values: [Double], _ nodata: [Double]?) -> Bool {
    // Bands may repeat in the rule, never with different values.
    guard let nodata, let first = nodata.first else { return false }
    return values.allSatisfy { $0 == first || Float($0) == Float(first) }
  }

  /// What to read: all of it, decimated, where that is cheap; else an 8 × 8 grid of samples.
  private static func parts(of file: RasterDataset) -> [(window: Window, size: RasterSize)] {
    let size = file.size
    let side = 1024
    if size.area <= 16_000_000 || file.overviewCount > 0 {
      let output = RasterSize(width: min(size.width, side), height: min(size.height, side))
      return [(Window(size), output)]
    }
    let part = RasterSize(width: min(size.width, 128), height: min(size.height, 128))
    return (0..<8).flatMap { row in
      (0..<8).map { column in
        let window = Window(
          column: (size.width - part.width) * column / 7, row: (size.height - part.height) * row / 7, width: part.width,
          height: part.height)
        return (window, part)
      }
    }
  }

  /// Two digits of the range, outwards; the type's whole range where the values are all the same or none.
  private static func rounded(low: Double, high: Double, bits: Int?) -> RasterSourceOptions.Range {
    guard low.isFinite, high.isFinite, high > low else {
      if let bits, bits < 16 { return .init(min: 0, max: Double((1 << bits) - 1)) }
      return low.isFinite ? .init(min: min(0, low.rounded(.down)), max: max(1, high.rounded(.up))) : .init(min: 0, max: 255)
    }
    let step = pow(10, (log10(high - low)).rounded(.down) - 1)
    return .init(min: (low / step).rounded(.down) * step, max: (high / step).rounded(.up) * step)
  }

  /// Without an exponent and without the noise of binary fractions.
  private static func text(_ value: Double) -> String {
    if value == value.rounded(), abs(value) < 1e15 { return String(Int(value)) }
    var digits = String(format: "%.12f", value)
    while digits.hasSuffix("0") { digits.removeLast() }
    return digits.hasSuffix(".") ? String(digits.dropLast()) : digits
  }
}
