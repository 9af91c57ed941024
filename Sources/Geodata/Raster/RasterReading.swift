/// What is read of a source, and how that was decided: shown by a plan, kept in a run's report and in the receipt.
///
/// It holds no folder and no time: equal sources give equal readings.
public struct RasterReading: Sendable, Hashable, Codable {
  /// A band that is read, in the order in which the network takes it.
  public struct Band: Sendable, Hashable, Codable {
    /// From 1.
    public var number: Int
    /// What the band is taken for: a color interpretation, a role found in its description, or the description itself.
    public var role: String
    /// The file's description of the band; `nil` where there is none.
    public var name: String?
    /// The nodata value that counts for this band, as text (it may be NaN).
    public var nodata: String?

    public init(number: Int, role: String, name: String? = nil, nodata: String? = nil) {
      self.number = number
      self.role = role
      self.name = name
      self.nodata = nodata
    }
  }

  /// How the bands were found.
  public enum Choice: String, Sendable, Hashable, Codable {
    case interpretation = "color interpretation"
    case descriptions = "descriptions"
    case order = "order"
    case palette = "palette"
    case pipeline = "input.bands"
  }

  /// Two values and what they mean: the stored values that become 0 and 255.
  public struct Range: Sendable, Hashable, Codable {
    public var min: Double
    public var max: Double

    public init(min: Double, max: Double) {
      self.min = min
      self.max = max
    }
  }

  /// The file's own way from stored to physical values: stored × scale + offset. It is not applied.
  public struct Calibration: Sendable, Hashable, Codable {
    public var scale: Double
    public var offset: Double

    public init(scale: Double, offset: Double) {
      self.scale = scale
      self.offset = offset
    }
  }

  /// The alpha band that masks, and from which value on.
  public struct Alpha: Sendable, Hashable, Codable {
    /// From 1.
    public var band: Int
    /// The least alpha of a valid pixel; `nil` for anything above 0.
    public var from: Double?
    /// Whether the values were stored multiplied by alpha, and are divided by it.
    public var isPremultiplied: Bool

    public init(band: Int, from: Double? = nil, isPremultiplied: Bool = false) {
      self.band = band
      self.from = from
      self.isPremultiplied = isPremultiplied
    }
  }

  /// What tells which pixels are valid; a pixel has to pass all of it. Nodata values are those of `bands`.
  public struct Validity: Sendable, Hashable, Codable {
    /// Such as "mask" or "masks of the bands"; `nil` without one.
    public var mask: String?
    public var alpha: Alpha?
    /// The nodata value of the pipeline, where the bands can hold it.
    public var pipelineNodata: Double?
    /// Values this close to nodata count as nodata where they are connected with the raster's edge.
    public var tolerance: Double?
    /// Whether blocks that the file does not store are invalid.
    public var leavesOutAbsentBlocks = false
    /// Whether pixels that no source of a virtual raster covers are invalid.
    public var leavesOutGaps = false
    /// Whether values that are not finite are invalid.
    public var leavesOutNonFinite = false

    public init() {}
  }

  /// In the order of the network's channels; the one band of a palette.
  public var bands: [Band]
  public var bandsBy: Choice
  /// Bands of the file that are not read, nor tell which pixels are valid; `nil` where there are none.
  public var unread: [Band]?
  /// GDAL's name, such as "UInt16"; "Int8" for signed bytes.
  public var type: String
  /// One for each band; empty where bytes are taken as they are.
  public var scale: [Range] = []
  /// One for each band, where the file gives them; not applied.
  public var calibration: [Calibration] = []
  /// Whether white is stored as 0 and the values are turned round.
  public var isInverted = false
  public var validity = Validity()
  /// "EPSG:32633 (WGS 84 / UTM zone 33N)"; `nil` where there is none.
  public var crs: String?
  /// Where the crs was found: "file", "input.crs", or the name of a file beside.
  public var crsFrom: String?
  /// How it is placed in the crs.
  public var place: RasterPlace?
  /// When it was taken; for a mosaic when the first sheet was.
  public var date: AcquisitionDate?
  /// When the last sheet of a mosaic was taken, where that was on another day.
  public var lastDate: AcquisitionDate?
  /// What is read of `input.area`; `nil` without one.
  public var area: AreaReading?
  /// What the file or the pipeline holds that is not used, a sentence each.
  public var ignored: [String] = []
  /// Sheets of a mosaic that are read otherwise, with what differs; the rest of the value holds for all others.
  public var differences: [String] = []

