import CGDAL
import Foundation
import GeoTypes

/// Which pixels of a raster are valid. A mask or an alpha band decides where there is one, else nodata values do.
struct ValidityRule {
  enum Mask: Equatable {
    case none
    /// A mask band, an alpha band, or both: every one must be above 0.
    case dataset(mask: Bool, alpha: Int?)
    /// One mask for each band: a pixel is invalid where all are 0.
    case perBand
  }

  var mask: Mask
  /// The file's nodata value of each band read, where every one has one that its type can hold.
  var nodata: [Double]?
  /// The pipeline's own nodata value, where the type of every band can hold it.
  var extra: [Double]?

  init(bands: [RasterDataset.Band], alpha: Int?, isWarped: Bool, viewAlpha: Int?, extra value: Double?) {
    let flags = bands.first?.maskFlags ?? GMF_ALL_VALID
    // NODATA_VALUES is a rule on whole pixels that GDAL shows as a mask of the dataset.
    let isMask = flags & GMF_PER_DATASET != 0 && flags & GMF_ALPHA == 0
    if isWarped {
      // The view's alpha holds everything that the source's masks say.
      mask = .dataset(mask: false, alpha: viewAlpha)
    } else if isMask || alpha != nil {
      mask = .dataset(mask: isMask, alpha: alpha)
    } else if flags == 0 {
      mask = .perBand
    } else {
      mask = .none
    }
    let values = bands.compactMap { band in band.nodata.flatMap { ValidityRule.holds($0, band) ? $0 : nil } }
    nodata = mask == .none && values.count == bands.count ? values : nil
    extra = value.flatMap { value in bands.allSatisfy { ValidityRule.holds(value, $0) } ? bands.map { _ in value } : nil }
  }

  /// Whether every pixel that is stored must be valid.
  var isTrivial: Bool { mask == .none && nodata == nil && extra == nil }

  /// Whether a band's type can hold a value. NaN is judged apart.
  private static func holds(_ value: Double, _ band: RasterDataset.Band) -> Bool {
    guard value.isFinite else { return false }
    let whole = value == value.rounded()
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
