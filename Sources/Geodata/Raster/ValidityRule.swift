import CGDAL
import Foundation
import GeoTypes

/// Which pixels of a raster are valid: a mask or an alpha band decides where there is one, else nodata values do.
struct ValidityRule {
  enum Mask: Equatable {
    case none
    /// A mask band, an alpha band, or both: every one must say that a pixel is valid.
    case dataset(mask: Bool, alpha: AlphaRule?)
    /// One mask for each band: a pixel is invalid where all are 0.
    case perBand
    /// The alpha of a warped view, which holds what the source's masks and nodata values say.
    case view(AlphaRule)
  }

  var mask: Mask
  /// The file's nodata value of each band read.
  var nodata: [Double]?
  /// The pipeline's own nodata value, where the type of every band can hold it.
  var extra: [Double]?
  /// How far from nodata a value connected with the raster's edge may lie; 0 for exact values only.
  var tolerance = 0.0
  /// What the file or the pipeline says and is not used, a sentence each.
  var ignored: [String] = []
  /// What is assumed, a sentence each.
  var assumed: [String] = []

  /// - Parameters:
  ///   - bands: those read, in the order of the channels; `all` are the file's.
  ///   - hasPalette: whether the values are indexes, which are never near each other.
  ///   - viewAlpha: the alpha band of a warped view, where the raster is read through one.
  init(
    bands: [RasterDataset.Band], all: [RasterDataset.Band], alpha: AlphaRule?, viewAlpha: Int? = nil, extra value: Double?,
    tolerance: Double = 0, hasPalette: Bool = false
  ) {
    let flags = bands.first?.maskFlags ?? GMF_ALL_VALID
    // NODATA_VALUES is a rule on whole pixels that GDAL shows as a mask of the dataset.
    let isMask = flags & GMF_PER_DATASET != 0 && flags & GMF_ALPHA == 0
    let declared = ValidityRule.declared(bands, all: all, ignored: &ignored, assumed: &assumed)
    var decider: String?
    if let viewAlpha {
      mask = .view(AlphaRule(view: viewAlpha, of: alpha))
    } else if isMask || alpha != nil {
      mask = .dataset(mask: isMask, alpha: alpha)
      if isMask {
        decider = "mask"
      } else if alpha?.isUsed == true {
        decider = "alpha band"
      } else if let declared {
        assumed.append(
          "its alpha band is opaque wherever it was looked at: nodata \(ValidityRule.text(declared)) counts besides")
      }
    } else if flags == 0 {
      mask = .perBand
      decider = "masks of its bands"
    } else {
      mask = .none
    }
    nodata = viewAlpha == nil && decider == nil ? declared : nil
    if let declared, let decider, !(isMask && flags & GMF_NODATA != 0) {
      ignored.append("its nodata value \(ValidityRule.text(declared)) is not used, as its \(decider) decides; set input.nodata to use it")
    }
    if let value {
      if bands.allSatisfy({ ValidityRule.holds(value, $0) }) {
        extra = bands.map { _ in value }
      } else {
        ignored.append(
          "input.nodata \(NumberText.of(value)) is not used, as \(ValidityRule.typeText(bands)) values cannot be that")
      }
    }
    if tolerance > 0 {
      if hasPalette {
        ignored.append("input.nodataTolerance is not used, as its values are indexes into a palette")
      } else if viewAlpha == nil, nodata != nil || extra != nil {
        self.tolerance = tolerance
      } else {
        ignored.append(
          "input.nodataTolerance is not used, as "
            + (viewAlpha == nil ? "no nodata value decides which pixels are valid" : "it is read through a warped view"))
      }
    }
  }

