import Synchronization

/// Asks a run to end soon; checked between tiles and between the steps of writing.
public final class StopRequest: Sendable {
  private let isRequested = Atomic(false)
  private let others = Mutex<[@Sendable () -> Bool]>([])
  private let hasOthers = Atomic(false)
  private let lastReport = Mutex<(@Sendable () -> Void)?>(nil)

  public init() {}

  /// May be called from any thread.
  public func request() { isRequested.store(true, ordering: .relaxed) }

  /// Counts as asked, too, where `isAsked` says so: a signal that was noted.
  public func follow(_ isAsked: @escaping @Sendable () -> Bool) {
    others.withLock { $0.append(isAsked) }
    hasOthers.store(true, ordering: .releasing)
  }

  package var isAsked: Bool {
    if isRequested.load(ordering: .relaxed) { return true }
    guard hasOthers.load(ordering: .acquiring), others.withLock({ $0.contains { $0() } }) else { return false }
    request()
    return true
  }

  /// - Throws: `RunError` (interrupted) once a stop was asked for.
  package func check() throws {
    if isAsked {
      throw RunError(.interrupted, reason: "interrupted", remedy: "the next run resumes from what is finished")
    }
  }

  /// What leaves a report where the process has to end before the work does.
  package func setLastReport(_ report: (@Sendable () -> Void)?) { lastReport.withLock { $0 = report } }

  /// Leaves the report of work that did not end in time. To be called just before the process is ended.
  public func leaveLastReport() { lastReport.withLock { $0 }?() }
}
