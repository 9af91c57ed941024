import Foundation

/// Lets the stages of a pass (reader, workers, blender) meet: one condition, one failure that ends them all.
///
/// `@unchecked Sendable`: all state is touched only with `condition` locked.
package final class StageMeeting: @unchecked Sendable {
  private let condition = NSCondition()
  private var failure: (any Error)?

  package init() {}

  /// The first failure of any stage, `nil` while all is well.
  package var error: (any Error)? {
    condition.withLock { failure }
  }

  /// Ends all stages: whoever waits, or waits later, throws this error. Only the first one counts.
  package func fail(_ error: any Error) {
    condition.withLock {
      if failure == nil { failure = error }
      condition.broadcast()
    }
  }

  /// Waits until `body` gives a value, trying again whenever another stage has changed something.
  ///
  /// - Throws: the failure of whatever stage failed.
  package func wait<Value>(until body: () -> Value?) throws -> Value {
    try condition.withLock {
      while true {
        if let failure { throw failure }
        if let value = body() {
          // Taking a value may be what another stage waits for.
          condition.broadcast()
          return value
        }
        condition.wait()
      }
    }
  }

  /// Reads or changes shared state that nobody waits for.
  package func withLock<Value>(_ body: () -> Value) -> Value { condition.withLock(body) }

  /// Changes shared state and wakes those who wait.
  package func change(_ body: () -> Void) {
    condition.withLock {
      body()
      condition.broadcast()
    }
  }
}
