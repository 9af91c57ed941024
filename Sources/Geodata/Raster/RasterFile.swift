import CGDAL
import Foundation
import GeoTypes

/// One file at its own resolution: bands chosen, values brought to 0…255, valid pixels known.
final class RasterFile: NativePixels {
  let dataset: RasterDataset
  let plan: BandPlan
  let rule: ValidityRule
  let size: RasterSize
  let geotransform: Geotransform
  let crs: CoordinateSystem?
  let isPlaced: Bool
  let frame: PlacedFrame?
  let reading: RasterReading
  let warnings: [String]
  let files: [String]
  /// Bytes that decoding its blocks takes, at most.
  let blockBytes: Int
  /// Where QGIS finds the file's transparency: the alpha band that masks; else, for a mask that is not made of nodata, the band after the last, as which
  /// QGIS shows it; `nil` without either.
  let alphaBand: Int?
  /// The bands read, each once.
  private let bandsRead: [Int]
  private let palette: [SIMD4<UInt8>]
  private let scale: [RasterSourceOptions.Range]
  private let canBeSparse: Bool
  /// Whether white is stored as 0.
  private let isInverted: Bool
  private let gaps: VirtualGaps?
  private let findings: RasterFindings
  private let key: RasterFindings.Key
  private var collar: EdgeCollar?

