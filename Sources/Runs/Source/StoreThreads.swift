import Foundation
import Inference

/// A few threads that wait for the disk, so that workers need not.
///
/// `@unchecked Sendable`: what changes is touched only with the lock of `monitor` held.
package final class StoreThreads: @unchecked Sendable {
  private static let count = 4
  private let monitor = Monitor()
  private let changed = Monitor.Condition()
  private let threads = DispatchGroup()
  private var tasks: [@Sendable () -> Void] = []
  private var started = 0
  private var idle = 0
  private var isOver = false

  package init() {}

  /// Has a task done soon; tasks begin in the order in which they come.
  ///
  /// Where the system gives no thread at all, the calling one does it.
  func add(_ task: @escaping @Sendable () -> Void) {
    let number = monitor.withLock { () -> Int? in
      tasks.append(task)
      changed.signal()
      guard idle < tasks.count, started < Self.count else { return nil }
      started += 1
      return started
    }
    guard let number else { return }
    threads.enter()
    do throws(ThreadError) {
      try startThread(named: "store \(number)") { [self] in
        defer { threads.leave() }
        while let task = next() { task() }
      }
    } catch {
      threads.leave()
      let left = monitor.withLock { () -> [@Sendable () -> Void] in
        started -= 1
        guard started == 0 else { return [] }
        defer { tasks = [] }
        return tasks
      }
      for task in left { task() }
    }
  }

  /// Waits for the tasks that are there, and ends the threads.
  package func end() {
    monitor.withLock {
      isOver = true
      changed.broadcast()
    }
    threads.wait()
  }

  private func next() -> (@Sendable () -> Void)? {
    monitor.withLock {
      while tasks.isEmpty {
        if isOver { return nil }
        idle += 1
        monitor.wait(changed)
        idle -= 1
      }
      return tasks.removeFirst()
    }
  }
}
