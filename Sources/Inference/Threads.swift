import CSystem
import Foundation

/// Runs `body` on a thread of its own, with a stack that GDAL's and PROJ's deeper recursions fit into.
///
/// A thread whose work is over is kept for the next: GDAL and PROJ hold caches for each thread (the open database of coordinate systems among
/// them) that cost more than a small source.
///
/// - Throws: `ThreadError` where the system makes no thread: Foundation's would just never run.
package func startThread(named name: String, _ body: @escaping @Sendable () -> Void) throws(ThreadError) {
  let work = ThreadWork(name: name, body: body)
  if KeptThreads.shared.take(work) { return }
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  defer { pthread_attr_destroy(&attributes) }
  pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
  pthread_attr_setstacksize(&attributes, 8 << 20)
  let first = Unmanaged.passRetained(work)
  var thread: pthread_t = 0
  let result = pthread_create(
    &thread, &attributes,
    { argument in
      guard let argument else { return nil }
      Unmanaged<ThreadWork>.fromOpaque(argument).takeRetainedValue().run()
      while true { KeptThreads.shared.next().run() }
    }, first.toOpaque())
  guard result != 0 else { return }
  first.release()
  throw ThreadError(reason: "a thread cannot be started (\(String(cString: strerror(result))))")
}

/// Threads without work, each waiting for some.
///
/// `@unchecked Sendable`: what changes is touched only with the condition's lock held.
private final class KeptThreads: @unchecked Sendable {
  static let shared = KeptThreads()
  private let condition = NSCondition()
  private var idle = 0
  private var waiting: [ThreadWork] = []

  /// Whether a kept thread takes the work.
  func take(_ work: ThreadWork) -> Bool {
    condition.withLock {
      guard idle > waiting.count else { return false }
      waiting.append(work)
      condition.signal()
      return true
    }
  }

  /// Waits for work.
  func next() -> ThreadWork {
    condition.withLock {
      idle += 1
      defer { idle -= 1 }
      while true {
        if let work = waiting.popLast() { return work }
        condition.wait()
      }
    }
  }
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

/// The system gives no more threads.
package struct ThreadError: Error, CustomStringConvertible {
  package let reason: String
  package let remedy = "lower inference.workers, or raise the limits of threads and memory (ulimit -u and -v, pids of the cgroup)"

  package var description: String { "\(reason); \(remedy)" }
}