  /// Opens a file and decides everything that its header and a few of its pixels can tell.
  ///
  /// - Throws: `unreadable`, `damaged`, `tooLarge`, or `unsupported` with the lines to paste.
  init(path: String, options: RasterSourceOptions) throws(GeodataError) {
    var drivers = options.drivers.filter { $0 != "VRT" }
    var members: [String] = []
    if options.allowVRT, path.lowercased().hasSuffix(".vrt") {
      members = try VirtualRaster.files(of: path, drivers: drivers, within: options.folders, followsLinks: options.followsLinks)
      drivers = ["VRT"]
    }
    let confinement = try Confinement(
      of: path, within: options.folders, followsLinks: options.followsLinks, others: [options.dem].compactMap(\.self))
    let unread = try SideFiles.judge(path, confinement, drivers: drivers)
    let file = try RasterDataset(path: path, drivers: drivers, confinement: confinement)
    try SideFiles.judge(namedBy: file, drivers: drivers)
    let ownBlockBytes = try file.checkClaims(mostBlockBytes: options.mostBlockBytes)
    let parts = try RasterFile.parts(members, of: path, drivers: options.drivers, confinement, options)
    blockBytes = ownBlockBytes + parts.blockBytes
    guard blockBytes <= options.mostBlockBytes else {
      throw GeodataError(
        .tooLarge, file: path,
        reason:
          "decoding blocks of its \(members.count) files takes \(blockBytes / 1_000_000) MB, more than inference.memory leaves for them",
        remedy: RasterDataset.tilesRemedy)
    }
    guard blockBytes <= RasterLimits.smallBlockBytes || options.awaitsTurn() else {
      throw GeodataError(.unreadable, file: path, reason: "it was not opened, as the run ends")
    }
    let plan = try BandPlan(of: file, options: options) { (bands, alpha, signed) throws(GeodataError) in
      let sample = try ValueSample(
        of: file, bands: bands, alpha: alpha, signedByte: signed, extraNodata: options.nodata,
        tolerance: options.nodataTolerance, side: 1024)
      return ScaleProposal(sample, bits: file.describe(band: bands[0]).bits).lines
    }
    self.plan = plan
    findings = options.findings
    key = RasterFindings.Key(path: path)
    let compression = file.lossyCompression ?? parts.lossyCompression
    let tags = file.driver == "GTiff" ? file.tags : nil
    // The rule without its alpha says which nodata values pixels are compared with.
    let nodata = ValidityRule(bands: plan.descriptions, all: plan.all, alpha: nil, extra: options.nodata)
    let isLookedAt = options.looksAtPixels || plan.alpha != nil
    let sample =
      isLookedAt
      ? options.findings.sample(key) {
        try? PixelSample(of: file, bands: plan.bands, alpha: plan.alpha, nodata: nodata.nodata ?? nodata.extra)
      } : nil
    var notes: [String] = []
    let alpha = plan.alpha.map {
      AlphaRule(
        band: $0, bandCount: file.bandCount, wanted: options.alpha, compression: compression, extraSamples: tags?.extraSamples ?? [],
        sample: sample?.alpha, notes: &notes)
    }
    let placement = try Placement(
      of: file, hasPalette: plan.values == .palette, extraNodata: options.nodata,
      ignoresAlpha: plan.alpha == nil && plan.all.contains(where: \.isAlpha), options: options)
    dataset = placement.dataset
    size = dataset.size
    geotransform = placement.geotransform
    crs = placement.crs
    isPlaced = placement.isPlaced
    frame = placement.frame
    blockSize = dataset.describe(band: plan.bands[0]).blockSize
    bandsRead = Set(plan.bands).sorted()
    rule = ValidityRule(
      bands: plan.descriptions, all: plan.all, alpha: alpha, viewAlpha: placement.isWarped ? dataset.bandCount : nil,
      extra: options.nodata, tolerance: options.nodataTolerance, hasPalette: plan.values == .palette)
    let maskFlags = plan.descriptions[0].maskFlags
    alphaBand = alpha?.band ?? (maskFlags == 0 || maskFlags == GMF_PER_DATASET ? file.bandCount + 1 : nil)
    palette = plan.values == .palette ? file.palette(band: plan.bands[0]) : []
    let scale =
      switch options.scale {
      case .none: [RasterSourceOptions.Range]()
      case .shared(let range): [RasterSourceOptions.Range](repeating: range, count: plan.bands.count)
      case .perBand(let ranges): ranges
      }
    self.scale = scale
    canBeSparse = file.driver == "GTiff" && !placement.isWarped
    isInverted = plan.values != .palette && file.metadata("MINISWHITE", domain: "IMAGE_STRUCTURE") == "YES"
    let hasNoMask = rule.mask == .none && rule.nodata == nil
    gaps = !members.isEmpty && hasNoMask ? VirtualGaps(of: path, size: file.size, bands: plan.bands) : nil
    var known: Set<String> = []
    files = (file.files + members + placement.files).filter { known.insert($0).inserted }
    let remarks = FileRemarks(
      of: file, plan: plan, rule: rule, scale: scale, tags: tags, compression: compression, sample: sample, isInverted: isInverted,
      gaps: gaps)
    let values = options.looksAtPixels ? options.findings.values(key) { RasterFile.valueNotes(file, plan, scale, options) } : []
    var reading = RasterReading(
      plan: plan, rule: rule, scale: scale, canBeSparse: canBeSparse, isInverted: isInverted, gaps: gaps, remarks: remarks,
      placement: placement)
    reading.ignored += unread
    reading.place = RasterPlace(
      isPlaced: placement.isPlaced, isWarped: placement.isWarped, fit: placement.fit, heights: placement.heights,
      frame: placement.frame.map(FrameReading.init))
    let dates = ["EXIF_DateTimeOriginal", "EXIF_DateTime", "TIFFTAG_DATETIME"].compactMap { tag in
      file.metadata(tag, domain: "").map { (tag: tag, text: $0) }
    }
    let tagged = dates.lazy.compactMap { AcquisitionDate(tag: $0.text) }.first { !$0.isUnsetClock }
    let unreadDate = tagged == nil ? dates.first { RasterFile.mayBeDate($0.text) } : nil
    var dateNotes: [String] =
      unreadDate.map {
        let isUnset = AcquisitionDate(tag: $0.text)?.isUnsetClock ?? false
        let why = isUnset ? "is the initial value of a clock that was never set" : "is not one of the form 2024:06:01 10:20:30"
        return ["its date (\($0.tag) '\($0.text.prefix(40))') \(why), and is not used"]
      } ?? []
    reading.ignored += dateNotes
    reading.date = tagged ?? options.datePattern?.date(in: (path as NSString).lastPathComponent)
    if let date = reading.date, date.isFuture {
      dateNotes.append("its date (\(date.text)) lies in the future; check the clock that it comes from")
    }
    self.reading = reading
    let undated = options.datePattern != nil && reading.date == nil ? ["has no date: its name does not match input.date"] : []
    let sentences: [[String]] = [
      undated, dateNotes, plan.warnings, notes, rule.assumed, rule.ignored, remarks.ignored, remarks.notes, values, placement.warnings,
      unread,
      RasterFile.pages(of: file),
    ]
    warnings = sentences.flatMap(\.self)
  }

