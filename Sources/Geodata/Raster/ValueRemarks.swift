import Foundation

/// What is odd about a raster's values: no colors, pixels that look like undeclared nodata, and values that `input.scale` does not fit.
struct ValueRemarks {
  private(set) var notes: [String] = []

  /// More of a band's values than this outside the range is more than the bright and dark ends that a scale is meant to cut off.
  private static let mostOutside = 0.1
  /// Values of all bands in less of the range than this are almost one shade to the network.
  private static let leastUsed = 0.125

  /// - Parameters:
  ///   - scale: one range for each of `bands`; empty where bytes are taken as they are.
  ///   - bands: those that are read as channels.
  ///   - bits: of the values, where these are fewer than the type's.
  ///   - givesNodata: whether the pipeline has a nodata value of its own.
  init(_ sample: ValueSample, scale: [RasterSourceOptions.Range], bands: [Int], bits: Int?, givesNodata: Bool) {
    // One band for all channels is what the pipeline says.
    if sample.isGray, sample.bands.count >= 3 {
      notes.append(
        "it is gray (its bands hold the same values), and the network takes \(bands.count) channels: a network trained on colors finds "
          + "less in it")
    }
    notes += Self.deadBands(sample)
    if let undeclared = sample.undeclared {
      let texts = undeclared.values.map(ScaleProposal.text)
      let what =
        undeclared.value.map { "\(ScaleProposal.text($0)) in every band read" } ?? texts.joined(separator: ", ") + " in the bands read"
      let remedy =
        undeclared.value == nil
        ? "give the file a mask (nearblack -color \(texts.joined(separator: ",")) -setmask)"
        : givesNodata ? "declare it in the file (gdal_edit.py -a_nodata \(texts[0]))" : "set input.nodata: \(texts[0])"
      notes.append(
        "about \(Self.percent(undeclared.share)) of its pixels are \(what), set apart from all others, and count as valid; \(remedy) if it means "
          + "nodata")
    }
    guard !scale.isEmpty, sample.values.contains(where: { !$0.isEmpty }) else { return }
    var outside: [String] = []
    var (low, high) = (Double.infinity, -Double.infinity)
    for (band, values) in zip(sample.bands, sample.values) where !values.isEmpty {
      guard let index = bands.firstIndex(of: band) else { continue }
      let (range, sorted) = (scale[index], values.sorted())
      let below = Double(sorted.count { $0 < range.min }) / Double(sorted.count)
      let above = Double(sorted.count { $0 > range.max }) / Double(sorted.count)
      func used(_ value: Double) -> Double { (value - range.min) / (range.max - range.min) }
      low = min(low, used(sorted[(sorted.count - 1) / 50]))
      high = max(high, used(sorted[(sorted.count - 1) * 49 / 50]))
      guard below + above > Self.mostOutside, let least = sorted.first, let most = sorted.last else { continue }
      let shares = [(below, "below \(NumberText.of(range.min))"), (above, "above \(NumberText.of(range.max))")].filter { $0.0 > 0 }
      outside.append(
        "\(shares.map { "\(Self.percent($0.0)) \($0.1)" }.joined(separator: " and ")) in band \(band), whose values are "
          + "\(Self.number(least))…\(Self.number(most))")
    }
    let fitting = ScaleProposal(sample, bits: bits)
    let proposal = "input.scale: \(fitting.text) would fit it"
    if !outside.isEmpty {
      notes.append("many of its values lie outside input.scale and become 0 or 255, about \(outside.joined(separator: "; ")); \(proposal)")
    } else if high - low < Self.leastUsed, fitting.range.max - fitting.range.min < (scale.map { $0.max - $0.min }.min() ?? 0) / 2 {
      let what = high < 0.1 ? "nearly black" : low > 0.9 ? "nearly white" : "of nearly one shade"
      let all = sample.values.flatMap(\.self)
      notes.append(
        "it is \(what) to the network, as input.scale \(Self.text(scale)) is far wider than its values, which are about "
          + "\(Self.number(all.min() ?? 0))…\(Self.number(all.max() ?? 0)); \(proposal)")
    }
  }

  /// Bands that hold one value, or what another holds, while others differ.
  private static func deadBands(_ sample: ValueSample) -> [String] {
    let counts = sample.values.map(distinct)
    guard sample.bands.count >= 3, !sample.isGray, counts.contains(where: { $0 >= 16 }) else { return [] }
    var notes: [String] = []
    for (index, values) in sample.values.enumerated() {
      if counts[index] == 1, let value = values.first {
        notes.append(
          "its band \(sample.bands[index]) holds \(number(value)) alone, while the others differ: a band that is read is missing")
      } else if let other = (0..<index).first(where: { sample.values[$0] == values }), differs(sample.values, from: values) {
        notes.append(
          "its bands \(sample.bands[other]) and \(sample.bands[index]) hold the same values, while others differ: a band that is read is missing"
        )
      }
    }
    return notes
  }

  /// How many different values there are, up to 16.
  private static func distinct(_ values: [Double]) -> Int {
    var found: [Double] = []
    for value in values where !found.contains(value) {
      found.append(value)
      if found.count == 16 { break }
    }
    return found.count
  }

  /// Whether another band differs in a tenth of the pixels at least.
  private static func differs(_ bands: [[Double]], from values: [Double]) -> Bool {
    bands.contains { band in 10 * zip(band, values).count { $0 != $1 } >= values.count }
  }

  private static func text(_ scale: [RasterSourceOptions.Range]) -> String {
    let texts = scale.map { "\(NumberText.of($0.min))…\(NumberText.of($0.max))" }
    return Set(texts).count == 1 ? texts[0] : texts.joined(separator: ", ")
  }

  private static func percent(_ share: Double) -> String { String(format: share < 0.1 ? "%.2g %%" : "%.0f %%", share * 100) }

  private static func number(_ value: Double) -> String { String(format: "%.6g", value) }
}
