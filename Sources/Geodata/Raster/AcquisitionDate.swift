import Foundation

/// When an image was taken: a day, and the time of day where it is known. Encoded as text, "2024-06-01" or "2024-06-01T10:20:30".
public struct AcquisitionDate: Sendable, Hashable, Comparable, Codable {
  /// "2024-06-01".
  public let day: String
  /// "10:20:30", by the camera's clock; `nil` where only the day is known.
  public let time: String?

  /// A day of the Gregorian calendar from 1800 on; `nil` for any other numbers.
  public init?(year: Int, month: Int, day: Int) {
    self.init(year: year, month: month, day: day, time: nil)
  }

  private init?(year: Int, month: Int, day: Int, time: String?) {
    guard (1800...9999).contains(year), (1...12).contains(month) else { return nil }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard (1...days[month - 1]).contains(day) else { return nil }
    self.day = "\(year)-\(Self.twoDigits(month))-\(Self.twoDigits(day))"
    self.time = time
  }

  /// The date in an EXIF or TIFF tag, "2024:06:01 10:20:30"; dashes and a `T` are taken, too. `nil` for any other text, such as the zeros of
  /// cameras whose clock was never set.
  public init?(tag text: String) {
    let pattern = /\s*(\d{4})[:\-](\d{2})[:\-](\d{2})[ T](\d{2}):(\d{2}):(\d{2}).*/
    guard let match = text.prefix(64).wholeMatch(of: pattern), let year = Int(match.1), let month = Int(match.2), let day = Int(match.3),
      let hour = Int(match.4), hour < 24, let minute = Int(match.5), minute < 60, let second = Int(match.6), second < 60
    else { return nil }
    self.init(year: year, month: month, day: day, time: "\(match.4):\(match.5):\(match.6)")
  }

  /// The days on which clocks begin to count: what a camera or a program writes whose clock was never set.
  private static let clockStarts: Set<String> = ["1900-01-01", "1904-01-01", "1970-01-01", "1980-01-01", "1980-01-06"]

  /// Whether it is the day on which clocks begin to count.
  var isUnsetClock: Bool { Self.clockStarts.contains(day) }

  /// Whether it lies in the future, by a day more than time zones explain.
  var isFuture: Bool {
    let now = Date(timeIntervalSinceNow: 2 * 86_400).formatted(.iso8601.year().month().day())
    return day > now
  }

  /// The text that is encoded.
  public var text: String { time.map { "\(day)T\($0)" } ?? day }

  public static func < (first: AcquisitionDate, second: AcquisitionDate) -> Bool {
    (first.day, first.time ?? "") < (second.day, second.time ?? "")
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let parts = try container.decode(String.self).split(separator: "T", maxSplits: 1).map(String.init)
    day = parts.first ?? ""
    time = parts.count > 1 ? parts[1] : nil
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }

  private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
