import Foundation
import GeoTypes
import Geodata

/// A row of a merged layer as a duty officer reads it. What layers do not have is `nil`.
public struct Incident: Sendable {
  public var className: String
  /// Degrees on WGS 84.
  public var longitude: Double
  public var latitude: Double
  /// One standard error of the position in meters.
  public var sigma: Double?
  /// Square meters.
  public var area: Double
  public var liters: ClosedRange<Double>?
  /// Meters.
  public var length: Double?
  public var width: Double?
  /// Degrees from north, from 0 up to 180.
  public var axis: Double?
  /// Of a strand along its medial line, in meters and degrees from north.
  public var strand: (length: Double, width: Double, axis: Double?)?
  /// Class, meters and degrees from north.
  public var nearest: (className: String, distance: Double, azimuth: Double?)?
  /// Percent.
  public var confidence: Double?
  /// Whether the edge of all pictures cuts it off.
  public var isCut: Bool
  /// ISO 8601; a day alone where no more is known.
  public var first: String?
  public var last: String?
  /// What it was made of: names of sources, and rows in them.
  public var sightings: [MergedRows.Sighting]
  /// Names the content that it follows from.
  public var key = ""

  /// `nil` for a row without a place.
  init?(_ values: [FieldValue], _ columns: MergedColumns, _ sightings: [MergedRows.Sighting]) {
    func text(_ column: Int) -> String? { if case .text(let text) = values[column] { text } else { nil } }
    guard let longitude = columns.real(columns.longitude, values), let latitude = columns.real(columns.latitude, values),
      let area = columns.real(columns.area, values), let className = text(columns.className)
    else { return nil }
    (self.longitude, self.latitude, self.area, self.className, self.sightings) = (longitude, latitude, area, className, sightings)
    sigma = columns.sigma.flatMap { columns.real($0, values) }
    confidence = columns.real(columns.confidence, values)
    isCut = columns.integer(columns.edge, values) == 1
    if let first = columns.volume, let least = columns.real(first, values), let most = columns.real(first + 1, values), least <= most {
      liters = least...most
    }
    if let first = columns.shape {
      (length, width, axis) = (columns.real(first, values), columns.real(first + 1, values), columns.real(first + 2, values))
      if let length = columns.real(first + 4, values), let width = columns.real(first + 5, values) {
        strand = (length, width, columns.real(first + 6, values))
      }
    }
    if let first = columns.nearest, let name = text(first), let distance = columns.real(first + 3, values) {
      nearest = (name, distance, columns.real(first + 4, values))
    }
    let day = text(columns.date)
    first = columns.frames.flatMap(text) ?? day
    last = columns.frames.flatMap { text($0 + 1) } ?? day
  }

  /// The latest come first, then the largest.
  static func isBefore(_ one: Incident, _ two: Incident) -> Bool {
    let (last, other) = (one.last ?? "", two.last ?? "")
    if last != other { return last > other }
    if one.area != two.area { return one.area > two.area }
    return (one.longitude, one.latitude, one.className) < (two.longitude, two.latitude, two.className)
  }
}

extension MergedRows {
  /// The rows of some classes, the latest first, then the largest.
  public func incidents(of classes: Set<Int>) throws -> [Incident] {
    var incidents: [Incident] = []
    try forEach { _, values, sightings in
      guard let classID = columns.integer(columns.classID, values), classes.contains(classID) else { return }
      if let incident = Incident(values, columns, sightings) { incidents.append(incident) }
    }
    return incidents.sorted(by: Incident.isBefore)
  }
}

/// Numbers as an officer says them.
enum IncidentText {
  /// Degrees and minutes to a thousandth, about 2 m: 54°08.165'N 015°08.844'E.
  static func position(longitude: Double, latitude: Double) -> String {
    part(latitude, 2, "N", "S") + " " + part(longitude, 3, "E", "W")
  }

  private static func part(_ degrees: Double, _ digits: Int, _ positive: String, _ negative: String) -> String {
    let thousandths = Int((abs(degrees) * 60_000).rounded())
    let whole = String(thousandths / 60_000)
    let zeros = String(repeating: "0", count: max(0, digits - whole.count))
    let minutes = String(format: "%06.3f", Double(thousandths % 60_000) / 1000)
    return "\(zeros)\(whole)°\(minutes)'\(degrees < 0 && thousandths > 0 ? negative : positive)"
  }

  /// Three digits, as bearings are given: 007°.
  static func bearing(_ degrees: Double) -> String {
    let whole = Int(degrees.rounded()) % 360
    return String(format: "%03d°", whole)
  }

  /// An axis has two directions: 035°–215°.
  static func axis(_ degrees: Double) -> String { "\(bearing(degrees))–\(bearing(degrees + 180))" }

  /// To three digits that count, without an exponent.
  static func rounded(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return "0" }
    let decimals = max(0, min(6, 2 - Int(log10(abs(value)).rounded(.down))))
    return decimals > 0 ? String(format: "%.\(decimals)f", value) : grouped(value)
  }

  /// Whole numbers with a narrow space between thousands.
  private static func grouped(_ value: Double) -> String {
    let scale = pow(10, max(0, log10(abs(value)).rounded(.down) - 2))
    let digits = Array(String(format: "%.0f", (value / scale).rounded() * scale))
    return digits.indices.map { index in
      (index > 0 && (digits.count - index) % 3 == 0 && digits[index - 1].isNumber ? "\u{202F}" : "") + String(digits[index])
    }.joined()
  }

  static func area(_ squareMeters: Double) -> String {
    squareMeters < 100_000 ? "\(rounded(squareMeters)) m²" : "\(rounded(squareMeters / 1_000_000)) km²"
  }

  static func distance(_ meters: Double) -> String { meters < 10_000 ? "\(rounded(meters)) m" : "\(rounded(meters / 1000)) km" }

  static func liters(_ range: ClosedRange<Double>) -> String { "\(rounded(range.lowerBound)) to \(rounded(range.upperBound)) L" }

  static func nearest(_ nearest: (className: String, distance: Double, azimuth: Double?)) -> String {
    nearest.azimuth.map { "\(distance(nearest.distance)) toward \(bearing($0))" } ?? "it touches the outline"
  }

  /// Text of anybody's on one line: line ends and other control characters become spaces.
  static func plain(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars { result.unicodeScalars.append(isControl(scalar) ? " " : scalar) }
    return result
  }

  /// Also what turns the direction of text, and so shows a name as another one.
  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 32 || (0x7F...0x9F).contains(scalar.value) || (0x202A...0x202E).contains(scalar.value)
      || (0x2066...0x2069).contains(scalar.value) || [0x200E, 0x200F, 0x2028, 0x2029].contains(scalar.value)
  }

  /// "2026-06-01 10:00:00 UTC".
  static func time(_ text: String) -> String {
    let plain = text.replacing("T", with: " ")
    return plain.hasSuffix("Z") ? plain.dropLast() + " UTC" : plain
  }
}