  /// Whether a tag says something. Cameras whose clock was never set write zeros or blanks.
  private static func mayBeDate(_ text: String) -> Bool { text.contains { ("1"..."9").contains($0) || $0.isLetter } }

  /// What the files of a virtual raster are, all together.
  private struct Parts {
    /// The lossy compression of one of the first.
    var lossyCompression: String?
    /// Of those that GDAL keeps open at a time, at most.
    var blockBytes = 0
  }

  /// GDAL's pool of files that virtual rasters read.
  private static let mostOpenParts = 100

  private static func parts(
    _ members: [String], of path: String, drivers: [String], _ confinement: Confinement, _ options: RasterSourceOptions
  ) throws(GeodataError) -> Parts {
    var parts = Parts()
    var needs: [Int] = []
    for (index, member) in members.enumerated() {
      let (name, need) = try options.findings.part(RasterFindings.Key(path: member)) { () throws(GeodataError) in
        let part = try RasterDataset(path: member, drivers: drivers + ["VRT"], confinement: confinement)
        return (part.lossyCompression, part.blockBytes())
      }
      if index < 16, parts.lossyCompression == nil { parts.lossyCompression = name }
      needs.append(need)
    }
    parts.blockBytes = needs.sorted(by: >).prefix(mostOpenParts).reduce(0, +)
    return parts
  }

  /// What is odd about the values; empty where they cannot be read, which reading will say.
  private static func valueNotes(
    _ file: RasterDataset, _ plan: BandPlan, _ scale: [RasterSourceOptions.Range], _ options: RasterSourceOptions
  ) -> [String] {
    if plan.values == .palette {
      let colors = file.palette(band: plan.bands[0])
      let isGray = !colors.isEmpty && colors.allSatisfy { $0.w == 0 || $0.x == $0.y && $0.y == $0.z }
      return isGray ? ["its palette is gray, and the network takes 3 channels: a network trained on colors finds less in it"] : []
    }
    let sample = try? ValueSample(
      of: file, bands: plan.bands, alpha: plan.alpha, signedByte: plan.values == .scaled(signedByte: true), extraNodata: options.nodata,
      tolerance: options.nodataTolerance, side: 256)
    let colors = plan.all.count { !$0.isAlpha }
    let oneOfMany = Set(plan.bands).count == 1 && plan.bands.count >= 3 && colors >= 3
    let notes =
      oneOfMany
      ? ["input.bands takes band \(plan.bands[0]) of its \(colors) for all \(plan.bands.count) channels, as of a gray picture"] : []
    guard let sample else { return notes }
    let remarks = ValueRemarks(
      sample, scale: plan.givesBytes ? [] : scale, bands: plan.bands, bits: plan.descriptions[0].bits, givesNodata: options.nodata != nil)
    return notes + remarks.notes
  }

  /// Further images in the file, which are not read.
  private static func pages(of file: RasterDataset) -> [String] {
    let count = file.metadata(domain: "SUBDATASETS").count / 2
    return count > 1 ? ["it holds \(count) images, of which the first is read"] : []
  }

  var channels: Int { plan.channels }

  /// The blocks of the first band read.
  let blockSize: RasterSize

  // MARK: - Reading

  func load(_ window: Window) throws(GeodataError) -> PixelBlock { try load(window, size: window.size) }

  /// Reads a window, decimated to `output` where that is smaller (then by GDAL, from overviews where there are some).
  func load(_ window: Window, size output: RasterSize) throws(GeodataError) -> PixelBlock {
    var flags = try maskFlags(window, size: output)
    try excludeAbsentBlocks(of: window, size: output, from: &flags)
    if let mask = gaps?.mask(window, size: output) { flags.require(mask) }
    if rule.tolerance > 0 { try excludeCollar(of: window, size: output, from: &flags) }
    let values: PixelBlock.Values
    switch plan.values {
    case .bytes: values = .bytes(try loadBytes(window, size: output, flags: &flags))
    case .palette: values = .bytes(try loadPalette(window, size: output, flags: &flags))
    case .scaled(let signed): values = .floats(try loadFloats(window, size: output, signedByte: signed, flags: &flags))
    case .scaledWide: values = .floats(try loadDoubles(window, size: output, flags: &flags))
    }
    return PixelBlock(
      window: Window(column: window.column, row: window.row, width: output.width, height: output.height), bands: channels,
      values: values, valid: flags.flags)
  }

