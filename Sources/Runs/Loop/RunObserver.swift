/// Where a run tells what it does.
public struct RunObserver: Sendable {
  public var log: @Sendable (RunLogLine) -> Void
  public var progress: @Sendable (RunProgress) -> Void

  public init(log: @escaping @Sendable (RunLogLine) -> Void, progress: @escaping @Sendable (RunProgress) -> Void) {
    self.log = log
    self.progress = progress
  }

  /// Says nothing.
  public static let silent = RunObserver(log: { _ in }, progress: { _ in })

  /// Logs what only somebody who looks for a cause wants to know.
  package func detail(_ message: String, source: String? = nil) { log(RunLogLine(level: .detail, source: source, message: message)) }
  /// Logs what is worth knowing.
  package func info(_ message: String, source: String? = nil) { log(RunLogLine(level: .info, source: source, message: message)) }
  /// Logs what may not be as it was meant.
  package func warning(_ message: String, source: String? = nil) { log(RunLogLine(level: .warning, source: source, message: message)) }
  /// Logs what failed.
  package func error(_ message: String, source: String? = nil) { log(RunLogLine(level: .error, source: source, message: message)) }
}

/// A line of the log.
public struct RunLogLine: Sendable, Encodable {
  /// How bad it is.
  public enum Level: String, Sendable, Encodable, Comparable, CaseIterable {
    case detail, info, warning, error

    public static func < (first: Level, second: Level) -> Bool {
      allCases.firstIndex(of: first) ?? 0 < allCases.firstIndex(of: second) ?? 0
    }
  }

  public var level: Level
  /// The source that the line is about.
  public var source: String?
  public var message: String

  public init(level: Level, source: String? = nil, message: String) {
    self.level = level
    self.source = source
    self.message = message
  }
}

/// How far a run is.
public struct RunProgress: Sendable, Encodable {
  /// Published, failed or left out.
  public var sourcesDone: Int
  /// Opened, or about to be.
  public var sourcesAtWork: Int
  public var sourceCount: Int
  /// Of all sources that were opened so far.
  public var tilesDone: Int
  public var tileCount: Int
  /// Over all sources since the first was opened; 0 while unknown.
  public var megapixelsPerSecond: Double
  /// At the rate of tiles so far; sources that are not open yet count as those before them on average. `nil` while unknown.
  public var secondsLeft: Double?
  /// Of the whole run, 0...1.
  public var share: Double
  /// Whether the run is over.
  public var isLast: Bool
}
