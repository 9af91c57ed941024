import CSystem
import Foundation

/// Runs `body` on a thread of its own, with a stack that GDAL's and PROJ's deeper recursions fit into.
///
/// - Throws: `ThreadError` where the system makes no thread: Foundation's would just never run.
package func startThread(named name: String, _ body: @escaping @Sendable () -> Void) throws(ThreadError) {
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
  throw ThreadError(reason: "a thread cannot be started (\(String(cString: strerror(result))))")
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
