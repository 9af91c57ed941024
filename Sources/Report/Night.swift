public import Foundation

/// The runs of one night: from noon to noon, so that midnight does not part them.
public struct Night: Sendable, Equatable {
  /// The day on which it begins, such as "2026-11-26".
  public var day: String
  public var runs: Int
  /// The worst of its runs.
  public var exitCode: Int
  /// Sources done, of all runs.
  public var done: Int
  /// Sources that failed, the most of one run.
  public var failed: Int
  /// Of all runs.
  public var seconds: Double

  /// The last nights up to a moment, oldest first; nights without a run are among them.
  public static func last(_ count: Int, of runs: [RunFigures], until now: Date, in timeZone: TimeZone) -> [Night] {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = timeZone
    let halfADay: TimeInterval = 12 * 3600
    let today = calendar.startOfDay(for: now.addingTimeInterval(-halfADay))
    var nights = (0..<count).map { back in
      let day = calendar.date(byAdding: .day, value: -(count - 1 - back), to: today) ?? today
      return Night(day: Wording.day(day, timeZone), runs: 0, exitCode: 0, done: 0, failed: 0, seconds: 0)
    }
    let places = Dictionary(nights.enumerated().map { ($0.element.day, $0.offset) }, uniquingKeysWith: { first, _ in first })
    for run in runs {
      guard let place = places[Wording.day(run.started.addingTimeInterval(-halfADay), timeZone)] else { continue }
      let isFirst = nights[place].runs == 0
      nights[place].runs += 1
      if isFirst || RunFigures.severity(run.exitCode) > RunFigures.severity(nights[place].exitCode) {
        nights[place].exitCode = run.exitCode
      }
      nights[place].done += run.done
      nights[place].failed = max(nights[place].failed, run.failed)
      nights[place].seconds += run.seconds
    }
    return nights
  }
}
