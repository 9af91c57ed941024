import Foundation

/// What an alpha band decides about pixels.
struct AlphaRule: Equatable {
  /// From 1.
  var band: Int
  /// The least alpha of a valid pixel; `nil` for anything above 0.
  var from: Double?
  /// The alpha that means opaque, where colors were stored multiplied by it and have to be divided; else `nil`.
  var full: Double?
  /// Whether pixels were seen that it makes invalid.
  var isUsed: Bool

  /// Whether a pixel of this alpha is valid. NaN is not.
  func isValid(_ alpha: Double) -> Bool { from.map { alpha >= $0 } ?? (alpha > 0) }

  /// Valid is what has any alpha at all.
  init(band: Int) {
    self.band = band
    isUsed = true
  }

  /// The rule on the alpha band of a warped view of a raster with an alpha of its own, or with none.
  init(view band: Int, of alpha: AlphaRule?) {
    self.band = band
    from = alpha?.from
    full = alpha?.full
    isUsed = true
  }

  /// - Parameters:
  ///   - compression: the lossy one of the file.
  ///   - extraSamples: of a TIFF; see `TIFFTags`.
  ///   - sample: `nil` where no pixel could be looked at.
  ///   - notes: what is assumed, a sentence each.
  init(
    band: Int, bandCount: Int, wanted: RasterSourceOptions.Alpha, compression: String?, extraSamples: [Int], sample: PixelSample.Alpha?,
    notes: inout [String]
  ) {
    self.band = band
    let full = sample?.full ?? 255
    let position = band - 1 - (bandCount - extraSamples.count)
    if extraSamples.indices.contains(position), extraSamples[position] == 1 {
      if let sample, sample.exceeded > 0.01 {
        notes.append("it says that its colors are multiplied by alpha, but many exceed it: they are taken as they are")
      } else {
        self.full = full
        notes.append("its colors are stored multiplied by alpha and are divided by it")
      }
    }
    switch wanted {
    case .from(let least): from = least
    case .none: from = nil
    case .auto:
      // Colors that keep below alpha everywhere show that it is one, however thin.
      if self.full == nil, sample?.looksLikePicture == true {
        notes.append(
          "its band \(band) is tagged as alpha but looks like a picture (\(sample?.distinct == 256 ? "256 or more" : "\(sample?.distinct ?? 0)") "
            + "different values, \(Int(((sample?.partial ?? 0) * 100).rounded())) % of the pixels partly transparent), such as infrared: pixels where it is 0 are taken "
            + "as nodata; set input.alpha: none if it is not a mask, input.alpha: 1 if it is one")
      } else if let compression {
        // Far below the full value throughout, it counts otherwise: 0 and 1, say.
        let middle = (full / 2).rounded(.up)
        let maximum = sample?.maximum ?? full
        from = maximum > 0 && maximum < middle ? maximum / 2 : middle
        notes.append(
          "its alpha is compressed with loss (\(compression)): pixels count from alpha \(NumberText.of(from ?? 0)) on; set input.alpha for "
            + "another value")
      }
    }
    let least = from
    isUsed =
      sample.map { sample in
        guard let least else { return sample.hasZero }
        return least > full / 2 ? sample.hasLowerHalf || sample.hasZero : sample.hasZero
      } ?? true
  }
}
