extension Pipeline {
  /// How an unattended run behaves.
  public struct Run: Sendable, Equatable, Codable {
    public var verify = Verification.metadata
    public var retry = Retry()
    /// Failed sources that stop a run.
    public var maxFailures: Limit?
    /// For one source.
    public var timeLimit: Duration?
    /// Local time at which a run ends cleanly, to go on next time.
    public var until: TimeOfDay?
    /// Published sources that one run may remove at most.
    public var pruneLimit = Limit.percent(10)
    /// Fewer sources than this are an error.
    public var requireSources: Int?
    /// Which failures the exit code tells of.
    public var failures = Failures.every
    /// A Prometheus textfile.
    public var metrics: PipelinePath?
    public var notify = Notify()

    public init() {}
  }

  /// `run.verify`.
  public enum Verification: String, Sendable, Equatable, Codable, CaseIterable {
    /// A source is known by size and modification time.
    case metadata
    /// A source is known by SHA-256 as well.
    case content
  }

  /// `run.failures`.
  public enum Failures: String, Sendable, Equatable, Codable, CaseIterable {
    /// As long as a source fails, each run tells of it.
    case every
    /// Only the run in which a source fails for the first time.
    case new
  }

  /// A command that is told how a run ended.
  public struct Notify: Sendable, Equatable, Codable {
    public var command: String?
    public var when = When.failure

    /// After which runs the command is called.
    public enum When: String, Sendable, Equatable, Codable, CaseIterable {
      /// After runs that do not end with exit code 0, and after the first good one that follows.
      case failure
      case always
    }

    public init() {}
  }

  /// How often, and after how long, a failed source is tried again.
  public struct Retry: Sendable, Equatable, Codable {
    /// From 0: never again.
    public var limit = 3
    public var after = Duration.seconds(3600)

    public init() {}
  }
}