  /// Marks the pixels of the collar invalid; where the window is decimated, by the pixel that lies at the middle of each.
  private func excludeCollar(of window: Window, size output: RasterSize, from flags: inout ValidFlags) throws(GeodataError) {
    if collar == nil {
      let isStopped = findings.isStopped
      collar = try findings.collar(key) { () throws(GeodataError) in try findCollar(isStopped: isStopped) }
    }
    guard let collar, !collar.isEmpty else { return }
    var mask = [UInt8](repeating: 1, count: output.area)
    for row in 0..<output.height {
      let source = window.row + min(window.height - 1, (2 * row + 1) * window.height / (2 * output.height))
      collar.forEachRun(row: source, columns: window.column..<window.maxColumn) { run in
        guard output.width != window.width else {
          for column in run { mask[row * output.width + column - window.column] = 0 }
          return
        }
        for column in 0..<output.width {
          if run.contains(window.column + min(window.width - 1, (2 * column + 1) * window.width / (2 * output.width))) {
            mask[row * output.width + column] = 0
          }
        }
      }
    }
    flags.require(mask)
  }

  private func maskFlags(_ window: Window, size: RasterSize) throws(GeodataError) -> ValidFlags {
    var flags = ValidFlags(count: size.area)
    switch rule.mask {
    case .none, .view: break
    case .dataset(let mask, _):
      // Alpha is read together with the values.
      if mask { flags.require(try dataset.readMask(band: plan.bands[0], window, size: size)) }
    case .perBand:
      var any = [UInt8](repeating: 0, count: size.area)
      for band in bandsRead {
        let mask = try dataset.readMask(band: band, window, size: size)
        for index in any.indices where mask[index] != 0 { any[index] = 1 }
      }
      flags.require(any)
    }
    return flags
  }

  /// The values of a window, `[height][width][bands]`, and its alpha where colors have to be divided by it.
  private typealias Read<Value> = (values: [Value], alpha: [Value])

  /// Reads the bands, and alpha in the same pass: where the window exceeds GDAL's cache, blocks would be decoded twice.
  ///
  /// GDAL's own mask scales 16-bit alpha to 8 bits, though 255 of 65535 is meant to be opaque: so the band itself is looked at.
  private func readValues<Value: Numeric & Comparable>(
    _ window: Window, size: RasterSize, as type: GDALDataType, flags: inout ValidFlags, number: (Value) -> Double
  ) throws(GeodataError) -> Read<Value> {
    guard let alpha = rule.alpha else {
      return (try dataset.read(bands: plan.bands, window, as: type, Value.self, size: size), [])
    }
    var values: [Value] = try dataset.read(bands: plan.bands + [alpha.band], window, as: type, Value.self, size: size)
    let bands = plan.bands.count
    var opacity: [Value] = []
    if alpha.full != nil { opacity = (0..<size.area).map { values[$0 * (bands + 1) + bands] } }
    values.withUnsafeMutableBufferPointer { values in
      flags.exclude { pixel in
        for band in 0..<bands { values[pixel * bands + band] = values[pixel * (bands + 1) + band] }
        return !alpha.isValid(number(values[pixel * (bands + 1) + bands]))
      }
    }
    values.removeLast(size.area)
    return (values, opacity)
  }

  private func loadBytes(_ window: Window, size: RasterSize, flags: inout ValidFlags) throws(GeodataError) -> [UInt8] {
    var (values, alpha): Read<UInt8> = try readValues(window, size: size, as: GDT_Byte, flags: &flags) { Double($0) }
    let count = channels
    for nodata in [rule.nodata, rule.extra].compactMap({ $0 }) {
      let wanted = nodata.map { UInt8(clamping: Int($0)) }
      values.withUnsafeBufferPointer { values in
        flags.exclude { pixel in
          for band in 0..<count where values[pixel * count + band] != wanted[band] { return false }
          return true
        }
      }
    }
    if !alpha.isEmpty {
      // The full value of bytes is 255, whatever was seen of a view.
      for index in values.indices {
        let opacity = Int(alpha[index / count])
        if opacity > 0 { values[index] = UInt8(clamping: (Int(values[index]) * 255 + opacity / 2) / opacity) }
      }
    }
    if isInverted { for index in values.indices { values[index] = 255 - values[index] } }
    RasterFile.clear(&values, bands: count, flags)
    return values
  }

