import CSystem
import Foundation

/// Lets the stages of a pass (reader, workers, blender) meet: one condition, one failure that ends them all.
///
/// `@unchecked Sendable`: all state is touched only with `condition` locked.
final class StageMeeting: @unchecked Sendable {
  private let condition = NSCondition()
  private var failure: (any Error)?

  /// The first failure of any stage, `nil` while all is well.
  var error: (any Error)? {
    condition.withLock { failure }
  }

  /// Ends all stages: whoever waits, or waits later, throws this error. Only the first one counts.
  func fail(_ error: any Error) {
    condition.withLock {
      if failure == nil { failure = error }
      condition.broadcast()
    }
  }

  /// Waits until `body` gives a value, trying again whenever another stage has changed something.
  ///
  /// - Throws: the failure of whatever stage failed.
  func wait<Value>(until body: () -> Value?) throws -> Value {
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
  func withLock<Value>(_ body: () -> Value) -> Value { condition.withLock(body) }

  /// Changes shared state and wakes those who wait.
  func change(_ body: () -> Void) {
    condition.withLock {
      body()
      condition.broadcast()
    }
  }
}

/// Runs `body` on a thread of its own, with a stack that GDAL's and PROJ's deeper recursions fit into.
///
/// - Throws: `RunError` (surroundings) where the system makes no thread: Foundation's would just never run.
func startThread(named name: String, _ body: @escaping @Sendable () -> Void) throws {
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  defer { pthread_attr_destroy(&attributes) }
  pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
  pthread_attr_setstacksize(&attributes, 8 << 20)
  let work = Unmanaged.passRetained(ThreadWork(name: name, body: body))
  var thread: pthread_t = 0
  let result = pthread_create(
    &thread, &attributes,
    { argument in
      if let argument { Unmanaged<ThreadWork>.fromOpaque(argument).takeRetainedValue().run() }
      return nil
    }, work.toOpaque())
  guard result != 0 else { return }
  work.release()
  throw RunError(
    .surroundings, reason: "a thread cannot be started (\(String(cString: strerror(result))))",
    remedy: "lower inference.workers, or raise the limits of threads and memory (ulimit -u and -v, pids of the cgroup)")
}

private final class ThreadWork: Sendable {
  private let name: String
  private let body: @Sendable () -> Void

  init(name: String, body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
  }

  func run() {
    csystem_name_thread(name)
    body()
  }
}
