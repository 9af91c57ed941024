import Foundation
import GeoTypes

/// The scale that a source of wide values would need: 2 and 98 % of its valid values, rounded outwards.
struct ScaleProposal {
  let range: RasterSourceOptions.Range
  /// A value that looks like nodata and is not declared: it is left out of the range.
  let nodata: Double?

  /// Ready to paste behind `scale:`.
  var text: String { "{min: \(ScaleProposal.text(range.min)), max: \(ScaleProposal.text(range.max))}" }

  /// Lines of `input`.
  var lines: [String] { ["scale: \(text)"] + (nodata.map { ["nodata: \(ScaleProposal.text($0))"] } ?? []) }

  /// - Parameter bits: of the values, where these are fewer than the type's.
  init(_ sample: ValueSample, bits: Int?) {
    var (low, high) = (Double.infinity, -Double.infinity)
    for values in sample.values where !values.isEmpty {
      let sorted = values.sorted()
      low = min(low, sorted[Int(0.02 * Double(sorted.count - 1))])
      high = max(high, sorted[Int((0.98 * Double(sorted.count - 1)).rounded(.up))])
    }
    range = ScaleProposal.rounded(low: low, high: high, bits: bits)
    nodata = sample.undeclared?.value
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

  /// Without an exponent, where there is another way, and without the noise of binary fractions.
  static func text(_ value: Double) -> String {
    if value == value.rounded() { return abs(value) < 1e15 ? String(Int(value)) : "\(value)" }
    var digits = String(format: "%.12f", value)
    while digits.hasSuffix("0") { digits.removeLast() }
    return digits.hasSuffix(".") ? String(digits.dropLast()) : digits
  }
}
