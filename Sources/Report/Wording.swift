import Foundation

/// Numbers, times and areas as the page writes them.
enum Wording {
  /// "1,234,567.8".
  static func number(_ value: Double, decimals: Int = 0) -> String {
    guard value.isFinite else { return "–" }
    let text = String(format: "%.\(decimals)f", abs(value))
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let digits = Array(parts[0])
    var grouped = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { grouped.append(",") }
      grouped.append(digit)
    }
    let isZero = text.allSatisfy { $0 == "0" || $0 == "." }
    return (value < 0 && !isZero ? "−" : "") + grouped + (parts.count > 1 ? "." + parts[1] : "")
  }

  static func count(_ count: Int, _ noun: String) -> String { "\(number(Double(count))) \(noun)\(count == 1 ? "" : "s")" }

  /// "4.2 s", "12 min 05 s", "3 h 20 min".
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0 else { return "–" }
    if seconds < 60 { return "\(number(seconds, decimals: 1)) s" }
    let whole = Int(min(1e12, seconds.rounded()))
    if whole < 3600 { return "\(whole / 60) min \(padded(whole % 60)) s" }
    return "\(number(Double(whole / 3600))) h \(padded(whole % 3600 / 60)) min"
  }

  private static func padded(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

  /// Decimal units.
  static func bytes(_ count: Int) -> String {
    let (value, unit) = count >= 1_000_000_000 ? (Double(count) / 1e9, "GB") : (Double(count) / 1e6, "MB")
    return "\(number(value, decimals: unit == "GB" ? 1 : 0)) \(unit)"
  }

  /// "2026-11-27".
  static func day(_ date: Date, _ timeZone: TimeZone) -> String { fields(date, timeZone).day }

  /// "2026-11-27 03:15".
  static func moment(_ date: Date, _ timeZone: TimeZone) -> String {
    let fields = fields(date, timeZone)
    return "\(fields.day) \(fields.time)"
  }

  /// "UTC+01:00" at a moment.
  static func offset(_ date: Date, _ timeZone: TimeZone) -> String {
    let minutes = timeZone.secondsFromGMT(for: date) / 60
    if minutes == 0 { return "UTC" }
    return "UTC\(minutes < 0 ? "−" : "+")\(padded(abs(minutes) / 60)):\(padded(abs(minutes) % 60))"
  }

  private static func fields(_ date: Date, _ timeZone: TimeZone) -> (day: String, time: String) {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = timeZone
    let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute], from: date)
    return (
      String(format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0),
      String(format: "%02d:%02d", parts.hour ?? 0, parts.minute ?? 0)
    )
  }
}

/// A unit in which a table's areas are all written.
struct AreaScale {
  let unit: String
  private let divisor: Double
  private let decimals: Int

  /// - Parameter largest: the largest area of the table, in the unit that areas are measured in.
  init(_ measured: PageContent.AreaUnit, largest: Double) {
    switch measured {
    case .pixels: (unit, divisor, decimals) = ("px", 1, 0)
    case .squareMeters where largest < 100_000: (unit, divisor, decimals) = ("m²", 1, 1)
    case .squareMeters where largest < 1e8: (unit, divisor, decimals) = ("ha", 1e4, 2)
    case .squareMeters: (unit, divisor, decimals) = ("km²", 1e6, 2)
    }
  }

  /// The number without its unit.
  func number(_ area: Double) -> String { Wording.number(area / divisor, decimals: decimals) }

  func text(_ area: Double) -> String { "\(number(area)) \(unit)" }

  /// "+1.20 ha", "−3 px", "0".
  func change(_ difference: Double) -> String {
    let number = number(abs(difference))
    if number.allSatisfy({ $0 == "0" || $0 == "." }) { return difference == 0 ? "0" : "±0" }
    return "\(difference < 0 ? "−" : "+")\(number) \(unit)"
  }
}