  public init(bands: [Band], bandsBy: Choice, type: String) {
    self.bands = bands
    self.bandsBy = bandsBy
    self.type = type
  }
}

extension RasterReading {
  /// From the first date to the last; `nil` where there is none.
  public var dates: ClosedRange<AcquisitionDate>? { date.map { $0...max($0, lastDate ?? $0) } }

  /// Such as "bands 3 (red), 2 (green), 1 (blue)".
  public var bandText: String {
    if bandsBy == .palette, let band = bands.first { return "band \(band.number) (palette)" }
    return "band\(bands.count == 1 ? "" : "s") \(bands.map { "\($0.number) (\($0.role))" }.joined(separator: ", "))"
  }

  /// A few lines for people: bands and values, valid pixels, crs, and how sheets differ.
  public var lines: [String] {
    var lines = ["reads \(bandText)\(bandsBy == .palette ? "" : " by \(bandsBy.rawValue)"), \(valueText)\(unreadText)", validText]
    lines.append(crs.map { "crs \($0), from \(crsFrom ?? "file")" } ?? "no crs")
    if let line = place?.line { lines.append(line) }
    if let date { lines.append("taken \(date.text)\(lastDate.map { " to \($0.text)" } ?? "")") }
    if let area { lines.append(area.line) }
    return lines + differences
  }

  private var unreadText: String {
    guard let unread, !unread.isEmpty else { return "" }
    let shown = unread.prefix(12).map { "\($0.number) (\($0.name ?? $0.role))" }.joined(separator: ", ") + (unread.count > 12 ? ", …" : "")
    return "; without band\(unread.count == 1 ? "" : "s") \(shown)"
  }

  private var valueText: String {
    var parts = [type]
    if let first = scale.first {
      let ranges = Set(scale).count == 1 ? [first] : scale
      parts.append("\(ranges.map { "\(NumberText.of($0.min))…\(NumberText.of($0.max))" }.joined(separator: ", ")) to 0…255")
    }
    if isInverted { parts.append("inverted, as white is stored as 0") }
    return parts.joined(separator: ", ")
  }

  private var validText: String {
    var parts: [String] = []
    if let mask = validity.mask { parts.append(mask) }
    if let alpha = validity.alpha {
      parts.append(
        "alpha of band \(alpha.band) " + (alpha.from.map { "from \(NumberText.of($0))" } ?? "above 0")
          + (alpha.isPremultiplied ? ", by which the colors are divided" : ""))
    }
    let nodata = bands.compactMap(\.nodata)
    if let first = nodata.first { parts.append("not nodata \(Set(nodata).count == 1 ? first : "(\(nodata.joined(separator: ", ")))")") }
    if let value = validity.pipelineNodata { parts.append("not input.nodata \(NumberText.of(value))") }
    if let tolerance = validity.tolerance { parts.append("nor within \(NumberText.of(tolerance)) of it, connected with the edge") }
    if validity.leavesOutNonFinite { parts.append("finite") }
    if validity.leavesOutGaps { parts.append("covered by a source") }
    let all = validity.leavesOutAbsentBlocks ? "every stored pixel is valid" : "every pixel is valid"
    return parts.isEmpty ? all : "valid pixels: \(parts.joined(separator: ", "))"
  }

  /// The reading of a mosaic: that of its first sheet, and by name what others have instead. There is at least one.
  static func merged(_ sheets: [(name: String, reading: RasterReading)]) -> RasterReading {
    // Sheets are taken one after the other: when, is told for all of them together.
    let dates = sheets.map(\.reading.date)
    let readings = sheets.map { sheet in
      var reading = sheet.reading
      reading.date = nil
      return (name: sheet.name, reading: reading)
    }
    var merged = readings[0].reading
    let others = readings.filter { $0.reading != merged }
    merged.differences = others.prefix(20).map { sheet in
      let own = sheet.reading.lines.filter { !merged.lines.contains($0) }
      return "\(sheet.name): \((own + sheet.reading.ignored.filter { !merged.ignored.contains($0) }).joined(separator: "; "))"
    }
    if others.count > 20 { merged.differences.append("\(others.count - 20) more sheets differ") }
    let known = dates.compactMap(\.self)
    // One sheet without a date, and nothing is known of the whole.
    if known.count == dates.count, let first = known.min(), let last = known.max() {
      merged.date = first
      if first.day != last.day { merged.lastDate = last }
    }
    return merged
  }
}

/// Numbers as people write them.
enum NumberText {
  /// Without ".0" where the number is whole.
  static func of(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
  }
}
