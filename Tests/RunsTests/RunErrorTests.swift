import Geodata
import Testing

@testable import Runs

struct RunErrorTests {
  @Test func theErrorOfAnotherModuleSaysTheSameAndIsKept() {
    let first = GeodataError(.unwritable, file: "a.tif", reason: "the disk is full", remedy: "free some space")
    let error = RunError(.surroundings, first)
    #expect(error.description == first.description && (error.cause as? GeodataError)?.code == .unwritable)
    #expect(RunError(.source, reason: "cannot be read").cause == nil)
  }
}
