package import Foundation

/// When the run must stop. If the system clock is changed meanwhile, whichever comes first applies: the time of day, or the time that remained when
/// the run began.
package struct Deadline {
  package let date: Date
  package let instant: ContinuousClock.Instant

  package init(_ date: Date, from start: Date) {
    self.date = date
    instant = .now + .seconds(date.timeIntervalSince(start))
  }

  package var hasPassed: Bool { Date() >= date || .now >= instant }
}

/// `run.until` has passed: the run ends cleanly, and the next one resumes.
package struct UntilReached: Error {}
