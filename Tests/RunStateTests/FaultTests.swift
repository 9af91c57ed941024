import Foundation
import TestSupport
import Testing

@testable import RunState

/// Every operation that changes the disk fails once, or is the last one before a crash; old outputs are replaced, and a new one comes.
@Suite struct FaultTests {
  /// Two sources are published with content 1; the run under test makes content 2 of three.
  private func begin(exchanges: Bool) throws -> (Scratch, MiniRun) {
    let scratch = try Scratch()
    let gate = FaultGate(exchanges: exchanges)
    try MiniRun(root: scratch.path, content: 1, operations: gate.operations, count: 2).run()
    try scratch.write("layers/sheet-1/notes.txt", "the user's own")
    return (scratch, MiniRun(root: scratch.path, content: 2))
  }

  @Test(arguments: FaultGate.Fault.allCases, [true, false])
  func anyFaultLeavesOldOrNewAndTheNextRunIsRight(_ fault: FaultGate.Fault, exchanges: Bool) throws {
    let (undisturbed, whole) = try begin(exchanges: exchanges)
    let counter = FaultGate(exchanges: exchanges)
    var run = whole
    run.operations = counter.operations
    try run.run()
    let expected = try run.state()
    #expect(try run.published(among: [2]).count == 3)
    withExtendedLifetime(undisturbed) {}

    var errors = 0
    var wrong = 0
    for point in 1...counter.calls {
      let (scratch, clean) = try begin(exchanges: exchanges)
      var disturbed = clean
      disturbed.operations = FaultGate(at: point, fault, exchanges: exchanges).operations
      do { try disturbed.run() } catch is RunStateError { errors += 1 }

      let between = try disturbed.published(among: [1, 2])
      #expect(between["sheet-1"] != nil && between["north/sheet-2"] != nil, "\(fault) at \(point): an old output is gone")
      #expect(scratch.text("layers/sheet-1/notes.txt") == "the user's own", "\(fault) at \(point)")

      disturbed.operations = FaultGate(exchanges: exchanges).operations
      try disturbed.run()
      let state = try disturbed.state()
      let isRight = state == expected
      if !isRight { wrong += 1 }
      #expect(isRight, "\(fault) at \(point): \(difference(state, expected))")
      #expect(try disturbed.published(among: [2]).count == 3)
    }
    print("faults: \(fault)\(exchanges ? "" : " without exchange"): \(counter.calls) points, \(errors) runs ended by it, \(wrong) wrong")
    #expect(errors >= counter.calls * 9 / 10)
  }

  /// exFAT and the like: two renames, between which the place is empty until the next run.
  @Test(arguments: [FaultGate.Fault.io, .crash, .crashHalfWay])
  func withoutLinksAnyFaultIsPutRightByTheNextRun(_ fault: FaultGate.Fault) throws {
    func begin() throws -> (Scratch, MiniRun) {
      let scratch = try Scratch()
      let gate = FaultGate(exchanges: false, links: false)
      try MiniRun(root: scratch.path, content: 1, operations: gate.operations, count: 2).run()
      try scratch.write("layers/sheet-1/notes.txt", "the user's own")
      return (scratch, MiniRun(root: scratch.path, content: 2))
    }
    let (undisturbed, whole) = try begin()
    let counter = FaultGate(exchanges: false, links: false)
    var run = whole
    run.operations = counter.operations
    try run.run()
    let expected = try run.state()
    #expect(expected["sheet-1/notes.txt"] != nil && expected["sheet-1"] == "folder")
    withExtendedLifetime(undisturbed) {}
    for point in 1...counter.calls {
      let (scratch, clean) = try begin()
      var disturbed = clean
      disturbed.operations = FaultGate(at: point, fault, exchanges: false, links: false).operations
      do { try disturbed.run() } catch is RunStateError {}
      _ = try disturbed.published(among: [1, 2])
      disturbed.operations = FaultGate(exchanges: false, links: false).operations
      try disturbed.run()
      let state = try disturbed.state()
      #expect(state == expected, "\(fault) at \(point): \(difference(state, expected))")
      withExtendedLifetime(scratch) {}
    }
    print("faults: \(fault) without links: \(counter.calls) points")
  }

  private func difference(_ one: [String: String], _ other: [String: String]) -> String {
    Set(one.keys).union(other.keys).filter { one[$0] != other[$0] }.sorted().joined(separator: ", ")
  }

  @Test func aDiskErrorSaysWhatIsFull() throws {
    let scratch = try Scratch()
    let error = #expect(throws: RunStateError.self) {
      try MiniRun(root: scratch.path, content: 1, operations: FaultGate(at: 12, .diskFull).operations).run()
    }
    #expect(error?.code == .diskFull)
    #expect(error?.endsRun == true)
    #expect(error?.description.contains("free") == true)
  }

  @Test func killedAgainAndAgainNothingGrows() throws {
    let (scratch, clean) = try begin(exchanges: true)
    var random = Seeded(seed: 5)
    for round in 0..<60 {
      var run = clean
      run.content = 2 + round % 3
      run.operations = FaultGate(at: Int.random(in: 1...220, using: &random), .crashHalfWay).operations
      try? run.run()
    }
    try clean.run()
    let leftovers = try snapshot(scratch.path + "/layers/.orthoweave").keys.filter { !$0.hasPrefix("reports") }
    #expect(leftovers.sorted() == ["aside", "failed", "lock", "matches.json", "work"])
  }
}
