import Foundation
import Testing

@testable import Runs

/// The clock of `run.timeLimit`.
@Suite struct SourceLimitsTests {
  @Test func theClockStandsStillWhileASourceIsInNobodysHands() throws {
    let limits = SourceLimits(stop: StopRequest(), timeLimit: .milliseconds(1), file: "a.tif")
    limits.hand(false)
    let before = limits.spent
    Thread.sleep(forTimeInterval: 0.02)
    #expect(limits.spent == before)
    // In the hands of two, it continues until both have put it down.
    limits.hand(true)
    limits.hand(true)
    limits.hand(false)
    Thread.sleep(forTimeInterval: 0.02)
    #expect(limits.spent >= before + .milliseconds(20))
    #expect(throws: RunError.self) { try limits.check() }
    limits.hand(false)
    let after = limits.spent
    Thread.sleep(forTimeInterval: 0.02)
    #expect(limits.spent == after)
  }
}