  private func loadPalette(_ window: Window, size: RasterSize, flags: inout ValidFlags) throws(GeodataError) -> [UInt8] {
    let (indexes, _): Read<UInt16> = try readValues(window, size: size, as: GDT_UInt16, flags: &flags) { Double($0) }
    let palette = palette
    for nodata in [rule.nodata, rule.extra].compactMap({ $0 }) {
      let wanted = UInt16(clamping: Int(nodata[0]))
      flags.exclude { indexes[$0] == wanted }
    }
    // An index without a color and a transparent color show nothing.
    flags.exclude { Int(indexes[$0]) >= palette.count || palette[Int(indexes[$0])].w == 0 }
    var values = [UInt8](repeating: 0, count: size.area * 3)
    let valid = flags.flags ?? []
    for pixel in 0..<size.area where valid.isEmpty || valid[pixel] == 1 {
      let color = palette[Int(indexes[pixel])]
      values[3 * pixel] = color.x
      values[3 * pixel + 1] = color.y
      values[3 * pixel + 2] = color.z
    }
    return values
  }

  private func loadFloats(
    _ window: Window, size: RasterSize, signedByte: Bool, flags: inout ValidFlags
  ) throws(GeodataError) -> [Float] {
    var (values, alpha): Read<Float> = try readValues(window, size: size, as: GDT_Float32, flags: &flags) { Double($0) }
    if signedByte { for index in values.indices where values[index] >= 128 { values[index] -= 256 } }
    let count = channels
    for nodata in [rule.nodata, rule.extra].compactMap({ $0 }) {
      let wanted = nodata.map { Float($0) }
      values.withUnsafeBufferPointer { values in
        flags.exclude { pixel in
          for band in 0..<count where !RasterFile.isSame(values[pixel * count + band], wanted[band]) { return false }
          return true
        }
      }
    }
    values.withUnsafeBufferPointer { values in
      flags.exclude { pixel in
        for band in 0..<count where !values[pixel * count + band].isFinite { return true }
        return false
      }
    }
    RasterFile.clear(&values, bands: count, flags)
    if let full = rule.alpha?.full, !alpha.isEmpty {
      for index in values.indices where alpha[index / count] > 0 { values[index] *= Float(full) / alpha[index / count] }
    }
    scaleFloats(&values, flags)
    return values
  }

  private func scaleFloats(_ values: inout [Float], _ flags: ValidFlags) {
    let count = channels
    for band in 0..<count {
      let range = scale[band]
      let factor = 255 / (range.max - range.min)
      for index in stride(from: band, to: values.count, by: count) {
        values[index] = Float(min(255, max(0, (Double(values[index]) - range.min) * factor)))
      }
    }
    if isInverted { for index in values.indices { values[index] = 255 - values[index] } }
    RasterFile.clear(&values, bands: count, flags)
  }

  /// Nodata written as text may lie beside the value that is meant: GDAL's own tolerance.
  private static func isSame(_ value: Float, _ nodata: Float) -> Bool {
    value == nodata || abs(value - nodata) < Float.ulpOfOne * abs(value + nodata) * 2
  }

