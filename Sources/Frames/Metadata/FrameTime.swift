/// When a picture was taken.
public struct FrameTime: Sendable, Hashable, Codable {
  /// ISO 8601, to the second, such as "2026-06-01T10:11:12"; with "Z" where it is known to be UTC.
  public var text: String

  public var isUTC: Bool { text.hasSuffix("Z") }

  /// Of EXIF: the GPS's time, which is UTC, else the camera's clock.
  init?(_ tags: FrameTags) {
    let clock = tags.exifNumbers("GPSTimeStamp")
    if let day = tags.exif["GPSDateStamp"].flatMap(Self.digits), day.count == 3, clock.count == 3,
      let time = Self(day + clock.map { Int(exactly: $0.rounded(.down)) ?? -1 }, isUTC: true)
    {
      self = time
      return
    }
    guard let text = tags.exif["DateTimeOriginal"] ?? tags.exif["DateTime"], let parts = Self.digits(text) else { return nil }
    let offset = tags.exif["OffsetTimeOriginal"]?.trimmed
    self.init(parts, isUTC: offset == "+00:00" || offset == "Z")
  }

  /// Of a table: microseconds since 1970, or ISO 8601 in UTC.
  init?(_ text: String) {
    let text = text.trimmed
    if let microseconds = Int64(text), microseconds > 1_000_000_000_000 {
      self.init(secondsSince1970: microseconds / 1_000_000)
    } else {
      guard let parts = Self.digits(text) else { return nil }
      self.init(Array(parts.prefix(6)), isUTC: text.hasSuffix("Z") || text.hasSuffix("+00:00"))
    }
  }

  private init?(secondsSince1970 seconds: Int64) {
    // Days to a date in the Gregorian calendar: Howard Hinnant, "chrono-compatible low-level date algorithms", civil_from_days.
    let (days, rest) = (seconds / 86_400 + 719_468, Int(seconds % 86_400))
    let era = days / 146_097
    let ofEra = days - era * 146_097
    let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * ofYear + 2) / 153
    let month = Int(shifted < 10 ? shifted + 3 : shifted - 9)
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    guard year < 10_000 else { return nil }
    self.init([Int(year), month, Int(ofYear - (153 * shifted + 2) / 5 + 1), rest / 3600, rest / 60 % 60, rest % 60], isUTC: true)
  }

  /// Year, month, day, hour, minute, second.
  private init?(_ parts: [Int], isUTC: Bool) {
    guard parts.count == 6, (1900...9999).contains(parts[0]), (1...12).contains(parts[1]), (1...31).contains(parts[2]),
      (0...23).contains(parts[3]), (0...59).contains(parts[4]), (0...60).contains(parts[5])
    else { return nil }
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    text = "\(parts[0])-\(two(parts[1]))-\(two(parts[2]))T\(two(parts[3])):\(two(parts[4])):\(two(parts[5]))" + (isUTC ? "Z" : "")
  }

  /// The runs of digits in a text; `nil` where one is too long for a date.
  private static func digits(_ text: String) -> [Int]? {
    let parts = text.prefix(40).split { !$0.isASCII || !$0.isNumber }
    guard parts.count >= 3, parts.allSatisfy({ $0.count <= 9 }) else { return nil }
    return parts.compactMap { Int($0) }
  }
}
