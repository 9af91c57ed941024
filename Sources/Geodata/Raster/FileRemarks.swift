import CGDAL
import Foundation

/// What a file says of its pixels beyond bands and validity, and what of it is not applied.
struct FileRemarks {
  /// What is not used, a sentence each.
  var ignored: [String] = []
  /// What is assumed or done, a sentence each.
  var notes: [String] = []
  /// One for each band read, where a band has one that changes values.
  var calibration: [RasterReading.Calibration] = []

  init(
    of file: RasterDataset, plan: BandPlan, rule: ValidityRule, scale: [RasterSourceOptions.Range], tags: TIFFTags?, compression: String?,
    sample: PixelSample?, isInverted: Bool, gaps: VirtualGaps?
  ) {
    noteMask(file, rule)
    calibrate(plan, scale)
    if isInverted { notes.append("its white is stored as 0 (WhiteIsZero): its values are inverted") }
    if let photometric = tags?.photometric, let space = [8: "CIE L*a*b*", 9: "ICC L*a*b*", 10: "ITU L*a*b*"][photometric] {
      ignored.append("its colors are \(space), not RGB, and are not converted; save it as RGB")
    }
    orient(file, tags)
    if let compression, rule.tolerance == 0, let nodata = (rule.nodata ?? rule.extra)?.first {
      let share = sample.map { sample in
        sample.nearNodata > 0 ? ", as are \(String(format: "%.2g", sample.nearNodata * 100)) % of those looked at" : ""
      }
      notes.append(
        "it is compressed with loss (\(compression)): pixels that are nearly, but not exactly, nodata \(NumberText.of(nodata)) count as "
          + "valid\(share ?? ""); set input.nodataTolerance, such as 8")
    }
    if let sample, sample.pixels >= 1024, sample.distinctValues <= 8 {
      notes.append(
        "its bands hold no more than \(sample.distinctValues) different value\(sample.distinctValues == 1 ? "" : "s"): it looks like flags or classes (such as Planet's udm2), not like an "
          + "image; leave it out of input.sources if it is not one")
    }
    if let gaps, gaps.hidesNodata {
      notes.append(
        "its sources have nodata or masks of their own, but the virtual raster has none: such pixels show as 0 and count; set input.nodata or "
          + "build it with -vrtnodata")
    }
  }

  /// A mask beside that GDAL does not take for one.
  private mutating func noteMask(_ file: RasterDataset, _ rule: ValidityRule) {
    let path = file.path + ".msk"
    let isUsed =
      switch rule.mask {
      case .dataset(let mask, _): mask
      case .perBand, .view: true
      case .none: false
      }
    guard !isUsed, FileManager.default.fileExists(atPath: path) else { return }
    ignored.append("\((path as NSString).lastPathComponent) is not used, as it does not say that it is GDAL's mask (INTERNAL_MASK_FLAGS_1)")
  }

  private mutating func calibrate(_ plan: BandPlan, _ scale: [RasterSourceOptions.Range]) {
    let all = plan.descriptions.map { RasterReading.Calibration(scale: $0.scale, offset: $0.offset) }
    guard plan.values != .palette, all.contains(where: { $0 != RasterReading.Calibration(scale: 1, offset: 0) }) else { return }
    calibration = all
    let isOne = Set(all).count == 1
    let texts = (isOne ? [all[0]] : all).map {
      "stored × \(NumberText.of($0.scale)) \($0.offset < 0 ? "−" : "+") \(NumberText.of(abs($0.offset)))"
    }
    var text = "its values mean \(texts.joined(separator: ", ")), which is not applied"
    if let range = scale.first {
      func physical(_ value: Double) -> String { String(format: "%.6g", value * all[0].scale + all[0].offset) }
      text +=
        ": input.scale counts stored values, and \(NumberText.of(range.min))…\(NumberText.of(range.max)) means "
        + "\(physical(range.min))…\(physical(range.max))\(isOne ? "" : " in the first band")"
    }
    ignored.append(text)
  }

  private mutating func orient(_ file: RasterDataset, _ tags: TIFFTags?) {
    let exif = file.metadata("EXIF_Orientation", domain: "").flatMap { Int($0.trimmingCharacters(in: .whitespaces)) }
    guard let orientation = tags?.orientation ?? exif, (2...8).contains(orientation) else { return }
    let meaning = [
      2: "mirrored", 3: "turned by 180°", 4: "upside down", 5: "mirrored and turned", 6: "turned by 90°", 7: "mirrored and turned",
      8: "turned by 270°",
    ]
    ignored.append(
      "its orientation tag (\(orientation), \(meaning[orientation] ?? "")) is not applied: its pixels are taken as stored, as GDAL places them"
    )
  }
}