  private func loadDoubles(_ window: Window, size: RasterSize, flags: inout ValidFlags) throws(GeodataError) -> [Float] {
    var (values, alpha): Read<Double> = try readValues(window, size: size, as: GDT_Float64, flags: &flags) { $0 }
    let count = channels
    for nodata in [rule.nodata, rule.extra].compactMap({ $0 }) {
      flags.exclude { pixel in
        for band in 0..<count where values[pixel * count + band] != nodata[band] { return false }
        return true
      }
    }
    flags.exclude { pixel in
      for band in 0..<count where !values[pixel * count + band].isFinite { return true }
      return false
    }
    if let full = rule.alpha?.full, !alpha.isEmpty {
      for index in values.indices where alpha[index / count] > 0 { values[index] *= full / alpha[index / count] }
    }
    var result = [Float](repeating: 0, count: values.count)
    for band in 0..<count {
      let range = scale[band]
      let factor = 255 / (range.max - range.min)
      for index in stride(from: band, to: values.count, by: count) where values[index].isFinite {
        result[index] = Float(min(255, max(0, (values[index] - range.min) * factor)))
      }
    }
    if isInverted { for index in result.indices { result[index] = 255 - result[index] } }
    RasterFile.clear(&result, bands: count, flags)
    return result
  }

  /// Invalid pixels hold 0, so that a block is the same whatever the file has there.
  private static func clear<Value: Numeric>(_ values: inout [Value], bands: Int, _ flags: ValidFlags) {
    guard let valid = flags.flags else { return }
    for pixel in 0..<flags.count where valid[pixel] == 0 {
      for index in (pixel * bands)..<((pixel + 1) * bands) { values[index] = 0 }
    }
  }

  // MARK: - Blocks that are not stored

  /// Marks the blocks invalid that a sparse file does not hold in any band read.
  private func excludeAbsentBlocks(of window: Window, size output: RasterSize, from flags: inout ValidFlags) throws(GeodataError) {
    guard canBeSparse, let held = storage(of: window), held.empty else { return }
    guard held.data else { return flags.exclude(Window(output), of: Window(output)) }
    for block in blocks(touching: window) where try isAbsent(block) {
      let part = pixels(of: block).intersection(window)
      if output == window.size {
        flags.exclude(part, of: window)
      } else {
        let column = (part.column - window.column) * output.width / window.width
        let row = (part.row - window.row) * output.height / window.height
        let maxColumn = ((part.maxColumn - window.column) * output.width + window.width - 1) / window.width
        let maxRow = ((part.maxRow - window.row) * output.height + window.height - 1) / window.height
        flags.exclude(
          Window(column: column, row: row, width: maxColumn - column, height: maxRow - row), of: Window(output))
      }
    }
  }

  /// Whether the file holds blocks of a window in any band read, and whether it may lack some in all of them. Without an answer (`nil`) the
  /// file is read, which tells.
  private func storage(of window: Window) -> (data: Bool, empty: Bool)? {
    var data = false
    for band in bandsRead {
      guard let found = dataset.coverage(band: band, window) else { return nil }
      data = data || found.data
      if !found.empty { return (data, false) }
    }
    return (data, true)
  }

  private func blocks(touching window: Window) -> [(column: Int, row: Int)] {
    let block = blockSize
    let columns = (window.column / block.width)...((window.maxColumn - 1) / block.width)
    let rows = (window.row / block.height)...((window.maxRow - 1) / block.height)
    return rows.flatMap { row in columns.map { (column: $0, row: row) } }
  }

  private func pixels(of block: (column: Int, row: Int)) -> Window {
    let size = blockSize
    return Window(column: block.column * size.width, row: block.row * size.height, width: size.width, height: size.height)
  }

  private func isAbsent(_ block: (column: Int, row: Int)) throws(GeodataError) -> Bool {
    for band in bandsRead {
      let stored = try dataset.storedBlock(band: band, column: block.column, row: block.row)
      guard stored == .absent else {
        try dataset.requireInFile(stored)
        return false
      }
    }
    return true
  }

  func coverage(_ window: Window) throws(GeodataError) -> Coverage {
    if canBeSparse, let held = storage(of: window), held.empty { return held.data ? .some : .none }
    if let gaps {
      switch gaps.coverage(window) {
      case .none: return .none
      case .some: return .some
      case .all: break
      }
    }
    switch plan.values {
    case .bytes: return rule.isTrivial ? .all : .some
    case .palette: return rule.isTrivial && palette.count >= 256 && !palette.contains { $0.w == 0 } ? .all : .some
    case .scaled, .scaledWide:
      let isWhole = plan.descriptions.allSatisfy { ![GDT_Float32, GDT_Float64].contains($0.type) }
      return rule.isTrivial && isWhole ? .all : .some
    }
  }
}
