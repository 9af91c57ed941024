import Foundation
import Synchronization

/// Asks a run to end soon; checked between tiles and between the steps of writing.
public final class StopRequest: Sendable {
  private let isRequested = Atomic(false)

  public init() {}

  /// May be called from any thread.
  public func request() { isRequested.store(true, ordering: .relaxed) }

  var isAsked: Bool { isRequested.load(ordering: .relaxed) }

  /// - Throws: `RunError` (interrupted) once a stop was asked for.
  func check() throws {
    if isAsked {
      throw RunError(.interrupted, reason: "interrupted", remedy: "the next run goes on from what is finished")
    }
  }
}