  /// The nodata value of each band read, where the file declares one that can occur.
  private static func declared(
    _ bands: [RasterDataset.Band], all: [RasterDataset.Band], ignored: inout [String], assumed: inout [String]
  ) -> [Double]? {
    func usable(_ band: RasterDataset.Band) -> Double? { band.nodata.flatMap { holds($0, band) ? $0 : nil } }
    let values = bands.map(usable)
    // NaN counts in any case where values are floating point.
    let impossible = Set(
      all.filter { band in band.nodata.map { !holds($0, band) && !($0.isNaN && isFloat(band)) } ?? false }.map { band in
        "its nodata value \(NumberText.of(band.nodata ?? 0)) is not used, as \(typeText([band])) values cannot be that"
      })
    ignored += impossible.sorted()
    if let first = values.compactMap(\.self).first {
      let without = values.filter { $0 == nil }.count
      guard zip(values, bands).allSatisfy({ $0 != nil || holds(first, $1) }) else {
        ignored.append("nodata \(NumberText.of(first)) is not used, as not all of the bands read can hold it")
        return nil
      }
      if without > 0 {
        assumed.append(
          "nodata \(NumberText.of(first)) is declared for \(values.count - without) of the \(values.count) bands read: it is taken for all of them"
        )
      }
      return values.map { $0 ?? first }
    }
    // On a band that is not read, it says that the others' nodata was forgotten.
    guard let other = all.first(where: { !$0.isAlpha && usable($0) != nil }), let value = usable(other),
      bands.allSatisfy({ holds(value, $0) })
    else { return nil }
    assumed.append("nodata \(NumberText.of(value)) is declared for a band that is not read only: it is taken for the bands read")
    return bands.map { _ in value }
  }

  /// Whether every pixel that is stored must be valid.
  var isTrivial: Bool { mask == .none && nodata == nil && extra == nil }

  /// The alpha band that is read beside the values.
  var alpha: AlphaRule? {
    switch mask {
    case .dataset(_, let alpha): alpha
    case .view(let alpha): alpha
    case .none, .perBand: nil
    }
  }

  private static func isFloat(_ band: RasterDataset.Band) -> Bool { [GDT_Float32, GDT_Float64].contains(band.type) }

  private static func text(_ values: [Double]) -> String {
    Set(values).count == 1 ? NumberText.of(values[0]) : "(\(values.map { NumberText.of($0) }.joined(separator: ", ")))"
  }

  private static func typeText(_ bands: [RasterDataset.Band]) -> String {
    guard let band = bands.first else { return "" }
    return band.bits.map { "\(band.typeName) (\($0) bits)" } ?? band.typeName
  }

  /// Whether a band can hold a value. NaN is judged apart.
  private static func holds(_ value: Double, _ band: RasterDataset.Band) -> Bool {
    guard value.isFinite else { return false }
    let whole = value == value.rounded()
    if let bits = band.bits, bits < 32, !band.isSignedByte, [GDT_Byte, GDT_UInt16, GDT_UInt32].contains(band.type) {
      return whole && value >= 0 && value < Double(1 << bits)
    }
    switch band.type {
    case GDT_Byte: return whole && (band.isSignedByte ? -128...127 : 0...255).contains(value)
    case GDT_UInt16: return whole && (0...65_535).contains(value)
    case GDT_Int16: return whole && (-32_768...32_767).contains(value)
    case GDT_UInt32: return whole && (0...4_294_967_295).contains(value)
    case GDT_Int32: return whole && (-2_147_483_648...2_147_483_647).contains(value)
    case GDT_Float32: return abs(value) <= Double(Float.greatestFiniteMagnitude) * (1 + 1e-6)
    default: return true
    }
  }
}

/// The valid flags of a window while they are gathered: `nil` as long as every pixel is valid.
struct ValidFlags {
  let count: Int
  private(set) var flags: [UInt8]?

  init(count: Int) { self.count = count }

  /// Marks pixels invalid where a mask is 0.
  mutating func require(_ mask: [UInt8]) {
    guard mask.contains(0) else { return }
    if var flags {
      self.flags = nil
      for index in 0..<count where mask[index] == 0 { flags[index] = 0 }
      self.flags = flags
    } else {
      flags = mask.map { $0 == 0 ? 0 : 1 }
    }
  }

  /// Marks pixels invalid where the predicate on the pixel's index says so; it is asked once for each, in order.
  mutating func exclude(where isInvalid: (Int) -> Bool) {
    var flags = self.flags ?? []
    self.flags = nil
    for index in 0..<count where isInvalid(index) {
      if flags.isEmpty { flags = [UInt8](repeating: 1, count: count) }
      flags[index] = 0
    }
    self.flags = flags.isEmpty ? nil : flags
  }

  /// Marks a rectangle of the window invalid.
  mutating func exclude(_ part: Window, of window: Window) {
    let part = part.intersection(window)
    guard !part.isEmpty else { return }
    var flags = self.flags ?? [UInt8](repeating: 1, count: count)
    self.flags = nil
    for row in part.row..<part.maxRow {
      let start = (row - window.row) * window.width + part.column - window.column
      for index in start..<(start + part.width) { flags[index] = 0 }
    }
    self.flags = flags
  }
}
