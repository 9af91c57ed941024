import Foundation

/// A lock and the conditions that threads wait for while it is free.
///
/// `NSCondition` has one condition for each lock; with many workers, waking all of them whenever one could go on costs more than their work.
///
/// `@unchecked Sendable`: the pointers never change, and the system's calls on them may come from any thread.
package final class Monitor: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

  package init() { pthread_mutex_init(mutex, nil) }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  /// Runs the body with the lock held.
  package func withLock<Value, Failure: Error>(_ body: () throws(Failure) -> Value) throws(Failure) -> Value {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body()
  }

  /// Waits for a signal, with the lock held before and after. Wakes now and then without one.
  package func wait(_ condition: Condition) { pthread_cond_wait(condition.handle, mutex) }

  /// As `wait`, for so many seconds at most.
  package func wait(_ condition: Condition, seconds: Double) {
    var end = timespec()
    clock_gettime(CLOCK_MONOTONIC, &end)
    let nanoseconds = end.tv_nsec + Int(seconds * 1e9)
    end.tv_sec += nanoseconds / 1_000_000_000
    end.tv_nsec = nanoseconds % 1_000_000_000
    pthread_cond_timedwait(condition.handle, mutex, &end)
  }

  /// Something that threads wait for. Belongs to one monitor.
  ///
  /// `@unchecked Sendable`: as the monitor.
  package final class Condition: @unchecked Sendable {
    fileprivate let handle = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    package init() {
      var attributes = pthread_condattr_t()
      pthread_condattr_init(&attributes)
      // Whoever sets the clock does not make anybody wait longer.
      pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
      pthread_cond_init(handle, &attributes)
      pthread_condattr_destroy(&attributes)
    }

    deinit {
      pthread_cond_destroy(handle)
      handle.deallocate()
    }

    /// Wakes one that waits.
    package func signal() { pthread_cond_signal(handle) }

    /// Wakes all that wait.
    package func broadcast() { pthread_cond_broadcast(handle) }
  }
}

extension ContinuousClock.Instant {
  package var secondsAgo: Double { (ContinuousClock.now - self) / .seconds(1) }
}
